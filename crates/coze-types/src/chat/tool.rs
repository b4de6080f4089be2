//! Giving an agent the outputs of the tools it asked for.

use serde::{Deserialize, Serialize};

use super::{Chat, ChatEvent};
use crate::core::endpoint::Streamable;
use crate::core::reply::Data;
use crate::core::validate::{ValidationError, validate_names};
use crate::model::id::{ChatId, ConnectorId, ConversationId, ToolCallId};

/// Submits the outputs of the tools that a chat waits for, and continues it.
///
/// Only for chats whose status is `requires_action` and whose history is saved (else error 5000). Like
/// [`CreateChat`](super::CreateChat) it answers at once, or [streamed](crate::Streamed) with events. Needs the permission
/// `submitToolChat`.
///
/// See <https://docs.coze.cn/developer_guides/chat_submit_tool_outputs>.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SubmitToolOutputs {
    /// Conversation of the chat.
    #[serde(skip_serializing)]
    pub conversation_id: ConversationId,
    /// Chat.
    #[serde(skip_serializing)]
    pub chat_id: ChatId,
    /// Outputs, one for each call.
    pub tool_outputs: Vec<ToolOutput>,
    /// Channel on whose behalf to continue. Not on the page, as the next field; the Go SDK knows it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connector_id: Option<ConnectorId>,
    /// Whether to save the history; the Node SDK knows it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auto_save_history: Option<bool>,
}

endpoint!(SubmitToolOutputs: POST "/v3/chat/submit_tool_outputs" ?conversation_id ?chat_id, stream, validate => Data<Chat>);

impl Streamable for SubmitToolOutputs {
    type Event = ChatEvent;
}

builder! {
    /// Submits to one chat; add an output for each call.
    SubmitToolOutputs(conversation_id: ConversationId, chat_id: ChatId) [tool_outputs] {
        connector_id: ConnectorId, auto_save_history: bool,
    }
}

impl SubmitToolOutputs {
    /// Submits to a chat that waits; add an output for each of its [calls](Chat::tool_calls).
    ///
    /// A chat that names no conversation makes a request that is refused when it is sent.
    pub fn for_chat(chat: &Chat) -> Self {
        Self::new(chat.conversation_id.clone().unwrap_or_default(), &chat.id)
    }

    /// Adds the output of one call.
    #[must_use]
    pub fn output(mut self, tool_call_id: impl Into<ToolCallId>, output: impl Into<String>) -> Self {
        self.tool_outputs.push(ToolOutput::new(tool_call_id, output));
        self
    }

    /// Lists what the documentation forbids.
    pub fn validate(&self) -> Vec<ValidationError> {
        let calls = self.tool_outputs.iter().map(|output| output.tool_call_id.as_str());
        validate_names("tool_outputs", ".tool_call_id", calls, 1..=usize::MAX, "tool call")
    }
}

/// The output of one call of a tool.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ToolOutput {
    /// Call that it answers.
    pub tool_call_id: ToolCallId,
    /// Output, usually JSON text; a file is given as `{"name": "file_id"}`.
    pub output: String,
}

builder!(ToolOutput(tool_call_id: ToolCallId, output: String));
