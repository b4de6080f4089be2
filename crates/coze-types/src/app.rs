//! Apps.

use serde::{Deserialize, Serialize};

use crate::core::reply::Data;
use crate::model::id::{AppId, ConnectorId};

mod collaborator;
mod list;

pub use crate::bot::{Collaborator, PublishStatus};
pub use collaborator::{CreateAppCollaborator, DeleteAppCollaborator};
pub use list::{AppPage, ListApps, SimpleApp};

/// Reads a published app, on a self-hosted Coze Studio; the hosted service has no such endpoint.
///
/// An app that is not published to the channel answers `null`, which is an error that says so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RetrieveApp {
    /// App.
    pub app_id: AppId,
    /// Channel.
    pub connector_id: Option<ConnectorId>,
}

endpoint!(RetrieveApp: GET "/v1/apps/{app_id}" (app_id) ?connector_id => Data<App>);

builder!(RetrieveApp(app_id: AppId) { connector_id: ConnectorId });

answer! {
    /// An app.
    pub struct App {
        /// Id.
        app_id: AppId [required],
        /// Version.
        version: Option<String>,
        /// Name.
        name: Option<String>,
        /// Description.
        description: Option<String>,
        /// Address of the icon.
        icon_url: Option<String>,
        /// Variables, as the server describes them.
        variables: Vec<serde_json::Value> [skip_if_empty],
    }
}
