//! Listing agents.

use serde::{Deserialize, Serialize};

use super::PublishStatus;
use crate::core::paged::{self, Page, Paged, Position};
use crate::core::reply::Data;
use crate::core::validate::{ValidationError, validate_unbounded_page};
use crate::endpoint;
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
    #[serde(skip_serializing)]
    pub workspace_id: WorkspaceId,
    /// Which agents; published ones by default.
    #[serde(skip_serializing, default)]
    pub publish_status: Option<PublishStatus>,
    /// Channel that they are published to, for the statuses `published_online` and `published_draft`; `1024`, which is the
    /// API, by default.
    #[serde(skip_serializing, default)]
    pub connector_id: Option<ConnectorId>,
    /// Page, from 1.
    #[serde(skip_serializing, default = "paged::first", deserialize_with = "paged::or::<1, _>")]
    pub page_num: u32,
    /// Agents on a page, 20 by default; no maximum is documented.
    #[serde(skip_serializing, default = "paged::twenty", deserialize_with = "paged::or::<20, _>")]
    pub page_size: u32,
}

endpoint!(ListBots: GET "/v1/bots" ?workspace_id ?publish_status ?connector_id ?page_num ?page_size, validate => Data<BotPage>);

setters!(ListBots { publish_status: PublishStatus, connector_id: ConnectorId });
setters!(ListBots = { page_num: u32, page_size: u32 });

impl ListBots {
    /// Lists the published agents of a workspace from the first page on.
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

impl Paged for ListBots {
    type Item = SimpleBot;

    fn page(answer: BotPage) -> Page<SimpleBot> {
        Page::new(answer.items).total(answer.total)
    }

    fn position(&mut self) -> Position<'_> {
        Position::number(&mut self.page_num, self.page_size)
    }

    fn key(item: &SimpleBot) -> Option<&str> {
        Some(item.id.as_str())
    }
}

answer! {
    /// A page of agents.
    #[derive(Clone, Debug, Default, PartialEq)]
    pub struct BotPage {
        /// Agents.
        items: Vec<SimpleBot>,
        /// Agents on all pages.
        total: Option<i64>,
    }
}

answer! {
    /// An agent of a list, without its configuration.
    #[derive(Clone, Debug, PartialEq)]
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
    #[serde(skip_serializing)]
    pub space_id: WorkspaceId,
    /// Page, from 1.
    #[serde(skip_serializing, default = "paged::first", deserialize_with = "paged::or::<1, _>")]
    pub page_index: u32,
    /// Agents on a page, 20 by default; no maximum is documented.
    #[serde(skip_serializing, default = "paged::twenty", deserialize_with = "paged::or::<20, _>")]
    pub page_size: u32,
}

endpoint!(ListPublishedBots: GET "/v1/space/published_bots_list" ?space_id ?page_index ?page_size, validate => Data<PublishedBotPage>);

setters!(ListPublishedBots = { page_index: u32, page_size: u32 });

impl ListPublishedBots {
    /// Lists the agents of a workspace from the first page on.
    pub fn new(space_id: impl Into<WorkspaceId>) -> Self {
        Self { space_id: space_id.into(), page_index: 1, page_size: 20 }
    }

    /// Lists what the documentation forbids.
    pub fn validate(&self) -> Vec<ValidationError> {
        validate_unbounded_page("page_index", self.page_index, self.page_size)
    }
}

impl Paged for ListPublishedBots {
    type Item = PublishedBot;

    fn page(answer: PublishedBotPage) -> Page<PublishedBot> {
        Page::new(answer.space_bots).total(answer.total)
    }

    fn position(&mut self) -> Position<'_> {
        Position::number(&mut self.page_index, self.page_size)
    }

    fn key(item: &PublishedBot) -> Option<&str> {
        Some(item.bot_id.as_str())
    }
}

answer! {
    /// A page of agents that are published to the API.
    #[derive(Clone, Debug, Default, PartialEq)]
    pub struct PublishedBotPage {
        /// Agents.
        space_bots: Vec<PublishedBot>,
        /// Agents on all pages.
        total: Option<i64>,
    }
}

answer! {
    /// An agent that is published to the API.
    #[derive(Clone, Debug, PartialEq)]
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
