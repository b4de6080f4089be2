//! Listing apps.

use serde::{Deserialize, Serialize};

use crate::bot::PublishStatus;
use crate::core::paged::{self, Page, Paged, Position};
use crate::core::reply::Data;
use crate::core::validate::{ValidationError, validate_unbounded_page};
use crate::endpoint;
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
    #[serde(skip_serializing)]
    pub workspace_id: WorkspaceId,
    /// Which apps; published ones by default.
    #[serde(skip_serializing, default)]
    pub publish_status: Option<PublishStatus>,
    /// Channel that they are published to, for the statuses `published_online` and `published_draft`; `1024`, which is the
    /// API, by default.
    #[serde(skip_serializing, default)]
    pub connector_id: Option<ConnectorId>,
    /// Page, from 1.
    #[serde(skip_serializing, default = "paged::first", deserialize_with = "paged::or::<1, _>")]
    pub page_num: u32,
    /// Apps on a page, 20 by default; no maximum is documented.
    #[serde(skip_serializing, default = "paged::twenty", deserialize_with = "paged::or::<20, _>")]
    pub page_size: u32,
}

endpoint!(ListApps: GET "/v1/apps" ?workspace_id ?publish_status ?connector_id ?page_num ?page_size, validate => Data<AppPage>);

setters!(ListApps { publish_status: PublishStatus, connector_id: ConnectorId });
setters!(ListApps = { page_num: u32, page_size: u32 });

impl ListApps {
    /// Lists the published apps of a workspace from the first page on.
    pub fn new(workspace_id: impl Into<WorkspaceId>) -> Self {
        Self {
            workspace_id: workspace_id.into(),
            publish_status: None,
            connector_id: None,
            page_num: 1,
            page_size: 20,
        }
    }

    /// Lists what the documentation forbids.
    pub fn validate(&self) -> Vec<ValidationError> {
        validate_unbounded_page("page_num", self.page_num, self.page_size)
    }
}

impl Paged for ListApps {
    type Item = SimpleApp;

    fn page(answer: AppPage) -> Page<SimpleApp> {
        Page::new(answer.items).total(answer.total)
    }

    fn position(&mut self) -> Position<'_> {
        Position::number(&mut self.page_num, self.page_size)
    }

    fn key(item: &SimpleApp) -> Option<&str> {
        Some(item.id.as_str())
    }
}

answer! {
    /// A page of apps.
    #[derive(Clone, Debug, Default, PartialEq)]
    pub struct AppPage {
        /// Apps.
        items: Vec<SimpleApp>,
        /// Apps on all pages.
        total: Option<i64>,
    }
}

answer! {
    /// An app of a list.
    #[derive(Clone, Debug, PartialEq)]
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
