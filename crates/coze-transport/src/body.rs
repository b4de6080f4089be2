//! What a request and a response carry.

use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use bytes::{Bytes, BytesMut};
use futures_core::Stream;
use http_body::{Body as HttpBody, Frame, SizeHint};
use http_body_util::BodyExt;
use http_body_util::combinators::UnsyncBoxBody;

use crate::error::{BoxError, Stage, TransportError};

/// Bytes, or any boxed body.
enum Kind {
    Bytes(Bytes),
    /// The mutex only makes the body `Sync`, so that a reference to a request or a response may live across an await.
    /// Reading goes through `&mut` and never locks.
    Stream(Mutex<UnsyncBoxBody<Bytes, BoxError>>),
}

impl Kind {
    fn stream<B>(body: B) -> Self
    where
        B: http_body::Body<Data = Bytes> + Send + 'static,
        B::Error: Into<BoxError>,
    {
        Self::Stream(Mutex::new(body.map_err(Into::into).boxed_unsync()))
    }

    fn poll_frame(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        match self {
            Self::Bytes(bytes) if bytes.is_empty() => Poll::Ready(None),
            Self::Bytes(bytes) => Poll::Ready(Some(Ok(Frame::data(std::mem::take(bytes))))),
            Self::Stream(body) => {
                Pin::new(body.get_mut().unwrap_or_else(PoisonError::into_inner)).poll_frame(cx)
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Bytes(bytes) => bytes.is_empty(),
            Self::Stream(body) => body.lock().unwrap_or_else(PoisonError::into_inner).is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Bytes(bytes) => SizeHint::with_exact(bytes.len() as u64),
            Self::Stream(body) => body.lock().unwrap_or_else(PoisonError::into_inner).size_hint(),
        }
    }
}

/// Body of a request: nothing, bytes in memory, or a stream that is read while it is sent.
///
/// A known length is sent as `Content-Length`, an unknown one in chunks. Only a body in memory can be sent a second time, which
/// retries depend on.
///
/// ```
/// use coze_transport::Body;
///
/// let body = Body::from(r#"{"bot_id":"7"}"#);
/// assert_eq!(body.len(), Some(14));
/// assert!(body.is_replayable());
/// ```
pub struct Body(Kind);

impl Body {
    /// Returns a body of no bytes.
    pub const fn empty() -> Self {
        Self(Kind::Bytes(Bytes::new()))
    }

    /// Creates a body from any [`http_body::Body`]; an exact size hint becomes the `Content-Length`.
    ///
    /// It is read once, as fast as the server accepts it. An error of the body ends the request with
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
        Self(Kind::stream(body))
    }

    /// Returns the number of bytes still to be sent, if known.
    pub fn len(&self) -> Option<u64> {
        self.0.size_hint().exact()
    }

    /// Returns whether there is certainly nothing to send.
    pub fn is_empty(&self) -> bool {
        self.len() == Some(0)
    }

    /// Returns whether the body can be sent a second time.
    pub const fn is_replayable(&self) -> bool {
        matches!(self.0, Kind::Bytes(_))
    }

    /// Clones the body by reference count; `None` if it can be read only once.
    pub fn try_clone(&self) -> Option<Self> {
        self.as_bytes().map(|bytes| Self(Kind::Bytes(bytes.clone())))
    }

    /// Returns the bytes, if they are in memory.
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

    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, TransportError>>> {
        self.0
            .poll_frame(cx)
            .map_err(|source| TransportError::caused(Stage::Request, "cannot read the request body", source))
    }
}

/// Body of a response, read as it arrives.
///
/// Nothing is read ahead: a reader that stops applies back-pressure to the server. Dropping it before its end closes the connection
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

impl Incoming {
    /// Creates a body from any [`http_body::Body`], for your own [`Transport`](crate::Transport).
    ///
    /// An error of the body becomes a [`TransportError::is_body`], unless it is a [`TransportError`] already.
    pub fn new<B>(body: B) -> Self
    where
        B: http_body::Body<Data = Bytes> + Send + 'static,
        B::Error: Into<BoxError>,
    {
        Self(Kind::stream(body))
    }

