//! The kinds of timeouts.

use std::fmt;

/// What timed out: see [`ErrorKind::Timeout`](crate::ErrorKind::Timeout).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TimeoutKind {
    /// A connection, from the name of the host to the end of the TLS handshake: see `Builder::connect_timeout`.
    Connection,
    /// The response head.
    Head,
    /// The body of a plain response: see [`Builder::timeout`](crate::Builder::timeout).
    Body,
    /// The next byte of a stream: see [`Builder::stream_idle_timeout`](crate::Builder::stream_idle_timeout).
    Stream,
    /// A message or a ping of the server in a session over a WebSocket, or a session being configured.
    WebSocket,
    /// The server accepting more of a file.
    Upload,
    /// A file, a pipe or a reader yielding more of an upload.
    Source,
    /// A token from its [provider](crate::auth::TokenProvider): the first one, or the successor of a rejected one.
    Token,
    /// The browser of a login returning.
    Login,
    /// A chat, a run or documents reaching a terminal state.
    Rest,
    /// Something on the server, as reported by the server.
    Server,
}

impl fmt::Display for TimeoutKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Connection => "a connection",
            Self::Head => "the head of the response",
            Self::Body => "the body of the response",
            Self::Stream => "the next byte of the stream",
            Self::WebSocket => "a message of the WebSocket",
            Self::Upload => "the server to take more of the file",
            Self::Source => "the file to be opened or to give more; whatever writes to it is too slow",
            Self::Token => "a token from its provider",
            Self::Login => "the browser to come back; start the login again",
            Self::Rest => "the work to reach a terminal state",
            Self::Server => "something on the server",
        })
    }
}
