//! State of the OAuth endpoints.

use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::net::SocketAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, UNIX_EPOCH};

use axum::response::Response;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use http::{HeaderValue, StatusCode};
use ring::rand::{SecureRandom, SystemRandom};
use serde_json::Value;

use super::app::{self, App};
use super::challenge::Challenge;
use super::failure::Failure;
use super::settings::OAuth;
use crate::http::answer::text;
use crate::state::Id;
use crate::state::clock::Clock;

/// Number of seconds for which expired tokens are distinguished from unknown ones.
const KEPT: u64 = 3600;

/// An issued access token, without the token itself.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Issued {
    /// Grant type of the request.
    pub grant_type: String,
    /// Client ID of the app.
    pub client_id: String,
    /// Workspace to which the user limited it.
    pub workspace_id: Option<String>,
    /// Account on whose behalf a service app requested it.
    pub account_id: Option<String>,
    /// Enterprise on whose behalf a service app requested it.
    pub enterprise_id: Option<String>,
    /// Name of the session, from the JWT; each is a separate user.
    pub session_name: Option<String>,
    /// Context of the session, from the JWT.
    pub session_context: Option<Value>,
    /// Limits that the app requested.
    pub scope: Option<Value>,
    /// Expiry, in Unix seconds by the clock of the simulator.
    pub expires_at: u64,
}

/// State and settings of the OAuth endpoints.
pub(crate) struct Service {
    pub(super) settings: OAuth,
    pub(super) addr: SocketAddr,
    clock: Clock,
    state: Mutex<State>,
}

impl fmt::Debug for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The whole state is secret.
        f.debug_struct("Service").field("settings", &self.settings).finish_non_exhaustive()
    }
}

#[derive(Default)]
pub(super) struct State {
    pub(super) access: HashMap<String, Access>,
    pub(super) refresh: HashMap<String, Refresh>,
    pub(super) codes: HashMap<String, Code>,
    /// Requests that wait for the consent page, by key.
    pub(super) wishes: HashMap<String, (Request, u64)>,
    pub(super) devices: HashMap<String, Device>,
    /// Used JWTs, by app and `jti`, until they expire.
    pub(super) seen: HashMap<(String, String), u64>,
    /// Users that are neither the owner nor identified by an id.
    pub(super) users: HashMap<(Option<String>, Option<String>), Id>,
    pub(super) issued: VecDeque<Issued>,
    pub(super) failures: VecDeque<(StatusCode, String)>,
    pub(super) token_requests: usize,
}

pub(super) struct Access {
    pub(super) user: Id,
    /// Bots to which a channel limited it.
    pub(super) bots: Option<Vec<String>>,
    pub(super) expires_at: u64,
}

/// A refresh token.
pub(super) struct Refresh {
    pub(super) grant: Issued,
    pub(super) expires_at: u64,
}

/// The request of an app on behalf of a user.
#[derive(Clone)]
pub(super) struct Request {
    pub(super) grant: Issued,
    pub(super) app: &'static str,
    pub(super) redirect_uri: String,
    pub(super) state: Option<String>,
    pub(super) challenge: Option<Challenge>,
}

/// An authorization code.
pub(super) struct Code {
    pub(super) grant: Issued,
    pub(super) redirect_uri: String,
    pub(super) challenge: Option<Challenge>,
    pub(super) expires_at: u64,
}

/// A device that waits for its user.
pub(super) struct Device {
    pub(super) grant: Issued,
    pub(super) user_code: String,
    pub(super) expires_at: u64,
    /// Decision of the user.
    pub(super) approved: Option<bool>,
    pub(super) polls: usize,
    pub(super) interval: Duration,
    pub(super) last_poll: Option<Instant>,
}

impl Service {
    pub(crate) fn new(settings: OAuth, addr: SocketAddr, clock: Clock) -> Self {
        Self { settings, addr, clock, state: Mutex::default() }
    }

    /// Deletes everything.
    pub(crate) fn reset(&self) {
        *self.lock() = State::default();
    }

    /// Locks the state; never held across an await.
    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        // A panic of another task leaves the maps valid.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the time in seconds since 1970, by the clock of the simulator.
    pub(super) fn now(&self) -> u64 {
        self.clock.now().saturating_add_signed(self.settings.clock_offset)
    }

    /// Counts a token request, whatever its result.
    pub(crate) fn count_token_request(&self) {
        self.lock().token_requests += 1;
    }

    /// Returns the header `Date` of a clock that is shifted.
    pub(crate) fn date(&self) -> Option<HeaderValue> {
        if self.settings.clock_offset == 0 && self.clock.is_real() {
            return None;
        }
        // The format ends with the year 9999.
        let date = UNIX_EPOCH + Duration::from_secs(self.now().min(253_402_300_799));
        HeaderValue::try_from(httpdate::fmt_http_date(date)).ok()
    }

    /// Finds the user of an access token, and whether it is still valid.
    pub(crate) fn user(&self, token: &str) -> Option<(Id, bool)> {
        let state = self.lock();
        let access = state.access.get(token)?;
        Some((access.user, self.now() < access.expires_at))
    }

    /// Returns whether a token may be used with a bot; tokens that were not issued here may.
    pub(crate) fn covers(&self, token: &str, bot: Id) -> bool {
        let state = self.lock();
        let bots = state.access.get(token).and_then(|access| access.bots.as_ref());
        bots.is_none_or(|bots| bots.iter().any(|known| Id::parse(known) == Some(bot)))
    }

    /// Takes the failure that a test injected for a token request.
    pub(super) fn scripted_failure(&self) -> Option<Response> {
        let (status, body) = self.lock().failures.pop_front()?;
        Some(text(status, "application/json; charset=utf-8", body))
    }

    /// Finds an active app.
    pub(super) fn app(&self, client_id: &str) -> Result<&'static App, Failure> {
        let app = app::find(client_id).ok_or_else(|| Failure::client("the simulator has no such app"))?;
        if self.settings.deactivated.iter().any(|id| id == client_id) {
            return Err(Failure::deactivated(app.name));
        }
        Ok(app)
    }
}

impl State {
    /// Expires all access tokens.
    pub(super) fn expire_access(&mut self, now: u64) {
        for access in self.access.values_mut() {
            access.expires_at = access.expires_at.min(now);
        }
    }

    /// Deletes an access token or a refresh token, and returns whether it was known.
    pub(super) fn revoke(&mut self, token: &str) -> bool {
        self.access.remove(token).is_some() | self.refresh.remove(token).is_some()
    }

    pub(super) fn sweep(&mut self, now: u64) {
        let alive = |expires_at: u64| expires_at.saturating_add(KEPT) > now;
        self.access.retain(|_, access| alive(access.expires_at));
        self.refresh.retain(|_, refresh| alive(refresh.expires_at));
        self.codes.retain(|_, code| alive(code.expires_at));
        self.wishes.retain(|_, (_, expires_at)| alive(*expires_at));
        self.devices.retain(|_, device| alive(device.expires_at));
        self.seen.retain(|_, expires_at| alive(*expires_at));
    }
}

/// Returns a text of the given number of random bytes.
pub(super) fn random(bytes: usize) -> Result<String, Failure> {
    let mut noise = vec![0; bytes];
    SystemRandom::new().fill(&mut noise).map_err(|_| Failure::internal())?;
    Ok(BASE64_URL_SAFE_NO_PAD.encode(noise))
}
