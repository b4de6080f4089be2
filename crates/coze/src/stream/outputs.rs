//! Streaming what follows tool outputs, canceled with its reader.

use coze_types::chat::{Chat, SubmitToolOutputs};
use coze_types::{Endpoint, Streamed};

use super::{Begin, ChatStream};
use crate::call::{Call, Deferred, Prepare, awaitable};
use crate::error::Error;
use crate::options::CallOptions;
use crate::runtime::{Request, Response, Running};

/// The stream that follows tool outputs, canceled with its reader; made by the method `cancel_on_drop` of its [`Call`].
#[derive(Debug)]
#[must_use = "a call is sent only when it is awaited"]
pub struct StreamOutputs(Deferred<Outputs, ChatStream>);

#[derive(Debug)]
struct Outputs(Request<Streamed<SubmitToolOutputs>>);

impl Call<Streamed<SubmitToolOutputs>> {
    /// Cancels the chat when its stream is dropped: see [`StreamChat::cancel_on_drop`](crate::StreamChat::cancel_on_drop).
    pub fn cancel_on_drop(self) -> StreamOutputs {
        StreamOutputs(self.0.map(Outputs))
    }
}

awaitable!([] StreamOutputs => ChatStream);

impl Prepare for Outputs {
    type Output = ChatStream;

    fn options_mut(&mut self) -> &mut CallOptions {
        &mut self.0.options
    }

    fn begin(self) -> Running<ChatStream> {
        Box::pin(async move { self.run().await.map_err(|error| error.at(SubmitToolOutputs::PATH)) })
    }
}

impl Outputs {
    async fn run(self) -> Result<Response<ChatStream>, Error> {
        let request = &self.0.endpoint.0;
        let mut chat = Chat::new(&request.chat_id);
        chat.conversation_id = Some(request.conversation_id.clone());
        let (client, options) = (self.0.client.clone(), self.0.options.headers_only());
        let begin = Begin::new(&client, &options, |abandoned| self.0.send_with(None, Some(abandoned)));
        let opened = begin.of(chat.conversation_id.clone(), Some(chat.id.clone())).await?;
        Ok(opened.map(|events| ChatStream::new(client, options, events, None, true).of(chat)))
    }
}
