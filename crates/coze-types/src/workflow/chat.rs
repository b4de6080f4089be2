//! Chatting with a chatflow.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Parameters;
use super::run::{inputs, run_violations};
use crate::chat::ChatEvent;
use crate::core::reply::Events;
use crate::core::validate::ValidationError;
use crate::message::{ContentType, EnterMessage, Role};
use crate::model::id::{AppId, BotId, ConnectorId, ConversationId, WorkflowId};
use crate::model::lenient;

/// Chats with a published chatflow, and returns the events of a chat.
///
/// Name an agent or an app, never both. A chatflow that asks ends with `conversation.chat.requires_action`: call again
/// in the same conversation, with the answer as the last message. An unpublished chatflow is error 4200. Needs
/// the permission `run`.
///
/// See <https://docs.coze.cn/developer_guides/workflow_chat>.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ChatWorkflow {
    /// Chatflow.
    pub workflow_id: WorkflowId,
    /// Context and question, oldest first, at most 50; plain texts only. The last one, of the role `user`, is the
    /// question.
    #[serde(default, deserialize_with = "lenient::null_as_default")]
    pub additional_messages: Vec<EnterMessage>,
    /// Inputs of the start node other than the question. Without a conversation, `CONVERSATION_NAME` chooses one in an
    /// app.
    #[serde(default, deserialize_with = "lenient::null_as_default")]
    pub parameters: Parameters,
    /// App, for chatflows of apps; not together with `bot_id`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub app_id: Option<AppId>,
    /// Agent, for chatflows of the library; not together with `app_id`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bot_id: Option<BotId>,
    /// Conversation to continue; its creator must be the owner of the token.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub conversation_id: Option<ConversationId>,
    /// Hints; the documented keys are `latitude`, `longitude` and `user_id`.
    #[serde(
        default,
        deserialize_with = "lenient::null_as_default",
        skip_serializing_if = "BTreeMap::is_empty"
    )]
    pub ext: BTreeMap<String, String>,
    /// Version to run, for chatflows of the library; the newest by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub workflow_version: Option<String>,
    /// Channel to run in; `1024`, the API, by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connector_id: Option<ConnectorId>,
}

endpoint!(ChatWorkflow: POST "/v1/workflows/chat", json, validate => Events<ChatEvent>);

inputs!(ChatWorkflow);

builder!(ChatWorkflow(workflow_id: WorkflowId) [additional_messages, parameters, ext] {
    app_id: AppId, bot_id: BotId, conversation_id: ConversationId, workflow_version: String,
    connector_id: ConnectorId,
});

impl ChatWorkflow {
    /// Adds a message to [`additional_messages`](Self#structfield.additional_messages).
    #[must_use]
    pub fn message(mut self, message: impl Into<EnterMessage>) -> Self {
        self.additional_messages.push(message.into());
        self
    }

    /// Lists what the documentation forbids.
    pub fn validate(&self) -> Vec<ValidationError> {
        let mut errors =
            run_violations(&self.workflow_id, self.bot_id.as_ref(), self.app_id.as_ref(), &self.ext);
        if self.bot_id.is_none() && self.app_id.is_none() {
            errors.push(ValidationError::limit("bot_id", "is missing, and so is `app_id`; set one of them"));
        }
        let messages = &self.additional_messages;
        if messages.len() > 50 {
            errors.push(ValidationError::limit(
                "additional_messages",
                format!("has {} messages; at most 50 are allowed", messages.len()),
            ));
        }
        match messages.last() {
            None => errors.push(ValidationError::fatal(
                "additional_messages",
                "is empty; its last message is the question",
            )),
            Some(message) if message.role != Role::User => errors.push(ValidationError::limit(
                "additional_messages",
                "ends with a message that is not of the role `user`; the last one is the question",
            )),
            Some(_) => {}
        }
        for (index, message) in messages.iter().enumerate() {
            let parent = format!("additional_messages[{index}]");
            errors.extend(message.validate().into_iter().map(|error| error.within(&parent)));
            if message.content_type != ContentType::Text {
                errors.push(ValidationError::limit(
                    format!("{parent}.content_type"),
                    "is not `text`; pass files as parameters",
                ));
            }
        }
        errors
    }
}
