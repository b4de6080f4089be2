//! Conversations in which another chat is running.

use std::sync::Arc;
use std::time::Duration;

use coze_types::Endpoint;
use coze_types::chat::{CancelChat, Chat, CreateChat};
use coze_types::conversation::ListMessages;

use crate::call::{Call, Deferred, Prepare, awaitable};
use crate::error::{Error, ErrorKind};
use crate::options::CallOptions;
use crate::runtime::client::Client;
use crate::runtime::pace::Pace;
use crate::runtime::{Request, Response, Running};

/// What to do when another chat is running in the conversation (error 4016).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum OnBusy {
    /// Fail with [`ErrorKind::Busy`].
    #[default]
    Fail,
    /// Wait until the other chat has ended, at most this long.
    Wait(Duration),
    /// Cancel the other chat, and wait until the conversation is free, at most this long.
    Cancel(Duration),
}

/// The turns of a chat that may have to wait for another.
pub(crate) struct Turns {
    pace: Pace,
    cancel: bool,
    /// Whether the time of the whole is over with that of the wait.
    final_wait: bool,
}

impl Turns {
    /// Begins with the first; `left` bounds the wait besides.
    pub(crate) fn new(busy: OnBusy, left: Option<Duration>) -> Self {
        let (limit, cancel) = match busy {
            OnBusy::Fail => (Duration::ZERO, false),
            OnBusy::Wait(limit) => (limit, false),
            OnBusy::Cancel(limit) => (limit, true),
        };
        let final_wait = left.is_some_and(|left| left <= limit);
        Self { pace: Pace::new(left.filter(|_| final_wait).or(Some(limit))), cancel, final_wait }
    }

    /// Waits until it is time for another; fails where there is none, or where something else went wrong.
    pub(crate) async fn next(
        &mut self,
        error: Error,
        client: &Arc<Client>,
        request: &CreateChat,
        options: &CallOptions,
    ) -> Result<(), Error> {
        if error.kind() != ErrorKind::Busy {
            return Err(error);
        }
        if std::mem::take(&mut self.cancel) {
            match cancel_running(client, request, options, &self.pace).await {
                Err(late) if self.pace.has_cut(&late) => return Err(error),
                freed => freed?,
            }
        }
        let in_turn = self.pace.wait().await?;
        // A chat that is started without time left would only be canceled.
        let in_time = !self.final_wait || self.pace.left() != Some(Duration::ZERO);
        if in_turn && in_time { Ok(()) } else { Err(error) }
    }
}

/// Cancels the chat that the newest message of the conversation belongs to.
async fn cancel_running(
    client: &Arc<Client>,
    request: &CreateChat,
    options: &CallOptions,
    pace: &Pace,
) -> Result<(), Error> {
    let Some(conversation_id) = &request.conversation_id else { return Ok(()) };
    let list = Request::new(client, ListMessages::new(conversation_id).limit(1)).options(options.clone());
    let newest = list.within(pace.left()).send().await?.value;
    let Some(chat_id) = newest.messages.into_iter().find_map(|message| message.chat_id) else {
        return Ok(());
    };
    let cancel = Request::new(client, CancelChat::new(conversation_id, chat_id)).options(options.clone());
    match cancel.within(pace.left()).send().await {
        // It ended in the meantime.
        Err(error) if error.kind() == ErrorKind::InvalidState => Ok(()),
        result => result.map(drop),
    }
}

/// A chat that waits for its turn to be started, created by the method `when_busy` of its [`Call`].
#[derive(Debug)]
#[must_use = "a call is sent only when it is awaited"]
pub struct StartChat(Deferred<Start, Chat>);

#[derive(Debug)]
struct Start {
    request: Request<CreateChat>,
    busy: OnBusy,
}

impl Call<CreateChat> {
    /// Sets what to do if another chat is running in the conversation.
    pub fn when_busy(self, busy: OnBusy) -> StartChat {
        StartChat(self.0.map(|request| Start { request, busy }))
    }
}

awaitable!([] StartChat => Chat);

impl Prepare for Start {
    type Output = Chat;

    fn options_mut(&mut self) -> &mut CallOptions {
        &mut self.request.options
    }

    fn with_response(&mut self) {
        self.request.value_only = false;
    }

    fn begin(self) -> Running<Chat> {
        Box::pin(async move { self.run().await.map_err(|error| error.at(CreateChat::PATH)) })
    }
}

impl Start {
    async fn run(self) -> Result<Response<Chat>, Error> {
        let mut turns = Turns::new(self.busy, None);
        let Request { client, endpoint, options, .. } = &self.request;
        loop {
            match self.request.clone().send().await {
                Err(error) => turns.next(error, client, endpoint, &options.headers_only()).await?,
                chat => return chat,
            }
        }
    }
}
