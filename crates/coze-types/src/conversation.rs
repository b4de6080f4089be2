//! Conversations: what a user and an agent have said to each other, and what the agent sees of it.

use crate::model::id::{ConnectorId, ConversationId, CozeUserId, SectionId, UserId};
use crate::model::lenient::MetaData;
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

answer! {
    /// A conversation: messages in sections, of which the agent sees the newest section only.
    ///
    /// See <https://docs.coze.cn/developer_guides/retrieve_conversation>.
    pub struct Conversation {
        /// Id.
        id: ConversationId [required],
        /// Name, to tell conversations apart; by default the beginning of the first message.
        name: Option<String>,
        /// Key-value pairs that were given when the conversation was created.
        meta_data: MetaData [skip_if_empty],
        /// Account that created it. Coze Studio misspells the field, which is read all the same.
        creator_id: Option<CozeUserId> [alias = "creator_d"],
        /// Time of creation.
        created_at: Option<Timestamp>,
        /// Time of the last change.
        updated_at: Option<Timestamp>,
        /// Newest section: the one that the agent sees.
        last_section_id: Option<SectionId>,
        /// Channel in which it was created: 1024 for the API, 999 for the Chat SDK, or a channel of your own.
        connector_id: Option<ConnectorId>,
        /// End user to whom it belongs; only Coze Studio says it.
        user_id: Option<UserId>,
    }
}
