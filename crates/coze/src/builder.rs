//! Setting a client up.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use coze_transport::Transport;
use http::header::{
    ACCEPT, AUTHORIZATION, CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, HOST, TRANSFER_ENCODING, UPGRADE,
    USER_AGENT,
};
use http::{HeaderMap, HeaderName, HeaderValue};

use crate::base_url::BaseUrl;
use crate::client::{Client, Coze};
use crate::error::Error;
use crate::retry::{Budget, RetryPolicy};

/// Which of the two hosted services to talk to; a token of one is not valid for the other.
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

/// Sets a [`Coze`] up; made by [`Coze::builder`].
///
/// Nothing is checked before [`build`](Self::build), which then says what is wrong.
#[derive(Clone)]
#[must_use]
pub struct Builder {
    token: Option<String>,
    base_url: Option<(&'static str, String)>,
    region: Region,
    headers: Vec<(String, String)>,
    user_agent: Option<String>,
    transport: Option<Arc<dyn Transport>>,
    limits: Limits,
}

/// How long to wait and how much to hold, for all requests of a client.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    pub(crate) timeout: Option<Duration>,
    pub(crate) idle_timeout: Option<Duration>,
    /// For the built-in transport only.
    connect: Option<Duration>,
    pub(crate) body: usize,
    pub(crate) event: usize,
    pub(crate) strict: Option<bool>,
    pub(crate) retry: RetryPolicy,
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
            retry: RetryPolicy::new(),
        }
    }
}

impl Builder {
    pub(crate) fn new() -> Self {
        Self {
            token: None,
            base_url: None,
            region: Region::default(),
            headers: Vec::new(),
            user_agent: None,
            transport: None,
            limits: Limits::default(),
        }
    }

    /// Token: a personal access token (`pat_…`), a service token, or an OAuth access token.
    pub fn token(mut self, token: impl Into<String>) -> Self {
        self.token = Some(token.into());
        self
    }

    /// Hosted service to talk to; [`Region::Com`] by default.
    pub fn region(mut self, region: Region) -> Self {
        self.region = region;
        self.base_url = None;
        self
    }

    /// Address of another server, such as a self-hosted Coze Studio: `http://host:8888`, or with a path prefix.
    pub fn base_url(mut self, base_url: impl Into<String>) -> Self {
        self.base_url = Some(("the base URL", base_url.into()));
        self
    }

    /// Adds a header to every request. What the client or the transport writes itself, such as `Authorization` or
    /// `Content-Type`, is refused.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Puts a name, such as `my-program/1.0`, before that of this crate in `User-Agent`.
    pub fn user_agent(mut self, user_agent: impl Into<String>) -> Self {
        self.user_agent = Some(user_agent.into());
        self
    }

    /// How long a plain request may take from the first byte to the last; 120 s by default, `None` for ever.
    ///
    /// A stream has no such limit: see [`stream_idle_timeout`](Self::stream_idle_timeout).
    pub fn timeout(mut self, timeout: impl Into<Option<Duration>>) -> Self {
        self.limits.timeout = timeout.into();
        self
    }

    /// How long a stream may be silent; 600 s by default, `None` for ever.
    ///
    /// Self-hosted servers send nothing at all while a model thinks, not even the head of the response.
    pub fn stream_idle_timeout(mut self, timeout: impl Into<Option<Duration>>) -> Self {
        self.limits.idle_timeout = timeout.into();
        self
    }

    /// Largest body of a plain answer, in bytes; 64 MiB by default.
    pub fn max_body(mut self, bytes: usize) -> Self {
        self.limits.body = bytes;
        self
    }

    /// Largest event of a stream, in bytes; 4 MiB by default.
    ///
    /// A larger one is an error of the kind [`TooLarge`](crate::ErrorKind::TooLarge); the stream goes on behind it.
    pub fn max_event(mut self, bytes: usize) -> Self {
        self.limits.event = bytes;
        self
    }

    /// Whether to refuse a request that breaks any documented rule, without sending it.
    ///
    /// By default only what can never succeed is refused, and files that are over the limits of uploads; with `false`
    /// these are sent too.
    pub fn strict(mut self, strict: bool) -> Self {
        self.limits.strict = Some(strict);
        self
    }

