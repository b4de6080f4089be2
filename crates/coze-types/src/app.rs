//! Apps.

use serde::{Deserialize, Serialize};

use crate::endpoint;
use crate::id::{AppId, ConnectorId};
use crate::lenient::{self, Extra};
use crate::reply::Data;

/// Reads a published app, on a self-hosted Coze Studio; the hosted service has no such endpoint.
///
/// An app that is not published to the channel answers `null`, which is an error that says so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct GetApp {
    /// App.
    #[serde(skip_serializing)]
    pub app_id: AppId,
    /// Channel.
    #[serde(skip_serializing, default)]
    pub connector_id: Option<ConnectorId>,
}

endpoint!(GetApp: GET "/v1/apps/{app_id}" (app_id) ?connector_id => Data<App>);

setters!(GetApp { connector_id: ConnectorId });

impl GetApp {
    /// Reads one app.
    pub fn new(app_id: impl Into<AppId>) -> Self {
        Self { app_id: app_id.into(), connector_id: None }
    }
}

/// An app.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct App {
    /// Id.
    pub app_id: AppId,
    /// Version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// Name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Description.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Address of the icon.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub icon_url: Option<String>,
    /// Variables, as the server describes them.
    #[serde(default, deserialize_with = "lenient::null_as_default", skip_serializing_if = "Vec::is_empty")]
    pub variables: Vec<serde_json::Value>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}
