//! Chats: runs of an agent within a conversation.

use serde::{Deserialize, Serialize};

use crate::error::{ApiError, DecodeError, ErrorCode};
use crate::id::{BotId, ChatId, ConversationId, MessageId, SectionId, ToolCallId};
use crate::lenient::{self, Extra, MetaData};
use crate::timestamp::Timestamp;

mod cancel;
mod create;
mod event;
mod retrieve;
mod tool;

pub use cancel::CancelChat;
pub use create::{CreateChat, PublishStatus, ShortcutCommand};
pub(crate) use event::StreamFault;
pub use event::{ChatEvent, Done};
pub use retrieve::{ListChatMessages, RetrieveChat};
pub use tool::{SubmitToolOutputs, ToolOutput};

/// A chat: one run of an agent within a conversation.
///
/// See <https://docs.coze.cn/developer_guides/chat_v3>.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Chat {
    /// Id.
    pub id: ChatId,
    /// Conversation; made by the server when the request named none, and by Coze Studio also when it named
    /// one that does not exist.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub conversation_id: Option<ConversationId>,
    /// Agent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bot_id: Option<BotId>,
    /// Section of the conversation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub section_id: Option<SectionId>,
    /// How far the chat is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<ChatStatus>,
    /// Time of creation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Timestamp>,
    /// Time of completion.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub completed_at: Option<Timestamp>,
    /// Time of failure.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failed_at: Option<Timestamp>,
    /// Key-value pairs that were given when the chat was created.
    #[serde(default, deserialize_with = "lenient::meta_data", skip_serializing_if = "MetaData::is_empty")]
    pub meta_data: MetaData,
    /// Why the chat failed; may be present with code 0 when it did not: see [`Chat::error`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_error: Option<LastError>,
    /// What the agent waits for, when the status is `requires_action`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub required_action: Option<RequiredAction>,
    /// Tokens used; final once the chat has ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub usage: Option<Usage>,
    /// Messages that the server put into the conversation for this chat.
    #[serde(default, deserialize_with = "lenient::null_as_default", skip_serializing_if = "Vec::is_empty")]
    pub inserted_additional_messages: Vec<InsertedMessage>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

impl Chat {
    /// A chat with nothing but an id.
    pub fn new(id: impl Into<ChatId>) -> Self {
        Self {
            id: id.into(),
            conversation_id: None,
            bot_id: None,
            section_id: None,
            status: None,
            created_at: None,
            completed_at: None,
            failed_at: None,
            meta_data: MetaData::new(),
            last_error: None,
            required_action: None,
            usage: None,
            inserted_additional_messages: Vec::new(),
            extra: Extra::new(),
        }
    }

    /// Why the chat failed, if it did.
    pub fn error(&self) -> Option<ApiError> {
        let last_error = self.last_error.as_ref();
        let reported = last_error.and_then(LastError::to_api_error);
        if reported.is_none() && self.status == Some(ChatStatus::Failed) {
            let msg = last_error.map_or("", |error| &error.msg);
            let msg = if msg.is_empty() { "the chat failed; the server gave no reason" } else { msg };
            return Some(ApiError::new(0, msg));
        }
        reported
    }

    /// Calls that the agent waits for.
    pub fn tool_calls(&self) -> &[ToolCall] {
        self.required_action
            .as_ref()
            .and_then(|action| action.submit_tool_outputs.as_ref())
            .map_or(&[], |submit| &submit.tool_calls)
    }
}

/// How far a chat is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ChatStatus {
    /// It exists.
    Created,
    /// The agent works on it.
    InProgress,
    /// The agent has answered.
    Completed,
    /// It failed; see [`Chat::error`].
    Failed,
    /// The agent waits for tool outputs or an answer.
    RequiresAction,
    /// It was canceled.
    Canceled,
    /// A word that this version does not know.
    Unknown(Box<str>),
}

open_enum!(ChatStatus {
    Created = "created",
    InProgress = "in_progress",
    Completed = "completed",
    Failed = "failed",
    RequiresAction = "requires_action" | "required_action",
    // Coze Studio stores the name of the event as the status of a canceled chat.
    Canceled = "canceled" | "cancelled" | "conversation.chat.cancelled" | "conversation.chat.canceled",
});

