//! Canceling a chat.

use serde::{Deserialize, Serialize};

use super::Chat;
use crate::core::reply::{Wrapped, Wrapper};
use crate::model::id::{ChatId, ConversationId};

/// Cancels a chat that is being worked on.
///
/// Its question and answer leave the context; the answer is billed whole all the same. A stream that is open is
/// not closed by this: drop it as well. A chat that is completed, failed or waiting cannot be canceled (error
/// 4104, in Coze Studio 103200005). The answer is the chat, unless the server says nothing but that it succeeded. Needs the
/// permission `cancelChat`.
///
/// See <https://docs.coze.cn/developer_guides/chat_cancel>.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CancelChat {
    /// Conversation of the chat.
    pub conversation_id: ConversationId,
    /// Chat.
    pub chat_id: ChatId,
}

endpoint!(CancelChat: POST "/v3/chat/cancel", json => Wrapped<CanceledChat>);

builder!(CancelChat(conversation_id: ConversationId, chat_id: ChatId));

/// Where the canceled chat stands: under `data`, in Coze Studio under `ChatV3ChatDetail`.
#[derive(Clone, Copy, Debug)]
pub enum CanceledChat {}

impl Wrapper for CanceledChat {
    type Payload = Option<Chat>;

    fn unwrap(body: &str) -> Result<Option<Chat>, serde_json::Error> {
        #[derive(Default, Deserialize)]
        struct Wire {
            data: Option<Chat>,
            #[serde(rename = "ChatV3ChatDetail")]
            detail: Option<Chat>,
        }
        // An empty payload decodes like `null`.
        let wire = serde_json::from_str::<Option<Wire>>(body)?.unwrap_or_default();
        Ok(wire.data.or(wire.detail))
    }
}
