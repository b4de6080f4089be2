//! What can go wrong while parsing.

use std::fmt;

/// The reason why the parser skipped an event.
///
/// The event stream format itself has no errors: every sequence of bytes is a valid stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Error {
    /// One event was larger than the parser's memory limit.
    ///
    /// The parser skips the rest of this event and continues after the next blank line. The event leaves
    /// no trace: an `id` that it carried does not become the last event id.
    #[non_exhaustive]
    TooLarge {
        /// Limit in bytes that the event exceeded.
        limit: usize,
        /// Bytes of name, data and id that were thrown away when the limit was noticed.
        ///
        /// What follows up to the next blank line is skipped and not counted.
        dropped: usize,
    },
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLarge { limit, dropped } => write!(
                f,
                "a server-sent event exceeds the limit of {limit} bytes ({dropped} bytes dropped so far); \
                 allow larger events with `Parser::with_limit`"
            ),
        }
    }
}

impl std::error::Error for Error {}
