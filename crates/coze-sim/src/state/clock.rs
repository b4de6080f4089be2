//! The clock for the times of responses.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// A clock that tests can stop and advance; its clones show the same time.
#[derive(Clone, Debug, Default)]
pub(crate) struct Clock(Arc<Mutex<Setting>>);

#[derive(Clone, Copy, Debug, Default)]
struct Setting {
    frozen: Option<Duration>,
    ahead: Duration,
}

impl Clock {
    fn setting(&self) -> MutexGuard<'_, Setting> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the time since 1970.
    pub(crate) fn since_epoch(&self) -> Duration {
        let Setting { frozen, ahead } = *self.setting();
        frozen.unwrap_or_else(real).saturating_add(ahead)
    }

    /// Returns the time in seconds since 1970.
    pub(crate) fn now(&self) -> u64 {
        self.since_epoch().as_secs()
    }

    /// Returns whether it shows the time of the computer.
    pub(crate) fn is_real(&self) -> bool {
        let Setting { frozen, ahead } = *self.setting();
        frozen.is_none() && ahead.is_zero()
    }

    pub(crate) fn freeze(&self) {
        self.setting().frozen.get_or_insert_with(real);
    }

    pub(crate) fn advance(&self, by: Duration) {
        let mut setting = self.setting();
        setting.ahead = setting.ahead.saturating_add(by);
    }

    pub(crate) fn reset(&self) {
        *self.setting() = Setting::default();
    }
}

/// Returns the time of the computer; before 1970 that is 1970.
pub(super) fn real() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}
