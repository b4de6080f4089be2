//! When a request is sent again, and how often.

use std::fmt;
use std::future::{Future, pending, poll_fn};
use std::pin::{Pin, pin};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;
use std::time::{Duration, SystemTime};

use coze_types::{Encoded, LogId, RetryAdvice, Secret};
use http::header::{DATE, RETRY_AFTER};
use http::{HeaderMap, HeaderValue};
use tokio::time::Instant;

use crate::auth::{Credentials, Token, TokenRequest};
use crate::call::CallFuture;
use crate::client::Coze;
use crate::dispatch::{Options, random};
use crate::error::{Error, ErrorKind};
use crate::upload::Attached;
use crate::wait::{Wait, within_runtime};

mod budget;

pub(crate) use budget::{Budget, ROOM, Spent};

/// How often and how fast a request is sent again.
///
/// Only what cannot do harm is sent again. GET, PUT and DELETE: after connection errors and the statuses 408, 429, 500,
/// 502, 503 and 504. POST: only when it is certain that the server did not act, which is a connection that failed before any of the
/// request was written, a stream that an HTTP/2 server refused, the status 429 and the rate-limit code 4013; unless
/// [`Call::idempotent`](crate::Call::idempotent) says that it may be repeated. A connection that ends after that proves nothing: the
/// error then says that the request may have been carried out.
///
/// The waits grow exponentially with full jitter; a `Retry-After` of the server takes their place. All tries together
/// stay within the timeout of the call. When the server refuses a token that a [provider](crate::auth::TokenProvider) handed out, any
/// request is sent once more with a new one, whatever this policy says.
///
/// Besides, all clones of a client share a budget of 100 tries beyond the first, unless [`Builder::retry_budget`](crate::Builder::retry_budget)
/// says otherwise. A try takes 1 of it, but not where the server asked for it by a `Retry-After`. A request that succeeds brings back what
/// its own tries took, or 0.1 where it needed none. An outage is therefore not amplified by more than a tenth; while the budget is used up,
/// requests are tried once, and their errors say so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RetryPolicy {
    /// Tries in all; 3 by default, 1 means none beyond the first.
    pub max_attempts: u32,
    /// Bound of the first wait; 500 ms by default. It doubles with each try.
    pub base_delay: Duration,
    /// Bound of all waits; 8 s by default.
    pub max_delay: Duration,
    /// Longest `Retry-After` that is waited for; 60 s by default. A longer one ends the tries.
    pub max_retry_after: Duration,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            max_attempts: 3,
            base_delay: Duration::from_millis(500),
            max_delay: Duration::from_secs(8),
            max_retry_after: Duration::from_secs(60),
        }
    }
}

impl RetryPolicy {
    /// The default.
    pub fn new() -> Self {
        Self::default()
    }

    /// One try only.
    pub fn none() -> Self {
        Self::new().max_attempts(1)
    }

    /// Sets [`max_attempts`](Self#structfield.max_attempts).
    #[must_use]
    pub fn max_attempts(mut self, attempts: u32) -> Self {
        self.max_attempts = attempts;
        self
    }

    /// Sets [`base_delay`](Self#structfield.base_delay).
    #[must_use]
    pub fn base_delay(mut self, delay: Duration) -> Self {
        self.base_delay = delay;
        self
    }

    /// Sets [`max_delay`](Self#structfield.max_delay).
    #[must_use]
    pub fn max_delay(mut self, delay: Duration) -> Self {
        self.max_delay = delay;
        self
    }

    /// Sets [`max_retry_after`](Self#structfield.max_retry_after).
    #[must_use]
    pub fn max_retry_after(mut self, delay: Duration) -> Self {
        self.max_retry_after = delay;
        self
    }

