//! How long a body may be silent.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use coze_transport::Incoming;
use tokio::time::{Instant, Sleep};

use crate::error::Error;
use crate::wait::{Wait, within_runtime};

/// The wait for the next chunk, from when the reader first had to wait for it. The timer is made then, and set anew
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

    /// Begins anew, with the next wait.
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
            // A limit beyond the reach of the clock is none.
            let Some(deadline) = since.checked_add(self.limit) else { return Poll::Pending };
            let timer = self.timer.get_or_insert_with(|| Box::pin(tokio::time::sleep_until(deadline)));
            ready!(timer.as_mut().poll(cx));
            if deadline <= Instant::now() {
                return Poll::Ready(Error::timeout(Wait::Stream, self.limit));
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
