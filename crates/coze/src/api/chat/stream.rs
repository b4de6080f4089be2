//! Streaming a chat with more care.

use std::future::IntoFuture;
use std::time::Duration;

use coze_types::chat::{ChatEvent, CreateChat};
use coze_types::{Endpoint, Streamed, Violation};

use super::attach::attach;
use super::busy::{Busy, Turns};
use crate::call::{Call, CallFuture};
use crate::cancel::Begin;
use crate::error::Error;
use crate::stream::{ChatStream, EventStream};
use crate::upload::FileSource;

/// A streamed chat with more care; made by the methods of the same names of a [`Call`].
///
/// ```no_run
/// use std::time::Duration;
///
/// use coze::{Busy, CreateChat, Message};
///
/// # async fn run(client: coze::Coze) -> Result<(), coze::Error> {
/// let question = CreateChat::new("7379462189365198898", "user").message(Message::user("你好"));
/// let mut text = client
///     .chat()
///     .stream(question)
///     .recover()
///     .when_busy(Busy::Wait(Duration::from_secs(30)))
///     .await?
///     .text();
/// while let Some(piece) = text.next().await {
///     print!("{}", piece?);
/// }
/// # Ok(()) }
/// ```
#[derive(Debug)]
#[must_use = "a call is sent only when it is awaited"]
pub struct StreamChat<'c> {
    call: Call<'c, Streamed<CreateChat>>,
    recover: Option<Duration>,
    cancel: bool,
    busy: Busy,
    files: Vec<FileSource>,
}

impl<'c> Call<'c, Streamed<CreateChat>> {
    /// Recovers the chat when its stream is cut: see [`StreamChat::recover`].
    pub fn recover(self) -> StreamChat<'c> {
        StreamChat::new(self).recover()
    }

    /// Recovers the chat when its stream is cut, within a limit: see [`StreamChat::recover_within`].
    pub fn recover_within(self, limit: Duration) -> StreamChat<'c> {
        StreamChat::new(self).recover_within(limit)
    }

    /// Cancels the chat when its stream is dropped: see [`StreamChat::cancel_on_drop`].
    pub fn cancel_on_drop(self) -> StreamChat<'c> {
        StreamChat::new(self).cancel_on_drop()
    }

    /// Says what to do when another chat is running in the conversation.
    pub fn when_busy(self, busy: Busy) -> StreamChat<'c> {
        StreamChat::new(self).when_busy(busy)
    }

    /// Uploads a file and asks about it in one call: see [`StreamChat::attach`].
    pub fn attach(self, source: impl Into<FileSource>) -> StreamChat<'c> {
        StreamChat::new(self).attach(source)
    }
}

impl<'c> StreamChat<'c> {
    fn new(call: Call<'c, Streamed<CreateChat>>) -> Self {
        Self { call, recover: None, cancel: false, busy: Busy::Fail, files: Vec::new() }
    }

    /// Recovers the chat when its stream is cut, within 10 minutes: see [`recover_within`](Self::recover_within).
    pub fn recover(self) -> Self {
        self.recover_within(Duration::from_secs(600))
    }

    /// Recovers the chat when its stream is cut after the chat was created.
    ///
    /// The chat is then followed until it is at rest, and what is missing comes in the same stream: the rest of the text,
    /// the completed messages, the end. Every character comes once. The server must keep the history of the chat, so a
    /// request that forbids it is refused.
    pub fn recover_within(mut self, limit: Duration) -> Self {
        self.recover = Some(limit);
        self
    }

    /// Cancels the chat on the server when its stream is dropped before the chat is at rest.
    ///
    /// It also holds for the request itself, and for a stream of which no event was read: the server is then listened to,
    /// for up to 10 seconds, until it has named the chat. A request that still waits for its token or for another try is not sent
    /// any more; one that waits for a connection may be.
    ///
    /// Without this, the agent goes on and its answer is billed. The request to cancel runs as a task of the Tokio
    /// runtime that drops the stream; where there is none, nothing is canceled.
    pub fn cancel_on_drop(mut self) -> Self {
        self.cancel = true;
        self
    }

    /// Says what to do when another chat is running in the conversation.
    ///
    /// But for [`Busy::Fail`], the stream is opened with its first event: the refusal may come there.
    pub fn when_busy(mut self, busy: Busy) -> Self {
        self.busy = busy;
        self
    }

    /// Uploads a file first, and adds it to the question: as an image, as audio or as a file, by its media type.
    ///
    /// Several files are uploaded side by side, and kept to the documented limits of [`UploadFile`](crate::file::UploadFile)
    /// unless [`Call::strict`] lifts them. The question is the last message, if a user says it; else the files make
    /// a message of their own.
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
    pub fn attach(mut self, source: impl Into<FileSource>) -> Self {
        self.files.push(source.into());
        self
    }

    async fn run(mut self) -> Result<ChatStream, Error> {
        if let Some(mistake) = self.call.take_mistake() {
            return Err(mistake);
        }
        if self.recover.is_some() && self.call.endpoint().0.auto_save_history == Some(false) {
            return Err(Error::refused(vec![Violation::fatal(
                "auto_save_history",
                "is false, so that the chat cannot be recovered; leave it out, or do not ask for recovery",
            )]));
        }
        let (client, files) = (self.call.client().clone(), std::mem::take(&mut self.files));
        let strict = self.call.strictness();
        let beside = self.call.options().beside();
        attach(&client, &mut self.call.endpoint_mut().0, files, strict, &beside).await?;
        let request = &self.call.endpoint().0;
        let mut turns = Turns::new(self.busy, None);
        let events = loop {
            let (call, look) = (self.call.again(), self.busy != Busy::Fail);
            let opened = if self.cancel {
                let open = |abandoned| Box::pin(open(call.detached(abandoned), look)) as CallFuture<'_, _>;
                Begin::new(&client, &beside, open).await
            } else {
                open(call.into_future(), look).await
            };
            match opened {
                Err(error) => turns.next(error, &client, request, &beside).await?,
                Ok(events) => break events,
            }
        };
        Ok(ChatStream::new(client, beside, events, self.recover, self.cancel))
    }
}

/// Opens a stream, and looks at its first event where it may hold the refusal.
async fn open(
    call: CallFuture<'_, EventStream<ChatEvent>>,
    look: bool,
) -> Result<EventStream<ChatEvent>, Error> {
    let events = call.await?;
    if look { events.admitted().await } else { Ok(events) }
}

impl<'c> IntoFuture for StreamChat<'c> {
    type Output = Result<ChatStream, Error>;
    type IntoFuture = CallFuture<'c, ChatStream>;

    #[inline]
    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move { self.run().await.map_err(|error| error.at(CreateChat::PATH)) })
    }
}
