//! Listing agents.

use serde::{Deserialize, Serialize};

use super::PublishStatus;
use crate::core::paged;
use crate::core::reply::Data;
use crate::core::validate::{ValidationError, validate_unbounded_page};
use crate::model::id::{BotId, ConnectorId, CozeUserId, FolderId, WorkspaceId};
use crate::model::timestamp::Timestamp;

/// Lists the agents of a workspace, drafts and published ones.
///
/// In the personal edition only those of workspaces that the user owns, in the enterprise edition all. Needs the permission
/// `listBot`.
///
/// See <https://docs.coze.cn/developer_guides/bots_list_draft_published>.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ListBots {
    /// Workspace.
    pub workspace_id: WorkspaceId,
    /// Which agents; published ones by default.
    pub publish_status: Option<PublishStatus>,
    /// Channel that they are published to, for the statuses `published_online` and `published_draft`; `1024`, which is the
    /// API, by default.
    pub connector_id: Option<ConnectorId>,
    /// Page, from 1.
    #[serde(default = "paged::first", deserialize_with = "paged::or::<1, _>")]
    pub page_num: u32,
    /// Agents on a page, 20 by default; no maximum is documented.
    #[serde(default = "paged::twenty", deserialize_with = "paged::or::<20, _>")]
    pub page_size: u32,
}

endpoint!(ListBots: GET "/v1/bots" ?workspace_id ?publish_status ?connector_id ?page_num ?page_size, validate => Data<BotPage>);

builder!(ListBots(workspace_id: WorkspaceId) { publish_status: PublishStatus, connector_id: ConnectorId } = {
    page_num: u32 = 1, page_size: u32 = 20,
});

impl ListBots {
    /// Lists what the documentation forbids.
    pub fn validate(&self) -> Vec<ValidationError> {
        validate_unbounded_page("page_num", self.page_num, self.page_size)
    }
}

paged!(ListBots { page_num, page_size } => BotPage { items, total: total } of SimpleBot { id });

answer! {
    /// A page of agents.
    pub struct BotPage {
        /// Agents.
        items: Vec<SimpleBot>,
        /// Agents on all pages.
        total: Option<i64>,
    }
}

answer! {
    /// An agent of a list, without its configuration.
    pub struct SimpleBot {
        /// Id.
        id: BotId [required],
        /// Name.
        name: Option<String>,
        /// Description.
        description: Option<String>,
        /// Address of the avatar.
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

/// Lists the agents of a workspace that are published to the API, newest first.
///
/// Deprecated by the service, which is going to remove this endpoint: use [`ListBots`]. Needs the permission `getPublishedBot`.
///
/// See <https://docs.coze.cn/developer_guides/published_bots_list>.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ListPublishedBots {
    /// Workspace.
    pub space_id: WorkspaceId,
    /// Page, from 1.
    #[serde(default = "paged::first", deserialize_with = "paged::or::<1, _>")]
    pub page_index: u32,
    /// Agents on a page, 20 by default; no maximum is documented.
    #[serde(default = "paged::twenty", deserialize_with = "paged::or::<20, _>")]
    pub page_size: u32,
}

endpoint!(ListPublishedBots: GET "/v1/space/published_bots_list" ?space_id ?page_index ?page_size, validate => Data<PublishedBotPage>);

builder!(ListPublishedBots(space_id: WorkspaceId) = { page_index: u32 = 1, page_size: u32 = 20 });

impl ListPublishedBots {
    /// Lists what the documentation forbids.
    pub fn validate(&self) -> Vec<ValidationError> {
        validate_unbounded_page("page_index", self.page_index, self.page_size)
    }
}

paged!(ListPublishedBots { page_index, page_size } => PublishedBotPage { space_bots, total: total } of PublishedBot { bot_id });

answer! {
    /// A page of agents that are published to the API.
    pub struct PublishedBotPage {
        /// Agents.
        space_bots: Vec<PublishedBot>,
        /// Agents on all pages.
        total: Option<i64>,
    }
}

answer! {
    /// An agent that is published to the API.
    pub struct PublishedBot {
        /// Id.
        bot_id: BotId [required],
        /// Name.
        bot_name: Option<String>,
        /// Description.
        description: Option<String>,
        /// Address of the avatar.
        icon_url: Option<String>,
        /// Time of the last publication, in seconds.
        publish_time: Option<Timestamp>,
        /// Folder of the workspace that holds it. Not on the official page; the Go SDK knows it.
        folder_id: Option<FolderId>,
    }
}
