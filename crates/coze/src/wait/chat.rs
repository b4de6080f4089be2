//! Polling of chats.

use std::sync::Arc;
use std::time::Duration;

use coze_types::chat::{
    CancelChat, Chat, ChatStatus, CreateChat, ListChatMessages, RetrieveChat, SubmitToolOutputs,
};
use coze_types::{ChatId, ConversationId, Endpoint, ValidationError};

use super::busy::{OnBusy, Turns};
use crate::call::{Deferred, Prepare, awaitable};
use crate::error::Error;
use crate::options::CallOptions;
use crate::runtime::client::Client;
use crate::runtime::pace::Pace;
use crate::runtime::response::Receive;
use crate::runtime::{Request, Response, Running};
use crate::stream::{Answer, Begin, CancelOnDrop, redacted};
use crate::transfer::FileSource;
use crate::transfer::attach::attach;

/// Polls a chat until it is in a terminal state, and lists its messages; created by
/// [`create_and_poll`](crate::Chats::create_and_poll), [`submit_and_poll`](crate::Chats::submit_and_poll) and [`poll`](crate::Chats::poll).
///
/// Polling continues in `created`, `in_progress` and any status that this version does not know, and ends
/// with `completed`, `failed`, `canceled` and `requires_action`: see the status of the [`Answer`], or its
/// [`error`](Answer::error). The first poll follows after a quarter of a second, later ones at growing intervals of up to a
/// second, as documented. Dropping the future leaves the chat running on the server, unless
/// [`cancel_on_drop`](Self::cancel_on_drop) is set.
///
/// ```no_run
/// use coze::{CreateChat, Message};
///
/// # async fn run(client: coze::Coze) -> Result<(), coze::Error> {
/// let request = CreateChat::new("7379462189365198898", "user").message(Message::user("你好"));
/// let answer = client.chat().create_and_poll(request).await?;
/// println!("{}", answer.text());
/// # Ok(()) }
/// ```
#[derive(Debug)]
#[must_use = "a call is sent only when it is awaited"]
pub struct PollChat(Deferred<Poll, Answer>);

#[derive(Debug)]
struct Poll {
    client: Arc<Client>,
    start: BeginChat,
    deadline: Option<Duration>,
    cancel: bool,
    cancel_on_drop: bool,
    busy: OnBusy,
    files: Vec<FileSource>,
    options: CallOptions,
}

/// What is done before the wait.
#[derive(Debug)]
pub(crate) enum BeginChat {
    Create(Box<CreateChat>),
    Submit(SubmitToolOutputs),
    Nothing(ConversationId, ChatId),
}

impl PollChat {
    pub(crate) fn new(client: &Arc<Client>, start: BeginChat) -> Self {
        Self(Deferred::Prepared(Poll {
            client: Arc::clone(client),
            start,
            deadline: Some(Duration::from_secs(600)),
            cancel: true,
            cancel_on_drop: false,
            busy: OnBusy::Fail,
            files: Vec::new(),
            options: CallOptions::default(),
        }))
    }

    fn with(mut self, change: impl FnOnce(&mut Poll)) -> Self {
        if let Some(poll) = self.0.prepared_mut() {
            change(poll);
        }
        self
    }

    /// Sets the deadline of the whole call; 10 minutes by default, `None` disables it.
    ///
    /// Each request also has the [timeout](crate::Builder::timeout) of the client. After the deadline, the
    /// chat is canceled, and the call fails with [`ErrorKind::Timeout`](crate::ErrorKind::Timeout) and the id of the chat.
    pub fn deadline(self, deadline: impl Into<Option<Duration>>) -> Self {
        self.with(|poll| poll.deadline = deadline.into())
    }

    /// Sets whether to cancel the chat after the deadline; true by default.
    pub fn cancel_on_deadline(self, cancel: bool) -> Self {
        self.with(|poll| poll.cancel = cancel)
    }

    /// Uploads a file first, and adds it to the question: see [`StreamChat::attach`](crate::StreamChat::attach).
    ///
    /// If the call asks no question, there is nothing to add the file to, and the call fails.
    pub fn attach(self, source: impl Into<FileSource>) -> Self {
        self.with(|poll| poll.files.push(source.into()))
    }

