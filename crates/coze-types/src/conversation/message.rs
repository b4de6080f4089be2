//! The messages of a conversation.

use serde::{Deserialize, Serialize};

use crate::core::reply::{Data, Wrapped, Wrapper};
use crate::core::validate::ValidationError;
use crate::message::{ContentPart, ContentType, EnterMessage, Message, Role};
use crate::message::{meta_data_violations, object_string_violations};
use crate::model::id::{ConversationId, MessageId};
use crate::model::lenient::{self, MetaData};

mod list;

pub use list::{ListMessages, MessageOrder, MessagePage};

/// Adds a message to a conversation; the chats to come see it as context.
///
/// Messages are kept for 180 days. Needs the permission `createMessage`.
///
/// See <https://docs.coze.cn/developer_guides/create_message>.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CreateMessage {
    /// Conversation.
    #[serde(skip_serializing)]
    pub conversation_id: ConversationId,
    /// Who says it: `user` or `assistant`.
    pub role: Role,
    /// Content: plain text, or the JSON text of an array of objects.
    pub content: String,
    /// Form of the content: `text` or `object_string`.
    pub content_type: ContentType,
    /// Key-value pairs that are given back with the message: at most 16, keys of 1 to 64 and values of 1 to 512
    /// characters.
    #[serde(default, deserialize_with = "lenient::or_default", skip_serializing_if = "MetaData::is_empty")]
    pub meta_data: MetaData,
}

endpoint!(CreateMessage: POST "/v1/conversation/message/create" ?conversation_id, json, validate => Data<Message>);

impl CreateMessage {
    /// Adds `message`, such as one from [`Message::user`], without its [`kind`](EnterMessage#structfield.kind): only
    /// chats take one.
    pub fn new(conversation_id: impl Into<ConversationId>, message: impl Into<EnterMessage>) -> Self {
        let EnterMessage { role, content, content_type, meta_data, kind: _ } = message.into();
        Self { conversation_id: conversation_id.into(), role, content, content_type, meta_data }
    }

    /// Adds a pair to [`meta_data`](Self#structfield.meta_data).
    #[must_use]
    pub fn meta(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.meta_data.insert(key.into(), value.into());
        self
    }

    /// Lists what the documentation forbids.
    pub fn validate(&self) -> Vec<ValidationError> {
        EnterMessage {
            role: self.role.clone(),
            kind: None,
            content: self.content.clone(),
            content_type: self.content_type.clone(),
            meta_data: self.meta_data.clone(),
        }
        .validate()
    }
}

/// Reads one message of a conversation.
///
/// Needs the permission `retrieveMessage`.
///
/// See <https://docs.coze.cn/developer_guides/retrieve_message>.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RetrieveMessage {
    /// Conversation.
    pub conversation_id: ConversationId,
    /// Message.
    pub message_id: MessageId,
}

endpoint!(RetrieveMessage: GET "/v1/conversation/message/retrieve" ?conversation_id ?message_id => Data<Message>);

builder!(RetrieveMessage(conversation_id: ConversationId, message_id: MessageId));

/// Changes the content or the meta data of a message; the API calls it modify.
///
/// The answer is the changed message, unless the server says nothing but that it succeeded. Needs the permission `modifyMessage`.
///
/// See <https://docs.coze.cn/developer_guides/modify_message>.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct UpdateMessage {
    /// Conversation.
    #[serde(skip_serializing)]
    pub conversation_id: ConversationId,
    /// Message.
    #[serde(skip_serializing)]
    pub message_id: MessageId,
    /// Content, as in [`CreateMessage`]; stays as it is when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content: Option<String>,
    /// Form of the content: `text` or `object_string`; needed with content.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_type: Option<ContentType>,
    /// Key-value pairs that replace all old ones, within the limits of [`CreateMessage`]; they stay as they are when
    /// unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub meta_data: Option<MetaData>,
}

endpoint!(UpdateMessage: POST "/v1/conversation/message/modify" ?conversation_id ?message_id, json, validate
    => Wrapped<UpdatedMessage>);

builder! {
    /// Changes one message; say what with [`text`](Self::text), [`parts`](Self::parts) or [`meta`](Self::meta).
    UpdateMessage(conversation_id: ConversationId, message_id: MessageId) {
        content: String, content_type: ContentType, meta_data: MetaData,
    }
}

impl UpdateMessage {
    /// Makes the content a plain text.
    #[must_use]
    pub fn text(self, text: impl Into<String>) -> Self {
        self.content(text).content_type(ContentType::Text)
    }

    /// Makes the content several objects: text, images, files, audio.
    #[must_use]
    pub fn parts(self, objects: impl IntoIterator<Item = ContentPart>) -> Self {
        self.content(ContentPart::write_list(objects)).content_type(ContentType::ObjectString)
    }

    /// Adds a pair to [`meta_data`](Self#structfield.meta_data).
    #[must_use]
    pub fn meta(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.meta_data.get_or_insert_default().insert(key.into(), value.into());
        self
    }

    /// Lists what the documentation forbids.
    pub fn validate(&self) -> Vec<ValidationError> {
        let content = self.content.as_deref().filter(|content| !content.is_empty());
        let meta_data = self.meta_data.as_ref().filter(|meta_data| !meta_data.is_empty());
        if content.is_none() && meta_data.is_none() {
            return vec![ValidationError::fatal(
                "content",
                "and `meta_data` are both empty; change at least one",
            )];
        }
        let mut errors =
            meta_data.map_or_else(Vec::new, |meta_data| meta_data_violations("meta_data", meta_data));
        match (content, &self.content_type) {
            (Some(_), None) => {
                errors.push(ValidationError::limit("content_type", "is missing; content needs it"));
            }
            (Some(content), Some(ContentType::ObjectString)) => {
                errors.extend(object_string_violations(content));
            }
            (_, Some(ContentType::Card | ContentType::Audio)) => {
                errors.push(ValidationError::limit("content_type", "occurs in answers only"));
            }
            _ => {}
        }
        errors
    }
}

/// Where a changed message stands: under `message`.
#[derive(Clone, Copy, Debug)]
pub enum UpdatedMessage {}

impl Wrapper for UpdatedMessage {
    type Payload = Option<Message>;

    fn unwrap(body: &str) -> Result<Option<Message>, serde_json::Error> {
        #[derive(Deserialize)]
        struct Wire {
            message: Option<Message>,
        }
        // An empty payload decodes like `null`.
        serde_json::from_str::<Option<Wire>>(body).map(|wire| wire?.message)
    }
}

/// Deletes a question or an answer; with an answer, what led to it goes too, such as its function calls.
///
/// The answer is the message that was deleted, unless the server says nothing but that it succeeded. Needs the permission `deleteMessage`.
///
/// See <https://docs.coze.cn/developer_guides/delete_message>.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DeleteMessage {
    /// Conversation that holds the message.
    pub conversation_id: ConversationId,
    /// Message.
    pub message_id: MessageId,
}

endpoint!(DeleteMessage: POST "/v1/conversation/message/delete" ?conversation_id ?message_id => Data<Option<Message>>);

builder!(DeleteMessage(conversation_id: ConversationId, message_id: MessageId));