    /// How often and how fast a request is sent again; see [`RetryPolicy`] for what is.
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.limits.retry = policy;
        self
    }

    /// Transport of your own, in place of the built-in one.
    pub fn transport(mut self, transport: impl Transport) -> Self {
        self.transport = Some(Arc::new(transport));
        self
    }

    /// How long the built-in transport tries to connect; 10 s by default.
    #[cfg(feature = "hyper")]
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.limits.connect = Some(timeout);
        self
    }

    /// Reads `COZE_API_TOKEN` and, if it is set, `COZE_API_BASE`.
    pub fn from_env(self) -> Result<Self, Error> {
        self.with_vars(|name| std::env::var(name))
    }

    fn with_vars(mut self, var: impl Fn(&str) -> Result<String, std::env::VarError>) -> Result<Self, Error> {
        use std::env::VarError::{NotPresent, NotUnicode};
        match var("COZE_API_TOKEN") {
            Ok(token) => self.token = Some(token),
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
        Ok(self)
    }

    /// Checks what was given and makes the client.
    ///
    /// Nothing is sent. Fails with [`ErrorKind::Config`](crate::ErrorKind::Config) and says what is wrong.
    pub fn build(self) -> Result<Coze, Error> {
        let token = self.token.ok_or_else(|| {
            Error::config("no token was given; set one with `token()`, or put it into COZE_API_TOKEN and use `from_env()`")
        })?;
        let authorization = authorization(&token)?;
        let base_url = match &self.base_url {
            Some((name, text)) => BaseUrl::parse(name, text)?,
            None => BaseUrl::parse("the base URL", self.region.base_url())?,
        };
        let mut headers = HeaderMap::new();
        headers.insert(USER_AGENT, user_agent(self.user_agent.as_deref())?);
        for (name, value) in &self.headers {
            let (name, value) = header(name, value)?;
            headers.append(name, value);
        }
        let transport = self.transport.map_or_else(|| default_transport(self.limits.connect), Ok)?;
        Ok(Coze::from_client(Client {
            base_url,
            authorization,
            headers,
            limits: self.limits,
            transport,
            budget: Budget::new(),
        }))
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

fn authorization(token: &str) -> Result<HeaderValue, Error> {
    if token.is_empty() {
        return Err(Error::config("the token is empty; create one in the settings of your Coze account"));
    }
    if token.starts_with("Bearer") {
        return Err(Error::config("the token starts with `Bearer`; give the token alone"));
    }
    if let Some(position) = token.chars().position(|c| !c.is_ascii_graphic()) {
        return Err(Error::config(format!(
            "the token has a blank, control or non-ASCII character at position {position}; check that it was copied whole"
        )));
    }
    let mut value = HeaderValue::from_str(&format!("Bearer {token}"))
        .map_err(|_| Error::config("the token has a character that a header cannot hold"))?;
    value.set_sensitive(true);
    Ok(value)
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

/// Headers that the client or the transport writes; another one of them could change what the request means.
const OWN: [HeaderName; 9] = [
    ACCEPT,
    AUTHORIZATION,
    CONNECTION,
    CONTENT_LENGTH,
    CONTENT_TYPE,
    HOST,
    TRANSFER_ENCODING,
    UPGRADE,
    USER_AGENT,
];

/// Reads a header that a caller adds.
pub(crate) fn header(name: &str, value: &str) -> Result<(HeaderName, HeaderValue), Error> {
    let parsed: HeaderName =
        name.parse().map_err(|_| Error::header(format!("{name:?} is not the name of a header")))?;
    if OWN.contains(&parsed) {
        return Err(Error::header(format!("the header `{parsed}` is set by the client; do not add it")));
    }
    // The value may be a secret: do not repeat it.
    let mut value = HeaderValue::from_str(value).map_err(|_| {
        Error::header(format!("the value of the header `{parsed}` has a character that a header cannot hold"))
    })?;
    value.set_sensitive(true);
    Ok((parsed, value))
}

/// Says neither the token nor the values of headers.
impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder")
            .field("token", &self.token.as_ref().map(|_| "[redacted]"))
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
            Coze::builder().with_vars(|name| Ok(if name == "COZE_API_BASE" { "x" } else { "t" }.to_owned()));
        assert!(failure(builder.unwrap()).contains("COZE_API_BASE"));
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
