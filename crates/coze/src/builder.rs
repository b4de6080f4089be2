//! Configuration of a client.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use coze_transport::Transport;
use coze_types::Secret;
use http::header::USER_AGENT;
use http::{HeaderMap, HeaderValue};

use crate::auth::{Cached, Provided, Server, Token, TokenProvider};
use crate::client::Coze;
use crate::error::Error;
use crate::runtime::authorize::{Clock, Credentials};
use crate::runtime::base_url::BaseUrl;
use crate::runtime::client::{Client, Limits};
use crate::runtime::retry::{Budget, RetryPolicy};
use crate::runtime::{header, too_many_headers};

/// One of the two hosted services; a token of one is not valid for the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Region {
    /// <https://api.coze.cn>
    Cn,
    /// <https://api.coze.com>, the default of the official SDKs.
    #[default]
    Com,
}

impl Region {
    /// Base URL of the API.
    pub const fn base_url(self) -> &'static str {
        match self {
            Self::Cn => "https://api.coze.cn",
            Self::Com => "https://api.coze.com",
        }
    }
}

/// Configures a [`Coze`]; created by [`Coze::builder`].
///
/// Nothing is validated before [`build`](Self::build), whose error describes the problem.
#[derive(Clone)]
#[must_use]
pub struct Builder {
    source: Option<Source>,
    base_url: Option<(&'static str, String)>,
    #[cfg(feature = "realtime")]
    websocket_base_url: Option<String>,
    region: Option<Region>,
    headers: Vec<(String, String)>,
    user_agent: Option<String>,
    transport: Option<Arc<dyn Transport>>,
    limits: Limits,
}

/// Where the token comes from.
#[derive(Clone)]
enum Source {
    /// With the name of where it came from, for errors.
    Token(&'static str, Secret),
    Provider(Arc<dyn TokenProvider>),
}

impl Coze {
    /// Returns a builder for a client.
    pub fn builder() -> Builder {
        Builder::new()
    }

    /// Returns a client for `COZE_API_TOKEN` and, if it is set, `COZE_API_BASE`.
    ///
    /// Without the latter it uses [`Region::Com`].
    pub fn from_env() -> Result<Self, Error> {
        Self::builder().from_env()?.build()
    }
}

impl Builder {
    pub(crate) fn new() -> Self {
        Self {
            source: None,
            base_url: None,
            #[cfg(feature = "realtime")]
            websocket_base_url: None,
            region: None,
            headers: Vec::new(),
            user_agent: None,
            transport: None,
            limits: Limits::default(),
        }
    }

    /// Sets the token: a personal access token (`pat_…`), a service token, or an OAuth access token.
    pub fn token(mut self, token: impl Into<String>) -> Self {
        self.source = Some(Source::Token("the token", Secret::new(token)));
        self
    }

    /// Sets a provider of tokens instead of a fixed token: an app of [`auth`](crate::auth), or your own.
    ///
    /// A token with an expiry time is cached until shortly before it expires; see [`Cached`]. Unless an address or a region is set, the
    /// client uses that of the provider.
    pub fn auth(mut self, provider: impl TokenProvider) -> Self {
        self.source = Some(Source::Provider(Arc::new(Cached::new(provider))));
        self
    }

    /// Sets the hosted service; [`Region::Com`] by default.
    pub fn region(mut self, region: Region) -> Self {
        self.region = Some(region);
        self.base_url = None;
        self
    }

    /// Sets the address of another server, such as a self-hosted Coze Studio: `https://host:8888`, or with a path prefix.
    ///
    /// Plain `http` is rejected, except for this machine or with [`allow_plain_http`](Self::allow_plain_http).
    pub fn base_url(mut self, base_url: impl Into<String>) -> Self {
        self.base_url = Some(("the base URL", base_url.into()));
        self
    }

    /// Sets the address of the WebSockets of [`realtime`](crate::realtime) sessions: `wss://host`, or with a path prefix.
    ///
    /// By default it is derived from the [base URL](Self::base_url): `ws.coze.cn` and `ws.coze.com` for the hosted services, and the same
    /// host, port and path otherwise.
    #[cfg(feature = "realtime")]
    pub fn websocket_base_url(mut self, base_url: impl Into<String>) -> Self {
        self.websocket_base_url = Some(base_url.into());
        self
    }

