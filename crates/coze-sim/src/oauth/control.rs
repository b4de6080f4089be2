//! What tests see of the OAuth endpoints, and do to them.

use http::StatusCode;

use super::state::{Issued, Service};

/// Looks at the OAuth endpoints of a running simulator, and steers them.
#[derive(Clone, Copy, Debug)]
pub struct OAuthControl<'a>(&'a Service);

impl<'a> OAuthControl<'a> {
    pub(crate) fn new(service: &'a Service) -> Self {
        Self(service)
    }

    /// Counts the token requests so far: those that failed and the polls of devices too.
    pub fn token_requests(&self) -> usize {
        self.0.lock().token_requests
    }

    /// Returns what access tokens were issued for, oldest first; at most the newest 1024.
    pub fn issued(&self) -> Vec<Issued> {
        self.0.lock().issued.iter().cloned().collect()
    }

    /// Answers the next token requests with this status and body, whatever they ask for.
    pub fn fail_next(&self, times: usize, status: StatusCode, body: impl ToString) {
        let failure = (status, body.to_string());
        self.0.lock().failures.extend(std::iter::repeat_n(failure, times));
    }

    /// Makes all access tokens that were issued expire now.
    pub fn expire_tokens(&self) {
        self.0.lock().expire_access(self.0.now());
    }

    /// Makes all refresh tokens expire now.
    pub fn expire_refresh_tokens(&self) {
        let now = self.0.now();
        self.0.lock().refresh.values_mut().for_each(|refresh| refresh.expires_at = now);
    }

    /// Makes all device codes expire now.
    pub fn expire_device_codes(&self) {
        let now = self.0.now();
        self.0.lock().devices.values_mut().for_each(|device| device.expires_at = now);
    }

    /// Forgets an access token or a refresh token; false if there is none.
    pub fn revoke(&self, token: &str) -> bool {
        self.0.lock().revoke(token)
    }

    /// Agrees in the name of the user who sees this code on a device; false if no device waits with it.
    pub fn approve_device(&self, user_code: &str) -> bool {
        self.0.lock().decide(user_code, true, self.0.now()) > 0
    }

    /// Refuses in the name of the user who sees this code on a device; false if no device waits with it.
    pub fn deny_device(&self, user_code: &str) -> bool {
        self.0.lock().decide(user_code, false, self.0.now()) > 0
    }
}
