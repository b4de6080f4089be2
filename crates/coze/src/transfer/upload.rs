//! Uploads: requests with a file, which is read while it is sent.

use std::fmt;
use std::sync::Arc;

use coze_types::{Endpoint, FilePart, HasFile};

use crate::call::{Deferred, Prepare, awaitable};
use crate::error::{Error, TimeoutKind};
use crate::options::CallOptions;
use crate::runtime::client::Client;
use crate::runtime::response::{Receive, Response};
use crate::runtime::timeout::within_runtime;
use crate::runtime::{Request, Running};

mod body;
mod kind;
mod read;
mod source;

use body::Attachment;
pub use source::FileSource;

/// Progress of an upload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Progress {
    /// Bytes of the file that were passed to the connection; a retry starts at 0 again.
    pub sent: u64,
    /// Total bytes of the file, if known.
    pub total: Option<u64>,
}

/// A request with a file, sent when it is awaited; created by [`Files::upload`](crate::Files::upload) and similar
/// methods.
///
/// The file is read while it is sent, and never held in memory completely. Its size is validated before anything is sent;
/// [`strict(false)`](Self::strict) disables that, for servers with other limits. An incomplete upload is
/// never reported as a success: a file that shrinks or grows while it is read fails the call, and so does a response that
/// arrives before the end of the file was sent. Dropping the call stops the upload.
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
pub struct Upload<E: Endpoint<Reply: Receive>>(
    Deferred<Prepared<E>, <<E as Endpoint>::Reply as Receive>::Output>,
);

/// The request is built once the file is known.
pub(crate) struct Prepared<E> {
    request: Request<Build<E>>,
    source: FileSource,
    tell: Option<body::Tell>,
}

type Build<E> = Box<dyn FnOnce(FilePart) -> E + Send + Sync>;

impl<E: Endpoint<Reply: Receive>> Upload<E> {
    pub(crate) fn new(
        client: &Arc<Client>,
        source: FileSource,
        build: impl FnOnce(FilePart) -> E + Send + Sync + 'static,
    ) -> Self {
        let request = Request::new(client, Box::new(build) as Build<E>);
        Self(Deferred::Prepared(Prepared { request, source, tell: None }))
    }

    /// Sets a callback for the progress, called each time that a piece of the file was passed to the connection.
    pub fn progress(mut self, tell: impl Fn(Progress) + Send + Sync + 'static) -> Self {
        if let Some(prepared) = self.0.prepared_mut() {
            prepared.tell = Some(Arc::new(tell));
        }
        self
    }

    pub(crate) fn options(mut self, options: CallOptions) -> Self {
        if let Some(prepared) = self.0.prepared_mut() {
            prepared.request.options = options;
        }
        self
    }
}

/// Puts the file into a request that has all but that.
pub(crate) fn filled<E: HasFile>(mut request: E) -> impl FnOnce(FilePart) -> E {
    move |file| {
        *request.file_mut() = file;
        request
    }
}

awaitable!([E: HasFile + Endpoint<Reply: Receive> + Send + Sync + 'static] Upload<E> => <E::Reply as Receive>::Output);

impl<E: HasFile + Endpoint<Reply: Receive> + Send + Sync + 'static> Prepare for Prepared<E> {
    type Output = <E::Reply as Receive>::Output;

    fn options_mut(&mut self) -> &mut CallOptions {
        &mut self.request.options
    }

    fn with_response(&mut self) {
        self.request.value_only = false;
    }

    fn begin(self) -> Running<Self::Output> {
        Box::pin(self.run())
    }
}

impl<E: HasFile + Endpoint<Reply: Receive> + Send + Sync + 'static> Prepared<E> {
    async fn run(self) -> Result<Response<<E::Reply as Receive>::Output>, Error> {
        within_runtime().map_err(|error| error.at(E::PATH))?;
        let opening = self.source.open();
        // Opening a pipe waits for a writer.
        let opened = match self.request.limit() {
            None => opening.await,
            Some(limit) => match tokio::time::timeout(limit, opening).await {
                Ok(opened) => opened,
                Err(_) => Err(Error::timeout(TimeoutKind::Source, limit)),
            },
        };
        let (file, opened) = opened.map_err(|error| error.at(E::PATH))?;
        let max = if self.request.is_strict().unwrap_or(true) { E::MAX_BYTES } else { u64::MAX };
        let attachment = Attachment::new(&file.file_name, opened, max, self.tell);
        let Request { client, endpoint: build, options, value_only } = self.request;
        let request = Request { client, endpoint: build(file), options, value_only };
        request.send_with(Some(Arc::new(attachment)), None).await
    }
}

impl<E: Endpoint<Reply: Receive>> fmt::Debug for Upload<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Upload").field(&self.0).finish()
    }
}

impl<E> fmt::Debug for Prepared<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Prepared")
            .field("options", &self.request.options)
            .field("source", &self.source)
            .finish_non_exhaustive()
    }
}
