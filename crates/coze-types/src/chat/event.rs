//! The events of a streamed chat.

use serde::Deserialize;

use super::{Chat, ChatStatus};
use crate::error::{ApiError, DecodeError, ErrorCode};
use crate::event::{Event, Phase, Previous, UnknownEvent};
use crate::lenient;
use crate::message::Message;

/// One event of a streamed chat.
///
/// The usual order is created, in progress, deltas, completed messages, completed chat, done; audio deltas may
/// come after the chat is completed. See <https://docs.coze.cn/developer_guides/chat_v3>.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum ChatEvent {
    /// `conversation.chat.created`: the chat exists.
    Created(Chat),
    /// `conversation.chat.in_progress`: the agent works on it.
    InProgress(Chat),
    /// `conversation.message.delta`: a piece of a message.
    MessageDelta(Message),
    /// `conversation.message.completed`: a whole message. Coze Studio may send one twice.
    MessageCompleted(Message),
    /// `conversation.audio.delta`: a piece of audio in base64; may come after the chat is completed.
    AudioDelta(Message),
    /// `conversation.chat.completed`: the agent is done. With a status that says `canceled` or `failed` the event is
    /// [`Canceled`](Self::Canceled) or [`Failed`](Self::Failed).
    Completed(Chat),
    /// `conversation.chat.failed`: the chat failed. The server sends the chat, or only the error.
    Failed {
        /// Chat, where the server sent it.
        chat: Option<Chat>,
        /// Why it failed.
        error: ApiError,
    },
    /// `conversation.chat.requires_action`: the agent waits for tool outputs, or for an answer.
    RequiresAction(Chat),
    /// `conversation.chat.canceled`: the chat was canceled.
    Canceled(Chat),
    /// `error`: something failed within the stream; more events may follow.
    Error(ApiError),
    /// `done`: the stream is complete. Chatflows may send it without a completed chat before it.
    Done(Done),
    /// An event that this version does not know.
    Unknown(UnknownEvent),
}

/// The last event of a stream.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Done {
    /// Page that shows the run of a workflow; valid for 7 days.
    pub debug_url: Option<String>,
}

impl Done {
    /// Reads the data of the event, which is `[DONE]`, the same in quotes, an object or nothing: whatever it
    /// is, the stream is done.
    #[inline]
    pub(crate) fn parse(data: &str) -> Self {
        #[derive(Deserialize)]
        struct Wire {
            debug_url: Option<String>,
        }
        let debug_url = serde_json::from_str::<Wire>(data).ok().and_then(|wire| wire.debug_url);
        Self { debug_url: debug_url.filter(|url| !url.is_empty()) }
    }
}

impl ChatEvent {
    /// Text of a piece of the answer; `None` for all other events, and for pieces of reasoning.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::MessageDelta(message) => message.answer_piece(),
            _ => None,
        }
    }

    /// Chat that the event carries.
    pub fn chat(&self) -> Option<&Chat> {
        match self {
            Self::Created(chat)
            | Self::InProgress(chat)
            | Self::Completed(chat)
            | Self::RequiresAction(chat)
            | Self::Canceled(chat)
            | Self::Failed { chat: Some(chat), .. } => Some(chat),
            _ => None,
        }
    }

    /// The end of a chat, by what its status says: a chat that was canceled is completed in the eyes of the server.
    fn ended(chat: Chat) -> Self {
        match chat.status {
            Some(ChatStatus::Canceled) => Self::Canceled(chat),
            Some(ChatStatus::Failed) => {
                let error = chat.error().unwrap_or_else(|| ApiError::new(0, "the chat failed"));
                Self::Failed { chat: Some(chat), error }
            }
            _ => Self::Completed(chat),
        }
    }

    /// Reads the data of a failed chat: the chat, the error alone, or what does not read. Whatever it is, the
    /// chat has failed.
    #[inline]
    fn failed(data: &str) -> Self {
        match serde_json::from_str::<Chat>(data) {
            Ok(mut chat) => {
                chat.status.get_or_insert(ChatStatus::Failed);
                let error = chat.error().unwrap_or_else(|| ApiError::new(0, "the chat failed"));
                Self::Failed { chat: Some(chat), error }
            }
            Err(_) => Self::Failed { chat: None, error: StreamFault::read(data) },
        }
    }
}

