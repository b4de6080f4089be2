//! Listing apps.

use serde::{Deserialize, Serialize};

use crate::bot::PublishStatus;
use crate::core::paged;
use crate::core::reply::Data;
use crate::core::validate::{ValidationError, validate_unbounded_page};
use crate::model::id::{AppId, ConnectorId, CozeUserId, FolderId, WorkspaceId};
use crate::model::timestamp::Timestamp;

/// Lists the apps of a workspace, drafts and published ones.
///
/// In the personal edition only those of workspaces that the user owns, in the enterprise edition all. Needs the permission
/// `listApp`.
///
/// See <https://docs.coze.cn/developer_guides/published_apps_list>.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ListApps {
    /// Workspace.
    pub workspace_id: WorkspaceId,
    /// Which apps; published ones by default.
    pub publish_status: Option<PublishStatus>,
    /// Channel that they are published to, for the statuses `published_online` and `published_draft`; `1024`, which is the
    /// API, by default.
    pub connector_id: Option<ConnectorId>,
    /// Page, from 1.
    #[serde(default = "paged::first", deserialize_with = "paged::or::<1, _>")]
    pub page_num: u32,
    /// Apps on a page, 20 by default; no maximum is documented.
    #[serde(default = "paged::twenty", deserialize_with = "paged::or::<20, _>")]
    pub page_size: u32,
}

endpoint!(ListApps: GET "/v1/apps" ?workspace_id ?publish_status ?connector_id ?page_num ?page_size, validate => Data<AppPage>);

builder!(ListApps(workspace_id: WorkspaceId) { publish_status: PublishStatus, connector_id: ConnectorId } = {
    page_num: u32 = 1, page_size: u32 = 20,
});

impl ListApps {
    /// Lists what the documentation forbids.
    pub fn validate(&self) -> Vec<ValidationError> {
        validate_unbounded_page("page_num", self.page_num, self.page_size)
    }
}

paged!(ListApps { page_num, page_size } => AppPage { items, total: total } of SimpleApp { id });

answer! {
    /// A page of apps.
    pub struct AppPage {
        /// Apps.
        items: Vec<SimpleApp>,
        /// Apps on all pages.
        total: Option<i64>,
    }
}

answer! {
    /// An app of a list.
    pub struct SimpleApp {
        /// Id.
        id: AppId [required],
        /// Name.
        name: Option<String>,
        /// Description.
        description: Option<String>,
        /// Address of the icon.
        icon_url: Option<String>,
        /// Folder of the workspace that holds it.
        folder_id: Option<FolderId>,
        /// Whether it is published.
        is_published: Option<bool>,
        /// Time of the last change, in seconds.
        updated_at: Option<Timestamp>,
        /// Time of the last publication, in seconds; unset for one that was never published.
        published_at: Option<Timestamp>,
        /// Account that created it.
        owner_user_id: Option<CozeUserId>,
    }
}
