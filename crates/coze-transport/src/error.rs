//! The one error type of the crate.

use std::error::Error;
use std::fmt;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use http::StatusCode;

pub(crate) type BoxError = Box<dyn Error + Send + Sync>;

/// Says that a request could not be sent, or that its answer could not be read.
///
/// One pointer wide and opaque: ask it questions. Several can be true at once, for example
/// [`is_connect`](Self::is_connect), [`is_tls`](Self::is_tls) and [`is_unsent`](Self::is_unsent) for an expired certificate.
/// `Display` is one sentence that names the host and port and the reason; it never holds header values, queries or user names.
/// The lower layers' errors hang below, by [`cause`](Self::cause).
///
/// ```
/// use coze_transport::TransportError;
///
/// let refused = std::io::Error::from(std::io::ErrorKind::ConnectionRefused);
/// let error = TransportError::connect(refused);
/// assert!(error.is_connect() && error.is_unsent());
/// assert_eq!(error.to_string(), "cannot connect: connection refused");
/// ```
#[derive(Clone)]
pub struct TransportError(Arc<Inner>);

#[derive(Clone, Debug, Default)]
pub(crate) struct Inner {
    stage: Stage,
    pub(crate) message: String,
    waited: Option<Duration>,
    source: Option<Arc<dyn Error + Send + Sync>>,
    pub(crate) status: Option<StatusCode>,
    pub(crate) timeout: bool,
    pub(crate) tls: bool,
    pub(crate) dns: bool,
    pub(crate) proxy: bool,
    pub(crate) unsent: bool,
    pub(crate) closed_early: bool,
    pub(crate) too_large: bool,
    pub(crate) malformed: bool,
    pub(crate) unsupported: bool,
}

/// How far the request had come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Stage {
    Config,
    Request,
    Connect,
    Head,
    Body,
    Redirect,
    #[default]
    Other,
}

/// Constructors for those who write their own [`Transport`](crate::Transport).
impl TransportError {
    /// Creates the error of a connection that was not established, so that no byte of the request was sent.
    pub fn connect(source: impl Into<BoxError>) -> Self {
        Self::caused(Stage::Connect, "cannot connect", source)
    }

    /// Creates the error of a timeout of `limit`; `what` completes "timed out after 10s waiting for ...".
    pub fn timeout(what: impl fmt::Display, limit: Duration) -> Self {
        Self::timed_out(Stage::Head, what, limit)
    }

    /// Creates the error of a response body that is truncated or could not be read.
    pub fn body(source: impl Into<BoxError>) -> Self {
        Self::caused(Stage::Body, "cannot read the response body", source)
    }

    /// Creates the error of a request that cannot be sent at all.
    pub fn request(reason: impl fmt::Display) -> Self {
        Self::new(Stage::Request, reason).unsent()
    }

    /// Creates the error of an operation that the transport does not support; nothing was sent.
    pub fn unsupported(reason: impl fmt::Display) -> Self {
        Self::request(reason).with(|inner| inner.unsupported = true)
    }

    /// Creates the error of a WebSocket that ended without a close frame.
    pub fn closed_early(reason: impl fmt::Display) -> Self {
        Self::new(Stage::Body, reason).with(|inner| inner.closed_early = true)
    }

    /// Creates any other error.
    pub fn other(source: impl Into<BoxError>) -> Self {
        Self::caused(Stage::Other, "the transport failed", source)
    }

    /// Guarantees that the server did not act on the request, which allows a retry of any request.
    pub fn unsent(self) -> Self {
        self.with(|inner| inner.unsent = true)
    }

    pub(crate) fn new(stage: Stage, message: impl fmt::Display) -> Self {
        let (message, unsent) = (message.to_string(), stage == Stage::Connect);
        Self(Arc::new(Inner { stage, message, unsent, ..Inner::default() }))
    }

    /// Appends the deepest cause to `doing`, so that one line describes the failure.
    pub(crate) fn caused(stage: Stage, doing: impl fmt::Display, source: impl Into<BoxError>) -> Self {
        let source = source.into();
        let root = chain(&*source).last().unwrap_or(&*source);
        Self::new(stage, format_args!("{doing}: {root}")).with(|inner| {
            chain(&*source).for_each(|cause| inner.learn(cause));
            inner.source = Some(source.into());
        })
    }

    pub(crate) fn timed_out(stage: Stage, what: impl fmt::Display, limit: Duration) -> Self {
        Self::new(stage, format_args!("timed out after {limit:?} waiting for {what}"))
            .with(|inner| (inner.timeout, inner.waited) = (true, Some(limit)))
    }

    pub(crate) fn too_large(stage: Stage, message: impl fmt::Display) -> Self {
        Self::new(stage, message).with(|inner| inner.too_large = true)
    }

    pub(crate) fn with(mut self, change: impl FnOnce(&mut Inner)) -> Self {
        change(Arc::make_mut(&mut self.0));
        self
    }
}

/// Questions.
impl TransportError {
    /// Whether no connection to the server (or to the proxy before it) came about: name, TCP, proxy or TLS.
    pub fn is_connect(&self) -> bool {
        self.0.stage == Stage::Connect
    }

    /// Returns whether a timeout expired; [`waited`](Self::waited) returns its duration.
    ///
    /// With [`is_connect`](Self::is_connect) it was the connect timeout, with [`is_body`](Self::is_body) the wait for the next piece
    /// of the body, else the wait for the response head.
    pub fn is_timeout(&self) -> bool {
        self.0.timeout
    }

    /// Whether the head of the response came well, and its body then broke.
    pub fn is_body(&self) -> bool {
        self.0.stage == Stage::Body
    }

