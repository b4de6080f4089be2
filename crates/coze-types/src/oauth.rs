//! OAuth: how apps get access tokens.
//!
//! The endpoints are described here; the flows that use them are in `coze::auth`. None of them takes an access token: apps with a
//! client secret and service apps send the secret or a signed JWT as `Authorization: Bearer`, the others nothing. All are served
//! by the API host, but [`Authorize`], which is opened in a browser at the `www` host.

mod authorize;
mod config;
mod device;
mod grant;
mod jwt;
mod scope;
mod token;

pub use authorize::{Authorize, AuthorizeWorkspace, ChallengeMethod};
pub use config::{AppConfig, ClientType};
pub use device::{CreateDeviceCode, CreateWorkspaceDeviceCode, DeviceCode};
pub use jwt::{
    DeviceInfo, ExchangeAccountJwt, ExchangeEnterpriseJwt, ExchangeJwt, JwtClaims, JwtHeader, SessionContext,
};
pub use scope::{
    AccountPermission, AttributeConstraint, BotChatAttribute, Scope, WorkflowPermission, WorkspacePermission,
};
pub use token::{ExchangeCode, ExchangeDeviceCode, OAuthToken, RefreshToken};
