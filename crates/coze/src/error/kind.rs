//! The kinds of errors.

use coze_transport::TransportError;
use coze_types::ApiError;

use super::TimeoutKind;

/// The kind of an [`Error`](crate::Error).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The configuration of the client is invalid, which `build()` reports, or there is no Tokio runtime.
    Config,
    /// The request is invalid, by local validation or by the server.
    InvalidRequest,
    /// The token is missing, invalid, expired, or of another region.
    Authentication,
    /// The token is valid but lacks the permission.
    Permission,
    /// The object of the request does not exist.
    NotFound,
    /// The agent, app or workflow is not published to this channel.
    Unpublished,
    /// Another chat is running in the conversation (4016).
    Busy,
    /// The object is not in a state that allows the request.
    InvalidState,
    /// Too many requests for now.
    RateLimited,
    /// The plan does not include it, or its quota or balance is used up.
    Quota,
    /// Content moderation rejected the request.
    Refused,
    /// The server does not support the endpoint; self-hosted ones do not support all.
    Unsupported,
    /// The server failed.
    Server,
    /// The API reports an error that is none of the above.
    Api,
    /// No connection was established: DNS, TCP, TLS or proxy.
    Connect,
    /// A timeout expired: the [`TimeoutKind`] says of which wait, and [`Error::timed_out`](crate::Error::timed_out) its duration.
    Timeout(TimeoutKind),
    /// The connection failed during the exchange.
    Transport,
    /// A stream or a download ended before the server said that it was complete.
    Truncated,
    /// The server closed a session over a WebSocket before its work was finished; see [`Error::close_frame`](crate::Error::close_frame).
    Closed,
    /// Events within a numbered stream are missing; the stream continues after them.
    Lost,
    /// A response or an event exceeds the limit.
    TooLarge,
    /// A response or an event cannot be decoded as its type.
    Decode,
    /// A text stream met an agent that waits for tool outputs.
    RequiresAction,
    /// A text stream met a chat that was canceled.
    Canceled,
    /// A file on this machine cannot be read or written, or changed while it was sent.
    File,
    /// The server could not process documents; see [`Error::documents`](crate::Error::documents).
    Processing,
}

pub(super) fn api_kind(error: &ApiError) -> ErrorKind {
    use coze_types::ApiErrorKind as Api;
    match error.kind() {
        Api::InvalidRequest => ErrorKind::InvalidRequest,
        Api::Authentication => ErrorKind::Authentication,
        Api::Permission => ErrorKind::Permission,
        Api::NotFound => ErrorKind::NotFound,
        Api::Unpublished => ErrorKind::Unpublished,
        Api::Busy => ErrorKind::Busy,
        Api::InvalidState => ErrorKind::InvalidState,
        Api::RateLimited => ErrorKind::RateLimited,
        Api::Quota => ErrorKind::Quota,
        Api::Refused => ErrorKind::Refused,
        Api::Unsupported => ErrorKind::Unsupported,
        Api::Timeout => ErrorKind::Timeout(TimeoutKind::Server),
        Api::Server => ErrorKind::Server,
        _ => ErrorKind::Api,
    }
}

pub(super) fn transport_kind(error: &TransportError) -> ErrorKind {
    if error.is_timeout() {
        ErrorKind::Timeout(transport_wait(error))
    } else if error.is_too_large() {
        ErrorKind::TooLarge
    } else if error.is_request() {
        ErrorKind::InvalidRequest
    } else if error.is_config() {
        ErrorKind::Config
    } else if error.is_connect() || error.is_proxy() {
        ErrorKind::Connect
    } else {
        ErrorKind::Transport
    }
}

fn transport_wait(error: &TransportError) -> TimeoutKind {
    if error.is_connect() {
        TimeoutKind::Connection
    } else if error.is_body() {
        TimeoutKind::Body
    } else {
        TimeoutKind::Head
    }
}
