//! Authorization codes: a user gives access in a browser, which returns a code.

use std::fmt;

use coze_types::oauth::{
    AppConfig, Authorize, AuthorizeWorkspace, ChallengeMethod, ClientType, ExchangeCode,
};
use coze_types::{ApiError, ClientId, Endpoint, Secret, WorkspaceId, encode};
use http::Uri;
use percent_encoding::percent_decode_str;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::session::{refresh, required, wrong_type};
use super::{App, Grant, Server, async_trait, random};
use crate::error::Error;
use crate::runtime::base_url::{BaseUrl, is_exposed, port};

mod loopback;

pub use loopback::Loopback;

/// An app whose users give access in a browser.
///
/// See <https://docs.coze.cn/developer_guides/oauth_code> and <https://docs.coze.cn/developer_guides/oauth_pkce>.
#[derive(Clone, Debug)]
pub struct WebApp {
    client_id: ClientId,
    client_secret: Option<Secret>,
    challenge: Option<ChallengeMethod>,
    base_url: Option<String>,
    www_url: Option<String>,
}

impl WebApp {
    /// Creates an app for a web application with a server, which has a client secret.
    pub fn new(client_id: impl Into<ClientId>, client_secret: impl Into<Secret>) -> Self {
        Self { client_secret: Some(client_secret.into()), challenge: None, ..Self::public(client_id) }
    }

    /// Creates an app for a program on the machine of its user, which cannot keep a secret: PKCE with the method `S256`.
    pub fn public(client_id: impl Into<ClientId>) -> Self {
        Self {
            client_id: client_id.into(),
            client_secret: None,
            challenge: Some(ChallengeMethod::S256),
            base_url: None,
            www_url: None,
        }
    }

    /// Uses the PKCE method `plain`, which sends the verifier as its challenge. It gives no protection against anyone who sees the address;
    /// for servers that support nothing else.
    #[must_use]
    pub fn plain_challenge(mut self) -> Self {
        self.challenge = Some(ChallengeMethod::Plain);
        self
    }

    /// Creates an app from a configuration; see [`load_config`](super::load_config).
    pub fn from_config(config: &AppConfig) -> Result<Self, Error> {
        let app = match config.client_type {
            ClientType::Web => Self::new(
                &config.client_id,
                required(config.client_secret.as_ref(), "client_secret", config)?,
            ),
            ClientType::Pkce => Self::public(&config.client_id),
            _ => return Err(wrong_type(config, "`web` or `pkce`")),
        };
        Ok(Self { base_url: config.coze_api_base.clone(), www_url: config.coze_www_base.clone(), ..app })
    }

    /// Requests access to all workspaces of the user. The code is returned to `redirect_uri`, which must be registered with
    /// the app.
    pub fn authorize(
        &self,
        server: &Server,
        redirect_uri: impl Into<String>,
    ) -> Result<Authorization, Error> {
        let redirect_uri = redirect_uri.into();
        self.ask(server, redirect_uri, |uri, state, challenge| {
            let mut request = Authorize::new(&self.client_id, uri, state);
            (request.code_challenge, request.code_challenge_method) = challenge;
            target(&request)
        })
    }

    /// Requests access to one workspace, which collaborators of an enterprise can give.
    pub fn authorize_workspace(
        &self,
        server: &Server,
        redirect_uri: impl Into<String>,
        workspace_id: impl Into<WorkspaceId>,
    ) -> Result<Authorization, Error> {
        let (redirect_uri, workspace_id) = (redirect_uri.into(), workspace_id.into());
        self.ask(server, redirect_uri, |uri, state, challenge| {
            let mut request = AuthorizeWorkspace::new(workspace_id, &self.client_id, uri, state);
            (request.code_challenge, request.code_challenge_method) = challenge;
            target(&request)
        })
    }