    /// Cancels the chat on the server if the future is dropped before the chat is in a terminal state.
    ///
    /// This includes a chat that is being started: the response of the server, which contains its id, is then awaited for
    /// up to 10 seconds. A request that still waits for its token or for a retry is not sent any more; one that waits for a
    /// connection may be.
    ///
    /// Without this, the agent continues and its answer is billed. The request to cancel runs as a task of the Tokio
    /// runtime that drops the future; without a runtime, nothing is canceled.
    pub fn cancel_on_drop(self) -> Self {
        self.with(|poll| poll.cancel_on_drop = true)
    }

    /// Sets what to do if another chat is running in the conversation, within the deadline of the call.
    ///
    /// It has no effect if the call starts no chat.
    pub fn when_busy(self, busy: OnBusy) -> Self {
        self.with(|poll| poll.busy = busy)
    }
}

awaitable!([] PollChat => Answer);

impl Prepare for Poll {
    type Output = Answer;

    fn options_mut(&mut self) -> &mut CallOptions {
        &mut self.options
    }

    fn begin(self) -> Running<Answer> {
        let label = match &self.start {
            BeginChat::Create(_) => CreateChat::PATH,
            BeginChat::Submit(_) => SubmitToolOutputs::PATH,
            BeginChat::Nothing(..) => RetrieveChat::PATH,
        };
        Box::pin(async move { self.run().await.map_err(|error| error.at(label)) })
    }
}

impl Poll {
    async fn run(mut self) -> Result<Response<Answer>, Error> {
        self.options.validate()?;
        let files = std::mem::take(&mut self.files);
        match &mut self.start {
            BeginChat::Create(request) if request.auto_save_history == Some(false) => {
                return Err(Error::refused(vec![ValidationError::fatal(
                    "auto_save_history",
                    "is false, so that the chat cannot be followed; leave it out, or use `stream`",
                )]));
            }
            BeginChat::Create(request) => {
                let mut of_files = self.options.headers_only();
                of_files.strict = self.options.strict;
                attach(&self.client, request, files, &of_files).await?;
            }
            _ if files.is_empty() => {}
            _ => {
                return Err(Error::refused(vec![ValidationError::fatal(
                    "attach",
                    "needs a question to add a file to; upload the file, and name it in a message",
                )]));
            }
        }
        let pace = Pace::new(self.deadline);
        let guard = match &self.start {
            BeginChat::Nothing(conversation_id, chat_id) => self.guard(conversation_id, chat_id),
            _ => None,
        };
        let started = self.start(&pace).await;
        // The caller still exists, and decides by the response or the error.
        guard.into_iter().for_each(CancelOnDrop::call_off);
        let (conversation_id, chat) = started?;
        let chat_id = chat.id.clone();
        let guard = self.guard(&conversation_id, &chat_id);
        let answer = self.follow(&conversation_id, chat, pace).await;
        guard.into_iter().for_each(CancelOnDrop::call_off);
        answer.map_err(
            |error| if error.chat().is_some() { error } else { error.about(&conversation_id, &chat_id) },
        )
    }

    fn guard(&self, conversation_id: &ConversationId, chat_id: &ChatId) -> Option<CancelOnDrop> {
        let guard = || CancelOnDrop::new(&self.client, &self.options, conversation_id, chat_id);
        self.cancel_on_drop.then(guard)
    }

    /// A request of this wait.
    fn request<E>(&self, endpoint: E, options: CallOptions, left: Option<Duration>) -> Request<E> {
        Request::new(&self.client, endpoint).options(options).within(left)
    }

    /// Sends a request that starts a chat or continues one.
    async fn begin_chat<E>(
        &self,
        request: Request<E>,
        conversation_id: Option<&ConversationId>,
        chat_id: Option<&ChatId>,
    ) -> Result<Chat, Error>
    where
        E: Endpoint<Reply: Receive<Output = Chat>> + Send + Sync + 'static,
    {
        if !self.cancel_on_drop {
            return request.send().await.map(redacted);
        }
        let send = |abandoned| request.send_with(None, Some(abandoned));
        let begin = Begin::new(&self.client, &self.options, send);
        begin.of(conversation_id.cloned(), chat_id.cloned()).await.map(redacted)
    }

