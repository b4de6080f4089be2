//! Device codes: a user confirms a code in a browser on any device.

use std::fmt;
use std::time::Duration;

use coze_types::oauth::{
    AppConfig, ClientType, CreateDeviceCode, CreateWorkspaceDeviceCode, DeviceCode, ExchangeDeviceCode,
    OAuthToken,
};
use coze_types::{ApiError, ClientId, WorkspaceId};
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::session::{refresh, wrong_type};
use super::{App, Grant, Server, async_trait};
use crate::error::{Error, ErrorKind};
use crate::runtime::retry::RetryPolicy;
use crate::runtime::timeout::within_runtime;

/// An app for programs without a browser: TVs, devices, command lines.
///
/// See <https://docs.coze.cn/developer_guides/oauth_device_code>.
#[derive(Clone, Debug)]
pub struct DeviceApp {
    client_id: ClientId,
    base_url: Option<String>,
}

impl DeviceApp {
    /// Creates an app from its id.
    pub fn new(client_id: impl Into<ClientId>) -> Self {
        Self { client_id: client_id.into(), base_url: None }
    }

    /// Creates an app from a configuration; see [`load_config`](super::load_config).
    pub fn from_config(config: &AppConfig) -> Result<Self, Error> {
        match config.client_type {
            ClientType::Device => {
                Ok(Self { base_url: config.coze_api_base.clone(), ..Self::new(&config.client_id) })
            }
            _ => Err(wrong_type(config, "`device`")),
        }
    }

    /// Requests a code for all workspaces of the user.
    pub async fn start(&self, server: &Server) -> Result<DeviceLogin, Error> {
        server.check(self.base_url.as_deref())?;
        let request = CreateDeviceCode::new(&self.client_id);
        let code = server.send(&request, None, &[], None).await?;
        Ok(self.login(server, code))
    }

    /// Requests a code for one workspace, to which collaborators of an enterprise can give access.
    pub async fn start_workspace(
        &self,
        server: &Server,
        workspace_id: impl Into<WorkspaceId>,
    ) -> Result<DeviceLogin, Error> {
        server.check(self.base_url.as_deref())?;
        let request = CreateWorkspaceDeviceCode::new(workspace_id, &self.client_id);
        let code = server.send(&request, None, &[], None).await?;
        Ok(self.login(server, code))
    }

    fn login(&self, server: &Server, code: DeviceCode) -> DeviceLogin {
        let now = Instant::now();
        let interval = Duration::from_secs(code.interval());
        DeviceLogin {
            client_id: self.client_id.clone(),
            server: server.clone(),
            interval,
            next: later(now, interval),
            // A lifetime beyond the range of the clock has no end.
            end: now.checked_add(Duration::from_secs(code.lifetime())),
            code,
            asked: JoinSet::new(),
        }
    }
}

/// A time so much later; a year is as good as never where a server asks for more than the clock can count.
fn later(time: Instant, wait: Duration) -> Instant {
    const YEAR: Duration = Duration::from_secs(365 * 86_400);
    time + wait.min(YEAR)
}

#[async_trait]
impl App for DeviceApp {
    fn client_id(&self) -> &ClientId {
        &self.client_id
    }

    fn base_url(&self) -> Option<&str> {
        self.base_url.as_deref()
    }

    async fn renew(&self, server: &Server, previous: Option<&Grant>) -> Result<Grant, Error> {
        refresh(server, &self.client_id, None, previous).await
    }
}

/// A pending login, created by [`DeviceApp::start`]. Drop it to abort the login.
#[must_use = "the user has to see the code, and the login is complete only when it was waited for"]
pub struct DeviceLogin {
    client_id: ClientId,
    server: Server,
    code: DeviceCode,
    interval: Duration,
    next: Instant,
    end: Option<Instant>,
    /// A pending poll: its response may contain the tokens, which are returned only once.
    asked: JoinSet<Result<OAuthToken, Error>>,
}

