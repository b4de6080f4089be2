//! Responses of bytes, yielded as they arrive.

use std::fmt;
use std::future::poll_fn;
use std::path::Path;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Bytes, BytesMut};
use coze_transport::Incoming;
use coze_types::{Binary, LogId, Mime, ReplyError};
use futures_core::Stream;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use tokio::task::spawn_blocking;

use super::part_file::PartFile;
use crate::error::Error;
use crate::runtime::Origin;
use crate::runtime::Running;
use crate::runtime::pipeline::{Answer, Invocation};
use crate::runtime::response::{Receivable, Receive, Response};
use crate::runtime::timeout::{Idle, poll_chunk, within_runtime};

/// A response of bytes, such as audio, yielded as they arrive.
///
/// It uses no task: a reader that stops polling applies back-pressure to the server, and dropping it closes the connection. A
/// download that ends before its announced end is an error, never a short file. An error that the server reports with
/// the status 200 is the error of the call, and its text is never content.
///
/// ```no_run
/// # async fn run(client: coze::Coze, mut download: coze::Download) -> Result<(), coze::Error> {
/// while let Some(piece) = download.next().await {
///     println!("{} bytes", piece?.len());
/// }
/// # Ok(()) }
/// ```
pub struct Download {
    body: Incoming,
    /// Chunks that were looked at before the caller saw the download.
    ahead: Bytes,
    idle: Option<Idle>,
    ended: bool,
    received: u64,
    len: Option<u64>,
    content_type: Option<Mime>,
    limit: usize,
    origin: Origin,
}

/// As much of a body is read ahead to find an error in it as errors have, and more.
const ERROR: usize = 64 << 10;

impl Download {
    async fn open(received: Answer) -> Result<(http::response::Parts, Self), Error> {
        let (mut parts, body) = received.response.into_parts();
        let header = |name| parts.headers.get(name).and_then(|value| value.to_str().ok());
        let content_type: Option<Mime> = header(CONTENT_TYPE).and_then(|text| text.parse().ok());
        let len = header(CONTENT_LENGTH).and_then(|text| text.parse().ok());
        let mut download = Self {
            body,
            ahead: Bytes::new(),
            idle: received.limits.idle_timeout.map(Idle::new),
            ended: false,
            received: 0,
            len,
            content_type,
            limit: received.limits.body,
            origin: received.origin,
        };
        parts = download.look(parts).await?;
        Ok((parts, download))
    }

    /// Looks whether the whole body is an error, which some servers send under the media type of the content.
    async fn look(&mut self, parts: http::response::Parts) -> Result<http::response::Parts, Error> {
        let mut head = BytesMut::new();
        while head.len() < ERROR && (head.trim_ascii_start().is_empty() || is_object(&head)) {
            match poll_fn(|cx| self.poll_body(cx)).await {
                Some(chunk) => head.extend_from_slice(&chunk?),
                None => break,
            }
        }
        self.received = 0;
        let answer = http::Response::from_parts(parts, head.freeze());
        if self.ended
            && is_object(answer.body())
            && let ReplyError::Api(error) = Binary::refusal(&answer)
        {
            return Err(self.dress(error.into()));
        }
        if self.ended && answer.body().is_empty() {
            return Err(self.dress(Error::truncated_download("nothing came".to_owned())));
        }
        let (parts, head) = answer.into_parts();
        self.ahead = head;
        Ok(parts)
    }

    /// Returns the media type of the response.
    pub fn content_type(&self) -> Option<&Mime> {
        self.content_type.as_ref()
    }

    /// Returns the announced length in bytes; audio that is generated while it is sent has none.
    #[expect(clippy::len_without_is_empty, reason = "how much comes shows only at the end")]
    pub fn len(&self) -> Option<u64> {
        self.len
    }

    /// Id of the request in the logs of the server.
    pub fn log_id(&self) -> Option<&LogId> {
        self.origin.log_id()
    }

    /// Waits for the next piece; `None` once the download is complete.
    pub async fn next(&mut self) -> Option<Result<Bytes, Error>> {
        poll_fn(|cx| self.poll_piece(cx)).await
    }