    /// Wait after the given number of failed tries.
    fn delay(&self, failed: u32, error: &Error) -> Option<Duration> {
        if let Some(asked) = error.retry_after() {
            return (asked <= self.max_retry_after).then_some(asked);
        }
        let doubled = self.base_delay.saturating_mul(1_u32.checked_shl(failed - 1).unwrap_or(u32::MAX));
        let bound = doubled.min(self.max_delay);
        // Full jitter: anything between nothing and the bound.
        let share = random() % 1024;
        Some(bound.mul_f64(f64::from(u16::try_from(share).unwrap_or(1023)) / 1024.0))
    }
}

/// A try that failed and was followed by another.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Attempt {
    /// Sort of its error.
    pub kind: ErrorKind,
    /// Message of its error.
    pub cause: String,
    /// Id of the try in the logs of the server.
    pub log_id: Option<LogId>,
    /// Wait that followed.
    pub delay: Duration,
}

impl fmt::Display for Attempt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.cause)
    }
}

/// The tries of one request.
pub(crate) struct Tries {
    pub(crate) client: Coze,
    pub(crate) request: Encoded,
    pub(crate) options: Options,
    /// When all tries together must be done, and how long that is from their beginning.
    deadline: Option<(Instant, Duration)>,
    failed: Vec<Attempt>,
    /// Tries that the budget was charged for.
    charged: u32,
    /// Token of the last try, where a provider hands them out.
    token: Mutex<Option<Token>>,
    /// What is done before the request of this try is sent, while that takes its time.
    preparing: Mutex<Option<Wait>>,
    /// Whether a refused token was renewed; that is done once.
    renewed: bool,
}

impl Tries {
    pub(crate) fn new(client: &Coze, request: Encoded, options: Options) -> Self {
        Self {
            client: client.clone(),
            request,
            options,
            deadline: None,
            failed: Vec::new(),
            charged: 0,
            token: Mutex::default(),
            preparing: Mutex::default(),
            renewed: false,
        }
    }

    /// Begins with the first; all may take so long together.
    pub(crate) fn begin(&mut self, limit: Option<Duration>) {
        // A limit beyond the reach of the clock is none.
        self.deadline = limit.and_then(|limit| Some((Instant::now().checked_add(limit)?, limit)));
    }

    fn budget(&self) -> &Budget {
        &self.client.client().budget
    }

    fn credentials(&self) -> &Credentials {
        &self.client.client().credentials
    }

    fn token(&self) -> MutexGuard<'_, Option<Token>> {
        self.token.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether what was sent can be sent again.
    fn is_replayable(&self) -> bool {
        self.options.attachment.as_ref().is_none_or(|attachment| attachment.is_replayable())
    }

    /// What the next try sends as `Authorization`.
    pub(crate) async fn authorization(&self) -> Result<Option<HeaderValue>, Error> {
        if self.options.authorization.is_some() {
            return Ok(self.options.authorization.clone());
        }
        match self.credentials() {
            Credentials::Fixed(header) => Ok(Some(header.clone())),
            Credentials::Server(_) => Ok(None),
            Credentials::Provider(provider, server) => {
                let kept = self.token().clone();
                let token = if let Some(token) = kept {
                    token
                } else {
                    let request = TokenRequest::new(server.clone());
                    let token = self.before(Wait::Token, provider.token(request)).await?;
                    self.check_wanted()?;
                    token
                };
                let header = token.header().clone();
                *self.token() = Some(token);
                Ok(Some(header))
            }
        }
    }

