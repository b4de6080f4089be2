//! Streaming what follows tool outputs, with more care.

use std::future::IntoFuture;

use coze_types::chat::{Chat, SubmitToolOutputs};
use coze_types::{Endpoint, Streamed};

use crate::call::{Call, CallFuture};
use crate::cancel::Begin;
use crate::error::Error;
use crate::stream::ChatStream;

/// The stream behind tool outputs, canceled with its reader; made by the method `cancel_on_drop` of its [`Call`].
#[derive(Debug)]
#[must_use = "a call is sent only when it is awaited"]
pub struct StreamOutputs<'c> {
    call: Call<'c, Streamed<SubmitToolOutputs>>,
}

impl<'c> Call<'c, Streamed<SubmitToolOutputs>> {
    /// Cancels the chat when its stream is dropped: see [`StreamChat::cancel_on_drop`](crate::StreamChat::cancel_on_drop).
    pub fn cancel_on_drop(self) -> StreamOutputs<'c> {
        StreamOutputs { call: self }
    }
}

impl StreamOutputs<'_> {
    async fn run(self) -> Result<ChatStream, Error> {
        let client = self.call.client().clone();
        let request = &self.call.endpoint().0;
        let mut chat = Chat::new(&request.chat_id);
        chat.conversation_id = Some(request.conversation_id.clone());
        let beside = self.call.options().beside();
        let begin = Begin::new(&client, &beside, |abandoned| self.call.detached(abandoned));
        let events = begin.of(chat.conversation_id.clone(), Some(chat.id.clone())).await?;
        Ok(ChatStream::new(client, beside, events, None, true).of(chat))
    }
}

impl<'c> IntoFuture for StreamOutputs<'c> {
    type Output = Result<ChatStream, Error>;
    type IntoFuture = CallFuture<'c, ChatStream>;

    #[inline]
    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move { self.run().await.map_err(|error| error.at(SubmitToolOutputs::PATH)) })
    }
}
