//! The events of a streamed chat.

use serde::de::DeserializeOwned;

use super::{Chat, ChatStatus};
use crate::error::{ApiError, DecodeError};
use crate::event::{Event, Phase, Previous, UnknownEvent, is_failure, of_event, plain_name};
use crate::json;
use crate::lenient::Extra;
use crate::message::Message;
use crate::reply::read_fault;

/// One event of a streamed chat.
///
/// The usual order is created, in progress, deltas, completed messages, completed chat, done; audio deltas may
/// come after the chat is completed. Names are read without regard to case, and `conversation.run.…` of the first releases
/// of Coze Studio like `conversation.chat.…`. See <https://docs.coze.cn/developer_guides/chat_v3>.
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
    /// `conversation.chat.failed`: the chat failed. The server sends the chat, or only the error. Any other event that
    /// ends with such a word, as `….expired` does, is read so too.
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
    /// Fields that this version does not know.
    pub extra: Extra,
}

fields!(Done { debug_url: optional });

impl Done {
    /// Reads the data of the event, which is `[DONE]`, the same in quotes, an object or nothing: whatever it
    /// is, the stream is done.
    #[inline]
    pub(crate) fn parse(data: &str) -> Self {
        let mut done = json::read::<Self>(data).unwrap_or_default();
        done.debug_url.take_if(|url| url.is_empty());
        done
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
    fn ended(chat: Chat, data: &str) -> Self {
        match &chat.status {
            Some(ChatStatus::Canceled) => Self::Canceled(chat),
            Some(ChatStatus::Failed) => Self::failed_with(chat, data),
            Some(ChatStatus::Unknown(word)) if is_failure(word) => Self::failed_with(chat, data),
            _ => Self::Completed(chat),
        }
    }

    /// Reads the data of a failed chat: the chat, the error alone, or what does not read. Whatever it is, the
    /// chat has failed.
    #[inline]
    fn failed(data: &str) -> Self {
        match json::read::<Chat>(data) {
            Ok(chat) => Self::failed_with(chat, data),
            Err(_) => Self::Failed { chat: None, error: read_fault(data) },
        }
    }

    fn failed_with(mut chat: Chat, data: &str) -> Self {
        let status = chat.status.get_or_insert(ChatStatus::Failed);
        let reason = match status {
            ChatStatus::Unknown(word) => format!("the chat ended with the status `{word}`"),
            _ => "the chat failed".to_owned(),
        };
        let mut error = chat.error().unwrap_or_else(|| ApiError::new(0, reason));
        error.log_id = read_fault(data).log_id;
        Self::Failed { chat: Some(chat), error }
    }

    /// Reads an event by a name that is known.
    #[inline]
    fn known(known: &str, name: &str, data: &str) -> Result<Option<Self>, DecodeError> {
        fn read<T: DeserializeOwned>(name: &str, data: &str) -> Result<T, DecodeError> {
            json::read(data).map_err(|error| DecodeError::event(name, data, error))
        }
        let message = || Message::read(data).map_err(|error| DecodeError::event(name, data, error));
        Ok(Some(match known {
            DELTA => Self::MessageDelta(message()?),
            "conversation.message.completed" => Self::MessageCompleted(message()?),
            "conversation.audio.delta" => Self::AudioDelta(message()?),
            "conversation.chat.created" => Self::Created(read(name, data)?),
            "conversation.chat.in_progress" => Self::InProgress(read(name, data)?),
            "conversation.chat.completed" => Self::ended(read(name, data)?, data),
            "conversation.chat.failed" => Self::failed(data),
            "conversation.chat.requires_action" | "conversation.chat.required_action" => {
                Self::RequiresAction(read(name, data)?)
            }
            "conversation.chat.canceled" | "conversation.chat.cancelled" => Self::Canceled(read(name, data)?),
            "error" => Self::Error(read_fault(data)),
            // Coze Studio ends a chat with an event of its own, without data.
            "done" | "conversation.stream.done" => Self::Done(Done::parse(data)),
            _ => return Ok(None),
        }))
    }

    /// Reads an event whose name is another spelling of one that is known, or tells an end that is none to be glad of.
    #[cold]
    fn other(name: &str, data: &str) -> Result<Self, DecodeError> {
        let plain = plain_name(name);
        // The word of the first releases of Coze Studio.
        let plain = match plain.strip_prefix("conversation.run.") {
            Some(word) => format!("conversation.chat.{word}"),
            None => plain,
        };
        Ok(match Self::known(&plain, name, data)? {
            Some(event) => event,
            None if data.trim_matches('"') == "[DONE]" => Self::Done(Done::default()),
            None if is_failure(&plain) => match Self::failed(data) {
                Self::Failed { chat, error } => Self::Failed { chat, error: of_event(name, error) },
                event => event,
            },
            None => Self::Unknown(UnknownEvent::new(name, data)),
        })
    }
}

/// Name of the most frequent event.
const DELTA: &str = "conversation.message.delta";

impl Event for ChatEvent {
    #[inline]
    fn parse(name: &str, data: &str) -> Result<Self, DecodeError> {
        match Self::known(name, name, data)? {
            Some(event) => Ok(event),
            None => Self::other(name, data),
        }
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