    /// Gets another token in place of one that the server refused: it did not act, so that any request may be sent again.
    /// Says whether there is one to try.
    async fn renew(&mut self, error: &Error) -> Result<bool, Error> {
        let Credentials::Provider(provider, server) = self.credentials() else { return Ok(false) };
        let refused = error.kind() == ErrorKind::Authentication
            && error.api().is_some_and(|error| error.retry_advice() == RetryAdvice::NewToken);
        if !refused {
            return Ok(false);
        }
        let (provider, server) = (Arc::clone(provider), server.clone());
        if std::mem::replace(&mut self.renewed, true) {
            self.budget().distrust();
            return Ok(false);
        }
        if !self.budget().may_renew() {
            return Ok(false);
        }
        let Some(token) = self.token().clone() else { return Ok(false) };
        let mut request = TokenRequest::new(server);
        request.refused = Some(token.clone());
        let fresh = {
            let provided = pin!(self.before(Wait::Token, provider.token(request)));
            self.attempt(Wait::Token, provided).await?
        };
        // What cannot be sent again leaves a good token to the next request.
        let is_new = fresh != token && self.is_replayable();
        self.options.hidden.push(Secret::new(token.expose()));
        *self.token() = Some(fresh);
        Ok(is_new)
    }

    /// Does what comes before a request; a limit that runs out meanwhile names it.
    pub(crate) async fn before<T>(&self, wait: Wait, work: impl Future<Output = T>) -> T {
        *self.preparing() = Some(wait);
        let done = work.await;
        *self.preparing() = None;
        done
    }

    fn preparing(&self) -> MutexGuard<'_, Option<Wait>> {
        self.preparing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn left(&self) -> Option<Duration> {
        self.deadline.map(|(deadline, _)| deadline.saturating_duration_since(Instant::now()))
    }

    /// Makes one try, within the time that is left.
    ///
    /// Takes it pinned: it is large, and would else be held twice, and compiled for each sort.
    pub(crate) async fn attempt<T>(
        &self,
        wait: Wait,
        mut attempt: Pin<&mut (dyn Future<Output = Result<T, Error>> + Send)>,
    ) -> Result<T, Error> {
        let Some((deadline, limit)) = self.deadline else {
            return match &self.options.attachment {
                None => attempt.await,
                Some(attachment) => {
                    let mut stalled = self.stalled(wait, &**attachment);
                    poll_fn(|cx| match attempt.as_mut().poll(cx) {
                        Poll::Ready(result) => Poll::Ready(result),
                        Poll::Pending => stalled.as_mut().poll(cx).map(Err),
                    })
                    .await
                }
            };
        };
        within_runtime()?;
        if let Ok(result) = tokio::time::timeout_at(deadline, attempt).await {
            return result;
        }
        let wait = self.preparing().take().unwrap_or(wait);
        #[cfg(feature = "tracing")]
        crate::trace::late(self.request.template, limit, wait);
        Err(Error::timeout(wait, limit))
    }

