//! Streamed chats with recovery, cancellation and waiting.

use std::sync::Arc;
use std::time::Duration;

use coze_types::chat::{ChatEvent, CreateChat};
use coze_types::{Endpoint, Streamed, ValidationError};

use super::{Begin, ChatStream, EventStream};
use crate::call::{Call, Deferred, Prepare, awaitable};
use crate::error::Error;
use crate::options::CallOptions;
use crate::runtime::{Request, Response, Running};
use crate::transfer::FileSource;
use crate::transfer::attach::attach;
use crate::wait::{OnBusy, Turns};

/// A streamed chat with recovery, cancellation or waiting; created by the methods of the same names of a [`Call`].
///
/// ```no_run
/// use std::time::Duration;
///
/// use coze::{OnBusy, CreateChat, Message};
///
/// # async fn run(client: coze::Coze) -> Result<(), coze::Error> {
/// let question = CreateChat::new("7379462189365198898", "user").message(Message::user("你好"));
/// let mut text = client
///     .chat()
///     .stream(question)
///     .recover()
///     .when_busy(OnBusy::Wait(Duration::from_secs(30)))
///     .await?
///     .text();
/// while let Some(piece) = text.next().await {
///     print!("{}", piece?);
/// }
/// # Ok(()) }
/// ```
#[derive(Debug)]
#[must_use = "a call is sent only when it is awaited"]
pub struct StreamChat(Deferred<Start, ChatStream>);

#[derive(Debug)]
struct Start {
    request: Request<Streamed<CreateChat>>,
    recover: Option<Duration>,
    cancel: bool,
    busy: OnBusy,
    files: Vec<FileSource>,
}

impl Call<Streamed<CreateChat>> {
    /// Recovers the chat if its stream breaks: see [`StreamChat::recover`].
    pub fn recover(self) -> StreamChat {
        StreamChat::new(self).recover()
    }

    /// Recovers the chat if its stream breaks, within a limit: see [`StreamChat::recover_within`].
    pub fn recover_within(self, limit: Duration) -> StreamChat {
        StreamChat::new(self).recover_within(limit)
    }

    /// Cancels the chat if its stream is dropped: see [`StreamChat::cancel_on_drop`].
    pub fn cancel_on_drop(self) -> StreamChat {
        StreamChat::new(self).cancel_on_drop()
    }

    /// Sets what to do if another chat is running in the conversation.
    pub fn when_busy(self, busy: OnBusy) -> StreamChat {
        StreamChat::new(self).when_busy(busy)
    }

    /// Uploads a file and asks about it in one call: see [`StreamChat::attach`].
    pub fn attach(self, source: impl Into<FileSource>) -> StreamChat {
        StreamChat::new(self).attach(source)
    }
}

impl StreamChat {
    fn new(call: Call<Streamed<CreateChat>>) -> Self {
        Self(call.0.map(|request| Start {
            request,
            recover: None,
            cancel: false,
            busy: OnBusy::Fail,
            files: Vec::new(),
        }))
    }

    fn with(mut self, change: impl FnOnce(&mut Start)) -> Self {
        if let Some(start) = self.0.prepared_mut() {
            change(start);
        }
        self
    }

    /// Recovers the chat if its stream breaks, within 10 minutes: see [`recover_within`](Self::recover_within).
    pub fn recover(self) -> Self {
        self.recover_within(Duration::from_secs(600))
    }

    /// Recovers the chat if its stream breaks after the chat was created.
    ///
    /// The chat is then polled until it is in a terminal state, and the missing part is yielded in the same stream: the rest of the text,
    /// the completed messages, the end. Every character is yielded once. The server must keep the history of the chat, so a
    /// request that forbids it is rejected.
    pub fn recover_within(self, limit: Duration) -> Self {
        self.with(|start| start.recover = Some(limit))
    }

    /// Cancels the chat on the server if its stream is dropped before the chat is in a terminal state.
    ///
    /// This includes the request itself, and a stream of which no event was read: the response is then read
    /// for up to 10 seconds, until it contains the id of the chat. A request that still waits for its token or for a retry is not sent
    /// any more; one that waits for a connection may be.
    ///
    /// Without this, the agent continues and its answer is billed. The request to cancel runs as a task of the Tokio
    /// runtime that drops the stream; without a runtime, nothing is canceled.
    pub fn cancel_on_drop(self) -> Self {
        self.with(|start| start.cancel = true)
    }

    /// Sets what to do if another chat is running in the conversation.
    ///
    /// Except with [`OnBusy::Fail`], the stream is returned after its first event, which may be the rejection.
    pub fn when_busy(self, busy: OnBusy) -> Self {
        self.with(|start| start.busy = busy)
    }

    /// Uploads a file first, and adds it to the question: as an image, as audio or as a file, by its media type.
    ///
    /// Several files are uploaded concurrently, within the documented limits of [`UploadFile`](crate::file::UploadFile)
    /// unless [`Call::strict`] disables them. The question is the last message, if it is from a user; otherwise the files are
    /// a separate message.
    ///
    /// ```no_run
    /// use coze::{CreateChat, Message};
    ///
    /// # async fn run(client: coze::Coze) -> Result<(), coze::Error> {
    /// let question = CreateChat::new("7379462189365198898", "user").message(Message::user("What is this?"));
    /// let mut text = client.chat().stream(question).attach("photo.png").await?.text();
    /// while let Some(piece) = text.next().await {
    ///     print!("{}", piece?);
    /// }
    /// # Ok(()) }
    /// ```
    pub fn attach(self, source: impl Into<FileSource>) -> Self {
        self.with(|start| start.files.push(source.into()))
    }
}

awaitable!([] StreamChat => ChatStream);

impl Prepare for Start {
    type Output = ChatStream;

    fn options_mut(&mut self) -> &mut CallOptions {
        &mut self.request.options
    }

    fn begin(self) -> Running<ChatStream> {
        Box::pin(async move { self.run().await.map_err(|error| error.at(CreateChat::PATH)) })
    }
}

impl Start {
    async fn run(mut self) -> Result<Response<ChatStream>, Error> {
        self.request.options.validate()?;
        if self.recover.is_some() && self.request.endpoint.0.auto_save_history == Some(false) {
            return Err(Error::refused(vec![ValidationError::fatal(
                "auto_save_history",
                "is false, so that the chat cannot be recovered; leave it out, or do not ask for recovery",
            )]));
        }
        let client = Arc::clone(&self.request.client);
        let options = self.request.options.headers_only();
        let mut of_files = options.clone();
        of_files.strict = self.request.options.strict;
        attach(&client, &mut self.request.endpoint.0, self.files, &of_files).await?;
        let mut turns = Turns::new(self.busy, None);
        let opened = loop {
            let look = self.busy != OnBusy::Fail;
            let request = self.request.clone();
            let opened = if self.cancel {
                let open = |abandoned| Box::pin(open(request.send_with(None, Some(abandoned)), look)) as _;
                Begin::new(&client, &options, open).await
            } else {
                open(request.send(), look).await
            };
            match opened {
                Err(error) => turns.next(error, &client, &self.request.endpoint.0, &options).await?,
                Ok(opened) => break opened,
            }
        };
        Ok(opened.map(|events| ChatStream::new(client, options, events, self.recover, self.cancel)))
    }
}

/// Opens a stream, and reads its first event if it may be the rejection.
async fn open(
    opening: Running<EventStream<ChatEvent>>,
    look: bool,
) -> Result<Response<EventStream<ChatEvent>>, Error> {
    let mut opened = opening.await?;
    if look {
        opened.value.admit().await?;
    }
    Ok(opened)
}
