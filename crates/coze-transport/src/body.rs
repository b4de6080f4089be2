//! What a request carries.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Frame, SizeHint};

use crate::erased::Erased;
use crate::error::{BoxError, Stage, TransportError};

/// Body of a request: nothing, bytes in memory, or a stream that is read as it is sent.
///
/// A known length is sent as `Content-Length`, an unknown one in chunks. Only a body in memory can be sent a second time, which
/// retries and redirects depend on.
///
/// ```
/// use coze_transport::Body;
///
/// let body = Body::from(r#"{"bot_id":"7"}"#);
/// assert_eq!(body.len(), Some(14));
/// assert!(body.is_replayable());
/// ```
pub struct Body(Kind);

enum Kind {
    Bytes(Bytes),
    Stream(Erased),
}

impl Body {
    /// Returns a body of no bytes.
    pub const fn empty() -> Self {
        Self(Kind::Bytes(Bytes::new()))
    }

    /// Takes any [`http_body::Body`]; an exact size hint becomes the `Content-Length`.
    ///
    /// It is read as fast as the server takes it, once. An error of the body ends the request with
    /// [`TransportError::is_request`].
    ///
    /// ```
    /// use coze_transport::Body;
    /// use coze_transport::bytes::Bytes;
    /// use http_body_util::Full;
    ///
    /// let body = Body::wrap(Full::new(Bytes::from_static(b"a file")));
    /// assert_eq!(body.len(), Some(6));
    /// assert!(!body.is_replayable());
    /// ```
    pub fn wrap<B>(body: B) -> Self
    where
        B: http_body::Body<Data = Bytes> + Send + 'static,
        B::Error: Into<BoxError>,
    {
        Self(Kind::Stream(Erased::new(body)))
    }

    /// Counts the bytes still to be sent, where that is known.
    pub fn len(&self) -> Option<u64> {
        match &self.0 {
            Kind::Bytes(bytes) => Some(bytes.len() as u64),
            Kind::Stream(stream) => stream.size_hint().exact(),
        }
    }

    /// Says whether there is certainly nothing to send.
    pub fn is_empty(&self) -> bool {
        self.len() == Some(0)
    }

    /// Says whether the body can be sent a second time.
    pub const fn is_replayable(&self) -> bool {
        matches!(self.0, Kind::Bytes(_))
    }

    /// Copies the body by reference count; `None` where it can be read only once.
    pub fn try_clone(&self) -> Option<Self> {
        self.as_bytes().map(|bytes| Self(Kind::Bytes(bytes.clone())))
    }

    /// Shows the bytes, where they are in memory.
    pub const fn as_bytes(&self) -> Option<&Bytes> {
        match &self.0 {
            Kind::Bytes(bytes) => Some(bytes),
            Kind::Stream(_) => None,
        }
    }

    /// Takes up to `max` bytes off the front, where they are in memory.
    #[cfg(feature = "hyper")]
    pub(crate) fn split_front(&mut self, max: usize) -> Option<Bytes> {
        match &mut self.0 {
            Kind::Bytes(bytes) if !bytes.is_empty() => Some(bytes.split_to(max.min(bytes.len()))),
            _ => None,
        }
    }
}

impl Default for Body {
    fn default() -> Self {
        Self::empty()
    }
}

impl From<Bytes> for Body {
    fn from(bytes: Bytes) -> Self {
        Self(Kind::Bytes(bytes))
    }
}

impl From<Vec<u8>> for Body {
    fn from(bytes: Vec<u8>) -> Self {
        Bytes::from(bytes).into()
    }
}

impl From<String> for Body {
    fn from(text: String) -> Self {
        Bytes::from(text).into()
    }
}

impl From<&'static [u8]> for Body {
    fn from(bytes: &'static [u8]) -> Self {
        Bytes::from_static(bytes).into()
    }
}

impl From<&'static str> for Body {
    fn from(text: &'static str) -> Self {
        text.as_bytes().into()
    }
}

impl http_body::Body for Body {
    type Data = Bytes;
    type Error = TransportError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, TransportError>>> {
        match &mut self.0 {
            Kind::Bytes(bytes) if bytes.is_empty() => Poll::Ready(None),
            Kind::Bytes(bytes) => Poll::Ready(Some(Ok(Frame::data(std::mem::take(bytes))))),
            Kind::Stream(stream) => stream.poll_frame(cx).map_err(|source| {
                TransportError::caused(Stage::Request, "cannot read the request body", source)
            }),
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.0 {
            Kind::Bytes(bytes) => bytes.is_empty(),
            Kind::Stream(stream) => stream.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.0 {
            Kind::Bytes(bytes) => SizeHint::with_exact(bytes.len() as u64),
            Kind::Stream(stream) => stream.size_hint(),
        }
    }
}

impl fmt::Debug for Body {
    /// Shows the length alone: a body may hold secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = if self.is_replayable() { "bytes" } else { "stream" };
        f.debug_struct("Body").field("kind", &kind).field("len", &self.len()).finish()
    }
}
