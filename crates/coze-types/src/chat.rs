//! Chats: runs of an agent within a conversation.

use crate::core::error::{ApiError, DecodeError, ErrorCode};
use crate::model::id::{BotId, ChatId, ConversationId, MessageId, SectionId, ToolCallId};
use crate::model::lenient::MetaData;
use crate::model::timestamp::Timestamp;

mod answer_text;
mod cancel;
mod create;
mod event;
mod retrieve;
mod tool;

pub use crate::bot::PublishStatus;
pub use answer_text::AnswerText;
pub use cancel::CancelChat;
pub use create::{CreateChat, ShortcutCommand};
pub use event::{ChatDecoder, ChatEvent, Done};
pub use retrieve::{ListChatMessages, RetrieveChat};
pub use tool::{SubmitToolOutputs, ToolOutput};

answer! {
    /// A chat: one run of an agent within a conversation.
    ///
    /// See <https://docs.coze.cn/developer_guides/chat_v3>.
    pub struct Chat {
        /// Id.
        id: ChatId [required],
        /// Conversation; made by the server when the request named none, and by Coze Studio also when it named
        /// one that does not exist.
        conversation_id: Option<ConversationId>,
        /// Agent.
        bot_id: Option<BotId>,
        /// Section of the conversation.
        section_id: Option<SectionId>,
        /// How far the chat is.
        status: Option<ChatStatus>,
        /// Time of creation.
        created_at: Option<Timestamp>,
        /// Time of completion.
        completed_at: Option<Timestamp>,
        /// Time of failure.
        failed_at: Option<Timestamp>,
        /// Key-value pairs that were given when the chat was created.
        meta_data: MetaData [skip_if_empty],
        /// Why the chat failed; may be present with code 0 when it did not: see [`Chat::error`].
        last_error: Option<LastError>,
        /// What the agent waits for, when the status is `requires_action`.
        required_action: Option<RequiredAction>,
        /// Tokens used; final once the chat has ended.
        usage: Option<Usage>,
        /// Messages that the server put into the conversation for this chat.
        inserted_additional_messages: Vec<InsertedMessage> [skip_if_empty],
    }
}

impl Chat {
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

open_enum! {
    /// How far a chat is.
    pub enum ChatStatus {
        /// It exists.
        Created = "created",
        /// The agent works on it.
        InProgress = "in_progress",
        /// The agent has answered.
        Completed = "completed",
        /// It failed; see [`Chat::error`].
        Failed = "failed",
        /// The agent waits for tool outputs or an answer.
        RequiresAction = "requires_action" | "required_action",
        /// It was canceled.
        Canceled = "canceled" | "cancelled" | "conversation.chat.cancelled" | "conversation.chat.canceled",
    }
}

impl ChatStatus {
    /// Whether the agent does nothing more of its own accord.
    ///
    /// An unknown status is not: it may be a new way of being busy.
    pub fn is_terminal(&self) -> bool {
        matches!(self, Self::Completed | Self::Failed | Self::RequiresAction | Self::Canceled)
    }
}

answer! {
    /// The error of a chat.
    pub struct LastError {
        /// Code; 0 or absent when nothing is wrong.
        code: Option<ErrorCode>,
        /// Message, as the server wrote it: only where it becomes an error of a stream or of a wait does the client redact
        /// a token that it repeats.
        msg: String,
    }
}

impl LastError {
    /// The error, unless the code says that there is none.
    pub fn to_api_error(&self) -> Option<ApiError> {
        let code = self.code.clone().filter(|code| !code.is_success())?;
        Some(ApiError::new(code, self.msg.clone()))
    }
}

answer! {
    /// What an agent waits for.
    pub struct RequiredAction {
        /// What is to be done; `type` on the wire.
        kind: Option<RequiredActionType> [rename = "type"],
        /// Calls whose outputs are to be submitted.
        submit_tool_outputs: Option<ToolCalls>,
    }
}

open_enum! {
    /// What is to be done for an agent that waits.
    pub enum RequiredActionType {
        /// Run the tools and send their outputs with [`SubmitToolOutputs`].
        SubmitToolOutputs = "submit_tool_outputs",
    }
}

answer! {
    /// The calls of tools that an agent waits for.
    pub struct ToolCalls {
        /// Calls.
        tool_calls: Vec<ToolCall>,
    }
}

answer! {
    /// One call of a tool.
    pub struct ToolCall {
        /// Id, sent back with the output.
        id: ToolCallId [required],
        /// Sort of call; `type` on the wire.
        kind: Option<ToolCallType> [rename = "type"],
        /// Function to run.
        function: Option<Function>,
    }
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

open_enum! {
    /// The sort of a tool call.
    pub enum ToolCallType {
        /// A function to run, usually of a client plugin.
        Function = "function",
        /// Options to choose from, of a question node of a workflow.
        ReplyMessage = "reply_message",
    }
}

answer! {
    /// A function and the arguments to run it with.
    #[derive(Clone, Debug, Default, PartialEq, Eq)]
    pub struct Function {
        /// Name.
        name: String,
        /// Arguments as JSON text.
        arguments: String,
    }
}

impl Function {
    /// Reads the arguments as a type of your own.
    pub fn arguments<T: serde::de::DeserializeOwned>(&self) -> Result<T, DecodeError> {
        serde_json::from_str(&self.arguments)
            .map_err(|error| DecodeError::text("the arguments of a function", &self.arguments, error))
    }
}

answer! {
    /// Tokens that a chat used.
    pub struct Usage {
        /// Tokens in all.
        token_count: Option<i64>,
        /// Tokens of the answer.
        output_count: Option<i64>,
        /// Tokens of the question and its context.
        input_count: Option<i64>,
    }
}

answer! {
    /// A message that the server put into a conversation.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct InsertedMessage {
        /// Id.
        id: MessageId [required],
    }
}
