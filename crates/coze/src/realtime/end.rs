//! How a session ends.

use std::time::Duration;

use coze_transport::TransportError;
use coze_transport::websocket::CloseFrame;

use crate::error::{Error, TimeoutKind};

/// Why nothing more comes.
#[derive(Clone, Debug)]
pub(super) enum End {
    /// This side closed the session.
    Ours,
    /// The server closed it.
    Closed(Option<CloseFrame>),
    /// The connection broke.
    Broken(TransportError),
    /// Nothing came for so long, not even a ping.
    Silent(Duration),
    /// There are no timers, since the session is polled outside of a runtime.
    NoRuntime,
}

/// A server that gets no pong closes after this time.
pub(super) const UNREAD: Duration = Duration::from_secs(60);

impl End {
    /// Whether the server ended the session in order.
    pub(super) fn is_orderly(&self) -> bool {
        matches!(self, Self::Closed(why) if why.as_ref().is_none_or(|why| matches!(why.code, 1000 | 1001)))
    }

    /// The error of those who still expect something, or send.
    pub(super) fn error(&self) -> Error {
        match self {
            Self::Ours => finished(),
            Self::Closed(why) => Error::closed(why.clone()),
            Self::Broken(error) => error.clone().into(),
            Self::Silent(limit) => Error::timeout(TimeoutKind::WebSocket, *limit)
                .noting("the server pings every 15 s, so the connection is lost"),
            Self::NoRuntime => {
                Error::config("there is no tokio runtime here; poll the session from within one")
            }
        }
    }
}

/// The error of those who send after they have closed the session.
pub(super) fn finished() -> Error {
    TransportError::request(
        "this session was closed by its program, so nothing more can be sent; open another one",
    )
    .into()
}