    /// Polls for the next piece.
    pub fn poll_piece(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, Error>>> {
        if !self.ahead.is_empty() {
            let ahead = std::mem::take(&mut self.ahead);
            self.received += ahead.len() as u64;
            return Poll::Ready(Some(Ok(ahead)));
        }
        self.poll_body(cx)
    }

    fn poll_body(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, Error>>> {
        if self.ended {
            return Poll::Ready(None);
        }
        match ready!(poll_chunk(&mut self.body, &mut self.idle, cx)) {
            Ok(Some(chunk)) => {
                self.received += chunk.len() as u64;
                return Poll::Ready(Some(Ok(chunk)));
            }
            Ok(None) => self.ended = true,
            Err(error) => {
                self.ended = true;
                return Poll::Ready(Some(Err(self.dress(error))));
            }
        }
        match self.len {
            Some(len) if len != self.received => {
                let error = Error::truncated_download(format!("{} of {len} bytes came", self.received));
                Poll::Ready(Some(Err(self.dress(error))))
            }
            _ => Poll::Ready(None),
        }
    }

    /// Reads to the end, at most [`Builder::max_body`](crate::Builder::max_body) bytes.
    pub async fn bytes(mut self) -> Result<Bytes, Error> {
        let mut all = BytesMut::new();
        while let Some(piece) = self.next().await {
            let piece = piece?;
            if piece.len() > self.limit - all.len() {
                let message = format!(
                    "the download is larger than the limit of {} bytes; save it to a file, or allow more with `Builder::max_body`",
                    self.limit
                );
                return Err(self.dress(Error::too_large(message)));
            }
            all.extend_from_slice(&piece);
        }
        Ok(all.freeze())
    }

    /// Saves to a file as the bytes arrive, and returns their number.
    ///
    /// The file appears under its name when it is complete, and replaces an existing one. Until then it has a hidden name
    /// in the same folder; after an error, or when the call is dropped, it is removed.
    pub async fn save(self, path: impl AsRef<Path>) -> Result<u64, Error> {
        self.save_with(path, |_| ()).await
    }

    /// Saves like [`save`](Self::save), and reports after each piece how many bytes are saved.
    pub async fn save_with(
        mut self,
        path: impl AsRef<Path>,
        mut report: impl FnMut(u64),
    ) -> Result<u64, Error> {
        let path = path.as_ref().to_owned();
        let cannot = {
            let path = path.clone();
            move |error| Error::file(format!("cannot write the file {}", path.display()), Some(error))
        };
        let mut file = blocking(move || PartFile::create(&path)).await.map_err(&cannot)?;
        let mut written = 0;
        while let Some(piece) = self.next().await {
            let piece = piece?;
            written += piece.len() as u64;
            file = blocking(move || file.write(&piece).map(|()| file))
                .await
                .map_err(|error| self.dress(cannot(error)))?;
            report(written);
        }
        blocking(move || file.finish()).await.map_err(|error| self.dress(cannot(error)))?;
        Ok(written)
    }

    fn dress(&self, error: Error) -> Error {
        self.origin.error(error)
    }
}

fn is_object(bytes: &[u8]) -> bool {
    bytes.trim_ascii_start().starts_with(b"{")
}

/// Does what may take a while on a thread for that.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> std::io::Result<T> + Send + 'static,
) -> std::io::Result<T> {
    within_runtime().map_err(std::io::Error::other)?;
    spawn_blocking(work).await?
}

impl Stream for Download {
    type Item = Result<Bytes, Error>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().poll_piece(cx)
    }
}

impl fmt::Debug for Download {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Download")
            .field("endpoint", &self.origin.label())
            .field("content_type", &self.content_type)
            .field("len", &self.len)
            .field("received", &self.received)
            .field("log_id", &self.origin.log_id())
            .finish_non_exhaustive()
    }
}

impl Receivable for Binary {}

#[allow(private_interfaces)]
impl Receive for Binary {
    type Output = Download;

    fn receive(invocation: Result<Box<Invocation>, Error>) -> Running<Download> {
        Box::pin(async move {
            let invocation = invocation?;
            let limit = invocation.options.timeout.or(invocation.client.limits.timeout);
            let head = invocation
                .open(limit, |response, _| Some(Binary::is_content(response)), Binary::refusal)
                .await?;
            let origin = head.origin.clone();
            let (parts, download) = Download::open(head).await?;
            Ok(Response::new(download, parts, origin))
        })
    }
}
