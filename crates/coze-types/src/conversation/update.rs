//! Changing, clearing and deleting a conversation.

use serde::{Deserialize, Serialize};

use super::Conversation;
use crate::core::reply::{Data, Empty};
use crate::core::validate::{ValidationError, too_long};
use crate::model::id::{ConversationId, SectionId};

/// Renames a conversation; only its creator can.
///
/// The answer is the conversation, unless the server says nothing but that it succeeded. Needs the permission `editConversation`.
///
/// See <https://docs.coze.cn/developer_guides/edit_conversation>.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct UpdateConversation {
    /// Conversation.
    #[serde(skip_serializing)]
    pub conversation_id: ConversationId,
    /// Name, at most 100 characters. Coze Studio keeps the old one when it is empty.
    pub name: String,
}

endpoint!(UpdateConversation: PUT "/v1/conversations/{conversation_id}" (conversation_id), json, validate
    => Data<Option<Conversation>>);

builder!(UpdateConversation(conversation_id: ConversationId, name: String));

impl UpdateConversation {
    /// Lists what the documentation forbids.
    pub fn validate(&self) -> Vec<ValidationError> {
        if self.name.is_empty() {
            return vec![ValidationError::limit("name", "is empty; give the conversation a name")];
        }
        too_long("name", &self.name, 100).into_iter().collect()
    }
}

/// Deletes a conversation; only its creator can.
///
/// Coze Studio only hides it from lists. Needs the permission `editConversation`.
///
/// See <https://docs.coze.cn/developer_guides/delete_conversation>.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DeleteConversation {
    /// Conversation.
    pub conversation_id: ConversationId,
}

endpoint!(DeleteConversation: DELETE "/v1/conversations/{conversation_id}" (conversation_id) => Empty);

builder!(DeleteConversation(conversation_id: ConversationId));

/// Clears the context of a conversation: starts a new section, so that the agent no longer sees what was said.
///
/// The messages stay and can be read; only the creator of the conversation can clear it. The answer is the new section, unless
/// the server says nothing but that it succeeded. Needs the permission `editConversation`.
///
/// See <https://docs.coze.cn/developer_guides/clear_conversation_context>.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ClearConversation {
    /// Conversation.
    pub conversation_id: ConversationId,
}

endpoint!(ClearConversation: POST "/v1/conversations/{conversation_id}/clear" (conversation_id) => Data<Option<Section>>);

builder!(ClearConversation(conversation_id: ConversationId));

answer! {
    /// A section of a conversation: the messages that an agent sees as context.
    pub struct Section {
        /// Id.
        id: SectionId [required],
        /// Conversation.
        conversation_id: Option<ConversationId>,
    }
}
