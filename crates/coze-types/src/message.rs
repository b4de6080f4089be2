//! Messages: what a user sends, what an agent answers, and what happens in between.

use crate::core::error::DecodeError;
use crate::model::id::{BotId, ChatId, ConversationId, MessageId, SectionId};
use crate::model::lenient::MetaData;
use crate::model::timestamp::Timestamp;

mod borrowed;
mod call;
mod enter;
mod flat;
mod part;
mod template;

pub use borrowed::MessageRef;
pub use call::{FunctionCall, Verbose};
pub use enter::EnterMessage;
pub(crate) use enter::{meta_data_violations, object_string_violations};
pub use part::{ContentPart, ContentPartType};
pub(crate) use template::Template;

answer! {
    /// A message of a conversation, or a piece of one in a stream.
    ///
    /// What was received and what is to be sent are of the same type, so that a history is a list of them; requests take
    /// what the API takes of it, an [`EnterMessage`].
    ///
    /// ```
    /// use coze_types::chat::CreateChat;
    /// use coze_types::message::Message;
    ///
    /// let mut history = vec![Message::user("你好")];
    /// # let received = Message::assistant("你好！");
    /// history.push(received); // as the API sent it
    /// history.push(Message::user("我刚才说了什么？"));
    /// let request = CreateChat::new("7379462189365198898", "user-1").messages(history.clone());
    /// assert_eq!(request.additional_messages.len(), 3);
    /// ```
    ///
    /// See <https://docs.coze.cn/developer_guides/chat_v3>.
    pub struct Message {
        /// Id; the pieces of one message share it.
        id: MessageId [required],
        /// Conversation that holds the message.
        conversation_id: Option<ConversationId>,
        /// Agent that wrote it; only for messages of a chat.
        bot_id: Option<BotId>,
        /// Chat that produced it; only for messages of a chat.
        chat_id: Option<ChatId>,
        /// Section of the conversation; clearing the context starts a new one.
        section_id: Option<SectionId>,
        /// Who sent it.
        role: Option<Role>,
        /// What it is for; `type` on the wire.
        kind: Option<MessageType> [rename = "type"],
        /// Content; how to read it is said by `content_type`.
        content: String,
        /// Form of the content.
        content_type: Option<ContentType>,
        /// Chain of thought of models that show one; comes in pieces of its own, before the content.
        reasoning_content: Option<String>,
        /// Key-value pairs that were given when the message was created.
        meta_data: MetaData [skip_if_empty],
        /// Time of creation.
        created_at: Option<Timestamp>,
        /// Time of the last change.
        updated_at: Option<Timestamp>,
    }
}

impl Message {
    /// A text of the user, to be sent; it has no id.
    pub fn user(text: impl Into<String>) -> Self {
        EnterMessage::new(Role::User, text).into()
    }

    /// An earlier answer of the agent, to be sent as context; it has no id.
    pub fn assistant(text: impl Into<String>) -> Self {
        EnterMessage::new(Role::Assistant, text).kind(MessageType::Answer).into()
    }

    /// Text, images, files and audio of the user in one message, to be sent.
    ///
    /// At most one text, and a text only beside at least one file or image; a message of nothing but files and
    /// images needs a plain text message before or after it.
    pub fn user_parts(objects: impl IntoIterator<Item = ContentPart>) -> Self {
        EnterMessage::parts(Role::User, objects).into()
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

    /// Whether this is (a piece of) the answer to the user: what says so, and what names no type and is not of the user, since not
    /// every server names the type.
    pub fn is_answer(&self) -> bool {
        answers(self.kind.as_ref(), self.role.as_ref())
    }

    /// Whether the content is text to be read, and no card, audio or list of parts.
    pub fn is_text(&self) -> bool {
        reads_as_text(self.content_type.as_ref())
    }

    /// Text of a piece of the answer; `None` for pieces of anything else, and for pieces of reasoning.
    pub fn answer_piece(&self) -> Option<&str> {
        (self.is_answer() && self.is_text() && !self.content.is_empty()).then_some(self.content.as_str())
    }

    /// Parts of a message whose content type is `object_string`.
    ///
    /// Coze Studio calls the type `mix` in one of its lists.
    pub fn parts(&self) -> Result<Vec<ContentPart>, DecodeError> {
        ContentPart::parse_list(&self.content)
    }

    /// Call that a message of the type `function_call` stands for.
    pub fn function_call(&self) -> Result<FunctionCall, DecodeError> {
        FunctionCall::parse(&self.content)
    }

    /// Signal that a message of the type `verbose` (or `knowledge`) carries.
    pub fn verbose(&self) -> Result<Verbose, DecodeError> {
        Verbose::parse(&self.content)
    }
}

open_enum! {
    /// Who sent a message.
    pub enum Role {
        /// The user.
        User = "user",
        /// The agent.
        Assistant = "assistant",
    }
}

open_enum! {
    /// What a message is for.
    pub enum MessageType {
        /// What the user asks.
        Question = "question",
        /// What the agent answers.
        Answer = "answer",
        /// A call of a tool by the agent; read it with [`Message::function_call`].
        FunctionCall = "function_call",
        /// What a tool gave back.
        ToolResponse = "tool_response",
        /// The older word for [`ToolResponse`](Self::ToolResponse).
        ToolOutput = "tool_output",
        /// A question that the agent suggests next.
        FollowUp = "follow_up",
        /// A signal, such as "all answers are complete"; read it with [`Message::verbose`].
        Verbose = "verbose",
        /// What was recalled from a knowledge base.
        Knowledge = "knowledge",
        /// The empty word of messages that were put into a conversation by hand.
        Unspecified = "",
    }
}

fn answers(kind: Option<&MessageType>, role: Option<&Role>) -> bool {
    match kind {
        None | Some(MessageType::Unspecified) => role != Some(&Role::User),
        Some(kind) => *kind == MessageType::Answer,
    }
}

fn reads_as_text(content_type: Option<&ContentType>) -> bool {
    matches!(content_type, None | Some(ContentType::Text | ContentType::Unknown(_)))
}

open_enum! {
    /// The form of a message's content.
    #[derive(Default)]
    pub enum ContentType {
        /// Plain text.
        #[default]
        Text = "text",
        /// A JSON array of texts, images, files and audio; read it with [`Message::parts`].
        ObjectString = "object_string",
        /// A card as JSON; in answers only.
        Card = "card",
        /// Base64 audio; in answers only, and only where the question had audio. For WAV input it is PCM: 24 kHz,
        /// 16 bit, mono, little endian; for Ogg Opus input it is Opus: 48 kHz, mono, frames of 10 ms.
        Audio = "audio",
        /// The word of Coze Studio for [`ObjectString`](Self::ObjectString) in the messages of a chat.
        Mix = "mix",
    }
}
