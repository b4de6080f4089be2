//! The versions of an agent.

use serde::{Deserialize, Serialize};

use crate::core::paged::{self, Page, Paged, Position};
use crate::core::reply::Data;
use crate::core::validate::{ValidationError, validate_page};
use crate::model::id::{BotId, ConnectorId, CozeUserId};
use crate::model::timestamp::Timestamp;

open_enum! {
    /// Published, or a draft; by it agents, apps and workflows are listed, and the version of an agent is chosen.
    pub enum PublishStatus {
        /// All, as their drafts are; in lists only.
        All = "all",
        /// What is published, as it was published.
        PublishedOnline = "published_online",
        /// What is published and has a draft that was changed since; in lists of agents and apps only.
        PublishedDraft = "published_draft",
        /// Drafts; in lists of agents and apps only those that were never published.
        UnpublishedDraft = "unpublished_draft",
    }
}

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
    pub bot_id: BotId,
    /// Page, from 1.
    #[serde(default = "paged::first", deserialize_with = "paged::or::<1, _>")]
    pub page_num: u32,
    /// Versions on a page: 1 to 30, 10 by default.
    #[serde(default = "paged::ten", deserialize_with = "paged::or::<10, _>")]
    pub page_size: u32,
    /// Published versions (`published_online`), the default, or drafts (`unpublished_draft`).
    pub publish_status: Option<PublishStatus>,
    /// Channel that they were published to, for the status `published_online`; all by default.
    pub connector_id: Option<ConnectorId>,
}

endpoint!(ListBotVersions: GET "/v1/bots/{bot_id}/versions" (bot_id) ?page_num ?page_size ?publish_status ?connector_id, validate => Data<BotVersionPage>);

builder!(ListBotVersions(bot_id: BotId) { publish_status: PublishStatus, connector_id: ConnectorId } = {
    page_num: u32 = 1, page_size: u32 = 10,
});

impl ListBotVersions {
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
