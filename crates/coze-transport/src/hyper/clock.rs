//! The time limits of one exchange.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::{Instant, Sleep, sleep_until};

use super::origin::Origin;
use crate::TransportError;
use crate::error::Stage;

/// One timer for the idle limit and the overall limit; it is touched only when the network makes us wait.
pub(crate) struct Clock {
    read: Option<Duration>,
    total: Option<(Instant, Duration)>,
    idle_until: Option<Instant>,
    /// Made by [`start`](Self::start): a timer needs its runtime.
    sleep: Option<Pin<Box<Sleep>>>,
}

impl Clock {
    /// Returns `None` without limits, so that the usual exchange pays nothing.
    pub(crate) fn new(read: Option<Duration>, total: Option<(Instant, Duration)>) -> Option<Box<Self>> {
        if read.is_none() && total.is_none() {
            return None;
        }
        Some(Box::new(Self { read, total, idle_until: None, sleep: None }))
    }

    /// Makes the timer, in the runtime that it is to run in; it may then be polled outside.
    pub(crate) fn start(&mut self) {
        self.timer();
    }

    fn timer(&mut self) -> &mut Pin<Box<Sleep>> {
        self.sleep.get_or_insert_with(|| Box::pin(sleep_until(Instant::now())))
    }

    /// Something moved: the idle wait begins anew with the next poll that has to wait.
    pub(crate) fn progressed(&mut self) {
        self.idle_until = None;
    }

    /// Something moved at another time: counts the idle wait from there, and says whether any of it is left.
    pub(crate) fn renew(&mut self, moved: Instant) -> bool {
        self.idle_until = self.read.and_then(|limit| moved.checked_add(limit));
        !self.is_over() && self.idle_until.is_none_or(|until| until > Instant::now())
    }

    /// Says whether the overall limit has run out.
    pub(crate) fn is_over(&self) -> bool {
        self.total.is_some_and(|(end, _)| Instant::now() >= end)
    }

    /// Ready when a limit has run out; the idle limit counts only where `idle` says so.
    pub(crate) fn poll_expired(&mut self, cx: &mut Context<'_>, idle: bool) -> Poll<()> {
        if idle && self.idle_until.is_none() {
            self.idle_until = self.read.and_then(|limit| Instant::now().checked_add(limit));
        }
        let end = self.total.map(|(end, _)| end);
        let Some(wake) = [self.idle_until, end].into_iter().flatten().min() else { return Poll::Pending };
        let sleep = self.timer();
        if sleep.deadline() != wake {
            sleep.as_mut().reset(wake);
        }
        sleep.as_mut().poll(cx)
    }

    /// Tells which limit ran out while `what` was awaited.
    pub(crate) fn error(&self, what: &str, stage: Stage, origin: &Origin) -> TransportError {
        let (what, limit) = match (self.total, self.read) {
            (Some((_, limit)), read) if read.is_none() || self.is_over() => ("the whole response", limit),
            (_, read) => (what, read.unwrap_or_default()),
        };
        TransportError::timed_out(stage, format_args!("{what} of {origin}"), limit)
    }
}
