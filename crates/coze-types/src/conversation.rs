//! Conversations: what a user and an agent have said to each other, and what the agent sees of it.

use crate::model::id::{ConnectorId, ConversationId, CozeUserId, SectionId, UserId};
use crate::model::lenient::{Extra, MetaData};
use crate::model::timestamp::Timestamp;

mod create;
mod feedback;
mod list;
mod message;
mod retrieve;
mod update;

pub use create::CreateConversation;
pub use feedback::{CreateMessageFeedback, DeleteMessageFeedback, FeedbackType};
pub use list::{ConversationPage, ListConversations, SortOrder};
pub use message::{
    CreateMessage, DeleteMessage, ListMessages, MessageOrder, MessagePage, RetrieveMessage, UpdateMessage,
    UpdatedMessage,
};
pub use retrieve::{RetrieveConversation, RetrievedConversation};
pub use update::{ClearConversation, DeleteConversation, Section, UpdateConversation};

/// A conversation: messages in sections, of which the agent sees the newest section only.
///
/// See <https://docs.coze.cn/developer_guides/retrieve_conversation>.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Conversation {
    /// Id.
    pub id: ConversationId,
    /// Name, to tell conversations apart; by default the beginning of the first message.
    pub name: Option<String>,
    /// Key-value pairs that were given when the conversation was created.
    pub meta_data: MetaData,
    /// Account that created it. Coze Studio misspells the field, which is read all the same.
    pub creator_id: Option<CozeUserId>,
    /// Time of creation.
    pub created_at: Option<Timestamp>,
    /// Time of the last change.
    pub updated_at: Option<Timestamp>,
    /// Newest section: the one that the agent sees.
    pub last_section_id: Option<SectionId>,
    /// Channel in which it was created: 1024 for the API, 999 for the Chat SDK, or a channel of your own.
    pub connector_id: Option<ConnectorId>,
    /// End user to whom it belongs; only Coze Studio says it.
    pub user_id: Option<UserId>,
    /// Fields that this version does not know.
    pub extra: Extra,
}

fields!(Conversation {
    id: required,
    name: optional,
    meta_data: sparse,
    creator_id: optional = "creator_id" | "creator_d",
    created_at: optional,
    updated_at: optional,
    last_section_id: optional,
    connector_id: optional,
    user_id: optional,
});

impl Conversation {
    /// A conversation with nothing but an id.
    pub fn new(id: impl Into<ConversationId>) -> Self {
        Self {
            id: id.into(),
            name: None,
            meta_data: MetaData::new(),
            creator_id: None,
            created_at: None,
            updated_at: None,
            last_section_id: None,
            connector_id: None,
            user_id: None,
            extra: Extra::new(),
        }
    }
}
