//! Listing conversations.

use serde::{Deserialize, Serialize};

use super::Conversation;
use crate::core::paged;
use crate::core::reply::Data;
use crate::core::validate::{ValidationError, validate_page};
use crate::model::id::{BotId, ConnectorId, UserId};

/// Lists one's own conversations with an agent, of the channels API and Chat SDK.
///
/// Only conversations that were created with the id of the agent are listed. Needs the permission
/// `listConversation`.
///
/// See <https://docs.coze.cn/developer_guides/list_conversations>.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ListConversations {
    /// Agent.
    pub bot_id: BotId,
    /// Page, counted from 1, which is the default. Always sent: Coze Studio needs it.
    #[serde(default = "paged::first", deserialize_with = "paged::or::<1, _>")]
    pub page_num: u32,
    /// Conversations per page, at most 50, which is the default. Always sent: without it, Coze Studio drops the
    /// last conversation and always reports that there are more.
    #[serde(default = "paged::fifty", deserialize_with = "paged::or::<50, _>")]
    pub page_size: u32,
    /// Order of the times of creation; newest first by default.
    pub sort_order: Option<SortOrder>,
    /// Channel: 1024 for the API, which is the default, or 999 for the Chat SDK.
    pub connector_id: Option<ConnectorId>,
    /// End user whose conversations to list. Not on the official page; Coze Studio knows it.
    pub user_id: Option<UserId>,
}

endpoint!(ListConversations: GET "/v1/conversations"
    ?bot_id ?page_num ?page_size ?sort_order ?connector_id ?user_id, validate => Data<ConversationPage>);

setters!(ListConversations { sort_order: SortOrder, connector_id: ConnectorId, user_id: UserId });
setters!(ListConversations = { page_num: u32, page_size: u32 });

impl ListConversations {
    /// Lists the conversations with an agent from the first page on.
    pub fn new(bot_id: impl Into<BotId>) -> Self {
        Self {
            bot_id: bot_id.into(),
            page_num: paged::first(),
            page_size: paged::fifty(),
            sort_order: None,
            connector_id: None,
            user_id: None,
        }
    }

    /// Lists what the documentation forbids.
    pub fn validate(&self) -> Vec<ValidationError> {
        let mut errors = validate_page(self.page_num, self.page_size, 50);
        if let Some(connector_id) = self.connector_id.as_ref().filter(|id| *id != "1024" && *id != "999") {
            errors.push(ValidationError::limit(
                "connector_id",
                format!("is {connector_id}; only 1024 (API) and 999 (Chat SDK) are listed"),
            ));
        }
        errors
    }
}

paged!(ListConversations { page_num, page_size } => ConversationPage { conversations, has_more: has_more } of Conversation { id });

answer! {
    /// One page of conversations.
    pub struct ConversationPage {
        /// Conversations.
        conversations: Vec<Conversation>,
        /// Whether there are more pages.
        has_more: bool,
    }
}

open_enum! {
    /// Order of a list of conversations.
    pub enum SortOrder {
        /// Oldest first.
        Ascending = "ASC" | "asc",
        /// Newest first.
        Descending = "DESC" | "desc",
    }
}