    /// Allows an `http` address of another machine. Anyone who can see the traffic gets the token; for closed networks.
    pub fn allow_plain_http(mut self) -> Self {
        self.limits.plain_http = true;
        self
    }

    /// Adds a header to every request. A header that the client or the transport writes itself, such as `Authorization` or
    /// `Content-Type`, is rejected.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Adds a name, such as `my-program/1.0`, in front of that of this crate in `User-Agent`.
    pub fn user_agent(mut self, user_agent: impl Into<String>) -> Self {
        self.user_agent = Some(user_agent.into());
        self
    }

    /// Sets the timeout of a plain request, from the first byte to the last; 120 s by default, `None` disables it.
    ///
    /// A stream has no such limit: see [`stream_idle_timeout`](Self::stream_idle_timeout).
    pub fn timeout(mut self, timeout: impl Into<Option<Duration>>) -> Self {
        self.limits.timeout = timeout.into();
        self
    }

    /// Sets how long a stream may be silent; 600 s by default, `None` disables the timeout.
    ///
    /// Self-hosted servers send nothing while a model thinks, not even the response head.
    pub fn stream_idle_timeout(mut self, timeout: impl Into<Option<Duration>>) -> Self {
        self.limits.idle_timeout = timeout.into();
        self
    }

    /// Sets the largest body of a plain response, in bytes; 64 MiB by default.
    pub fn max_body(mut self, bytes: usize) -> Self {
        self.limits.body = bytes;
        self
    }

    /// Sets the largest event of a stream, in bytes; 4 MiB by default.
    ///
    /// A larger one is an error of the kind [`TooLarge`](crate::ErrorKind::TooLarge); the stream continues after it.
    pub fn max_event(mut self, bytes: usize) -> Self {
        self.limits.event = bytes;
        self
    }

    /// Sets whether a request that violates any documented rule is rejected without being sent.
    ///
    /// By default only requests that can never succeed are rejected, and files that are larger than the service accepts; with `false`
    /// these files are sent too.
    pub fn strict(mut self, strict: bool) -> Self {
        self.limits.strict = Some(strict);
        self
    }

    /// Sets how often and how fast a request is retried; see [`RetryPolicy`] for the conditions.
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.limits.retry = policy;
        self
    }

    /// Sets how many retries all clones of this client may make before some of them succeed: 100 by default,
    /// `None` for as many as [`RetryPolicy`] allows. It keeps retries from amplifying an outage.
    pub fn retry_budget(mut self, tries: impl Into<Option<u32>>) -> Self {
        self.limits.retry_budget = tries.into();
        self
    }

    /// Sets your own transport instead of the built-in one.
    pub fn transport(mut self, transport: impl Transport) -> Self {
        self.transport = Some(Arc::new(transport));
        self
    }

    /// Sets the connect timeout of the built-in transport; 10 s by default.
    #[cfg(feature = "hyper")]
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.limits.connect = Some(timeout);
        self
    }

    /// Reads `COZE_API_TOKEN` and, if they are set, `COZE_API_BASE` and `COZE_ALLOW_PLAIN_HTTP`: `1` is
    /// [`allow_plain_http`](Self::allow_plain_http).
    pub fn from_env(self) -> Result<Self, Error> {
        self.with_vars(|name| std::env::var(name))
    }

    fn with_vars(mut self, var: impl Fn(&str) -> Result<String, std::env::VarError>) -> Result<Self, Error> {
        use std::env::VarError::{NotPresent, NotUnicode};
        match var("COZE_API_TOKEN") {
            Ok(token) => {
                let name = "the environment variable COZE_API_TOKEN";
                self.source = Some(Source::Token(name, Secret::new(token)));
            }
            Err(NotPresent) => {
                return Err(Error::config(
                    "the environment variable COZE_API_TOKEN is not set; put a personal access token into it",
                ));
            }
            Err(NotUnicode(_)) => {
                return Err(Error::config("the environment variable COZE_API_TOKEN is not valid UTF-8"));
            }
        }
        match var("COZE_API_BASE") {
            Ok(base) => self.base_url = Some(("the environment variable COZE_API_BASE", base)),
            Err(NotPresent) => {}
            Err(NotUnicode(_)) => {
                return Err(Error::config("the environment variable COZE_API_BASE is not valid UTF-8"));
            }
        }
        match var("COZE_ALLOW_PLAIN_HTTP").as_deref() {
            Ok("1") => self.limits.plain_http = true,
            Ok("" | "0") | Err(NotPresent) => {}
            _ => {
                return Err(Error::config(
                    "the environment variable COZE_ALLOW_PLAIN_HTTP is neither 0 nor 1",
                ));
            }
        }
        Ok(self)
    }

