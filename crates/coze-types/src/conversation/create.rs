//! Creating a conversation.

use serde::{Deserialize, Serialize};

use super::Conversation;
use crate::core::reply::Data;
use crate::core::validate::{ValidationError, too_long};
use crate::message::{EnterMessage, meta_data_violations};
use crate::model::id::{BotId, ConnectorId, UserId};
use crate::model::lenient::{self, MetaData};

/// Creates a conversation, empty or with messages as context for the chats to come.
///
/// Needs the permission `createConversation`.
///
/// See <https://docs.coze.cn/developer_guides/create_conversation>.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CreateConversation {
    /// Agent of the conversation. Without it, [`ListConversations`](super::ListConversations) does not find the
    /// conversation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bot_id: Option<BotId>,
    /// Name, at most 100 characters; empty by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Messages to start with, at most 16 by the API description; they become context. Coze Studio ignores them.
    #[serde(default, deserialize_with = "lenient::null_as_default", skip_serializing_if = "Vec::is_empty")]
    pub messages: Vec<EnterMessage>,
    /// Channel: 1024 for the API, which is the default, 999 for the Chat SDK, or a channel of your own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connector_id: Option<ConnectorId>,
    /// Key-value pairs of the caller, given back by [`RetrieveConversation`](super::RetrieveConversation): at most
    /// 16, keys of 1 to 64 and values of 1 to 512 characters.
    #[serde(default, deserialize_with = "lenient::or_default", skip_serializing_if = "MetaData::is_empty")]
    pub meta_data: MetaData,
    /// End user to whom the conversation belongs. Not on the official page; Coze Studio knows it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_id: Option<UserId>,
}

endpoint!(CreateConversation: POST "/v1/conversation/create", json, validate => Data<Conversation>);

setters!(CreateConversation { bot_id: BotId, name: String, connector_id: ConnectorId, user_id: UserId });

impl CreateConversation {
    /// Creates an empty conversation.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a message to [`messages`](Self#structfield.messages).
    #[must_use]
    pub fn message(mut self, message: impl Into<EnterMessage>) -> Self {
        self.messages.push(message.into());
        self
    }

    /// Adds messages to [`messages`](Self#structfield.messages).
    #[must_use]
    pub fn messages<M: Into<EnterMessage>>(mut self, messages: impl IntoIterator<Item = M>) -> Self {
        self.messages.extend(messages.into_iter().map(Into::into));
        self
    }

    /// Adds a pair to [`meta_data`](Self#structfield.meta_data).
    #[must_use]
    pub fn meta(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.meta_data.insert(key.into(), value.into());
        self
    }

    /// Lists what the documentation forbids.
    pub fn validate(&self) -> Vec<ValidationError> {
        let mut errors = meta_data_violations("meta_data", &self.meta_data);
        errors.extend(self.name.as_ref().and_then(|name| too_long("name", name, 100)));
        let count = self.messages.len();
        if count > 16 {
            errors.push(ValidationError::limit(
                "messages",
                format!("has {count} messages; at most 16 are allowed"),
            ));
        }
        for (index, message) in self.messages.iter().enumerate() {
            let parent = format!("messages[{index}]");
            errors.extend(message.validate().into_iter().map(|error| error.within(&parent)));
        }
        errors
    }
}
