//! The clock for the times of responses.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// A clock that tests can stop and advance; its clones show the same time.
#[derive(Clone, Debug, Default)]
pub(crate) struct Clock(Arc<Mutex<Hands>>);

#[derive(Clone, Copy, Debug, Default)]
struct Hands {
    frozen: Option<Duration>,
    ahead: Duration,
}

impl Clock {
    fn hands(&self) -> MutexGuard<'_, Hands> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the time since 1970.
    pub(crate) fn since_epoch(&self) -> Duration {
        let Hands { frozen, ahead } = *self.hands();
        frozen.unwrap_or_else(real).saturating_add(ahead)
    }

    /// Returns the time in seconds since 1970.
    pub(crate) fn now(&self) -> u64 {
        self.since_epoch().as_secs()
    }

    /// Returns whether it shows the time of the computer.
    pub(crate) fn is_real(&self) -> bool {
        let Hands { frozen, ahead } = *self.hands();
        frozen.is_none() && ahead.is_zero()
    }

    pub(crate) fn freeze(&self) {
        self.hands().frozen.get_or_insert_with(real);
    }

    pub(crate) fn advance(&self, by: Duration) {
        let mut hands = self.hands();
        hands.ahead = hands.ahead.saturating_add(by);
    }

    pub(crate) fn reset(&self) {
        *self.hands() = Hands::default();
    }
}

/// Returns the time of the computer; before 1970 that is 1970.
pub(super) fn real() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}
