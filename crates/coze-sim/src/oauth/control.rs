//! Inspection and control of the OAuth endpoints in tests.

use http::StatusCode;

use super::state::{Issued, Service};

/// Inspects and controls the OAuth endpoints of a running simulator.
#[derive(Clone, Copy, Debug)]
pub struct OAuthControl<'a>(&'a Service);

impl<'a> OAuthControl<'a> {
    pub(crate) fn new(service: &'a Service) -> Self {
        Self(service)
    }

    /// Returns the number of token requests so far, including failed ones and polls of devices.
    pub fn token_requests(&self) -> usize {
        self.0.lock().token_requests
    }

    /// Returns the grants of access tokens, oldest first; at most the newest 1024.
    pub fn issued(&self) -> Vec<Issued> {
        self.0.lock().issued.iter().cloned().collect()
    }

    /// Responds to the next token requests with this status and body.
    pub fn fail_next(&self, times: usize, status: StatusCode, body: impl ToString) {
        let failure = (status, body.to_string());
        self.0.lock().failures.extend(std::iter::repeat_n(failure, times));
    }

    /// Expires all issued access tokens.
    pub fn expire_tokens(&self) {
        self.0.lock().expire_access(self.0.now());
    }

    /// Expires all refresh tokens.
    pub fn expire_refresh_tokens(&self) {
        let now = self.0.now();
        self.0.lock().refresh.values_mut().for_each(|refresh| refresh.expires_at = now);
    }

    /// Expires all device codes.
    pub fn expire_device_codes(&self) {
        let now = self.0.now();
        self.0.lock().devices.values_mut().for_each(|device| device.expires_at = now);
    }

    /// Deletes an access token or a refresh token; false if it is unknown.
    pub fn revoke(&self, token: &str) -> bool {
        self.0.lock().revoke(token)
    }

    /// Approves the device with this user code; false if no device waits with it.
    pub fn approve_device(&self, user_code: &str) -> bool {
        self.0.lock().decide(user_code, true, self.0.now()) > 0
    }

    /// Denies the device with this user code; false if no device waits with it.
    pub fn deny_device(&self, user_code: &str) -> bool {
        self.0.lock().decide(user_code, false, self.0.now()) > 0
    }
}
