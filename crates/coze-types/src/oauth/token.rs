//! Access tokens, for a code, a device code or a refresh token.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::core::reply::Confidential;
use crate::model::id::ClientId;
use crate::model::secret::Secret;
use crate::model::timestamp::Timestamp;
use crate::oauth::grant;

answer! {
    /// An access token and, except for service apps, its refresh token.
    ///
    /// Serialising writes the tokens themselves, so that they can be stored.
    #[derive(Clone, PartialEq)]
    pub struct OAuthToken {
        /// Access token.
        access_token: Secret [required],
        /// When the access token ends: a point in time, and no duration, whatever the name says. 15 minutes after it was
        /// issued, or what a service app asked for.
        expires_in: Option<Timestamp>,
        /// Token for the next access token, good for 30 days and for one use; service apps get none.
        refresh_token: Option<Secret>,
        /// `Bearer`, if present.
        token_type: Option<String>,
    }
}

/// Says the names of unknown fields only: their values may be secrets.
impl fmt::Debug for OAuthToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OAuthToken")
            .field("access_token", &self.access_token)
            .field("expires_in", &self.expires_in)
            .field("refresh_token", &self.refresh_token)
            .field("token_type", &self.token_type)
            .field("extra", &self.extra.keys().collect::<Vec<_>>())
            .finish()
    }
}

/// Exchanges an authorization code, which the browser brought back, for tokens.
///
/// Apps with a client secret send it as `Authorization: Bearer`; those without send the verifier of PKCE. See
/// <https://docs.coze.cn/developer_guides/oauth_code> and <https://docs.coze.cn/developer_guides/oauth_pkce>.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ExchangeCode {
    grant_type: grant::Code,
    /// App.
    pub client_id: ClientId,
    /// Authorization code; good for one use.
    pub code: Secret,
    /// Redirect URI, exactly as in the request for the code.
    pub redirect_uri: String,
    /// Verifier whose challenge was sent with the request for the code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code_verifier: Option<Secret>,
}

setters!(ExchangeCode { code_verifier: Secret });
endpoint!(ExchangeCode: POST "/api/permission/oauth2/token", secret => Confidential<OAuthToken>);

impl ExchangeCode {
    /// Creates it for the code of an app, requested with this redirect URI.
    pub fn new(
        client_id: impl Into<ClientId>,
        code: impl Into<Secret>,
        redirect_uri: impl Into<String>,
    ) -> Self {
        Self {
            grant_type: grant::Code,
            client_id: client_id.into(),
            code: code.into(),
            redirect_uri: redirect_uri.into(),
            code_verifier: None,
        }
    }
}

/// Exchanges a refresh token for new tokens; the old refresh token is void from then on.
///
/// Apps with a client secret send it as `Authorization: Bearer`. See <https://docs.coze.cn/developer_guides/oauth_code>.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RefreshToken {
    grant_type: grant::Refresh,
    /// App.
    pub client_id: ClientId,
    /// Refresh token of the last answer.
    pub refresh_token: Secret,
}

endpoint!(RefreshToken: POST "/api/permission/oauth2/token", secret => Confidential<OAuthToken>);

impl RefreshToken {
    /// The refresh token of an app.
    pub fn new(client_id: impl Into<ClientId>, refresh_token: impl Into<Secret>) -> Self {
        Self { grant_type: grant::Refresh, client_id: client_id.into(), refresh_token: refresh_token.into() }
    }
}

/// Asks whether the user has confirmed a device code, and if so for the tokens.
///
/// Until then the answer is the error `authorization_pending`, or `slow_down`; in the end it may be `access_denied` or
/// `expired_token`. See <https://docs.coze.cn/developer_guides/oauth_device_code>.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ExchangeDeviceCode {
    grant_type: grant::Device,
    /// App.
    pub client_id: ClientId,
    /// Device code.
    pub device_code: Secret,
}

endpoint!(ExchangeDeviceCode: POST "/api/permission/oauth2/token", secret => Confidential<OAuthToken>);

impl ExchangeDeviceCode {
    /// The device code of an app.
    pub fn new(client_id: impl Into<ClientId>, device_code: impl Into<Secret>) -> Self {
        Self { grant_type: grant::Device, client_id: client_id.into(), device_code: device_code.into() }
    }
}