    async fn start(&self, pace: &Pace) -> Result<(ConversationId, Chat), Error> {
        let (named, chat) = match &self.start {
            BeginChat::Create(request) => {
                let chat = self.create(request, pace).await?;
                (request.conversation_id.clone(), chat)
            }
            BeginChat::Submit(request) => {
                let submit = self.request(request.clone(), self.options.clone(), self.deadline);
                let ids = (Some(&request.conversation_id), Some(&request.chat_id));
                let chat = self.begin_chat(submit, ids.0, ids.1).await?;
                (Some(request.conversation_id.clone()), chat)
            }
            BeginChat::Nothing(conversation_id, chat_id) => {
                let retrieve = RetrieveChat::new(conversation_id, chat_id);
                let retrieve = self.request(retrieve, self.options.clone(), self.deadline);
                let chat = redacted(retrieve.send().await?);
                (Some(conversation_id.clone()), chat)
            }
        };
        // The server may have created a new conversation, even if the request named one.
        match chat.conversation_id.clone().or(named) {
            Some(conversation_id) => Ok((conversation_id, chat)),
            None => {
                Err(Error::incomplete("the answer names no conversation, so the chat cannot be followed"))
            }
        }
    }

    /// Starts a chat when it is its turn.
    async fn create(&self, request: &CreateChat, pace: &Pace) -> Result<Chat, Error> {
        let mut turns = Turns::new(self.busy, pace.left());
        let mut left = self.deadline;
        loop {
            let create = self.request(request.clone(), self.options.clone(), left);
            match self.begin_chat(create, request.conversation_id.as_ref(), None).await {
                Err(error) => {
                    turns.next(error, &self.client, request, &self.options.headers_only()).await?;
                }
                chat => return chat,
            }
            // A last attempt is worth a moment beyond the deadline.
            left = pace.left().map(|left| left.max(GRACE));
        }
    }

    /// Polls until the chat is in a terminal state, then lists its messages.
    async fn follow(
        &self,
        conversation_id: &ConversationId,
        mut chat: Chat,
        mut pace: Pace,
    ) -> Result<Response<Answer>, Error> {
        while !chat.status.as_ref().is_some_and(ChatStatus::is_terminal) {
            if !pace.wait().await? {
                return Err(self.expire(conversation_id, &chat).await);
            }
            let retrieve = RetrieveChat::new(conversation_id, &chat.id);
            match self.request(retrieve, self.options.follow_up(), pace.left()).send().await {
                Ok(latest) => chat = redacted(latest),
                Err(error) if pace.has_cut(&error) => {
                    return Err(self.expire(conversation_id, &chat).await);
                }
                Err(error) => return Err(error),
            }
        }
        // The chat is in a terminal state: its messages are worth a moment beyond the deadline.
        let left = pace.left().map(|left| left.max(GRACE));
        let list = ListChatMessages::new(conversation_id, &chat.id);
        match self.request(list, self.options.follow_up(), left).send().await {
            Ok(messages) => Ok(messages.map(|messages| Answer::new(chat, messages))),
            Err(error) => Err(error.about_terminal(conversation_id, chat)),
        }
    }

    /// Cancels the chat, if that is wanted, and says how things stand.
    async fn expire(&self, conversation_id: &ConversationId, chat: &Chat) -> Error {
        let canceled = if self.cancel {
            let cancel = CancelChat::new(conversation_id, &chat.id);
            match self.request(cancel, self.options.follow_up(), Some(GRACE)).send().await {
                Ok(_) => "it was canceled".to_owned(),
                Err(error) => format!("canceling it failed: {error}"),
            }
        } else {
            "it continues".to_owned()
        };
        let status = chat.status.as_ref().map_or("unknown", ChatStatus::as_str);
        let waiting_for = format!("the chat to reach a terminal state; its status is `{status}`, {canceled}");
        Error::unfinished(waiting_for, self.deadline.unwrap_or_default())
    }
}

/// How long a request may take that the deadline does not cover.
const GRACE: Duration = Duration::from_secs(5);
