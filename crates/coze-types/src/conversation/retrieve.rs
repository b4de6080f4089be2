//! Reading a conversation.

use serde::de::Error as _;
use serde::{Deserialize, Serialize};

use super::Conversation;
use crate::core::reply::{Wrapped, Wrapper};
use crate::model::id::ConversationId;

/// Reads a conversation; only its creator can.
///
/// Coze Studio still finds conversations that were deleted. Needs the permission `retrieveConversation`.
///
/// See <https://docs.coze.cn/developer_guides/retrieve_conversation>.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RetrieveConversation {
    /// Conversation.
    pub conversation_id: ConversationId,
}

endpoint!(RetrieveConversation: GET "/v1/conversation/retrieve" ?conversation_id => Wrapped<RetrievedConversation>);

builder!(RetrieveConversation(conversation_id: ConversationId));

/// Where a conversation that was read stands: under `data`, in Coze Studio under `ConversationData`.
#[derive(Clone, Copy, Debug)]
pub enum RetrievedConversation {}

impl Wrapper for RetrievedConversation {
    type Payload = Conversation;

    fn unwrap(body: &str) -> Result<Conversation, serde_json::Error> {
        #[derive(Deserialize)]
        struct Wire {
            data: Option<Conversation>,
            #[serde(rename = "ConversationData")]
            conversation: Option<Conversation>,
        }
        let wire: Wire = serde_json::from_str(body)?;
        wire.data.or(wire.conversation).ok_or_else(|| serde_json::Error::missing_field("data"))
    }
}
