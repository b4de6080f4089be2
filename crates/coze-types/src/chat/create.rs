//! Starting a chat.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Chat, ChatEvent};
use crate::bot::{PublishStatus, validate_version};
use crate::core::endpoint::Streamable;
use crate::core::reply::Data;
use crate::core::validate::ValidationError;
use crate::message::{ContentPart, ContentType, EnterMessage, MessageType, Role, meta_data_violations};
use crate::model::id::{BotId, ConnectorId, ConversationId, ShortcutCommandId, UserId};
use crate::model::lenient::{self, Extra, MetaData};

/// Starts a chat: asks an agent, with or without context.
///
/// Returns immediately with a chat in progress; [`Streamed`](crate::Streamed) returns the events
/// of the work. Needs the permission `chat`.
///
/// See <https://docs.coze.cn/developer_guides/chat_v3>.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CreateChat {
    /// Conversation to continue; the server creates one if unset. Only one chat at a time may run in a
    /// conversation, else the answer is error 4016.
    #[serde(skip_serializing, default)]
    pub conversation_id: Option<ConversationId>,
    /// Agent to ask.
    pub bot_id: BotId,
    /// User who asks: any name that the caller chooses. Context, database and variables of different users are
    /// kept apart.
    pub user_id: UserId,
    /// Context and question, oldest first, at most 100; the last one, of the role `user`, is the question.
    /// Needed unless the conversation already holds a question, or a shortcut command makes it.
    #[serde(default, deserialize_with = "lenient::null_as_default", skip_serializing_if = "Vec::is_empty")]
    pub additional_messages: Vec<EnterMessage>,
    /// Values for the `{{variables}}` of the agent's prompt; names are of letters and underscores. Workflows
    /// do not see them.
    #[serde(
        default,
        deserialize_with = "lenient::null_as_default",
        skip_serializing_if = "BTreeMap::is_empty"
    )]
    pub custom_variables: BTreeMap<String, String>,
    /// Whether the server keeps the chat; true by default. A chat that is not kept cannot be retrieved, listed
    /// or continued, and takes no tool outputs (error 5000); a chat that is not streamed must be kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auto_save_history: Option<bool>,
    /// Key-value pairs of the caller, given back by [`RetrieveChat`](super::RetrieveChat): at most 16, keys of 1
    /// to 64 and values of 1 to 512 characters.
    #[serde(default, deserialize_with = "lenient::or_default", skip_serializing_if = "MetaData::is_empty")]
    pub meta_data: MetaData,
    /// Hints for the model; the documented keys are `latitude` and `longitude`. Workflows do not see them.
    #[serde(
        default,
        deserialize_with = "lenient::null_as_default",
        skip_serializing_if = "BTreeMap::is_empty"
    )]
    pub extra_params: BTreeMap<String, String>,
    /// Shortcut command to run; it must be bound to the agent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shortcut_command: Option<ShortcutCommand>,
    /// Input parameters of the start node, for single agents in chatflow mode that are published to the API
    /// or to the Chat SDK.
    #[serde(default, deserialize_with = "lenient::null_as_default", skip_serializing_if = "Extra::is_empty")]
    pub parameters: Extra,
    /// Whether question nodes answer as cards; false by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enable_card: Option<bool>,
    /// Which version answers: the published one by default, or the draft.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub publish_status: Option<PublishStatus>,
    /// Earlier version of the agent to ask; error 4000 together with the draft.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bot_version: Option<String>,
    /// Channel on whose behalf to ask. Not on the official page; the Go SDK and Coze Studio know it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connector_id: Option<ConnectorId>,
}

endpoint!(CreateChat: POST "/v3/chat" ?conversation_id, stream, validate => Data<Chat>);

impl Streamable for CreateChat {
    type Event = ChatEvent;

    fn validate_streamed(&self) -> Vec<ValidationError> {
        self.check_any()
    }
}

builder!(CreateChat(bot_id: BotId, user_id: UserId) [additional_messages, custom_variables, meta_data, extra_params, parameters] {
    conversation_id: ConversationId, auto_save_history: bool, shortcut_command: ShortcutCommand, enable_card: bool,
    publish_status: PublishStatus, bot_version: String, connector_id: ConnectorId,
});

impl CreateChat {
    /// Adds a message to [`additional_messages`](Self#structfield.additional_messages).
    #[must_use]
    pub fn message(mut self, message: impl Into<EnterMessage>) -> Self {
        self.additional_messages.push(message.into());
        self
    }

    /// Adds messages to [`additional_messages`](Self#structfield.additional_messages).
    #[must_use]
    pub fn messages<M: Into<EnterMessage>>(mut self, messages: impl IntoIterator<Item = M>) -> Self {
        self.additional_messages.extend(messages.into_iter().map(Into::into));
        self
    }

    /// Adds a value to [`custom_variables`](Self#structfield.custom_variables).
    #[must_use]
    pub fn custom_variable(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.custom_variables.insert(name.into(), value.into());
        self
    }

    /// Adds a pair to [`meta_data`](Self#structfield.meta_data).
    #[must_use]
    pub fn meta(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.meta_data.insert(key.into(), value.into());
        self
    }

    /// Adds a pair to [`extra_params`](Self#structfield.extra_params).
    #[must_use]
    pub fn extra_param(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.extra_params.insert(key.into(), value.into());
        self
    }

    /// Adds a value to [`parameters`](Self#structfield.parameters).
    #[must_use]
    pub fn parameter(mut self, name: impl Into<String>, value: impl Into<serde_json::Value>) -> Self {
        self.parameters.insert(name.into(), value.into());
        self
    }