    /// Whether the TLS handshake failed: an unknown authority, an expired or foreign certificate, or a server that speaks no TLS.
    pub fn is_tls(&self) -> bool {
        self.0.tls
    }

    /// Whether the host name could not be resolved.
    pub fn is_dns(&self) -> bool {
        self.0.dns
    }

    /// Whether a proxy was in the way: it could not be reached, or it refused; see [`status`](Self::status).
    pub fn is_proxy(&self) -> bool {
        self.0.proxy
    }

    /// Returns whether the server certainly did not act on the request, so that even a POST may be retried.
    ///
    /// True for every failure to connect, for a pooled connection that closed before any of the request was written, and for an HTTP/2
    /// stream that the server refused unprocessed. A connection that closes later proves nothing, however fast and however silent.
    pub fn is_unsent(&self) -> bool {
        self.0.unsent
    }

    /// Whether the connection ended before the response was complete.
    pub fn is_closed_early(&self) -> bool {
        self.0.closed_early
    }

    /// Whether the head or the body of the response is over its limit.
    ///
    /// Over HTTP/2 a malformed head looks the same. With [`is_closed_early`](Self::is_closed_early), the head of any response on the
    /// connection may have been the one.
    pub fn is_too_large(&self) -> bool {
        self.0.too_large
    }

    /// Whether what came breaks the rules of HTTP/1.1 or of its content coding, which the same request will hardly change.
    pub fn is_malformed(&self) -> bool {
        self.0.malformed
    }

    /// Whether the request itself is at fault: its URL, its headers, or a body that failed while it was read.
    pub fn is_request(&self) -> bool {
        self.0.stage == Stage::Request
    }

    /// Returns whether the transport does not support the operation: WebSockets are optional.
    pub fn is_unsupported(&self) -> bool {
        self.0.unsupported
    }

    /// Returns whether the server sent a redirect, which is not followed; [`status`](Self::status) returns its status, and the message where it
    /// leads.
    pub fn is_redirect(&self) -> bool {
        self.0.stage == Stage::Redirect
    }

    /// Whether an option of the transport is unusable, as a bad certificate or a proxy that is no URL, or no tokio runtime is there.
    pub fn is_config(&self) -> bool {
        self.0.stage == Stage::Config
    }

    /// HTTP status of the redirect, or of the proxy's refusal.
    pub fn status(&self) -> Option<StatusCode> {
        self.0.status
    }

    /// The lower layers' error, where one is the cause; what caused that hangs below it.
    pub fn cause(&self) -> Option<&(dyn Error + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }

    /// Returns the duration of the timeout that expired.
    pub fn waited(&self) -> Option<Duration> {
        self.0.waited
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)
    }
}

impl fmt::Debug for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Without a source: `Display` contains the deepest cause, which would otherwise be printed twice with the whole chain.
impl Error for TransportError {}

impl Inner {
    /// Learns from an error of the lower layers what answers the questions.
    fn learn(&mut self, cause: &(dyn Error + 'static)) {
        let stage = self.stage;
        if let Some(io) = cause.downcast_ref::<io::Error>() {
            match io.kind() {
                io::ErrorKind::TimedOut => self.timeout = true,
                io::ErrorKind::UnexpectedEof
                | io::ErrorKind::ConnectionReset
                | io::ErrorKind::ConnectionAborted
                | io::ErrorKind::BrokenPipe
                    if stage != Stage::Connect =>
                {
                    self.closed_early = true;
                }
                // Chunks without a length, or data that is not in its coding.
                io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput if stage == Stage::Body => {
                    self.malformed = true;
                }
                _ => {}
            }
        }
        #[cfg(feature = "hyper")]
        if let Some(hyper) = cause.downcast_ref::<hyper::Error>() {
            self.malformed |= hyper.is_parse();
            self.closed_early |= hyper.is_incomplete_message();
            self.timeout |= hyper.is_timeout();
            // hyper returns a request with this error, before it wrote any of it.
            self.unsent |= hyper.is_canceled() && stage != Stage::Body;
            // hyper provides `is_parse_too_large` only for servers.
            self.too_large |= hyper.is_parse() && hyper.to_string() == "message head is too large";
        }
        #[cfg(feature = "http2")]
        if let Some(h2) = cause.downcast_ref::<h2::Error>() {
            self.closed_early |= h2.is_reset() || h2.is_go_away();
            // RFC 9113 guarantees that the stream was not processed. It guarantees the same for streams after the last
            // one of a GOAWAY,
            // but h2 has one error for those and for some that the server had started to process.
            let refused = h2.is_reset() && h2.reason() == Some(h2::Reason::REFUSED_STREAM);
            self.unsent |= h2.is_remote() && refused && stage != Stage::Body;
        }
        #[cfg(feature = "tls")]
        if cause.is::<rustls::Error>() {
            self.tls = true;
        }
    }
}

/// Walks down the causes; `io::Error` and h2 hide the error that they carry from `source()`.
pub(crate) fn chain<'a>(first: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    fn inner<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a (dyn Error + 'static)> {
        if let Some(io) = error.downcast_ref::<io::Error>()
            && let Some(inner) = io.get_ref()
        {
            return Some(inner);
        }
        if let Some(error) = error.downcast_ref::<TransportError>() {
            return error.cause();
        }
        #[cfg(feature = "http2")]
        if let Some(h2) = error.downcast_ref::<h2::Error>()
            && let Some(io) = h2.get_io()
        {
            return Some(io);
        }
        error.source()
    }
    std::iter::successors(Some(first), |error| inner(*error))
}