    /// Validates the configuration and creates the client.
    ///
    /// Nothing is sent. Fails with [`ErrorKind::Config`](crate::ErrorKind::Config) and describes the problem.
    pub fn build(mut self) -> Result<Coze, Error> {
        let source = self.source.take().ok_or_else(|| {
            Error::config("no token was given; set one with `token()`, or put it into COZE_API_TOKEN and use `from_env()`")
        })?;
        let provider = match source {
            Source::Token(name, token) => {
                let token = Token::named(name, token.expose())?;
                let credentials = Credentials::Fixed(token.header().clone());
                return Ok(Coze::from_client(self.client(credentials)?));
            }
            Source::Provider(provider) => provider,
        };
        if let (None, None, Some(base_url)) = (&self.base_url, self.region, provider.base_url()) {
            self.base_url = Some(("the base URL of the app", base_url.to_owned()));
        }
        // Both use the same transport.
        self.transport = Some(self.take_transport()?);
        let server = self.clone().build_server()?;
        server.check(provider.base_url())?;
        let credentials = Credentials::Provider(Arc::new(Provided(provider, server)));
        Ok(Coze::from_client(self.client(credentials)?))
    }

    /// Creates a server for token requests, without a token: to log a user in before there is a client.
    pub fn build_server(self) -> Result<Server, Error> {
        Ok(Server::new(self.client(Credentials::Server(Clock::default()))?))
    }

    fn take_transport(&mut self) -> Result<Arc<dyn Transport>, Error> {
        self.transport.take().map_or_else(|| default_transport(self.limits.connect), Ok)
    }

    fn check_exposed(&self, base_url: &BaseUrl) -> Result<(), Error> {
        if base_url.is_exposed() && !self.limits.plain_http {
            return Err(Error::config(format!(
                "the base URL {base_url:?} would carry the token in the clear; use https, or say allow_plain_http() or \
                 COZE_ALLOW_PLAIN_HTTP=1 if the network is closed"
            )));
        }
        Ok(())
    }

    fn client(mut self, credentials: Credentials) -> Result<Arc<Client>, Error> {
        let base_url = match &self.base_url {
            Some((name, text)) => BaseUrl::parse(name, text)?,
            None => BaseUrl::parse("the base URL", self.region.unwrap_or_default().base_url())?,
        };
        self.check_exposed(&base_url)?;
        #[cfg(feature = "realtime")]
        let websocket_url = match &self.websocket_base_url {
            Some(text) => BaseUrl::parse("the base URL of WebSockets", &http_scheme(text))?,
            None => base_url.of_websockets()?,
        };
        #[cfg(feature = "realtime")]
        self.check_exposed(&websocket_url)?;
        let mut headers = HeaderMap::new();
        headers.append(USER_AGENT, user_agent(self.user_agent.as_deref())?);
        for (name, value) in &self.headers {
            let (name, value) = header(name, value)?;
            headers.try_append(name, value).map_err(|_| too_many_headers())?;
        }
        Ok(Arc::new(Client {
            base_url,
            #[cfg(feature = "realtime")]
            websocket_url,
            credentials,
            headers,
            limits: self.limits,
            transport: self.take_transport()?,
            budget: Budget::new(self.limits.retry_budget),
        }))
    }
}

/// Writes an address of WebSockets with the scheme of its handshake.
#[cfg(feature = "realtime")]
fn http_scheme(text: &str) -> String {
    match text.split_once("://") {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("wss") => format!("https://{rest}"),
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("ws") => format!("http://{rest}"),
        _ => text.to_owned(),
    }
}