    /// Lists what the documentation forbids, of a chat that is not streamed.
    pub fn validate(&self) -> Vec<ValidationError> {
        let mut errors = self.check_any();
        if self.auto_save_history == Some(false) {
            errors.push(ValidationError::limit(
                "auto_save_history",
                "is false in a chat that is not streamed; nobody could read its answer: stream it, or have it kept",
            ));
        }
        errors
    }

    fn check_any(&self) -> Vec<ValidationError> {
        let mut errors = Vec::new();
        if self.bot_id.is_empty() {
            errors.push(ValidationError::fatal("bot_id", "is empty; it names the agent to ask"));
        }
        if self.user_id.is_empty() {
            errors.push(ValidationError::fatal("user_id", "is empty; choose any name for the user"));
        }
        let draft = self.publish_status == Some(PublishStatus::UnpublishedDraft);
        if self.bot_version.is_some() && draft {
            errors.push(ValidationError::fatal(
                "bot_version",
                "names a version while `publish_status` asks for the draft; set only one (error 4000)",
            ));
        }
        errors.extend(validate_version(self.publish_status.as_ref()));
        let count = self.additional_messages.len();
        if count > 100 {
            errors.push(ValidationError::limit(
                "additional_messages",
                format!("has {count} messages; at most 100 are allowed"),
            ));
        }
        let asks =
            self.conversation_id.is_some() || self.shortcut_command.is_some() || !self.parameters.is_empty();
        if count == 0 && !asks {
            errors.push(ValidationError::limit(
                "additional_messages",
                "is empty, and neither `conversation_id` nor `shortcut_command` is set: nothing is asked",
            ));
        }
        if self.shortcut_command.as_ref().is_some_and(|command| command.command_id.is_empty()) {
            errors.push(ValidationError::fatal(
                "shortcut_command.command_id",
                "is empty; it names the command to run",
            ));
        }
        if self.additional_messages.last().is_some_and(|message| message.role != Role::User) {
            errors.push(ValidationError::limit(
                "additional_messages",
                "ends with a message that is not of the role `user`; the last one is the question",
            ));
        }
        for (index, message) in self.additional_messages.iter().enumerate() {
            let parent = format!("additional_messages[{index}]");
            errors.extend(message.validate().into_iter().map(|error| error.within(&parent)));
            let is_call = matches!(
                message.kind,
                Some(MessageType::FunctionCall | MessageType::ToolResponse | MessageType::ToolOutput)
            );
            if let Some(kind) =
                message.kind.as_ref().filter(|_| is_call && self.auto_save_history != Some(false))
            {
                errors.push(ValidationError::limit(
                    format!("{parent}.type"),
                    format!(
                        "is `{kind}`, which only a chat takes that is not kept (`auto_save_history` false)"
                    ),
                ));
            }
        }
        errors.extend(self.check_neighbours());
        for name in self.custom_variables.keys() {
            if name.is_empty() || !name.chars().all(|c| c.is_ascii_alphabetic() || c == '_') {
                errors.push(ValidationError::limit(
                    "custom_variables",
                    format!("has the name {name:?}; only English letters and underscores are allowed"),
                ));
            }
        }
        for key in self.extra_params.keys() {
            if !matches!(key.as_str(), "latitude" | "longitude") {
                errors.push(ValidationError::limit(
                    "extra_params",
                    format!("has the key {key:?}; only `latitude` and `longitude` are allowed"),
                ));
            }
        }
        errors.extend(meta_data_violations("meta_data", &self.meta_data));
        errors
    }

    /// A message of nothing but files and images needs a plain text before or after it; audio speaks for itself.
    fn check_neighbours(&self) -> impl Iterator<Item = ValidationError> {
        let messages = &self.additional_messages;
        let is_text = |index: usize| {
            messages.get(index).is_some_and(|message| message.content_type == ContentType::Text)
        };
        messages.iter().enumerate().filter_map(move |(index, message)| {
            let lonely = message.content_type == ContentType::ObjectString
                && !is_text(index + 1)
                && !index.checked_sub(1).is_some_and(is_text)
                && ContentPart::parse_list(&message.content)
                    .is_ok_and(|objects| objects.iter().all(ContentPart::is_file_or_image));
            lonely.then(|| {
                ValidationError::limit(
                    format!("additional_messages[{index}]"),
                    "has only files or images; put a plain text message before or after it (error 4000)",
                )
            })
        })
    }
}

/// A shortcut command to run.
///
/// See the `ShortcutCommandDetail` object on <https://docs.coze.cn/developer_guides/chat_v3>.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ShortcutCommand {
    /// Command; it must be bound to the agent.
    pub command_id: ShortcutCommandId,
    /// Inputs of the command's components by name; each value is the JSON text of an array of objects.
    #[serde(
        default,
        deserialize_with = "lenient::null_as_default",
        skip_serializing_if = "BTreeMap::is_empty"
    )]
    pub parameters: BTreeMap<String, String>,
}

builder!(ShortcutCommand(command_id: ShortcutCommandId) [parameters]);

impl ShortcutCommand {
    /// Gives a component its input.
    #[must_use]
    pub fn parameter(
        mut self,
        name: impl Into<String>,
        objects: impl IntoIterator<Item = ContentPart>,
    ) -> Self {
        self.parameters.insert(name.into(), ContentPart::write_list(objects));
        self
    }
}
