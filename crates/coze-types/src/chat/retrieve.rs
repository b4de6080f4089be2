//! Reading a chat and its messages.

use serde::{Deserialize, Serialize};

use super::Chat;
use crate::core::reply::{Data, Wrapped, Wrapper};
use crate::message::Message;
use crate::model::id::{ChatId, ConversationId};
use crate::model::lenient;

/// Reads the state of a chat: to be asked at most once a second until the status is
/// [terminal](super::ChatStatus::is_terminal).
///
/// Only chats whose history is saved can be read. An answer without an error may hold a chat that has failed: see
/// [`Chat::error`]. Needs the permission `getChat`.
///
/// See <https://docs.coze.cn/developer_guides/retrieve_chat>.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RetrieveChat {
    /// Conversation of the chat.
    pub conversation_id: ConversationId,
    /// Chat.
    pub chat_id: ChatId,
}

endpoint!(RetrieveChat: GET "/v3/chat/retrieve" ?conversation_id ?chat_id => Data<Chat>);

builder!(RetrieveChat(conversation_id: ConversationId, chat_id: ChatId));

/// Lists the messages of a chat without the question: answers, function calls, tool responses, follow-ups.
///
/// The list is complete once the chat is completed; there are no pages. Coze Studio lists the question too. Needs
/// the permissions `chat` and `listMessage`.
///
/// See <https://docs.coze.cn/developer_guides/list_chat_messages>.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ListChatMessages {
    /// Conversation of the chat.
    pub conversation_id: ConversationId,
    /// Chat.
    pub chat_id: ChatId,
}

endpoint!(ListChatMessages: GET "/v3/chat/message/list" ?conversation_id ?chat_id => Wrapped<ChatMessages>);

builder!(ListChatMessages(conversation_id: ConversationId, chat_id: ChatId));

/// Where the messages of a chat stand: under `data`, in Coze Studio under `Messages`, nowhere when there are
/// none.
#[derive(Clone, Copy, Debug)]
pub enum ChatMessages {}

impl Wrapper for ChatMessages {
    type Payload = Vec<Message>;

    fn unwrap(body: &str) -> Result<Vec<Message>, serde_json::Error> {
        #[derive(Deserialize)]
        struct Wire {
            #[serde(default, deserialize_with = "lenient::optional")]
            data: Option<Vec<Message>>,
            #[serde(default, rename = "Messages", deserialize_with = "lenient::optional")]
            messages: Option<Vec<Message>>,
        }
        let wire: Wire = serde_json::from_str(body)?;
        Ok(wire.data.or(wire.messages).unwrap_or_default())
    }
}
