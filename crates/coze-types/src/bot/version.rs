//! The versions of an agent.

use serde::{Deserialize, Serialize};

use crate::core::paged::{self, Page, Paged, Position};
use crate::core::reply::Data;
use crate::core::validate::{ValidationError, validate_page};
use crate::endpoint;
use crate::model::id::{BotId, ConnectorId, CozeUserId};
use crate::model::timestamp::Timestamp;

/// Published, or a draft; by it agents, apps and workflows are listed, and the version of an agent is chosen.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PublishStatus {
    /// All, as their drafts are; in lists only.
    All,
    /// What is published, as it was published.
    PublishedOnline,
    /// What is published and has a draft that was changed since; in lists of agents and apps only.
    PublishedDraft,
    /// Drafts; in lists of agents and apps only those that were never published.
    UnpublishedDraft,
    /// A word that this version does not know.
    Unknown(Box<str>),
}

open_enum!(PublishStatus {
    All = "all",
    PublishedOnline = "published_online",
    PublishedDraft = "published_draft",
    UnpublishedDraft = "unpublished_draft",
});

/// The rule of a status by which one version is chosen.
pub(crate) fn validate_version(status: Option<&PublishStatus>) -> Option<ValidationError> {
    let status =
        status.filter(|status| matches!(status, PublishStatus::All | PublishStatus::PublishedDraft))?;
    let rule = format!("is {status}; published_online and unpublished_draft are allowed");
    Some(ValidationError::limit("publish_status", rule))
}

/// Lists the versions of an agent.
///
/// In the personal edition only for agents of workspaces that the user owns. Needs the permission `Bot.listVersion`.
///
/// See <https://docs.coze.cn/developer_guides/list_bot_versions>.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ListBotVersions {
    /// Agent.
    #[serde(skip_serializing)]
    pub bot_id: BotId,
    /// Page, from 1.
    #[serde(skip_serializing, default = "paged::first", deserialize_with = "paged::or::<1, _>")]
    pub page_num: u32,
    /// Versions on a page: 1 to 30, 10 by default.
    #[serde(skip_serializing, default = "paged::ten", deserialize_with = "paged::or::<10, _>")]
    pub page_size: u32,
    /// Published versions (`published_online`), the default, or drafts (`unpublished_draft`).
    #[serde(skip_serializing, default)]
    pub publish_status: Option<PublishStatus>,
    /// Channel that they were published to, for the status `published_online`; all by default.
    #[serde(skip_serializing, default)]
    pub connector_id: Option<ConnectorId>,
}

endpoint!(ListBotVersions: GET "/v1/bots/{bot_id}/versions" (bot_id) ?page_num ?page_size ?publish_status ?connector_id, validate => Data<BotVersionPage>);

setters!(ListBotVersions { publish_status: PublishStatus, connector_id: ConnectorId });
setters!(ListBotVersions = { page_num: u32, page_size: u32 });

impl ListBotVersions {
    /// Lists the published versions of an agent from the first page on.
    pub fn new(bot_id: impl Into<BotId>) -> Self {
        Self { bot_id: bot_id.into(), page_num: 1, page_size: 10, publish_status: None, connector_id: None }
    }

    /// Lists what the documentation forbids.
    pub fn validate(&self) -> Vec<ValidationError> {
        let mut errors = validate_page(self.page_num, self.page_size, 30);
        errors.extend(validate_version(self.publish_status.as_ref()));
        errors
    }
}

impl Paged for ListBotVersions {
    type Item = BotVersion;

    fn page(answer: BotVersionPage) -> Page<BotVersion> {
        let page = Page::new(answer.items).total(answer.total);
        match answer.has_more {
            Some(has_more) => page.has_more(has_more),
            None => page,
        }
    }

    fn position(&mut self) -> Position<'_> {
        Position::number(&mut self.page_num, self.page_size)
    }

    fn key(item: &BotVersion) -> Option<&str> {
        item.version.as_deref()
    }
}

answer! {
    /// A page of versions.
    #[derive(Clone, Debug, Default, PartialEq)]
    pub struct BotVersionPage {
        /// Versions.
        items: Vec<BotVersion>,
        /// Whether more pages follow.
        has_more: Option<bool>,
        /// Versions on all pages. Not on the official page; the Python SDK knows it.
        total: Option<i64>,
    }
}

answer! {
    /// A version of an agent.
    #[derive(Clone, Debug, Default, PartialEq)]
    pub struct BotVersion {
        /// Version, such as `1716388526000`.
        version: Option<String>,
        /// Description of its changes, by the user who published it.
        changelog: Option<String>,
        /// Time of creation, in seconds.
        created_at: Option<Timestamp>,
        /// Whether it was published or is a draft.
        publish_status: Option<PublishStatus>,
        /// User who created it.
        creator: Option<Creator>,
        /// Description. Not on the official page; the Python SDK knows it.
        description: Option<String>,
        /// Time of the last change, in seconds. Not on the official page; the Python SDK knows it.
        updated_at: Option<Timestamp>,
    }
}

answer! {
    /// The user who created something.
    #[derive(Clone, Debug, Default, PartialEq, Eq)]
    pub struct Creator {
        /// Id of the Coze user.
        id: Option<CozeUserId>,
        /// Name.
        name: Option<String>,
    }
}