/// Progress of a login.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum DeviceProgress {
    /// The user has not decided yet.
    Pending,
    /// The server wants fewer polls: this is the new interval.
    SlowedDown(Duration),
    /// The server could not be reached or failed, for this reason; polling continues.
    Unreachable(String),
    /// The user has confirmed the code.
    Granted(Grant),
}

impl DeviceLogin {
    /// Returns what to show: the code for the user, and the page to enter it on.
    pub fn code(&self) -> &DeviceCode {
        &self.code
    }

    /// Returns how long the code is still valid.
    pub fn remaining(&self) -> Option<Duration> {
        self.end.map(|end| end.saturating_duration_since(Instant::now()))
    }

    /// Waits until the user decides.
    ///
    /// Fails with the code `access_denied` if the user refuses, and with `expired_token` if it takes too long. Other failures
    /// are retried.
    pub async fn wait(self) -> Result<Grant, Error> {
        self.wait_with(|_| ()).await
    }

    /// Waits like [`wait`](Self::wait), and reports the progress after each poll.
    pub async fn wait_with(mut self, mut report: impl FnMut(&DeviceProgress)) -> Result<Grant, Error> {
        loop {
            let progress = self.poll().await?;
            report(&progress);
            if let DeviceProgress::Granted(grant) = progress {
                return Ok(grant);
            }
        }
    }

    /// Waits for the polling interval, and polls once.
    ///
    /// Dropping the future loses nothing: the next call continues from there.
    pub async fn poll(&mut self) -> Result<DeviceProgress, Error> {
        if self.asked.is_empty() {
            self.ask().await?;
        }
        let sent = match self.asked.join_next().await {
            Some(Ok(sent)) => sent,
            Some(Err(error)) => Err(Error::auth("cannot ask for the tokens", error)),
            None => Err(Error::auth("cannot ask for the tokens", "nothing was asked")),
        };
        let error = match sent {
            Ok(token) => {
                return Ok(DeviceProgress::Granted(Grant::issued(&self.server, &self.client_id, token)));
            }
            Err(error) => error,
        };
        let word = error.api().map(|error| error.code.to_string()).unwrap_or_default();
        match (word.as_str(), error.kind()) {
            ("authorization_pending", _) => Ok(DeviceProgress::Pending),
            ("slow_down", _) | (_, ErrorKind::RateLimited) => {
                self.interval = self.interval.saturating_add(Duration::from_secs(5));
                let wait = self.interval.max(error.retry_after().unwrap_or_default());
                self.next = later(Instant::now(), wait);
                Ok(DeviceProgress::SlowedDown(self.interval))
            }
            (_, ErrorKind::Connect | ErrorKind::Transport | ErrorKind::Timeout(_) | ErrorKind::Server)
                if error.is_retryable() =>
            {
                Ok(DeviceProgress::Unreachable(error.to_string()))
            }
            _ => Err(error),
        }
    }

    /// Waits until it is time to ask, and begins to.
    async fn ask(&mut self) -> Result<(), Error> {
        within_runtime()?;
        if self.end.is_some_and(|end| end <= self.next) {
            if let Some(end) = self.end {
                tokio::time::sleep_until(end).await;
            }
            return Err(ApiError::new("expired_token", "the user did not decide in time").into());
        }
        tokio::time::sleep_until(self.next).await;
        self.next = later(Instant::now(), self.interval);
        let server = self.server.clone();
        let request = ExchangeDeviceCode::new(&self.client_id, &self.code.device_code);
        self.asked.spawn(async move {
            // Each poll is a separate attempt.
            server.send(&request, None, &[&request.device_code], Some(RetryPolicy::none())).await
        });
        Ok(())
    }
}

impl fmt::Debug for DeviceLogin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeviceLogin")
            .field("client_id", &self.client_id)
            .field("code", &self.code)
            .finish_non_exhaustive()
    }
}
