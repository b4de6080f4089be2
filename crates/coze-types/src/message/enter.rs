//! Messages on their way to the API.

use serde::{Deserialize, Serialize};

use super::{ContentPart, ContentType, Message, MessageType, Role};
use crate::core::error::DecodeError;
use crate::core::validate::ValidationError;
use crate::model::lenient::{self, MetaData};

/// What a request takes of a message; made from one by [`From`], as requests do themselves.
///
/// See the `EnterMessage` object on <https://docs.coze.cn/developer_guides/chat_v3>.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct EnterMessage {
    /// Who says it: `user` or `assistant`.
    pub role: Role,
    /// What it is for; `question` by default. Only [`CreateChat`](crate::chat::CreateChat) takes it: `question` or
    /// `answer`, and without saved history also `function_call` and `tool_response`.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<MessageType>,
    /// Content: plain text, or the JSON text of an array of objects.
    #[serde(default, deserialize_with = "lenient::null_as_default")]
    pub content: String,
    /// Form of the content: `text` or `object_string`.
    #[serde(default, deserialize_with = "lenient::null_as_default")]
    pub content_type: ContentType,
    /// Key-value pairs that lists of messages give back: at most 16, keys of 1 to 64 and values of 1 to 512
    /// characters.
    #[serde(default, deserialize_with = "lenient::or_default", skip_serializing_if = "MetaData::is_empty")]
    pub meta_data: MetaData,
}

impl EnterMessage {
    /// A plain text.
    pub fn new(role: Role, text: impl Into<String>) -> Self {
        Self {
            role,
            kind: None,
            content: text.into(),
            content_type: ContentType::Text,
            meta_data: MetaData::new(),
        }
    }

    /// Several objects: text, images, files, audio.
    pub fn parts(role: Role, objects: impl IntoIterator<Item = ContentPart>) -> Self {
        Self {
            role,
            kind: None,
            content: ContentPart::write_list(objects),
            content_type: ContentType::ObjectString,
            meta_data: MetaData::new(),
        }
    }

    /// Adds an object, such as an image, to what the message says; a plain text becomes one of its objects.
    ///
    /// Fails where the content is no list of objects although it is said to be one.
    pub fn part(mut self, object: ContentPart) -> Result<Self, DecodeError> {
        let mut objects = match self.content_type {
            ContentType::ObjectString => ContentPart::parse_list(&self.content)?,
            _ if self.content.is_empty() => Vec::new(),
            _ => vec![ContentPart::text(std::mem::take(&mut self.content))],
        };
        objects.push(object);
        self.content = ContentPart::write_list(objects);
        self.content_type = ContentType::ObjectString;
        Ok(self)
    }

    /// Sets [`kind`](Self#structfield.kind).
    #[must_use]
    pub fn kind(mut self, kind: MessageType) -> Self {
        self.kind = Some(kind);
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
        if self.content.is_empty() {
            errors.push(ValidationError::limit("content", "is empty; a message has content"));
        }
        if let Role::Unknown(role) = &self.role {
            errors.push(ValidationError::limit(
                "role",
                format!("is {role:?}; it must be `user` or `assistant`"),
            ));
        }
        if self.kind == Some(MessageType::Question) && self.role == Role::Assistant {
            errors.push(ValidationError::limit("type", "is `question`, which only the role `user` may send"));
        }
        if matches!(self.kind, Some(MessageType::FollowUp | MessageType::Verbose | MessageType::Knowledge)) {
            errors.push(ValidationError::limit("type", "is never an input"));
        }
        match self.content_type {
            ContentType::Card | ContentType::Audio => {
                errors.push(ValidationError::limit("content_type", "occurs in answers only"));
            }
            ContentType::ObjectString => errors.extend(object_string_violations(&self.content)),
            _ => {}
        }
        errors
    }
}

/// Rules of every content whose type is `object_string`.
pub(crate) fn object_string_violations(content: &str) -> Vec<ValidationError> {
    match ContentPart::parse_list(content) {
        Ok(objects) => ContentPart::check_list(&objects),
        Err(error) => vec![ValidationError::fatal(
            "content",
            format!("must be a JSON array of objects, since the content type is `object_string`: {error}"),
        )],
    }
}

/// A message on its way has no id yet.
impl From<EnterMessage> for Message {
    fn from(message: EnterMessage) -> Self {
        Self {
            role: Some(message.role),
            kind: message.kind,
            content: message.content,
            content_type: Some(message.content_type),
            meta_data: message.meta_data,
            ..Self::new("")
        }
    }
}

/// A message that was received goes back as context.
impl From<Message> for EnterMessage {
    fn from(message: Message) -> Self {
        let content_type = match message.content_type {
            Some(ContentType::Mix) => ContentType::ObjectString,
            Some(content_type) => content_type,
            None => ContentType::Text,
        };
        Self {
            role: message.role.unwrap_or(Role::User),
            kind: message.kind.filter(|kind| *kind != MessageType::Unspecified),
            content: message.content,
            content_type,
            meta_data: message.meta_data,
        }
    }
}

/// Rules of every `meta_data`: at most 16 pairs, keys of 1 to 64 and values of 1 to 512 characters.
pub(crate) fn meta_data_violations(field: &str, pairs: &MetaData) -> Vec<ValidationError> {
    let mut errors = Vec::new();
    if pairs.len() > 16 {
        errors.push(ValidationError::limit(
            field,
            format!("has {} pairs; at most 16 are allowed", pairs.len()),
        ));
    }
    for (key, value) in pairs {
        let key_length = key.chars().count();
        if !(1..=64).contains(&key_length) {
            errors.push(ValidationError::limit(
                field,
                format!("has a key of {key_length} characters, {key:?}; 1 to 64 are allowed"),
            ));
        }
        let value_length = value.chars().count();
        if !(1..=512).contains(&value_length) {
            errors.push(ValidationError::limit(
                format!("{field}.{key}"),
                format!("has {value_length} characters; 1 to 512 are allowed"),
            ));
        }
    }
    errors
}
