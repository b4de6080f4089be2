//! Timeouts: those that need a runtime, and the silence of a body.

use std::future::{Future, pending, poll_fn};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use coze_transport::Incoming;
use tokio::runtime::Handle;
use tokio::time::{Instant, Sleep};

use super::attached::Attached;
use crate::error::{Error, TimeoutKind};

/// How long to wait for a body and how much of it to hold.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ReadLimits {
    pub(crate) body: usize,
    pub(crate) event: usize,
    pub(crate) idle_timeout: Option<Duration>,
}

/// How long all attempts of a request may take together; without that, how long its file may stand still.
pub(super) struct Timer {
    #[cfg_attr(not(feature = "tracing"), expect(dead_code, reason = "only traces name the endpoint"))]
    label: &'static str,
    deadline: Option<(Instant, Duration)>,
    stall: Option<(Arc<dyn Attached>, Duration)>,
}

impl Timer {
    pub(super) fn start(
        label: &'static str,
        limit: Option<Duration>,
        stall: Option<(Arc<dyn Attached>, Duration)>,
    ) -> Self {
        // A timeout beyond the range of the clock is none.
        let deadline = limit.and_then(|limit| Some((Instant::now().checked_add(limit)?, limit)));
        Self { label, deadline, stall }
    }

    /// Time that is left; none at all where there is no runtime to wait in.
    pub(super) fn left(&self) -> Option<Duration> {
        if within_runtime().is_err() {
            return Some(Duration::ZERO);
        }
        self.deadline.map(|(deadline, _)| deadline.saturating_duration_since(Instant::now()))
    }

    /// Does one step of an attempt, within the time that is left.
    pub(super) async fn guard<T, E: Into<Error>>(
        &self,
        wait: TimeoutKind,
        mut step: Pin<&mut (dyn Future<Output = Result<T, E>> + Send)>,
    ) -> Result<T, Error> {
        let mut late = pin!(self.late(wait));
        poll_fn(|cx| match step.as_mut().poll(cx) {
            Poll::Ready(result) => Poll::Ready(result.map_err(Into::into)),
            // The timer is created when the step first has to wait.
            Poll::Pending => late.as_mut().poll(cx).map(Err),
        })
        .await
    }

    /// Waits until a step has taken too long.
    async fn late(&self, wait: TimeoutKind) -> Error {
        if let Some((deadline, limit)) = &self.deadline {
            if let Err(error) = within_runtime() {
                return error;
            }
            tokio::time::sleep_until(*deadline).await;
            #[cfg(feature = "tracing")]
            super::trace::late(self.label, *limit, wait);
            return Error::timeout(wait, *limit);
        }
        let Some((file, limit)) = &self.stall else { return pending().await };
        let of_file = file.stall(*limit).await;
        let of_file = of_file.filter(|_| !matches!(wait, TimeoutKind::Source | TimeoutKind::Token));
        Error::timeout(of_file.unwrap_or(wait), *limit)
    }
}

/// Fails where there is no runtime, whose timers and tasks would panic.
pub(crate) fn within_runtime() -> Result<(), Error> {
    match Handle::try_current() {
        Ok(_) => Ok(()),
        Err(_) => Err(Error::config("there is no tokio runtime here; await and read from within one")),
    }
}

/// The wait for the next chunk, from when the reader first had to wait for it. The timer is created then, and reset
/// only when it fires: a busy stream never touches it.
pub(crate) struct Idle {
    limit: Duration,
    since: Option<Instant>,
    timer: Option<Pin<Box<Sleep>>>,
}

impl Idle {
    pub(crate) fn new(limit: Duration) -> Self {
        Self { limit, since: None, timer: None }
    }

    /// Restarts with the next wait.
    pub(crate) fn begin(&mut self) {
        self.since = None;
    }

    /// Ready with an error when the limit has run out, or cannot be kept.
    pub(crate) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Error> {
        if self.timer.is_none()
            && let Err(error) = within_runtime()
        {
            return Poll::Ready(error);
        }
        loop {
            let since = *self.since.get_or_insert_with(Instant::now);
            // A timeout beyond the range of the clock is none.
            let Some(deadline) = since.checked_add(self.limit) else { return Poll::Pending };
            let timer = self.timer.get_or_insert_with(|| Box::pin(tokio::time::sleep_until(deadline)));
            ready!(timer.as_mut().poll(cx));
            if deadline <= Instant::now() {
                return Poll::Ready(Error::timeout(TimeoutKind::Stream, self.limit));
            }
            timer.as_mut().reset(deadline);
        }
    }
}

/// Polls for the next chunk of a body, which may be silent for so long; `None` is its end.
pub(crate) fn poll_chunk(
    body: &mut Incoming,
    idle: &mut Option<Idle>,
    cx: &mut Context<'_>,
) -> Poll<Result<Option<Bytes>, Error>> {
    if let Poll::Ready(chunk) = body.poll_chunk(cx) {
        if let Some(idle) = idle {
            idle.begin();
        }
        return Poll::Ready(chunk.transpose().map_err(Error::from));
    }
    let Some(idle) = idle else { return Poll::Pending };
    idle.poll(cx).map(Err)
}
