//! Attempts of a request before the last, and why there was no other.

use std::fmt;
use std::time::Duration;

use coze_types::LogId;

use super::ErrorKind;

/// An attempt that failed and was followed by another.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Attempt {
    /// Kind of its error.
    pub kind: ErrorKind,
    /// Message of its error.
    pub cause: String,
    /// Id of the attempt in the logs of the server.
    pub log_id: Option<LogId>,
    /// Wait that followed.
    pub delay: Duration,
}

impl fmt::Display for Attempt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.cause)
    }
}

/// Why there was no further attempt: the budget was used up.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spent {
    pub(crate) room: u32,
    /// For how long nothing has been left.
    pub(crate) since: Duration,
}

impl fmt::Display for Spent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { room, since } = self;
        if *room == 0 {
            return f.write_str("not retried, since this client has a retry budget of 0");
        }
        let seconds = since.as_secs();
        write!(
            f,
            "not retried: the {room} retries that this client has at once were used up {seconds} s ago by requests \
             that failed all the same; successes bring them back, and `Builder::retry_budget` allows more"
        )
    }
}