/// Name of the most frequent event.
const DELTA: &str = "conversation.message.delta";

impl Event for ChatEvent {
    #[inline]
    fn parse(name: &str, data: &str) -> Result<Self, DecodeError> {
        fn read<'a, T: Deserialize<'a>>(name: &str, data: &'a str) -> Result<T, DecodeError> {
            serde_json::from_str(data).map_err(|error| DecodeError::event(name, data, error))
        }
        let message = || Message::read(data).map_err(|error| DecodeError::event(name, data, error));
        Ok(match name {
            DELTA => Self::MessageDelta(message()?),
            "conversation.message.completed" => Self::MessageCompleted(message()?),
            "conversation.audio.delta" => Self::AudioDelta(message()?),
            "conversation.chat.created" => Self::Created(read(name, data)?),
            "conversation.chat.in_progress" => Self::InProgress(read(name, data)?),
            "conversation.chat.completed" => Self::ended(read(name, data)?),
            "conversation.chat.failed" => Self::failed(data),
            "conversation.chat.requires_action" | "conversation.chat.required_action" => {
                Self::RequiresAction(read(name, data)?)
            }
            "conversation.chat.canceled" | "conversation.chat.cancelled" => Self::Canceled(read(name, data)?),
            "error" | "Error" => Self::Error(StreamFault::read(data)),
            // Coze Studio ends a chat with an event of its own, without data.
            "done" | "Done" | "conversation.stream.done" => Self::Done(Done::parse(data)),
            _ if data.trim_matches('"') == "[DONE]" => Self::Done(Done::default()),
            _ => Self::Unknown(UnknownEvent::new(name, data)),
        })
    }

    #[inline]
    fn repeat(previous: &mut Previous, name: &[u8], data: &[u8]) -> Option<Self> {
        if name != DELTA.as_bytes() {
            return None;
        }
        previous.read_delta(data).map(Self::MessageDelta)
    }

    #[inline]
    fn parse_after(previous: &mut Previous, name: &str, data: &str) -> Result<Self, DecodeError> {
        let event = Self::parse(name, data)?;
        if let Self::MessageDelta(delta) = &event {
            previous.learn_delta(data, delta);
        }
        Ok(event)
    }

    fn phase(&self) -> Phase {
        match self {
            Self::Completed(_)
            | Self::Failed { .. }
            | Self::RequiresAction(_)
            | Self::Canceled(_)
            | Self::Error(_) => Phase::Settled,
            Self::Done(_) => Phase::Done,
            _ => Phase::Running,
        }
    }

    fn into_result(self) -> Result<Self, ApiError> {
        match self {
            Self::Error(error) | Self::Failed { error, .. } => Err(error),
            event => Ok(event),
        }
    }
}

/// The data of an `error` event: `{code, msg}` with the code as a number or a string, `{}`, or plain text.
#[derive(Deserialize)]
pub(crate) struct StreamFault {
    #[serde(alias = "error_code")]
    code: Option<ErrorCode>,
    #[serde(default, alias = "error_message", deserialize_with = "lenient::null_as_default")]
    msg: String,
    debug_url: Option<String>,
}

impl StreamFault {
    /// Reads the fault; what does not name one is its message.
    #[inline]
    pub(crate) fn read(data: &str) -> ApiError {
        let fault = serde_json::from_str::<Self>(data).ok();
        let text = match data.trim() {
            "" | "{}" | "null" => "the server reported an error without details",
            text => text,
        };
        match fault {
            Some(Self { code: Some(code), msg, debug_url }) => {
                let mut error = ApiError::folded(code, msg);
                error.debug_url = debug_url.filter(|url| !url.is_empty());
                error
            }
            Some(Self { code: None, msg, .. }) if !msg.is_empty() => ApiError::folded(0.into(), msg),
            _ => ApiError::folded(0.into(), text.to_owned()),
        }
    }
}
