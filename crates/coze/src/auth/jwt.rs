//! Service apps: a JWT, signed with the key of the app, is exchanged for an access token.

use std::fmt;
use std::path::Path;
use std::time::Duration;

use coze_types::oauth::{
    AppConfig, ClientType, ExchangeAccountJwt, ExchangeEnterpriseJwt, ExchangeJwt, JwtClaims, JwtHeader,
    Scope, SessionContext,
};
use coze_types::{AccountId, ClientId, Endpoint, EnterpriseId, Secret, Timestamp};
use http::Uri;
use serde::Serialize;
use zeroize::Zeroizing;

use super::session::{required, wrong_type};
use super::{App, Grant, Server, Token, TokenProvider, TokenRequest, async_trait, random};
use crate::error::{Error, ErrorKind};
use crate::runtime::response::Receive;

mod key;

use key::PrivateKey;

/// A service app, which gets tokens with its private key, without a user.
///
/// It is a token provider. Cloning is cheap: for the tokens of several users, set
/// [`session_name`](Self::session_name) on clones. For one store among several processes, put it into a [`Session`](super::Session).
///
/// ```no_run
/// use coze::Coze;
/// use coze::auth::{JwtApp, load_config};
///
/// # fn main() -> Result<(), coze::Error> {
/// let app = JwtApp::from_config(&load_config("coze_oauth_config.json")?)?;
/// let client = Coze::builder().auth(app).build()?;
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct JwtApp {
    client_id: ClientId,
    public_key_id: String,
    key: PrivateKey,
    base_url: Option<String>,
    audience: Option<String>,
    lifetime: Duration,
    session_name: Option<String>,
    session_context: Option<SessionContext>,
    scope: Option<Scope>,
    account: Account,
}

/// Owner of the requested access token.
#[derive(Clone, Debug)]
enum Account {
    Own,
    Other(AccountId),
    Enterprise(EnterpriseId),
}

/// Longest lifetime of an access token.
const DAY: Duration = Duration::from_secs(86400);
/// Lifetime of the JWT itself, in seconds; it is used immediately.
const JWT_LIFETIME: i64 = 600;
/// How far in the past a JWT is issued, in seconds: servers reject one of the future, and our clock may be ahead.
const JWT_AGE: i64 = 30;

impl JwtApp {
    /// Creates an app from its id, the fingerprint of its public key, and its private key as PEM text.
    ///
    /// The key may be PKCS#1 (`RSA PRIVATE KEY`) or PKCS#8 (`PRIVATE KEY`). Line breaks that an environment variable turned into
    /// `\n` are restored. Fails with the problem of the key.
    pub fn new(
        client_id: impl Into<ClientId>,
        public_key_id: impl Into<String>,
        private_key: impl Into<Secret>,
    ) -> Result<Self, Error> {
        let key = PrivateKey::from_pem(private_key.into().expose().as_bytes(), "the private key")?;
        Ok(Self::with_key(client_id.into(), public_key_id.into(), key))
    }

    /// Creates an app with the key in a file, as exported by the console: `private_key.pem`.
    pub fn from_key_file(
        client_id: impl Into<ClientId>,
        public_key_id: impl Into<String>,
        path: impl AsRef<Path>,
    ) -> Result<Self, Error> {
        let name = format!("the private key {}", path.as_ref().display());
        let pem = std::fs::read(path).map(Zeroizing::new);
        let pem = pem.map_err(|error| Error::config(format!("{name} cannot be read: {error}")))?;
        Ok(Self::with_key(client_id.into(), public_key_id.into(), PrivateKey::from_pem(&pem, &name)?))
    }

    /// Creates an app from a configuration; see [`load_config`](super::load_config).
    pub fn from_config(config: &AppConfig) -> Result<Self, Error> {
        if config.client_type != ClientType::Jwt {
            return Err(wrong_type(config, "`jwt`"));
        }
        let public_key_id: String = required(config.public_key_id.as_ref(), "public_key_id", config)?;
        let private_key: Secret = required(config.private_key.as_ref(), "private_key", config)?;
        let app = Self::new(&config.client_id, public_key_id, private_key)?;
        Ok(Self { base_url: config.coze_api_base.clone(), ..app })
    }

    fn with_key(client_id: ClientId, public_key_id: String, key: PrivateKey) -> Self {
        Self {
            client_id,
            public_key_id,
            key,
            base_url: None,
            audience: None,
            lifetime: Duration::from_secs(900),
            session_name: None,
            session_context: None,
            scope: None,
            account: Account::Own,
        }
    }

    /// Sets the lifetime of access tokens; 15 minutes by default, at most a day.
    #[must_use]
    pub fn lifetime(mut self, lifetime: Duration) -> Self {
        self.lifetime = lifetime;
        self
    }

    /// Separates the conversations of this user of your system from those of others.
    #[must_use]
    pub fn session_name(mut self, name: impl Into<String>) -> Self {
        self.session_name = Some(name.into());
        self
    }

    /// Sets the device or other unit that the usage is attributed to.
    #[must_use]
    pub fn session_context(mut self, context: SessionContext) -> Self {
        self.session_context = Some(context);
        self
    }