    /// Waits until a file that goes along has stood still for too long. Boxed: only uploads have room for it then.
    fn stalled<'a>(
        &'a self,
        wait: Wait,
        attachment: &'a dyn Attached,
    ) -> Pin<Box<dyn Future<Output = Error> + Send + 'a>> {
        Box::pin(async move {
            let Some(limit) = self.client.client().limits.timeout else { return pending().await };
            let of_file = attachment.stall(limit).await;
            let preparing = self.preparing().take();
            Error::timeout(preparing.or(of_file).unwrap_or(wait), limit)
        })
    }

    /// Notes that a try succeeded.
    pub(crate) fn succeed(&self) {
        self.budget().succeed(self.charged);
    }

    /// Waits until it is time for another try; fails where there is none.
    pub(crate) fn fail(&mut self, error: Error) -> CallFuture<'_, ()> {
        Box::pin(async move {
            let label = self.request.template;
            self.pause(error).await.map_err(|error| error.at(label))
        })
    }

    async fn pause(&mut self, error: Error) -> Result<(), Error> {
        match self.renew(&error).await {
            Ok(false) => {}
            Ok(true) => {
                self.note(&error, Duration::ZERO);
                return self.check_wanted();
            }
            Err(of_token) => {
                self.note(&error, Duration::ZERO);
                return Err(of_token.after(std::mem::take(&mut self.failed)));
            }
        }
        let delay = match self.delay(&error).filter(|_| within_runtime().is_ok()) {
            Some(delay) => self.charge(&error).map(|()| delay).map_err(Some),
            None => Err(None),
        };
        let delay = match delay {
            Ok(delay) => delay,
            Err(spent) => return Err(error.after(std::mem::take(&mut self.failed)).for_want_of(spent)),
        };
        self.note(&error, delay);
        // What has expired meanwhile is renewed before the next try.
        *self.token() = None;
        tokio::time::sleep(delay).await;
        self.check_wanted()
    }

    /// Fails when nobody waits for the answer: what is not on its way is not sent any more.
    fn check_wanted(&self) -> Result<(), Error> {
        let abandoned =
            self.options.abandoned.as_ref().is_some_and(|abandoned| abandoned.load(Ordering::Relaxed));
        if abandoned { Err(Error::config("the call was dropped")) } else { Ok(()) }
    }

    /// Notes a try that failed and is followed by another.
    fn note(&mut self, error: &Error, delay: Duration) {
        #[cfg(feature = "tracing")]
        crate::trace::again(self.request.template, self.failed.len() + 1, error, delay);
        self.failed.push(Attempt {
            kind: error.kind(),
            cause: error.to_string(),
            log_id: error.log_id().cloned(),
            delay,
        });
    }

    /// Wait before another try; `None` when there is none.
    fn delay(&self, error: &Error) -> Option<Duration> {
        // A refused token is no try of the policy.
        let renewed = usize::from(self.renewed).min(self.failed.len());
        let failed = u32::try_from(self.failed.len() - renewed).unwrap_or(u32::MAX).saturating_add(1);
        let policy = self.options.retry.as_ref().unwrap_or(&self.client.client().limits.retry);
        let idempotent = self.options.idempotent.unwrap_or_else(|| self.request.method.is_idempotent());
        if failed >= policy.max_attempts || !self.is_replayable() || !error.may_be_repeated(idempotent) {
            return None;
        }
        let delay = policy.delay(failed, error)?;
        self.left().is_none_or(|left| delay < left).then_some(delay)
    }

    /// Charges the budget for another try, unless the server asked for it and for a time to wait.
    fn charge(&mut self, error: &Error) -> Result<(), Spent> {
        if error.retry_after().is_some_and(|asked| !asked.is_zero()) {
            return Ok(());
        }
        self.budget().spend()?;
        self.charged = self.charged.saturating_add(1);
        Ok(())
    }
}

/// Reads `Retry-After`, as seconds or as a date; a date is compared with the clock of the server.
pub(crate) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let then = httpdate::parse_http_date(text).ok()?;
    let now = headers
        .get(DATE)
        .and_then(|date| httpdate::parse_http_date(date.to_str().ok()?).ok())
        .unwrap_or_else(SystemTime::now);
    Some(then.duration_since(now).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn headers(retry_after: &'static str, date: &'static str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(RETRY_AFTER, HeaderValue::from_static(retry_after));
        headers.insert(DATE, HeaderValue::from_static(date));
        headers
    }

    #[test]
    fn retry_after_is_read_in_both_forms() {
        let date = "Sun, 06 Nov 1994 08:49:37 GMT";
        let read = |text| retry_after(&headers(text, date));
        assert_eq!(read("120"), Some(Duration::from_secs(120)));
        assert_eq!(read("Sun, 06 Nov 1994 08:49:47 GMT"), Some(Duration::from_secs(10)));
        assert_eq!(read("Sun, 06 Nov 1994 08:00:00 GMT"), Some(Duration::ZERO));
        assert_eq!(read("soon"), None);
        assert_eq!(read("-1"), None);
    }

    #[test]
    fn waits_stay_below_their_bounds() {
        let policy = RetryPolicy::new();
        let error = Error::timeout(Wait::Head, Duration::ZERO);
        for failed in 1..40 {
            let delay = policy.delay(failed, &error).unwrap();
            let bound = policy.base_delay.saturating_mul(1 << failed.min(10)).min(policy.max_delay);
            assert!(delay <= bound, "{failed}: {delay:?}");
        }
    }
}
