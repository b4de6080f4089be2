//! Access tokens of service apps, for a signed JWT.

use serde::{Deserialize, Serialize};

use crate::core::reply::Confidential;
use crate::core::validate::ValidationError;
use crate::model::id::{AccountId, ClientId, EnterpriseId};
use crate::model::timestamp::Timestamp;
use crate::oauth::{OAuthToken, Scope, grant};

/// Header of the JWT of a service app.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct JwtHeader {
    /// `RS256`: RSASSA-PKCS1-v1_5 with SHA-256.
    pub alg: String,
    /// `JWT`.
    pub typ: String,
    /// Fingerprint of the public key, as the console shows it.
    pub kid: String,
}

impl JwtHeader {
    /// The header for a key.
    pub fn new(public_key_id: impl Into<String>) -> Self {
        Self { alg: "RS256".to_owned(), typ: "JWT".to_owned(), kid: public_key_id.into() }
    }
}

/// Payload of the JWT of a service app; good for one use.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct JwtClaims {
    /// App.
    pub iss: ClientId,
    /// Host of the API, such as `api.coze.cn`, without a scheme.
    pub aud: String,
    /// When it begins to be good.
    pub iat: Timestamp,
    /// When it ceases to be good.
    pub exp: Timestamp,
    /// Random word of more than 32 bytes, another one each time.
    pub jti: String,
    /// Id of the user in your system, to keep the conversations of several users apart.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_name: Option<String>,
    /// What the usage is counted under.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_context: Option<SessionContext>,
}

setters!(JwtClaims { session_name: String, session_context: SessionContext });

impl JwtClaims {
    /// What every JWT says; `jti` must never have been used before.
    pub fn new(
        client_id: impl Into<ClientId>,
        host: impl Into<String>,
        valid: std::ops::Range<Timestamp>,
        jti: impl Into<String>,
    ) -> Self {
        Self {
            iss: client_id.into(),
            aud: host.into(),
            iat: valid.start,
            exp: valid.end,
            jti: jti.into(),
            session_name: None,
            session_context: None,
        }
    }
}

/// What the usage of a token is counted under.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SessionContext {
    /// Device.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device_info: Option<DeviceInfo>,
}

setters!(SessionContext { device_info: DeviceInfo });

impl SessionContext {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }
}

/// Device under which usage is counted and limited; give one of the two. For the flagship plan of enterprises.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DeviceInfo {
    /// Id of a piece of hardware.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device_id: Option<String>,
    /// Id of anything else, such as a user of your app; no phone number or the like.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub custom_consumer: Option<String>,
}

setters!(DeviceInfo { device_id: String, custom_consumer: String });

impl DeviceInfo {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }
}

macro_rules! exchange {
    ($(#[$doc:meta])+ $name:ident { $($(#[$field_doc:meta])+ $field:ident: $type:ty),* }) => {
        $(#[$doc])+
        #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[non_exhaustive]
        pub struct $name {
            grant_type: grant::Jwt,
            $($(#[$field_doc])+ #[serde(skip_serializing)] pub $field: $type,)*
            /// Lifetime of the access token, in seconds: at most 86399, 900 by default.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            pub duration_seconds: Option<u32>,
            /// What the access token is restricted to.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            pub scope: Option<Scope>,
        }

        setters!($name { duration_seconds: u32, scope: Scope });

        impl $name {
            /// The JWT itself goes into the header `Authorization`.
            #[allow(clippy::new_without_default, reason = "the three are made alike")]
            pub fn new($($field: impl Into<$type>),*) -> Self {
                Self { grant_type: grant::Jwt, $($field: $field.into(),)* duration_seconds: None, scope: None }
            }

            fn validate(&self) -> Vec<ValidationError> {
                let long = self.duration_seconds.filter(|seconds| *seconds > 86399);
                long.map(|seconds| {
                    ValidationError::limit("duration_seconds", format!("is {seconds}; at most 86399 (a day) are allowed"))
                })
                .into_iter()
                .collect()
            }
        }
    };
}

exchange! {
    /// Exchanges a JWT, sent as `Authorization: Bearer`, for an access token of the app's own account: see
    /// <https://docs.coze.cn/developer_guides/oauth_jwt>.
    ExchangeJwt {}
}

exchange! {
    /// Exchanges a JWT for an access token of another account that gave the app access: see
    /// <https://docs.coze.cn/developer_guides/oauth_jwt_collaborate>.
    ExchangeAccountJwt {
        /// UID of who owns the workspace, or id of the organization.
        account_id: AccountId
    }
}

exchange! {
    /// Exchanges a JWT for an access token of an enterprise, for its privileged apps: see
    /// <https://docs.coze.cn/developer_guides/oauth_jwt_privilege>.
    ExchangeEnterpriseJwt {
        /// Enterprise.
        enterprise_id: EnterpriseId
    }
}

endpoint!(ExchangeJwt: POST "/api/permission/oauth2/token", json, validate => Confidential<OAuthToken>);
endpoint!(ExchangeAccountJwt: POST "/api/permission/oauth2/account/{account_id}/token" (account_id), json, validate => Confidential<OAuthToken>);
endpoint!(ExchangeEnterpriseJwt: POST "/api/permission/oauth2/enterprise_id/{enterprise_id}/token" (enterprise_id), json, validate => Confidential<OAuthToken>);
