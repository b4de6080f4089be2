//! What all requests of a client have in common.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use coze_transport::Transport;
use http::HeaderMap;

use super::authorize::Credentials;
use super::base_url::BaseUrl;
use super::retry::{Budget, ROOM, RetryPolicy};

/// Address, credentials, transport and limits; clones of a client share one.
pub(crate) struct Client {
    pub(crate) base_url: BaseUrl,
    /// Address of the WebSockets.
    #[cfg(feature = "realtime")]
    pub(crate) websocket_url: BaseUrl,
    pub(crate) credentials: Credentials,
    pub(crate) headers: HeaderMap,
    pub(crate) limits: Limits,
    pub(crate) transport: Arc<dyn Transport>,
    pub(crate) budget: Budget,
}

/// Shows no token and no header.
impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("base_url", &self.base_url)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}

/// How long to wait and how much to hold, for all requests of a client.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    pub(crate) timeout: Option<Duration>,
    pub(crate) idle_timeout: Option<Duration>,
    /// For the built-in transport only.
    pub(crate) connect: Option<Duration>,
    pub(crate) body: usize,
    pub(crate) event: usize,
    pub(crate) strict: Option<bool>,
    /// Whether tokens may cross a network in the clear.
    pub(crate) plain_http: bool,
    pub(crate) retry: RetryPolicy,
    /// Retries of all requests together.
    pub(crate) retry_budget: Option<u32>,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            timeout: Some(Duration::from_secs(120)),
            idle_timeout: Some(Duration::from_secs(600)),
            connect: None,
            body: 64 * 1024 * 1024,
            event: coze_sse::DEFAULT_LIMIT,
            strict: None,
            plain_http: false,
            retry: RetryPolicy::new(),
            retry_budget: Some(ROOM),
        }
    }
}
