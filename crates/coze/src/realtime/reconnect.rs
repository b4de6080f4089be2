//! Connecting again after a session broke, for those who ask for it.

use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::event::Memory;
use crate::error::{Error, ErrorKind};
use crate::runtime::BoxFuture;
use crate::runtime::client::Client;
use crate::runtime::retry::RetryPolicy;

/// How long a connection lasts that does not count as failed.
const GOOD: Duration = Duration::from_secs(30);

/// Opens another session, which continues the conversation of the one before.
type Open<S> = Box<dyn Fn(&Memory) -> BoxFuture<'static, Result<S, Error>> + Send + Sync>;

/// The policy of a session, and its next connection.
pub(super) struct Again<S> {
    client: Arc<Client>,
    open: Open<S>,
    /// Connections in a row that may fail.
    most: u32,
    failed: u32,
    since: Instant,
    /// Nobody looks at it from two threads; the lock only makes it `Sync`.
    attempt: Option<Mutex<BoxFuture<'static, Result<S, Error>>>>,
}

impl<S: 'static> Again<S> {
    pub(super) fn new(client: &Arc<Client>, most: u32, open: Open<S>) -> Self {
        Self { client: Arc::clone(client), open, most, failed: 0, since: Instant::now(), attempt: None }
    }

    /// Whether another connection is on its way.
    pub(super) fn is_under_way(&self) -> bool {
        self.attempt.is_some()
    }

    /// Prepares another connection if one may follow this error; `fault` is what the server reported last.
    pub(super) fn follow(&mut self, error: Error, fault: Option<ErrorKind>, memory: &Memory) -> Error {
        if self.since.elapsed() >= GOOD {
            self.failed = 0;
        }
        if self.failed >= self.most || !may_follow(&error, fault) {
            return error;
        }
        let Some(delay) = RetryPolicy::new().delay(self.failed + 1, &error) else { return error };
        if let Err(spent) = self.client.budget.spend() {
            return error.for_want_of(spent);
        }
        self.failed += 1;
        let open = (self.open)(memory);
        self.attempt = Some(Mutex::new(Box::pin(async move {
            sleep(delay).await;
            open.await
        })));
        error
    }

    /// Polls the connection that is on its way; `None` if none is.
    pub(super) fn poll(&mut self, cx: &mut Context<'_>) -> Option<Poll<Result<S, Error>>> {
        let attempt = self.attempt.as_mut()?.get_mut().unwrap_or_else(PoisonError::into_inner);
        let Poll::Ready(opened) = attempt.as_mut().poll(cx) else { return Some(Poll::Pending) };
        self.attempt = None;
        self.since = Instant::now();
        if opened.is_ok() {
            self.client.budget.succeed(1);
        }
        Some(Poll::Ready(opened))
    }
}

/// Whether the same session may work if it is opened again.
fn may_follow(error: &Error, fault: Option<ErrorKind>) -> bool {
    // Money and tokens come back by no connection.
    let is_refused =
        matches!(fault, Some(ErrorKind::Quota | ErrorKind::Authentication | ErrorKind::Permission));
    let is_passing = match error.kind() {
        ErrorKind::Closed => {
            error.is_retryable() && error.close_frame().is_none_or(|why| !matches!(why.code, 1000 | 1008))
        }
        ErrorKind::Transport
        | ErrorKind::Connect
        | ErrorKind::Timeout(_)
        | ErrorKind::Server
        | ErrorKind::RateLimited => error.is_retryable(),
        _ => false,
    };
    is_passing && !is_refused
}