impl ChatStatus {
    /// Whether the agent does nothing more of its own accord.
    ///
    /// An unknown status is not: it may be a new way of being busy.
    pub fn is_settled(&self) -> bool {
        matches!(self, Self::Completed | Self::Failed | Self::RequiresAction | Self::Canceled)
    }
}

/// The error of a chat.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct LastError {
    /// Code; 0 or absent when nothing is wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<ErrorCode>,
    /// Message.
    #[serde(default, deserialize_with = "lenient::null_as_default")]
    pub msg: String,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

impl LastError {
    /// The error, unless the code says that there is none.
    pub fn to_api_error(&self) -> Option<ApiError> {
        let code = self.code.clone().filter(|code| !code.is_success())?;
        Some(ApiError::new(code, self.msg.clone()))
    }
}

/// What an agent waits for.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RequiredAction {
    /// What is to be done; `type` on the wire.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<RequiredActionType>,
    /// Calls whose outputs are to be submitted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub submit_tool_outputs: Option<ToolCalls>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

/// What is to be done for an agent that waits.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RequiredActionType {
    /// Run the tools and send their outputs with [`SubmitToolOutputs`].
    SubmitToolOutputs,
    /// A word that this version does not know.
    Unknown(Box<str>),
}

open_enum!(RequiredActionType { SubmitToolOutputs = "submit_tool_outputs" });

/// The calls of tools that an agent waits for.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ToolCalls {
    /// Calls.
    #[serde(default, deserialize_with = "lenient::null_as_default")]
    pub tool_calls: Vec<ToolCall>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

/// One call of a tool.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ToolCall {
    /// Id, sent back with the output.
    pub id: ToolCallId,
    /// Sort of call; `type` on the wire.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<ToolCallType>,
    /// Function to run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub function: Option<Function>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

impl ToolCall {
    /// Name of the function; empty when the call is not one.
    pub fn name(&self) -> &str {
        self.function.as_ref().map_or("", |function| &function.name)
    }

    /// Reads the arguments of the function as a type of your own.
    pub fn arguments<T: serde::de::DeserializeOwned>(&self) -> Result<T, DecodeError> {
        self.function.clone().unwrap_or_default().arguments()
    }
}

/// The sort of a tool call.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ToolCallType {
    /// A function to run, usually of a client plugin.
    Function,
    /// Options to choose from, of a question node of a workflow.
    ReplyMessage,
    /// A word that this version does not know.
    Unknown(Box<str>),
}

open_enum!(ToolCallType { Function = "function", ReplyMessage = "reply_message" });

/// A function and the arguments to run it with.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Function {
    /// Name.
    #[serde(default, deserialize_with = "lenient::null_as_default")]
    pub name: String,
    /// Arguments as JSON text.
    #[serde(default, deserialize_with = "lenient::null_as_default")]
    pub arguments: String,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

impl Function {
    /// Reads the arguments as a type of your own.
    pub fn arguments<T: serde::de::DeserializeOwned>(&self) -> Result<T, DecodeError> {
        serde_json::from_str(&self.arguments)
            .map_err(|error| DecodeError::text("the arguments of a function", &self.arguments, error))
    }
}

/// Tokens that a chat used.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Usage {
    /// Tokens in all.
    #[serde(
        default,
        deserialize_with = "lenient::optional_integer",
        skip_serializing_if = "Option::is_none"
    )]
    pub token_count: Option<i64>,
    /// Tokens of the answer.
    #[serde(
        default,
        deserialize_with = "lenient::optional_integer",
        skip_serializing_if = "Option::is_none"
    )]
    pub output_count: Option<i64>,
    /// Tokens of the question and its context.
    #[serde(
        default,
        deserialize_with = "lenient::optional_integer",
        skip_serializing_if = "Option::is_none"
    )]
    pub input_count: Option<i64>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

/// A message that the server put into a conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct InsertedMessage {
    /// Id.
    pub id: MessageId,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}