    /// Creates a body from a stream of chunks, as other HTTP stacks yield them; an error ends it, as with [`Incoming::new`].
    ///
    /// ```
    /// use coze_transport::Incoming;
    /// use coze_transport::bytes::Bytes;
    ///
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), coze_transport::TransportError> {
    /// let chunks = ["data: ", "1\n\n"].map(|chunk| Ok::<_, std::io::Error>(Bytes::from(chunk)));
    /// let body = Incoming::from_stream(futures_util::stream::iter(chunks));
    /// assert_eq!(body.bytes(1024).await?, "data: 1\n\n");
    /// # Ok(()) }
    /// ```
    pub fn from_stream<S, E>(stream: S) -> Self
    where
        S: Stream<Item = Result<Bytes, E>> + Send + 'static,
        E: Into<BoxError>,
    {
        Self::new(Chunks(Box::pin(stream)))
    }

    /// Waits for the next piece; `None` is the end.
    ///
    /// Pieces are those of the network, of any size, without a copy.
    pub async fn chunk(&mut self) -> Option<Result<Bytes, TransportError>> {
        poll_fn(|cx| self.poll_chunk(cx)).await
    }

    /// Polls for the next piece; for those who write streams on top.
    pub fn poll_chunk(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, TransportError>>> {
        loop {
            let Some(frame) = ready!(self.poll_next(cx)).transpose()? else { return Poll::Ready(None) };
            // The layers above do not use trailers.
            if let Ok(data) = frame.into_data() {
                return Poll::Ready(Some(Ok(data)));
            }
        }
    }

    /// Reads to the end; more than `limit` bytes are an error with [`TransportError::is_too_large`].
    ///
    /// A body of one piece is not copied.
    pub async fn bytes(mut self, limit: usize) -> Result<Bytes, TransportError> {
        let mut whole = Bytes::new();
        // A body with a length above the limit is not read.
        let mut fits = self.0.size_hint().lower() <= limit as u64;
        while fits && let Some(piece) = poll_fn(|cx| self.poll_chunk(cx)).await.transpose()? {
            fits = piece.len() <= limit - whole.len();
            if whole.is_empty() {
                whole = piece;
            } else if fits {
                // This copies the first piece, and after that only what is added.
                let mut joined = BytesMut::from(whole);
                joined.extend_from_slice(&piece);
                whole = joined.freeze();
            }
        }
        if fits {
            return Ok(whole);
        }
        let message = format_args!("the response body is over the limit of {limit} bytes");
        Err(TransportError::too_large(Stage::Body, message))
    }

    /// After its end or an error the body stays ended, whatever it is made of.
    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, TransportError>>> {
        let next = ready!(self.0.poll_frame(cx));
        if !matches!(next, Some(Ok(_))) {
            self.0 = Kind::Bytes(Bytes::new());
        }
        Poll::Ready(next.map(|frame| frame.map_err(own)))
    }
}

/// A stream of chunks as a body.
struct Chunks<S>(Pin<Box<S>>);

impl<S: Stream<Item = Result<Bytes, E>>, E> HttpBody for Chunks<S> {
    type Data = Bytes;
    type Error = E;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, E>>> {
        self.0.as_mut().poll_next(cx).map_ok(Frame::data)
    }
}

/// An error of ours that passed through somebody's stack already says it all.
fn own(source: BoxError) -> TransportError {
    match source.downcast::<TransportError>() {
        Ok(error) => *error,
        Err(source) => TransportError::body(source),
    }
}

/// What both bodies can be made of, how they are read, and how they are shown.
macro_rules! both {
    ($body:ty: $($from:ty),*) => {
        impl HttpBody for $body {
            type Data = Bytes;
            type Error = TransportError;

            fn poll_frame(
                mut self: Pin<&mut Self>,
                cx: &mut Context<'_>,
            ) -> Poll<Option<Result<Frame<Bytes>, TransportError>>> {
                self.poll_next(cx)
            }

            fn is_end_stream(&self) -> bool {
                self.0.is_end_stream()
            }

            fn size_hint(&self) -> SizeHint {
                self.0.size_hint()
            }
        }

        impl Default for $body {
            fn default() -> Self {
                Self(Kind::Bytes(Bytes::new()))
            }
        }

        impl From<Bytes> for $body {
            fn from(bytes: Bytes) -> Self {
                Self(Kind::Bytes(bytes))
            }
        }

        $(impl From<$from> for $body {
            fn from(bytes: $from) -> Self {
                Bytes::from(bytes).into()
            }
        })*

        impl fmt::Debug for $body {
            /// Shows the length alone: a body may hold secrets.
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($body)).field("len", &self.0.size_hint().exact()).finish()
            }
        }
    };
}

both!(Body: Vec<u8>, String, &'static [u8], &'static str);
both!(Incoming: Vec<u8>, String, &'static [u8], &'static str);