#[cfg(feature = "hyper")]
fn default_transport(connect_timeout: Option<Duration>) -> Result<Arc<dyn Transport>, Error> {
    let mut builder = coze_transport::HyperTransport::builder();
    if let Some(timeout) = connect_timeout {
        builder = builder.connect_timeout(timeout);
    }
    Ok(Arc::new(builder.build()?))
}

#[cfg(not(feature = "hyper"))]
fn default_transport(_: Option<Duration>) -> Result<Arc<dyn Transport>, Error> {
    Err(Error::config("no transport was given; set one with `transport()`, or switch on the feature `hyper`"))
}

fn user_agent(prefix: Option<&str>) -> Result<HeaderValue, Error> {
    const OWN: &str = concat!("coze-rust/", env!("CARGO_PKG_VERSION"));
    let (os, arch) = (std::env::consts::OS, std::env::consts::ARCH);
    let separator = if prefix.is_some() { " " } else { "" };
    let text = format!("{}{separator}{OWN} {os}/{arch}", prefix.unwrap_or_default());
    HeaderValue::from_str(&text).map_err(|_| {
        Error::config(format!("the user agent {text:?} has a character that a header cannot hold"))
    })
}

/// Says neither the token nor the values of headers.
impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder")
            .field("token", &self.source.as_ref().map(|_| "[redacted]"))
            .field("region", &self.region)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
#[cfg(feature = "hyper")]
mod tests {
    use super::*;
    use crate::ErrorKind;

    fn failure(builder: Builder) -> String {
        let error = builder.build().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config, "{error}");
        error.to_string()
    }

    #[test]
    fn a_bad_token_is_refused_without_being_repeated() {
        for (token, word) in [
            ("", "empty"),
            ("pat_secret\n", "position 10"),
            ("pat_secret\r", "a line break at position 10"),
            ("\"pat_secret\"", "in quotes"),
            ("'pat_secret'", "in quotes"),
            ("pat_secret\"", "a quote at position 10"),
            ("pat secret", "position 3"),
            ("pat_秘密", "position 4"),
            ("Bearer pat_secret", "alone"),
            ("Bearer:pat_secret", "alone"),
        ] {
            let error = failure(Coze::builder().token(token));
            assert!(error.contains(word) && !error.contains("secret"), "{token:?}: {error}");
        }
        assert!(failure(Coze::builder()).contains("COZE_API_TOKEN"));
    }

    #[test]
    fn the_environment_is_named_in_errors() {
        use std::env::VarError;
        let error = Coze::builder().with_vars(|_| Err(VarError::NotPresent)).unwrap_err().to_string();
        assert!(error.contains("COZE_API_TOKEN"), "{error}");
        let builder =
            Coze::builder().with_vars(|name| Ok(if name == "COZE_API_BASE" { "x" } else { "1" }.to_owned()));
        assert!(failure(builder.unwrap()).contains("COZE_API_BASE"));
        let builder = Coze::builder().with_vars(|name| match name {
            "COZE_API_TOKEN" => Ok("pat_secret\r".to_owned()),
            _ => Err(VarError::NotPresent),
        });
        let error = failure(builder.unwrap());
        assert!(error.contains("COZE_API_TOKEN has a line break") && !error.contains("secret"), "{error}");
        let error = Coze::builder().with_vars(|_| Ok("yes".to_owned())).unwrap_err().to_string();
        assert!(error.contains("COZE_ALLOW_PLAIN_HTTP"), "{error}");
    }

    #[test]
    fn headers_cannot_inject_or_replace_the_token() {
        let error = Coze::builder().token("t").header("x-a", "1\r\nx-b: 2").build().unwrap_err();
        assert!(error.to_string().contains("x-a"), "{error}");
        let error = Coze::builder().token("t").header("Authorization", "Bearer x").build().unwrap_err();
        assert!(error.to_string().contains("authorization"), "{error}");
    }

    #[test]
    fn nothing_prints_the_token() {
        let builder = Coze::builder().token("pat_secret").header("x-key", "hidden");
        let printed = format!("{builder:?} {:?}", builder.clone().build().unwrap());
        assert!(!printed.contains("secret") && !printed.contains("hidden"), "{printed}");
    }
}
