//! The sorts of errors.

use coze_transport::TransportError;
use coze_types::ApiError;

use super::TimeoutKind;

/// The sort of an [`Error`](crate::Error).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The client was set up wrongly, which `build()` finds, or is used where no tokio runtime is.
    Config,
    /// The request is wrong, by our own check or by the server's.
    InvalidRequest,
    /// The token is missing, wrong, expired, or of another region.
    Authentication,
    /// The token is right and lacks the permission.
    Permission,
    /// The object that the request names does not exist.
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
    /// The content was refused by moderation.
    Refused,
    /// The server does not offer the endpoint, as self-hosted ones do not offer all.
    Unsupported,
    /// The server failed.
    Server,
    /// The API reports an error that is none of the above.
    Api,
    /// No connection came about: DNS, TCP, TLS or proxy.
    Connect,
    /// Something took too long: what, says the [`TimeoutKind`]; [`Error::timed_out`](crate::Error::timed_out) says how long it was.
    Timeout(TimeoutKind),
    /// The connection failed amid the exchange.
    Transport,
    /// A stream or a download ended before the server said that it was complete.
    Truncated,
    /// Events within a numbered stream are missing; the stream goes on behind them.
    Lost,
    /// An answer or an event is larger than the limit.
    TooLarge,
    /// An answer or an event does not read as its type.
    Decode,
    /// A view of text alone met an agent that waits for tool outputs.
    RequiresAction,
    /// A view of text alone met a chat that was canceled.
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
