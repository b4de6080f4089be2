//! The events of a streamed chat.

use serde::de::DeserializeOwned;

use super::{Chat, ChatStatus};
use crate::core::error::{ApiError, DecodeError};
use crate::core::event::{Event, EventDecoder, Phase, UnknownEvent, is_failure, of_event, plain_name};
use crate::core::json;
use crate::core::reply::{is_fault, read_fault};
use crate::message::{Message, Template};

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

answer! {
    /// The last event of a stream.
    #[derive(Clone, Debug, Default, PartialEq, Eq)]
    pub struct Done {
        /// Page that shows the run of a workflow; valid for 7 days.
        debug_url: Option<String>,
    }
}

impl Done {
    /// Reads the data of the event, which is `[DONE]`, the same in quotes, an object or nothing: whatever it
    /// is, the stream is done.
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
            // Coze Studio ends a chat with its own event, without data.
            "done" | "conversation.stream.done" => Self::Done(Done::parse(data)),
            _ => return Ok(None),
        }))
    }

    /// Reads an event whose name is another spelling of one that is known, or reports an end without success.
    #[cold]
    fn other(name: &str, data: &str) -> Result<Self, DecodeError> {
        let plain = plain_name(name);
        // The name in the first releases of Coze Studio.
        let plain = match plain.strip_prefix("conversation.run.") {
            Some(word) => format!("conversation.chat.{word}"),
            None => plain,
        };
        Ok(match Self::known(&plain, name, data)? {
            Some(event) => event,
            None if data.trim_matches('"') == "[DONE]" => Self::Done(Done::default()),
            None if plain == UNNAMED && is_fault(data) => Self::Error(read_fault(data)),
            None if is_failure(&plain) || ended_badly(data) => match Self::failed(data) {
                Self::Failed { chat, error } => Self::Failed { chat, error: of_event(name, error) },
                event => event,
            },
            None => Self::Unknown(UnknownEvent::new(name, data)),
        })
    }
}

/// Name of an event that names itself nothing.
const UNNAMED: &str = "message";

/// Whether a chat says why it failed, under whatever name.
fn ended_badly(data: &str) -> bool {
    json::read::<Chat>(data).is_ok_and(|chat| chat.error().is_some())
}

/// Name of the most frequent event.
const DELTA: &str = "conversation.message.delta";

impl Event for ChatEvent {
    type Decoder = ChatDecoder;

    fn parse(name: &str, data: &str) -> Result<Self, DecodeError> {
        match Self::known(name, name, data)? {
            Some(event) => Ok(event),
            None => Self::other(name, data),
        }
    }

    fn phase(&self) -> Phase {
        match self {
            Self::Completed(_)
            | Self::Failed { .. }
            | Self::RequiresAction(_)
            | Self::Canceled(_)
            | Self::Error(_) => Phase::Terminal,
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

/// Reads the events of a chat; the deltas of an answer repeat each other in all but the content, and are read by that alone.
#[derive(Clone, Debug, Default)]
pub struct ChatDecoder {
    /// In a box, since a message is large and streams are moved.
    template: Option<Box<Template>>,
    /// Deltas since the template was of use.
    misses: u32,
}

impl ChatDecoder {
    /// Reads a delta like the one before.
    fn repeat(&mut self, name: &[u8], data: &[u8]) -> Option<ChatEvent> {
        if name != DELTA.as_bytes() {
            return None;
        }
        let delta = self.template.as_ref()?.read(data)?;
        self.misses = 0;
        Some(ChatEvent::MessageDelta(delta))
    }

    /// Takes a delta for a template; ever more rarely where no template helps.
    fn learn(&mut self, data: &str, delta: &Message) {
        self.misses = self.misses.saturating_add(1);
        if self.misses.is_power_of_two() {
            self.template = Template::learn(data, delta).map(Box::new);
        }
    }
}

impl EventDecoder<ChatEvent> for ChatDecoder {
    fn decode(&mut self, name: &[u8], data: &[u8]) -> Result<ChatEvent, DecodeError> {
        if let Some(event) = self.repeat(name, data) {
            return Ok(event);
        }
        let data = String::from_utf8_lossy(data);
        let event = ChatEvent::parse(&String::from_utf8_lossy(name), &data)?;
        if let ChatEvent::MessageDelta(delta) = &event {
            self.learn(&data, delta);
        }
        Ok(event)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Messages that take turns, or change, read as they do without a memory.
    #[test]
    fn a_stream_reads_as_its_events_do() {
        let (mut decoder, mut repeated) = (ChatDecoder::default(), 0);
        for n in 0..200 {
            let id = if n < 100 { n % 2 } else { n / 20 };
            let name = if n % 50 == 49 { "conversation.message.completed" } else { DELTA };
            let end = if n % 7 == 0 { "\\n" } else { "" };
            let data = format!(r#"{{"id":"{id}","role":"assistant","content":"{n}{end}","type":"answer"}}"#);
            repeated += usize::from(decoder.clone().repeat(name.as_bytes(), data.as_bytes()).is_some());
            let event = decoder.decode(name.as_bytes(), data.as_bytes()).unwrap();
            assert_eq!(event, ChatEvent::parse(name, &data).unwrap());
        }
        assert!((50..150).contains(&repeated), "{repeated} of 200");
    }

    #[test]
    fn bytes_that_are_no_text_are_read_as_replaced() {
        let mut decoder = ChatDecoder::default();
        for _ in 0..3 {
            let event = decoder.decode(DELTA.as_bytes(), b"{\"id\":\"1\",\"content\":\"a\xFF\"}").unwrap();
            assert_eq!(event.text(), Some("a\u{FFFD}"));
            decoder.decode(DELTA.as_bytes(), br#"{"id":"1","content":"a"}"#).unwrap();
        }
    }
}
