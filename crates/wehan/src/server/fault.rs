//! Faults that tests let a server have.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// What goes wrong with one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// Nothing is done, and this status is the answer; 401 as for a token that was withdrawn.
    Refuse(u16),
    /// The request waits before it is carried out.
    Delay(Duration),
    /// The request is carried out, and this status is the answer all the same.
    Deny(u16),
    /// The request is carried out, and the connection closes without an answer.
    Cut,
}

/// Faults to come.
#[derive(Debug, Default)]
pub(crate) struct Faults(Mutex<VecDeque<Fault>>);

impl Faults {
    pub(crate) fn add(&self, fault: Fault, times: usize) {
        self.lock().extend(std::iter::repeat_n(fault, times));
    }

    pub(crate) fn next(&self) -> Option<Fault> {
        self.lock().pop_front()
    }

    pub(crate) fn clear(&self) {
        self.lock().clear();
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<Fault>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
