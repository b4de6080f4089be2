//! When and how often a request is retried.

use std::time::{Duration, SystemTime};

use http::HeaderMap;
use http::header::{DATE, RETRY_AFTER};

use super::random::random;
use crate::error::{Attempt, Error};

mod budget;

pub(crate) use budget::{Budget, ROOM};

/// How often and how fast a request is retried.
///
/// Requests are retried only when this is safe. GET, PUT and DELETE: after connection errors and the statuses 408, 429, 500,
/// 502, 503 and 504. POST: only if the server certainly did not act, that is, after a connection that failed before any of the
/// request was written, a stream that an HTTP/2 server refused, the status 429 and the rate-limit code 4013; unless
/// [`Call::idempotent`](crate::Call::idempotent) allows a repetition. A connection that ends after that proves nothing: the
/// error then says that the request may have been carried out.
///
/// The delays grow exponentially with full jitter; a `Retry-After` of the server replaces them. All attempts together
/// stay within the timeout of the call. If the server rejects a token of a [provider](crate::auth::TokenProvider), any
/// request is retried once with a new one, regardless of this policy.
///
/// In addition, all clones of a client share a budget of 100 retries, unless [`Builder::retry_budget`](crate::Builder::retry_budget)
/// changes it. A retry costs 1, unless the server requested it with a `Retry-After`. A successful request restores the cost of
/// its own retries, or 0.1 if it needed none. Retries therefore amplify an outage by at most a tenth; while the budget is used up,
/// requests are not retried, and their errors say so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RetryPolicy {
    /// Number of attempts; 3 by default, 1 disables retries.
    pub max_attempts: u32,
    /// Upper bound of the first delay; 500 ms by default. It doubles with each attempt.
    pub base_delay: Duration,
    /// Upper bound of all delays; 8 s by default.
    pub max_delay: Duration,
    /// Longest accepted `Retry-After`; 60 s by default. A longer one ends the retries.
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
    /// Returns the default policy.
    pub fn new() -> Self {
        Self::default()
    }

    /// Returns a policy without retries.
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

    /// Returns the delay after the given number of failed attempts.
    pub(crate) fn delay(&self, failed: u32, error: &Error) -> Option<Duration> {
        if let Some(asked) = error.retry_after() {
            return (asked <= self.max_retry_after).then_some(asked);
        }
        let doubled = self.base_delay.saturating_mul(1_u32.checked_shl(failed - 1).unwrap_or(u32::MAX));
        let bound = doubled.min(self.max_delay);
        // Full jitter: anything between zero and the limit.
        let share = random() % 1024;
        Some(bound.mul_f64(f64::from(u16::try_from(share).unwrap_or(1023)) / 1024.0))
    }
}

/// The attempts of one request so far, and whether another may follow.
pub(super) struct Retry {
    policy: RetryPolicy,
    is_idempotent: bool,
    is_replayable: bool,
    /// Attempts that failed, without those whose token was renewed.
    failed: u32,
    /// Retries that the budget was charged for.
    charged: u32,
    attempts: Vec<Attempt>,
}

impl Retry {
    pub(super) fn new(policy: RetryPolicy, is_idempotent: bool, is_replayable: bool) -> Self {
        Self { policy, is_idempotent, is_replayable, failed: 0, charged: 0, attempts: Vec::new() }
    }

    /// Retries that the budget was charged for.
    pub(super) fn charged(&self) -> u32 {
        self.charged
    }

    /// Attempts that failed and were followed by another.
    #[cfg(feature = "tracing")]
    pub(super) fn attempts(&self) -> &[Attempt] {
        &self.attempts
    }

    /// Returns the wait before another attempt; the error of this one, where none may follow.
    pub(super) fn next(
        &mut self,
        error: Error,
        left: Option<Duration>,
        budget: &Budget,
    ) -> Result<Duration, Error> {
        self.failed = self.failed.saturating_add(1);
        let Some(delay) = self.delay(&error, left) else { return Err(self.give_up(error)) };
        // A retry that the server asks for, with a time to wait, does not overload it.
        if error.retry_after().is_none_or(|asked| asked.is_zero()) {
            if let Err(spent) = budget.spend() {
                return Err(self.give_up(error).for_want_of(spent));
            }
            self.charged = self.charged.saturating_add(1);
        }
        self.note(&error, delay);
        Ok(delay)
    }

    /// Notes an attempt that failed and is followed by another.
    pub(super) fn note(&mut self, error: &Error, delay: Duration) {
        self.attempts.push(Attempt {
            kind: error.kind(),
            cause: error.to_string(),
            log_id: error.log_id().cloned(),
            delay,
        });
    }

    /// Adds the attempts before it to the last error.
    pub(super) fn give_up(&mut self, error: Error) -> Error {
        error.after(std::mem::take(&mut self.attempts))
    }

    fn delay(&self, error: &Error, left: Option<Duration>) -> Option<Duration> {
        let may_follow = self.failed < self.policy.max_attempts && self.is_replayable;
        if !may_follow || !error.may_be_repeated(self.is_idempotent) {
            return None;
        }
        let delay = self.policy.delay(self.failed, error)?;
        left.is_none_or(|left| delay < left).then_some(delay)
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
    use crate::error::TimeoutKind;

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
        let error = Error::timeout(TimeoutKind::Head, Duration::ZERO);
        for failed in 1..40 {
            let delay = policy.delay(failed, &error).unwrap();
            let bound = policy.base_delay.saturating_mul(1 << failed.min(10)).min(policy.max_delay);
            assert!(delay <= bound, "{failed}: {delay:?}");
        }
    }
}
