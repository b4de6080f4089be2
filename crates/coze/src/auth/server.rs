//! Where OAuth requests go, and what a client sends as its token.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use coze_types::oauth::OAuthToken;
use coze_types::{ClientId, Endpoint, Secret, Timestamp};
use http::header::DATE;
use http::{HeaderMap, HeaderValue};

use super::{Grant, Token, TokenProvider};
use crate::call::tries;
use crate::client::Coze;
use crate::dispatch::Options;
use crate::error::Error;
use crate::receive::{self, Receive};
use crate::retry::RetryPolicy;

/// A server that hands out tokens: address and transport without a token.
///
/// A client has one of its own, which its provider gets with each [request](super::TokenRequest). To log a user in before there is a
/// client, make one by [`Builder::build_server`](crate::Builder::build_server).
#[derive(Clone, Debug)]
pub struct Server(Coze);

impl Server {
    pub(crate) fn new(client: Coze) -> Self {
        Self(client)
    }

    /// Address of the API.
    pub fn base_url(&self) -> &str {
        self.0.base_url()
    }

    /// Address of the pages for the browser: `www` in place of `api` for the hosted services, else that of the API.
    pub fn www_url(&self) -> String {
        let base = self.base_url();
        match base.strip_prefix("https://api.coze.") {
            Some(rest @ ("cn" | "com")) => format!("https://www.coze.{rest}"),
            _ => base.to_owned(),
        }
    }

    /// Time by the clock of the server, as far as its answers have told it.
    pub fn now(&self) -> SystemTime {
        match &self.0.client().credentials {
            Credentials::Server(clock) => clock.now(),
            _ => SystemTime::now(),
        }
    }

    pub(crate) fn unix_now(&self) -> i64 {
        unix(self.now())
    }

    /// How far the clock of the server is ahead of ours, in seconds, as far as its answers have told it.
    #[cfg(feature = "jwt")]
    pub(crate) fn ahead(&self) -> i64 {
        match &self.0.client().credentials {
            Credentials::Server(clock) => clock.0.load(Ordering::Relaxed),
            _ => 0,
        }
    }

    #[cfg(feature = "oauth")]
    pub(crate) fn allows_plain_http(&self) -> bool {
        self.0.client().limits.plain_http
    }

    /// Fails unless the app belongs to this server.
    pub(crate) fn check(&self, base_url: Option<&str>) -> Result<(), Error> {
        match base_url {
            Some(own) if own.trim_end_matches('/') != self.base_url() => Err(Error::config(format!(
                "the tokens belong to {own} and would be sent to {}; leave the base URL and the region away, or give the same",
                self.base_url()
            ))),
            _ => Ok(()),
        }
    }

    /// Sends a request that holds `secrets`, and `bearer` as its token; errors repeat none of them.
    pub(crate) async fn send<E: Endpoint<Reply: Receive>>(
        &self,
        endpoint: &E,
        bearer: Option<&Secret>,
        secrets: &[&Secret],
        retry: Option<RetryPolicy>,
    ) -> Result<<E::Reply as Receive>::Output, Error> {
        let mut options = Options { retry, ..Options::NONE };
        if let Some(secret) = bearer {
            let token = Token::new(secret.expose()).map_err(|_| {
                Error::config("the client secret is empty or has a character that a header cannot hold")
            })?;
            options.authorization = Some(token.header().clone());
        }
        options.hidden = secrets.iter().map(|secret| (*secret).clone()).collect();
        receive::value::<E::Reply>(tries(&self.0, endpoint, options)).await
    }

    /// When a token ends that has just been issued.
    ///
    /// The service writes a point in time under the name `expires_in`, others the seconds that are left, which is what
    /// the name says: what lies before 2001 is such a number.
    fn end(&self, expires_in: Timestamp) -> Timestamp {
        let seconds = expires_in.as_unix();
        if (0..1_000_000_000).contains(&seconds) {
            return Timestamp::from_unix(self.unix_now().saturating_add(seconds));
        }
        if let Credentials::Server(clock) = &self.0.client().credentials {
            clock.doubt(seconds);
        }
        expires_in
    }

    /// What is kept of an answer.
    pub(crate) fn grant(&self, client_id: &ClientId, token: OAuthToken) -> Grant {
        let mut grant = Grant::new(token.access_token);
        grant.expires_at = token.expires_in.filter(|time| time.is_set()).map(|time| self.end(time));
        grant.refresh_token = token.refresh_token.filter(|token| !token.is_empty());
        grant.issued_at = Some(Timestamp::from_unix(self.unix_now()));
        grant.server = Some(self.base_url().to_owned());
        grant.client_id = Some(client_id.clone());
        grant
    }
}

/// What a client sends as `Authorization`.
pub(crate) enum Credentials {
    /// A token that stays.
    Fixed(HeaderValue),
    /// Tokens of a provider, which may ask this server for them.
    Provider(Arc<dyn TokenProvider>, Server),
    /// Nothing, unless a request brings its own; that is how tokens are asked for.
    Server(Clock),
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Fixed(_) => "Fixed",
            Self::Provider(..) => "Provider",
            Self::Server(_) => "Server",
        })
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
            // A date has whole seconds and was on its way for a while: that much is no difference.
            self.0.store(if ahead.abs() <= 2 { 0 } else { ahead }, Ordering::Relaxed);
        }
    }

    /// Forgets a clock that is more than a day off, where a token that has just been issued, good for a day at most,
    /// would be over by it and not by ours: some proxies write dates of their own.
    fn doubt(&self, end: i64) {
        let (ours, day) = (unix(SystemTime::now()), 86_400);
        let fits = |now: i64| (1..=2 * day).contains(&end.saturating_sub(now));
        let ahead = self.0.load(Ordering::Relaxed);
        if ahead.saturating_abs() > day && fits(ours) && !fits(ours.saturating_add(ahead)) {
            self.0.store(0, Ordering::Relaxed);
        }
    }

    fn now(&self) -> SystemTime {
        let ahead = self.0.load(Ordering::Relaxed);
        let distance = Duration::from_secs(ahead.unsigned_abs());
        let now = SystemTime::now();
        let moved = if ahead >= 0 { now.checked_add(distance) } else { now.checked_sub(distance) };
        moved.unwrap_or(now)
    }
}

fn unix(time: SystemTime) -> i64 {
    match time.duration_since(UNIX_EPOCH) {
        Ok(since) => i64::try_from(since.as_secs()).unwrap_or(i64::MAX),
        Err(before) => i64::try_from(before.duration().as_secs()).map_or(i64::MIN, |seconds| -seconds),
    }
}
