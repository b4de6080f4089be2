//! Listing the messages of a conversation.

use serde::{Deserialize, Serialize};

use crate::core::paged::{Page, Paged, Position};
use crate::core::reply::Object;
use crate::core::validate::ValidationError;
use crate::message::Message;
use crate::model::id::{BotId, ChatId, ConversationId, MessageId};

/// Lists the messages of a conversation: questions, answers, and what was put in by hand.
///
/// What lies between question and answer, such as function calls, is listed by
/// [`ListChatMessages`](crate::chat::ListChatMessages). Messages are kept for 180 days. Pages are turned forwards
/// only, by `after_id`: a list with [`before_id`](Self#structfield.before_id) alone is one page. Needs the permissions
/// `chat` and `listMessage`.
///
/// See <https://docs.coze.cn/developer_guides/list_message>.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ListMessages {
    /// Conversation.
    #[serde(skip_serializing)]
    pub conversation_id: ConversationId,
    /// Order of the times of creation; newest first by default. Coze Studio ignores it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order: Option<MessageOrder>,
    /// Chat whose messages to list; all by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chat_id: Option<ChatId>,
    /// Lists what stands before this message in the list. To go back, set it to the
    /// [`first_id`](MessagePage#structfield.first_id) of a page; Coze Studio then lists the oldest first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before_id: Option<MessageId>,
    /// Lists the messages after this one. To continue, set it to the
    /// [`last_id`](MessagePage#structfield.last_id) of a page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after_id: Option<MessageId>,
    /// Messages per page, 1 to 50; 50 by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// Whether to list what lies between question and answer, too.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub include_middle_message: Option<bool>,
    /// Agent; not on the page, but the Go and Java SDKs know it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bot_id: Option<BotId>,
}

endpoint!(ListMessages: POST "/v1/conversation/message/list" ?conversation_id, json, validate => Object<MessagePage>);

builder! {
    /// Lists the messages of one conversation from its end on.
    ListMessages(conversation_id: ConversationId) [limit] {
        order: MessageOrder, chat_id: ChatId, before_id: MessageId, after_id: MessageId, include_middle_message: bool,
        bot_id: BotId,
    }
}

impl ListMessages {
    /// Sets [`limit`](Self#structfield.limit).
    #[must_use]
    pub fn limit(mut self, limit: u32) -> Self {
        self.limit = Some(limit);
        self
    }

    /// Lists what the documentation forbids.
    pub fn validate(&self) -> Vec<ValidationError> {
        match self.limit {
            Some(limit) if !(1..=50).contains(&limit) => {
                vec![ValidationError::limit("limit", format!("is {limit}; 1 to 50 are allowed"))]
            }
            _ => Vec::new(),
        }
    }
}

/// Servers write 0 for no position.
fn is_position(id: &MessageId) -> bool {
    !id.is_empty() && *id != "0"
}

impl Paged for ListMessages {
    type Item = Message;

    fn page(answer: MessagePage) -> Page<Message> {
        Page::new(answer.messages).has_more(answer.has_more).next(answer.last_id.map(|id| id.to_string()))
    }

    fn position(&mut self) -> Position<'_> {
        let is_set = |id: &Option<MessageId>| id.as_ref().is_some_and(is_position);
        if is_set(&self.before_id) && !is_set(&self.after_id) {
            return Position::Fixed;
        }
        Position::Cursor(&mut self.after_id)
    }

    fn key(item: &Message) -> Option<&str> {
        Some(item.id.as_str())
    }
}

answer! {
    /// One page of messages.
    pub struct MessagePage {
        /// Messages; `data` on the wire.
        messages: Vec<Message> [rename = "data"],
        /// Whether there are more pages.
        has_more: bool,
        /// First message of the page.
        first_id: Option<MessageId>,
        /// Last message of the page.
        last_id: Option<MessageId>,
    }
}

open_enum! {
    /// Order of a list of messages.
    pub enum MessageOrder {
        /// Oldest first.
        Ascending = "asc",
        /// Newest first.
        Descending = "desc",
    }
}
