//! What was waited for when the time ran out.

use std::fmt;

/// What was waited for when the time ran out: see [`ErrorKind::Timeout`](crate::ErrorKind::Timeout).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TimeoutKind {
    /// A connection, from the name of the host to the end of the TLS handshake: see `Builder::connect_timeout`.
    Connection,
    /// The head of a response.
    Head,
    /// The body of a plain answer: see [`Builder::timeout`](crate::Builder::timeout).
    Body,
    /// The next byte of a stream: see [`Builder::stream_idle_timeout`](crate::Builder::stream_idle_timeout).
    Stream,
    /// The server to take more of a file.
    Upload,
    /// A file, a pipe or a reader to give more of what is uploaded.
    Source,
    /// A token from its [provider](crate::auth::TokenProvider): the first, or one in place of one that was refused.
    Token,
    /// The browser of a login to come back.
    Login,
    /// A chat, a run or documents to come to rest.
    Rest,
    /// Something on the server, which says so itself.
    Server,
}

impl fmt::Display for TimeoutKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Connection => "a connection",
            Self::Head => "the head of the response",
            Self::Body => "the body of the response",
            Self::Stream => "the next byte of the stream",
            Self::Upload => "the server to take more of the file",
            Self::Source => "the file to be opened or to give more; whatever writes to it is too slow",
            Self::Token => "a token from its provider",
            Self::Login => "the browser to come back; start the login anew",
            Self::Rest => "the work to come to rest",
            Self::Server => "something on the server",
        })
    }
}
