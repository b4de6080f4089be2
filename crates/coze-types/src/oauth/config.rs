//! The file that the console exports for an OAuth app.

use serde::{Deserialize, Serialize};

use crate::model::id::ClientId;
use crate::model::secret::Secret;

open_enum! {
    /// What sort of app it is, and so which flow it uses.
    pub enum ClientType {
        /// Service app: signs a JWT with its private key.
        Jwt = "jwt",
        /// Web app: has a client secret.
        Web = "web",
        /// Mobile, desktop or single-page app: PKCE.
        Pkce = "pkce",
        /// TV, device or command line: device code.
        Device = "device",
    }
}

/// An OAuth app, as the JSON that the console exports says it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct AppConfig {
    /// Sort.
    pub client_type: ClientType,
    /// App.
    pub client_id: ClientId,
    /// Secret, of a web app.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_secret: Option<Secret>,
    /// Fingerprint of the public key, of a service app.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub public_key_id: Option<String>,
    /// Private key as PEM, of a service app.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub private_key: Option<Secret>,
    /// Address of the pages for the browser, such as `https://www.coze.cn`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub coze_www_base: Option<String>,
    /// Address of the API, such as `https://api.coze.cn`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub coze_api_base: Option<String>,
}

impl AppConfig {
    /// An app of a sort.
    pub fn new(client_type: ClientType, client_id: impl Into<ClientId>) -> Self {
        Self {
            client_type,
            client_id: client_id.into(),
            client_secret: None,
            public_key_id: None,
            private_key: None,
            coze_www_base: None,
            coze_api_base: None,
        }
    }
}

setters!(AppConfig {
    client_secret: Secret,
    public_key_id: String,
    private_key: Secret,
    coze_www_base: String,
    coze_api_base: String,
});
