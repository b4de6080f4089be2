//! The token of a request: where it comes from, and what happens when the server refuses it.

use std::fmt;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use async_trait::async_trait;
use coze_types::{RetryAdvice, Secret};
use http::header::DATE;
use http::{HeaderMap, HeaderValue};

use super::retry::Budget;
use super::timeout::Timer;
use super::token::Token;
use crate::error::{Error, ErrorKind, TimeoutKind};

/// What a client sends as `Authorization`.
pub(crate) enum Credentials {
    /// A token that stays.
    Fixed(HeaderValue),
    /// Tokens of a provider.
    Provider(Arc<dyn Provide>),
    /// Nothing, unless a request brings its own; that is how tokens are asked for.
    Server(Clock),
}

#[cfg(feature = "realtime")]
impl Credentials {
    /// Gets a new token after the server took a request and rejected its token later; returns whether there is one.
    pub(crate) async fn replace(&self, rejected: &HeaderValue, error: &Error) -> Result<bool, Error> {
        let Self::Provider(provider) = self else { return Ok(false) };
        let text = rejected.to_str().ok().and_then(|text| text.strip_prefix("Bearer "));
        let Some(text) = text.filter(|_| wants_new_token(error)) else { return Ok(false) };
        let rejected = Token::new(text)?;
        Ok(provider.provide(Some(rejected.clone())).await? != rejected)
    }
}

/// Whether a new token may fix an error.
fn wants_new_token(error: &Error) -> bool {
    error.kind() == ErrorKind::Authentication
        && error.api().is_some_and(|error| error.retry_advice() == RetryAdvice::NewToken)
}

/// Returns tokens; the latest was rejected if one is given.
#[async_trait]
pub(crate) trait Provide: Send + Sync {
    async fn provide(&self, refused: Option<Token>) -> Result<Token, Error>;
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Fixed(_) => "Fixed",
            Self::Provider(_) => "Provider",
            Self::Server(_) => "Server",
        })
    }
}

/// The tokens and other secrets of one request.
#[derive(Default)]
pub(crate) struct Tokens {
    /// Token instead of that of the client.
    own: Option<HeaderValue>,
    /// Secrets that no error repeats.
    secrets: Vec<Secret>,
    /// Token of the last attempt, where a provider hands them out.
    kept: Option<Token>,
    /// Whether a refused token was renewed; that is done once.
    renewed: bool,
}

impl Tokens {
    /// A request with a token and secrets of its own.
    pub(crate) fn own(own: Option<HeaderValue>, secrets: Vec<Secret>) -> Self {
        Self { own, secrets, ..Self::default() }
    }

    /// What the next attempt sends as `Authorization`.
    pub(super) async fn header(
        &mut self,
        credentials: &Credentials,
        timer: &Timer,
    ) -> Result<Option<HeaderValue>, Error> {
        if self.own.is_some() {
            return Ok(self.own.clone());
        }
        match credentials {
            Credentials::Fixed(header) => Ok(Some(header.clone())),
            Credentials::Server(_) => Ok(None),
            Credentials::Provider(provider) => {
                let token = if let Some(token) = self.kept.take() {
                    token
                } else {
                    let mut providing = provider.provide(None);
                    Box::pin(timer.guard(TimeoutKind::Token, providing.as_mut())).await?
                };
                Ok(Some(self.kept.insert(token).header().clone()))
            }
        }
    }

    /// Whether the server rejected a token of a provider, with an error that a new token may fix.
    pub(super) fn is_refused(&self, error: &Error) -> bool {
        self.kept.is_some() && wants_new_token(error)
    }

    /// Gets a new token after the server rejected one: it did not act, so any request may be retried.
    /// Returns whether there is a new one.
    pub(super) async fn renew(
        &mut self,
        credentials: &Credentials,
        budget: &Budget,
        timer: &Timer,
    ) -> Result<bool, Error> {
        let Credentials::Provider(provider) = credentials else { return Ok(false) };
        if std::mem::replace(&mut self.renewed, true) {
            budget.distrust();
            return Ok(false);
        }
        if !budget.may_renew() {
            return Ok(false);
        }
        let Some(refused) = self.kept.clone() else { return Ok(false) };
        let fresh = timer.guard(TimeoutKind::Token, pin!(provider.provide(Some(refused.clone())))).await?;
        let is_new = fresh != refused;
        self.secrets.push(Secret::new(refused.expose()));
        self.kept = Some(fresh);
        Ok(is_new)
    }

    /// Forgets the token: what has expired by the next attempt is renewed before it.
    pub(super) fn forget(&mut self) {
        self.kept = None;
    }

    /// All that no error of this attempt may repeat.
    pub(super) fn secrets(
        &self,
        authorization: Option<&HeaderValue>,
    ) -> (Option<HeaderValue>, Box<[Secret]>) {
        (authorization.cloned(), self.secrets.as_slice().into())
    }
}

/// How far the clock of the server is ahead of ours, in seconds.
#[derive(Debug, Default)]
pub(crate) struct Clock(AtomicI64);

impl Clock {
    /// Reads the clock of the server from an answer.
    pub(crate) fn note(&self, headers: &HeaderMap) {
        let date = headers.get(DATE).and_then(|date| httpdate::parse_http_date(date.to_str().ok()?).ok());
        if let Some(date) = date {
            let ahead = unix(date) - unix(SystemTime::now());
            // A date has whole seconds and was in transit for a while: a small difference is normal.
            self.0.store(if ahead.abs() <= 2 { 0 } else { ahead }, Ordering::Relaxed);
        }
    }

    /// Forgets a clock that is more than a day off, where a token that has just been issued is over by it, or good for days, and is
    /// good by ours: some proxies write dates of their own. For a token that ends after so many seconds (`None`), ours will do.
    pub(crate) fn doubt(&self, end: Option<i64>) {
        let (ours, ahead, day) = (unix(SystemTime::now()), self.ahead(), 86_400);
        let left = |now: i64| end.map(|end| end.saturating_sub(now));
        let fits = left(ours.saturating_add(ahead)).is_some_and(|left| (1..=2 * day).contains(&left));
        if ahead.saturating_abs() > day && !fits && left(ours).is_none_or(|left| left > 0) {
            self.0.store(0, Ordering::Relaxed);
        }
    }

    /// Seconds by which the clock of the server is ahead.
    pub(crate) fn ahead(&self) -> i64 {
        self.0.load(Ordering::Relaxed)
    }

    /// Time by the clock of the server.
    pub(crate) fn now(&self) -> SystemTime {
        let ahead = self.ahead();
        let distance = Duration::from_secs(ahead.unsigned_abs());
        let now = SystemTime::now();
        let moved = if ahead >= 0 { now.checked_add(distance) } else { now.checked_sub(distance) };
        moved.unwrap_or(now)
    }
}

/// Seconds since the beginning of 1970.
pub(crate) fn unix(time: SystemTime) -> i64 {
    match time.duration_since(UNIX_EPOCH) {
        Ok(since) => i64::try_from(since.as_secs()).unwrap_or(i64::MAX),
        Err(before) => i64::try_from(before.duration().as_secs()).map_or(i64::MIN, |seconds| -seconds),
    }
}