    fn ask(
        &self,
        server: &Server,
        redirect_uri: String,
        target: impl FnOnce(&str, &str, (Option<String>, Option<ChallengeMethod>)) -> Result<String, Error>,
    ) -> Result<Authorization, Error> {
        server.check(self.base_url.as_deref())?;
        let secure = |uri: &Uri| server.allows_plain_http() || !is_exposed(uri);
        let uri: Uri = redirect_uri.parse().map_err(|error| {
            Error::config(format!("the redirect URI {redirect_uri:?} is not an address: {error}"))
        })?;
        if uri.scheme().is_none() || !secure(&uri) {
            return Err(Error::config(format!(
                "the redirect URI {redirect_uri:?} would carry the code in the clear; use https, or http to 127.0.0.1 or localhost"
            )));
        }
        if port(&uri).is_none() {
            return Err(Error::config(format!(
                "the redirect URI {redirect_uri:?} has a port that is not a number from 0 to 65535"
            )));
        }
        let www_url = self.www_url.clone().unwrap_or_else(|| server.www_url());
        let www_url = BaseUrl::parse("the address of the pages for the browser", &www_url)?;
        if www_url.is_exposed() && !server.allows_plain_http() {
            return Err(Error::config(format!(
                "the address of the pages for the browser {www_url:?} has to be https"
            )));
        }
        let state = random::word()?;
        let verifier = self.challenge.as_ref().map(|_| random::word()).transpose()?;
        let challenge = verifier.as_ref().map(|verifier| match self.challenge {
            Some(ChallengeMethod::Plain) => verifier.expose().to_owned(),
            _ => random::challenge(verifier),
        });
        let target = target(&redirect_uri, state.expose(), (challenge, self.challenge.clone()))?;
        Ok(Authorization { url: format!("{}{target}", www_url.as_str()), redirect_uri, state, verifier })
    }

    /// Exchanges the returned code for tokens.
    pub async fn exchange(
        &self,
        server: &Server,
        authorization: &Authorization,
        code: impl Into<Secret>,
    ) -> Result<Grant, Error> {
        server.check(self.base_url.as_deref())?;
        let mut request = ExchangeCode::new(&self.client_id, code, &authorization.redirect_uri);
        request.code_verifier.clone_from(&authorization.verifier);
        let secrets: Vec<_> =
            [Some(&request.code), request.code_verifier.as_ref(), self.client_secret.as_ref()]
                .into_iter()
                .flatten()
                .collect();
        let answer = server.send(&request, self.client_secret.as_ref(), &secrets, None).await?;
        Ok(Grant::issued(server, &self.client_id, answer))
    }
}

fn target<E: Endpoint>(request: &E) -> Result<String, Error> {
    Ok(encode(request)?.target)
}

#[async_trait]
impl App for WebApp {
    fn client_id(&self) -> &ClientId {
        &self.client_id
    }

    fn base_url(&self) -> Option<&str> {
        self.base_url.as_deref()
    }

    async fn renew(&self, server: &Server, previous: Option<&Grant>) -> Result<Grant, Error> {
        refresh(server, &self.client_id, self.client_secret.as_ref(), previous).await
    }
}

/// A pending request for authorization, created by [`WebApp::authorize`].
///
/// A web application keeps it in the session of its user until the browser returns; its serialized form contains secrets.
#[derive(Clone, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Authorization {
    url: String,
    redirect_uri: String,
    state: Secret,
    verifier: Option<Secret>,
}

impl Authorization {
    /// Returns the address to open in the browser of the user.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Returns the address to which the browser returns.
    pub fn redirect_uri(&self) -> &str {
        &self.redirect_uri
    }

    /// Returns the code from the address, or only its query, with which the browser returned.
    ///
    /// Fails if the state does not belong to this request, since somebody else may have sent the browser, and if the user
    /// refused.
    pub fn code(&self, callback: &str) -> Result<Secret, Error> {
        let callback = callback.split('#').next().unwrap_or_default();
        let query = callback.split_once('?').map_or(callback, |(_, query)| query);
        let find = |name: &str| {
            let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
            let mut values = pairs.filter(|(key, _)| *key == name).map(|(_, value)| decoded(value));
            // Duplicate parameters are rejected.
            values.next().filter(|value| !value.is_empty() && values.next().is_none())
        };
        if find("state").is_none_or(|state| state != self.state) {
            return Err(Error::auth(
                "the browser came back with another state",
                "the answer belongs to another login; start the login again",
            ));
        }
        if let Some(word) = find("error").or_else(|| find("error_code")) {
            let description = find("error_description").or_else(|| find("error_message"));
            let description = description.map_or_else(String::new, |text| text.expose().to_owned());
            return Err(ApiError::new(word.expose(), description).into());
        }
        find("code")
            .ok_or_else(|| Error::auth("the browser came back without a code", "start the login again"))
    }
}

/// Takes `%20` and `+` out of a value of a query.
fn decoded(value: &str) -> Secret {
    let spaced = Zeroizing::new(value.replace('+', " "));
    Secret::new(percent_decode_str(&spaced).decode_utf8_lossy())
}

/// Says neither the state nor the verifier, nor the address, which holds the former.
impl fmt::Debug for Authorization {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authorization").field("redirect_uri", &self.redirect_uri).finish_non_exhaustive()
    }
}
