//! The timeouts of one exchange.

use std::pin::Pin;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::{Instant, Sleep, sleep_until};

use super::origin::Origin;
use crate::error::Stage;
use crate::{Body, TransportError};

/// What the waiting side wants to know of a body that hyper reads in another task.
#[derive(Default)]
pub(crate) struct Upload {
    moved: Mutex<Option<Instant>>,
    failure: OnceLock<TransportError>,
}

impl Upload {
    /// Only streams can fail, and only timed uploads are watched: the others need nothing shared.
    pub(crate) fn of(body: &Body, timed: bool) -> Option<Arc<Self>> {
        (!body.is_empty() && (timed || !body.is_replayable())).then(Arc::default)
    }

    /// Records when a piece was last passed on.
    pub(crate) fn last_moved(&self) -> Option<Instant> {
        *self.moved.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn moves(&self) {
        *self.moved.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
    }

    pub(crate) fn fails(&self, error: &TransportError) {
        // The first failure ends the body.
        let _ = self.failure.set(error.clone());
    }

    /// Error of the body itself; HTTP/2 replaces it by a reset.
    pub(crate) fn failure(&self) -> Option<&TransportError> {
        self.failure.get()
    }
}

/// One timer for the idle limit and the overall limit; it is touched only when the network makes us wait.
pub(crate) struct Clock {
    read: Option<Duration>,
    total: Option<(Instant, Duration)>,
    idle_until: Option<Instant>,
    sleep: Pin<Box<Sleep>>,
    upload: Option<Arc<Upload>>,
}

impl Clock {
    /// Returns `None` without limits, so that the usual exchange pays nothing. To be called in the runtime in which the timer runs.
    pub(crate) fn new(
        read: Option<Duration>,
        total: Option<(Instant, Duration)>,
        upload: Option<&Arc<Upload>>,
    ) -> Option<Box<Self>> {
        read.or(total.map(|(_, limit)| limit))?;
        let (sleep, upload) = (Box::pin(sleep_until(Instant::now())), upload.cloned());
        Some(Box::new(Self { read, total, idle_until: None, sleep, upload }))
    }

    /// Ready when a limit has run out before the head of the response came; the idle limit counts only once there is a connection.
    pub(crate) fn poll_late(
        &mut self,
        cx: &mut Context<'_>,
        connected: bool,
        origin: &Origin,
    ) -> Poll<TransportError> {
        while self.poll_expired(cx, connected).is_ready() {
            // An upload that makes progress is not idle.
            let moved = self.upload.as_deref().and_then(Upload::last_moved);
            if !moved.is_some_and(|moved| self.renew(moved)) {
                let error = self.error("the response head", Stage::Head, origin);
                // Without a connection nothing was sent.
                return Poll::Ready(if connected { error } else { error.unsent() });
            }
        }
        Poll::Pending
    }

    /// Something moved: the idle timer restarts with the next poll that has to wait.
    pub(crate) fn progressed(&mut self) {
        self.idle_until = None;
    }

    /// Something moved at another time: counts the idle wait from there, and says whether any of it is left.
    fn renew(&mut self, moved: Instant) -> bool {
        self.idle_until = self.read.and_then(|limit| moved.checked_add(limit));
        !self.is_over() && self.idle_until.is_none_or(|until| until > Instant::now())
    }

    /// Says whether the overall limit has run out.
    fn is_over(&self) -> bool {
        self.total.is_some_and(|(end, _)| Instant::now() >= end)
    }

    /// Ready when a limit has run out; the idle limit counts only where `idle` says so.
    pub(crate) fn poll_expired(&mut self, cx: &mut Context<'_>, idle: bool) -> Poll<()> {
        if idle && self.idle_until.is_none() {
            self.idle_until = self.read.and_then(|limit| Instant::now().checked_add(limit));
        }
        let end = self.total.map(|(end, _)| end);
        let Some(wake) = [self.idle_until, end].into_iter().flatten().min() else { return Poll::Pending };
        if self.sleep.deadline() != wake {
            self.sleep.as_mut().reset(wake);
        }
        self.sleep.as_mut().poll(cx)
    }

    /// Returns which timeout expired while `what` was awaited.
    pub(crate) fn error(&self, what: &str, stage: Stage, origin: &Origin) -> TransportError {
        let (what, limit) = match (self.total, self.read) {
            (Some((_, limit)), read) if read.is_none() || self.is_over() => ("the whole response", limit),
            (_, read) => (what, read.unwrap_or_default()),
        };
        TransportError::timed_out(stage, format_args!("{what} of {origin}"), limit)
    }
}
