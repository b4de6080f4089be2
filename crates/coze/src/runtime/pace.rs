//! The intervals of polling.

use std::time::Duration;

use tokio::time::Instant;

use super::timeout::within_runtime;
use crate::error::{Error, ErrorKind};

/// Waits that grow from a quarter of a second to a second, within a deadline.
#[derive(Debug)]
pub(crate) struct Pace {
    started: Instant,
    deadline: Option<Duration>,
    interval: Duration,
}

const FIRST: Duration = Duration::from_millis(250);
/// The documentation wants at most one question a second.
const LAST: Duration = Duration::from_secs(1);

impl Pace {
    pub(crate) fn new(deadline: Option<Duration>) -> Self {
        Self { started: Instant::now(), deadline, interval: FIRST }
    }

    /// Time that is left; `None` without a deadline.
    pub(crate) fn left(&self) -> Option<Duration> {
        self.deadline.map(|deadline| deadline.saturating_sub(self.started.elapsed()))
    }

    /// Whether a request failed because the deadline passed while the server was silent.
    pub(crate) fn has_cut(&self, error: &Error) -> bool {
        matches!(error.kind(), ErrorKind::Timeout(_)) && self.left() == Some(Duration::ZERO)
    }

    /// Waits until it is time to ask again; false when the deadline has passed.
    pub(crate) async fn wait(&mut self) -> Result<bool, Error> {
        let left = self.left();
        if left == Some(Duration::ZERO) {
            return Ok(false);
        }
        within_runtime()?;
        tokio::time::sleep(left.map_or(self.interval, |left| left.min(self.interval))).await;
        self.interval = (self.interval * 2).min(LAST);
        Ok(true)
    }
}
