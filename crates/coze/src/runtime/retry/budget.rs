//! How many retries all clones of a client may make.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use crate::error::Spent;

/// Default number of retries, as in the SDKs of AWS.
pub(crate) const ROOM: u32 = 100;

/// Remaining retries of all clones of a client.
#[derive(Debug)]
pub(crate) struct Budget {
    /// Capacity, in retries; `None` without a bound.
    room: Option<u32>,
    /// In tenths of a retry.
    left: AtomicU64,
    /// Since when there has been nothing left.
    empty_since: Mutex<Option<Instant>>,
    /// Whether the last token that was renewed was refused as well.
    distrusted: AtomicBool,
}

const RETRY: u64 = 10;
const SUCCESS: u64 = 1;

impl Budget {
    pub(crate) fn new(room: Option<u32>) -> Self {
        Self {
            room,
            left: AtomicU64::new(full(room)),
            empty_since: Mutex::default(),
            distrusted: AtomicBool::new(false),
        }
    }

    /// Records a request that succeeded after this many charged retries; they are restored.
    pub(crate) fn succeed(&self, charged: u32) {
        // A full budget and good tokens are the normal case: do not write to them.
        if self.distrusted.load(Ordering::Relaxed) {
            self.distrusted.store(false, Ordering::Relaxed);
        }
        let full = full(self.room);
        if self.left.load(Ordering::Relaxed) < full {
            let back = SUCCESS.max(RETRY * u64::from(charged));
            let _ = self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
                (left < full).then(|| (left + back).min(full))
            });
        }
    }

    /// Takes one try; fails where there is none left.
    pub(crate) fn spend(&self) -> Result<(), Spent> {
        let Some(room) = self.room else { return Ok(()) };
        let taken =
            self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(RETRY));
        let mut since = self.empty_since.lock().unwrap_or_else(PoisonError::into_inner);
        if taken.is_ok() {
            *since = None;
            return Ok(());
        }
        Err(Spent { room, since: since.get_or_insert_with(Instant::now).elapsed() })
    }

    /// Notes that a new token was refused like the one before.
    pub(crate) fn distrust(&self) {
        self.distrusted.store(true, Ordering::Relaxed);
    }

    /// Whether another token may be asked for: freely, as long as new ones help.
    pub(crate) fn may_renew(&self) -> bool {
        !self.distrusted.load(Ordering::Relaxed) || self.spend().is_ok()
    }
}

fn full(room: Option<u32>) -> u64 {
    u64::from(room.unwrap_or_default()) * RETRY
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spend(budget: &Budget) -> u32 {
        (0..1000).take_while(|_| budget.spend().is_ok()).map(|_| 1).sum()
    }

    #[test]
    fn the_budget_ends_and_grows_back_slowly() {
        let budget = Budget::new(Some(ROOM));
        assert_eq!(spend(&budget), 100);
        for _ in 0..9 {
            budget.succeed(0);
        }
        assert!(budget.spend().is_err());
        budget.succeed(0);
        assert_eq!(spend(&budget), 1);
    }

    #[test]
    fn what_helped_costs_nothing() {
        let budget = Budget::new(Some(10));
        for _ in 0..1000 {
            assert!(budget.spend().is_ok() && budget.spend().is_ok());
            budget.succeed(2);
        }
        budget.succeed(u32::MAX);
        assert_eq!(spend(&budget), 10, "never more than full");
    }

    #[test]
    fn it_can_be_switched_off_and_closed() {
        assert_eq!(spend(&Budget::new(None)), 1000);
        let none = Budget::new(Some(0));
        assert!(none.spend().unwrap_err().to_string().contains("budget of 0"));
        none.succeed(0);
        assert_eq!(spend(&none), 0);
        assert_eq!(spend(&Budget::new(Some(u32::MAX))), 1000);
    }
}
