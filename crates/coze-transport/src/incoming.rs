//! What a response carries.

use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http_body::{Frame, SizeHint};

use crate::erased::Erased;
use crate::error::{BoxError, Stage, TransportError};

#[cfg(feature = "hyper")]
use crate::client::Received;

/// Body of a response, read as it arrives.
///
/// Nothing runs ahead of the reader: a reader that stops holds back the server. Dropping it before its end closes the connection
/// (HTTP/1.1) or resets the stream (HTTP/2).
///
/// ```
/// use coze_transport::Incoming;
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), coze_transport::TransportError> {
/// let mut body = Incoming::from("data: 1\n\n");
/// while let Some(chunk) = body.chunk().await {
///     assert_eq!(chunk?, "data: 1\n\n");
/// }
/// # Ok(()) }
/// ```
pub struct Incoming(Kind);

enum Kind {
    Bytes(Bytes),
    #[cfg(feature = "hyper")]
    Hyper(Received),
    Stream(Erased),
}

impl Incoming {
    /// Takes any [`http_body::Body`], for those who write their own [`Transport`](crate::Transport).
    ///
    /// An error of the body becomes a [`TransportError::is_body`], unless it is a [`TransportError`] already.
    pub fn new<B>(body: B) -> Self
    where
        B: http_body::Body<Data = Bytes> + Send + 'static,
        B::Error: Into<BoxError>,
    {
        Self(Kind::Stream(Erased::new(body)))
    }

    #[cfg(feature = "hyper")]
    pub(crate) fn received(body: Received) -> Self {
        Self(Kind::Hyper(body))
    }

    /// Waits for the next piece; `None` is the end.
    ///
    /// Pieces are as they came from the network, of any size, without a copy.
    pub async fn chunk(&mut self) -> Option<Result<Bytes, TransportError>> {
        poll_fn(|cx| self.poll_chunk(cx)).await
    }

    /// Polls for the next piece; for those who write streams on top.
    pub fn poll_chunk(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, TransportError>>> {
        loop {
            match ready!(self.poll_next(cx)) {
                Some(Ok(frame)) => {
                    // Trailers have no meaning to the layers above.
                    if let Ok(data) = frame.into_data() {
                        return Poll::Ready(Some(Ok(data)));
                    }
                }
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => return Poll::Ready(None),
            }
        }
    }

    /// Reads to the end; more than `limit` bytes are an error with [`TransportError::is_too_large`].
    ///
    /// A body that comes in one piece is not copied.
    pub async fn bytes(mut self, limit: usize) -> Result<Bytes, TransportError> {
        let over = || {
            TransportError::too_large(
                Stage::Body,
                format_args!("the response body is over the limit of {limit} bytes"),
            )
        };
        let hint = http_body::Body::size_hint(&self);
        if hint.lower() > limit as u64 {
            return Err(over());
        }
        let Some(first) = self.chunk().await.transpose()? else { return Ok(Bytes::new()) };
        if first.len() > limit {
            return Err(over());
        }
        if http_body::Body::is_end_stream(&self) {
            return Ok(first);
        }
        let Some(second) = self.chunk().await.transpose()? else { return Ok(first) };
        // The announced length is only a claim: reserve a part of it, and let the data prove the rest.
        let expected = usize::try_from(hint.lower()).unwrap_or(limit).min(1 << 20);
        let mut all = Vec::with_capacity(expected.max(first.len() + second.len()));
        all.extend_from_slice(&first);
        let mut next = Some(second);
        while let Some(chunk) = next {
            if chunk.len() > limit - all.len() {
                return Err(over());
            }
            all.extend_from_slice(&chunk);
            next = self.chunk().await.transpose()?;
        }
        Ok(all.into())
    }

    /// After its end or an error the body stays ended, whatever it is made of.
    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, TransportError>>> {
        let next = match &mut self.0 {
            Kind::Bytes(bytes) if bytes.is_empty() => return Poll::Ready(None),
            Kind::Bytes(bytes) => return Poll::Ready(Some(Ok(Frame::data(std::mem::take(bytes))))),
            #[cfg(feature = "hyper")]
            Kind::Hyper(body) => ready!(body.poll_frame(cx)),
            Kind::Stream(stream) => ready!(stream.poll_frame(cx)).map(|frame| frame.map_err(own)),
        };
        if !matches!(next, Some(Ok(_))) {
            self.0 = Kind::Bytes(Bytes::new());
        }
        Poll::Ready(next)
    }
}

/// An error of ours that passed through somebody's stack already says it all.
fn own(source: BoxError) -> TransportError {
    match source.downcast::<TransportError>() {
        Ok(error) => *error,
        Err(source) => TransportError::body(source),
    }
}

impl http_body::Body for Incoming {
    type Data = Bytes;
    type Error = TransportError;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, TransportError>>> {
        self.get_mut().poll_next(cx)
    }

    fn is_end_stream(&self) -> bool {
        match &self.0 {
            Kind::Bytes(bytes) => bytes.is_empty(),
            #[cfg(feature = "hyper")]
            Kind::Hyper(body) => body.is_end_stream(),
            Kind::Stream(stream) => stream.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.0 {
            Kind::Bytes(bytes) => SizeHint::with_exact(bytes.len() as u64),
            #[cfg(feature = "hyper")]
            Kind::Hyper(body) => body.size_hint(),
            Kind::Stream(stream) => stream.size_hint(),
        }
    }
}

impl From<Bytes> for Incoming {
    fn from(bytes: Bytes) -> Self {
        Self(Kind::Bytes(bytes))
    }
}

impl From<Vec<u8>> for Incoming {
    fn from(bytes: Vec<u8>) -> Self {
        Bytes::from(bytes).into()
    }
}

impl From<String> for Incoming {
    fn from(text: String) -> Self {
        Bytes::from(text).into()
    }
}

impl From<&'static str> for Incoming {
    fn from(text: &'static str) -> Self {
        Bytes::from_static(text.as_bytes()).into()
    }
}

impl Default for Incoming {
    fn default() -> Self {
        Self(Kind::Bytes(Bytes::new()))
    }
}

impl fmt::Debug for Incoming {
    /// Shows the length alone: a body may hold secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Incoming").field("len", &http_body::Body::size_hint(self).exact()).finish()
    }
}
