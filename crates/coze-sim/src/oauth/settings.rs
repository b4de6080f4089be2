//! Settings of the OAuth endpoints.

use std::time::Duration;

/// Behavior of the OAuth endpoints of a simulator.
///
/// The documentation of the crate has an example.
#[derive(Clone, Debug)]
pub struct OAuth {
    pub(super) token_lifetime: Option<Duration>,
    pub(super) refresh_lifetime: Duration,
    pub(super) consent: Consent,
    pub(super) device_consent: Consent,
    pub(super) device_polls: Vec<DeviceAnswer>,
    pub(super) device_interval: Duration,
    pub(super) device_lifetime: Duration,
    pub(super) redirect_uris: Vec<String>,
    pub(super) deactivated: Vec<String>,
    pub(super) error_form: Option<ErrorForm>,
    pub(super) clock_offset: i64,
}

/// Result of the authorization of an app.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Consent {
    /// Approved immediately.
    Approve,
    /// Denied immediately.
    Deny,
    /// A page asks for it; [`OAuthControl`](crate::OAuthControl) can decide instead of a user.
    Ask,
}

/// Response to a poll of the device flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DeviceAnswer {
    /// `authorization_pending`: the user has not decided yet.
    Pending,
    /// `slow_down`: polls are too frequent; the interval grows by 5 seconds.
    SlowDown,
    /// `access_denied`: the user denied it, in the spelling of the page on devices.
    AccessDenied,
    /// `access_deny`: the same, in the spelling of the other pages.
    AccessDeny,
    /// `expired_token`: the code has expired.
    ExpiredToken,
}

/// The fields of an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorForm {
    /// `error_code` and `error_message`, as on most pages.
    Code,
    /// `error` and `error_description`, as on the page on devices.
    Error,
    /// All four.
    Both,
}

impl Default for OAuth {
    fn default() -> Self {
        Self {
            token_lifetime: None,
            refresh_lifetime: Duration::from_secs(30 * 86_400),
            consent: Consent::Approve,
            device_consent: Consent::Ask,
            device_polls: Vec::new(),
            device_interval: Duration::from_secs(5),
            device_lifetime: Duration::from_secs(300),
            redirect_uris: Vec::new(),
            deactivated: Vec::new(),
            error_form: None,
            clock_offset: 0,
        }
    }
}

impl OAuth {
    /// Returns the default settings.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the lifetime of access tokens, whatever is requested; in whole seconds, zero for tokens that have already
    /// expired.
    pub fn token_lifetime(mut self, lifetime: Duration) -> Self {
        self.token_lifetime = Some(lifetime);
        self
    }

    /// Sets the lifetime of refresh tokens; 30 days by default.
    pub fn refresh_lifetime(mut self, lifetime: Duration) -> Self {
        self.refresh_lifetime = lifetime;
        self
    }

    /// Sets the behavior of the authorize URL; by default it approves immediately.
    pub fn consent(mut self, consent: Consent) -> Self {
        self.consent = consent;
        self
    }

    /// Sets the result of device codes; by default a page asks.
    pub fn device_consent(mut self, consent: Consent) -> Self {
        self.device_consent = consent;
        self
    }

    /// Sets the responses to the first polls of every device code; later polls get the actual result.
    pub fn device_polls(mut self, answers: impl IntoIterator<Item = DeviceAnswer>) -> Self {
        self.device_polls = answers.into_iter().collect();
        self
    }

    /// Sets the `interval` of device codes, in whole seconds; 5 by default. More frequent polls get `slow_down`; with
    /// zero, none do.
    pub fn device_interval(mut self, interval: Duration) -> Self {
        self.device_interval = interval;
        self
    }

    /// Sets the lifetime of device codes, in whole seconds; 300 by default.
    pub fn device_lifetime(mut self, lifetime: Duration) -> Self {
        self.device_lifetime = lifetime;
        self
    }

    /// Registers a redirect URI for the demo apps, which otherwise accept only those of the loopback interface.
    pub fn redirect_uri(mut self, uri: impl Into<String>) -> Self {
        self.redirect_uris.push(uri.into());
        self
    }

    /// Deactivates an app, which is then rejected with `access_deny`.
    pub fn deactivate(mut self, client_id: impl Into<String>) -> Self {
        self.deactivated.push(client_id.into());
        self
    }

    /// Sets the fields of all errors; by default those of the device flow have all four, the others `error_code` and
    /// `error_message`.
    pub fn error_form(mut self, form: ErrorForm) -> Self {
        self.error_form = Some(form);
        self
    }

    /// Sets how many seconds the clock of the simulator is ahead (if negative, late), in its tokens and in the
    /// header `Date` of all responses.
    pub fn clock_offset(mut self, seconds: i64) -> Self {
        self.clock_offset = seconds;
        self
    }
}
