//! Uploads: requests that carry a file, which is read as it is sent.

use std::fmt;
use std::future::IntoFuture;
use std::sync::Arc;
use std::time::Duration;

use coze_types::{FilePart, HasFile};

use crate::call::{Call, CallFuture};
use crate::dispatch::Options;
use crate::error::Error;
use crate::receive::Receive;
use crate::response::Response;
use crate::retry::RetryPolicy;
use crate::wait::{Wait, within_runtime};

mod body;
mod kind;
mod read;
mod source;

pub(crate) use body::Attached;
use body::Attachment;
pub use source::FileSource;

/// How far an upload has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Progress {
    /// Bytes of the file that were handed to the connection; a try that is repeated starts at 0 again.
    pub sent: u64,
    /// Bytes of the file in all, where that is known.
    pub total: Option<u64>,
}

/// A request that carries a file, sent when it is awaited; made by [`Files::upload`](crate::Files::upload) and its
/// siblings.
///
/// The file is read as it is sent, and never held whole. Its size is checked before anything is sent;
/// [`strict(false)`](Self::strict) lifts that, for servers with limits of their own. What is known to be incomplete is
/// never reported as done: a file that shrinks or grows while it is read fails the call, and so does an answer that
/// comes before the file was sent to its end. Dropping the call stops the upload.
///
/// ```no_run
/// # async fn run(client: coze::Coze) -> Result<(), coze::Error> {
/// let file = client
///     .files()
///     .upload("video.mp4")
///     .progress(|at| println!("{} of {:?} bytes", at.sent, at.total))
///     .await?;
/// println!("{}", file.id);
/// # Ok(()) }
/// ```
#[must_use = "a call is sent only when it is awaited"]
pub struct Upload<'c, E> {
    call: Call<'c, E>,
    source: FileSource,
    tell: Option<body::Tell>,
}

impl<'c, E: HasFile> Upload<'c, E> {
    pub(crate) fn new(call: Call<'c, E>, source: FileSource) -> Self {
        Self { call, source, tell: None }
    }

    /// Tells of the progress, each time that a piece of the file was handed to the connection.
    pub fn progress(mut self, tell: impl Fn(Progress) + Send + Sync + 'static) -> Self {
        self.tell = Some(Arc::new(tell));
        self
    }

    /// Whether to refuse a file that breaks any documented limit, such as that of its formats, without sending it. By default
    /// only one that is too large is refused, and with `false` none is but an empty one.
    pub fn strict(mut self, strict: bool) -> Self {
        self.call = self.call.strict(strict);
        self
    }

    /// Takes the headers and the token of the request that this one belongs to.
    pub(crate) fn beside(mut self, other: &Options) -> Self {
        self.call = self.call.beside(other);
        self
    }

    /// Adds a header to this request.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.call = self.call.header(name, value);
        self
    }

    /// How long the upload may take in all; `None` for ever.
    ///
    /// Unless it is set, the upload may take any time as long as it moves: it fails when the server has taken
    /// nothing, the file has given nothing, or no answer has come for the [timeout](crate::Builder::timeout) of the
    /// client.
    pub fn timeout(mut self, timeout: impl Into<Option<Duration>>) -> Self {
        self.call = self.call.timeout(timeout);
        self
    }

    /// How often and how fast the upload is tried again. What can be read only once never is.
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.call = self.call.retry(policy);
        self
    }
}

impl<'c, E> Upload<'c, E>
where
    E: HasFile<Reply: Receive> + Send + Sync + 'c,
{
    /// Answers with the status, the headers and the log id as well.
    pub fn with_response(self) -> CallFuture<'c, Response<<E::Reply as Receive>::Output>> {
        Box::pin(async move {
            within_runtime().map_err(|error| error.at(E::PATH))?;
            let opening = self.source.open();
            // A pipe opens when somebody writes to it.
            let opened = match self.call.limit() {
                None => opening.await,
                Some(limit) => match tokio::time::timeout(limit, opening).await {
                    Ok(opened) => opened,
                    Err(_) => Err(Error::timeout(Wait::Source, limit)),
                },
            };
            let (file, opened) = opened.map_err(|error| error.at(E::PATH))?;
            self.call
                .with_file(file, |strict, file: &FilePart| {
                    let max = if strict { E::MAX_BYTES } else { u64::MAX };
                    Box::new(Attachment::new(&file.file_name, opened, max, self.tell))
                })
                .with_response()
                .await
        })
    }
}

impl<'c, E> IntoFuture for Upload<'c, E>
where
    E: HasFile<Reply: Receive> + Send + Sync + 'c,
{
    type Output = Result<<E::Reply as Receive>::Output, Error>;
    type IntoFuture = CallFuture<'c, <E::Reply as Receive>::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move { self.with_response().await.map(|response| response.value) })
    }
}

impl<E: fmt::Debug> fmt::Debug for Upload<'_, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Upload")
            .field("call", &self.call)
            .field("source", &self.source)
            .finish_non_exhaustive()
    }
}