    /// Restricts the access tokens, for channel apps.
    #[must_use]
    pub fn scope(mut self, scope: Scope) -> Self {
        self.scope = Some(scope);
        self
    }

    /// Requests tokens of another account that authorized the app: the UID of the owner of the workspace, or the id of an organization.
    #[must_use]
    pub fn account(mut self, id: impl Into<AccountId>) -> Self {
        self.account = Account::Other(id.into());
        self
    }

    /// Requests tokens of an enterprise, for its privileged apps.
    #[must_use]
    pub fn enterprise(mut self, id: impl Into<EnterpriseId>) -> Self {
        self.account = Account::Enterprise(id.into());
        self
    }

    /// Sets the audience of the JWT, such as `api.coze.cn`; by default the host of the server. For gateways.
    #[must_use]
    pub fn audience(mut self, host: impl Into<String>) -> Self {
        self.audience = Some(host.into());
        self
    }

    /// Makes a JWT for a server, issued half a minute ago; good for one use within 9 minutes.
    pub fn sign(&self, server: &Server) -> Result<Secret, Error> {
        let host = || server.base_url().parse::<Uri>().ok()?.authority().map(ToString::to_string);
        let audience = self.audience.clone().or_else(host).unwrap_or_default();
        let issued = server.unix_now().saturating_sub(JWT_AGE);
        let valid = Timestamp::from_unix(issued)..Timestamp::from_unix(issued.saturating_add(JWT_LIFETIME));
        let mut claims = JwtClaims::new(&self.client_id, audience, valid, random::word()?.expose());
        claims.session_name.clone_from(&self.session_name);
        claims.session_context.clone_from(&self.session_context);
        let header = JwtHeader::new(&self.public_key_id);
        let mut jwt = Zeroizing::new(format!("{}.{}", part(&header)?, part(&claims)?));
        let signature = self.key.sign(jwt.as_bytes())?;
        jwt.push('.');
        jwt.push_str(&random::base64url(&signature));
        Ok(Secret::new(std::mem::take(&mut *jwt)))
    }

    /// Asks the server for an access token.
    pub async fn fetch(&self, server: &Server) -> Result<Grant, Error> {
        server.check(self.base_url.as_deref())?;
        if self.lifetime > DAY || self.lifetime < Duration::from_secs(1) {
            return Err(Error::config(format!(
                "the lifetime of a token is {:?}; it has to be from a second to a day",
                self.lifetime
            )));
        }
        let before = server.ahead();
        match self.exchange(server).await {
            // The response showed the deviation of our clock; a second or two are normal.
            Err(error) if is_refused(&error) && server.ahead().abs_diff(before) > 2 => {
                self.exchange(server).await
            }
            result => result,
        }
    }

    async fn exchange(&self, server: &Server) -> Result<Grant, Error> {
        // For the server, a day is one second shorter.
        let seconds = u32::try_from(self.lifetime.as_secs().min(86399)).unwrap_or(86399);
        macro_rules! send {
            ($request:expr) => {{
                let mut request = $request;
                request.duration_seconds = Some(seconds);
                request.scope.clone_from(&self.scope);
                self.send(server, &request).await
            }};
        }
        match &self.account {
            Account::Own => send!(ExchangeJwt::new()),
            Account::Other(id) => send!(ExchangeAccountJwt::new(id)),
            Account::Enterprise(id) => send!(ExchangeEnterpriseJwt::new(id)),
        }
    }

    async fn send<E>(&self, server: &Server, request: &E) -> Result<Grant, Error>
    where
        E: Endpoint<Reply: Receive<Output = super::OAuthToken>>,
    {
        let jwt = self.sign(server)?;
        let answer = server.send(request, Some(&jwt), &[&jwt], None).await?;
        Ok(Grant::issued(server, &self.client_id, answer))
    }
}

fn is_refused(error: &Error) -> bool {
    error.api().is_some() && matches!(error.kind(), ErrorKind::Authentication | ErrorKind::InvalidRequest)
}

fn part<T: Serialize>(value: &T) -> Result<String, Error> {
    let json =
        serde_json::to_vec(value).map_err(|error| Error::config(format!("cannot write the JWT: {error}")))?;
    Ok(random::base64url(&json))
}

#[async_trait]
impl App for JwtApp {
    fn client_id(&self) -> &ClientId {
        &self.client_id
    }

    fn base_url(&self) -> Option<&str> {
        self.base_url.as_deref()
    }

    async fn renew(&self, server: &Server, _: Option<&Grant>) -> Result<Grant, Error> {
        self.fetch(server).await
    }
}

#[async_trait]
impl TokenProvider for JwtApp {
    async fn token(&self, request: TokenRequest) -> Result<Token, Error> {
        self.fetch(&request.server).await?.token()
    }

    fn base_url(&self) -> Option<&str> {
        self.base_url.as_deref()
    }
}

impl fmt::Debug for JwtApp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JwtApp")
            .field("client_id", &self.client_id)
            .field("public_key_id", &self.public_key_id)
            .field("account", &self.account)
            .finish_non_exhaustive()
    }
}
