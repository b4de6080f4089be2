//! Conversations in which another chat is running.

use std::future::IntoFuture;
use std::time::Duration;

use coze_types::Endpoint;
use coze_types::chat::{Chat, CreateChat};
use coze_types::conversation::ListMessages;

use crate::call::{Call, CallFuture};
use crate::client::Coze;
use crate::dispatch::Options;
use crate::error::{Error, ErrorKind};
use crate::poll::Pace;

/// What to do when another chat is running in the conversation (error 4016).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Busy {
    /// Fail with [`ErrorKind::Busy`].
    #[default]
    Fail,
    /// Wait until the other chat has ended, for so long.
    Wait(Duration),
    /// Cancel the other chat, and wait until the conversation is free, for so long.
    Cancel(Duration),
}

/// The turns of a chat that may have to wait for another.
pub(super) struct Turns {
    pace: Pace,
    cancel: bool,
    /// Whether the time of the whole is over with that of the wait.
    final_wait: bool,
}

impl Turns {
    /// Begins with the first; `left` bounds the wait besides.
    pub(super) fn new(busy: Busy, left: Option<Duration>) -> Self {
        let (limit, cancel) = match busy {
            Busy::Fail => (Duration::ZERO, false),
            Busy::Wait(limit) => (limit, false),
            Busy::Cancel(limit) => (limit, true),
        };
        let final_wait = left.is_some_and(|left| left <= limit);
        Self { pace: Pace::new(left.filter(|_| final_wait).or(Some(limit))), cancel, final_wait }
    }

    /// Waits until it is time for another; fails where there is none, or where something else went wrong.
    pub(super) async fn next(
        &mut self,
        error: Error,
        client: &Coze,
        request: &CreateChat,
        beside: &Options,
    ) -> Result<(), Error> {
        if error.kind() != ErrorKind::Busy {
            return Err(error);
        }
        if std::mem::take(&mut self.cancel) {
            match cancel_running(client, request, beside, &self.pace).await {
                Err(late) if self.pace.has_cut(&late) => return Err(error),
                freed => freed?,
            }
        }
        let in_turn = self.pace.wait().await?;
        // A chat that is started when no time is left would only be canceled.
        let in_time = !self.final_wait || self.pace.left() != Some(Duration::ZERO);
        if in_turn && in_time { Ok(()) } else { Err(error) }
    }
}

/// Cancels the chat that the newest message of the conversation belongs to.
async fn cancel_running(
    client: &Coze,
    request: &CreateChat,
    beside: &Options,
    pace: &Pace,
) -> Result<(), Error> {
    let Some(conversation_id) = &request.conversation_id else { return Ok(()) };
    let list = client.conversations().messages().list(ListMessages::new(conversation_id).limit(1));
    let newest = list.beside(beside).within(pace.left()).await?;
    let Some(chat_id) = newest.messages.into_iter().find_map(|message| message.chat_id) else {
        return Ok(());
    };
    match client.chat().cancel(conversation_id, chat_id).beside(beside).within(pace.left()).await {
        // It has ended by itself.
        Err(error) if error.kind() == ErrorKind::InvalidState => Ok(()),
        result => result.map(drop),
    }
}

/// A chat that waits for its turn to be started; made by the method `when_busy` of its [`Call`].
#[derive(Debug)]
#[must_use = "a call is sent only when it is awaited"]
pub struct StartChat<'c> {
    call: Call<'c, CreateChat>,
    busy: Busy,
}

impl<'c> Call<'c, CreateChat> {
    /// Says what to do when another chat is running in the conversation.
    pub fn when_busy(self, busy: Busy) -> StartChat<'c> {
        StartChat { call: self, busy }
    }
}

impl StartChat<'_> {
    async fn run(mut self) -> Result<Chat, Error> {
        if let Some(mistake) = self.call.take_mistake() {
            return Err(mistake);
        }
        let mut turns = Turns::new(self.busy, None);
        loop {
            let (client, request) = (self.call.client(), self.call.endpoint());
            match self.call.again().await {
                Err(error) => turns.next(error, client, request, self.call.options()).await?,
                chat => return chat,
            }
        }
    }
}

impl<'c> IntoFuture for StartChat<'c> {
    type Output = Result<Chat, Error>;
    type IntoFuture = CallFuture<'c, Chat>;

    #[inline]
    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move { self.run().await.map_err(|error| error.at(CreateChat::PATH)) })
    }
}
