//! Events as a server writes them.

use coze_types::chat::{Chat, ChatEvent, LastError};
use coze_types::workflow::WorkflowEvent;
use coze_types::{ApiError, UnknownEvent};
use serde::Serialize;
use serde_json::{Value, json};

/// One server-sent event, as it is written into a stream.
///
/// ```
/// use coze::test::Frame;
/// use coze::{ChatEvent, Message};
///
/// let mut delta = Message::new("1");
/// delta.content = "Tuesday".to_owned();
/// let frame = Frame::from(ChatEvent::MessageDelta(delta));
/// assert_eq!(frame, Frame::new("conversation.message.delta", r#"{"id":"1","content":"Tuesday"}"#));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    name: String,
    data: String,
}

impl Frame {
    /// Creates an event from its name and data.
    pub fn new(name: impl Into<String>, data: impl Into<String>) -> Self {
        Self { name: name.into(), data: data.into() }
    }

    fn json(name: &str, data: &impl Serialize) -> Self {
        // Answers and events can always be encoded as JSON.
        Self::new(name, serde_json::to_string(data).unwrap_or_default())
    }

    /// Returns the event as bytes of a stream: each line of the data on a line of its own.
    pub(crate) fn encode(&self) -> String {
        let name = self.name.replace(['\r', '\n'], " ");
        let mut text = format!("event: {name}\n");
        for line in self.data.split(['\r', '\n']) {
            text.push_str("data: ");
            text.push_str(line);
            text.push('\n');
        }
        text.push('\n');
        text
    }
}

impl From<ChatEvent> for Frame {
    fn from(event: ChatEvent) -> Self {
        match event {
            ChatEvent::Created(chat) => Self::json("conversation.chat.created", &chat),
            ChatEvent::InProgress(chat) => Self::json("conversation.chat.in_progress", &chat),
            ChatEvent::MessageDelta(message) => Self::json("conversation.message.delta", &message),
            ChatEvent::MessageCompleted(message) => Self::json("conversation.message.completed", &message),
            ChatEvent::AudioDelta(message) => Self::json("conversation.audio.delta", &message),
            ChatEvent::Completed(chat) => Self::json("conversation.chat.completed", &chat),
            ChatEvent::Failed { chat, error } => {
                Self::json("conversation.chat.failed", &failed(chat, &error))
            }
            ChatEvent::RequiresAction(chat) => Self::json("conversation.chat.requires_action", &chat),
            ChatEvent::Canceled(chat) => Self::json("conversation.chat.canceled", &chat),
            ChatEvent::Error(error) => Self::json("error", &fault(&error)),
            ChatEvent::Done(done) => Self::json("done", &done),
            ChatEvent::Unknown(event) => event.into(),
            other => Self::new("unknown", format!("{other:?}")),
        }
    }
}

impl From<WorkflowEvent> for Frame {
    fn from(event: WorkflowEvent) -> Self {
        match event {
            WorkflowEvent::Message(message) => Self::json("Message", &message),
            WorkflowEvent::Interrupt { interrupt, node_title, debug_url, extra } => {
                let mut data = json!(extra);
                data["interrupt_data"] = json!(interrupt);
                data["node_title"] = json!(node_title);
                data["debug_url"] = json!(debug_url);
                Self::json("Interrupt", &data)
            }
            WorkflowEvent::Error(error) => {
                Self::json("Error", &json!({"error_code": error.code, "error_message": error.msg}))
            }
            WorkflowEvent::Done(done) => Self::json("Done", &done),
            WorkflowEvent::Ping => Self::new("PING", "{}"),
            WorkflowEvent::Unknown(event) => event.into(),
            other => Self::new("unknown", format!("{other:?}")),
        }
    }
}

impl From<UnknownEvent> for Frame {
    fn from(event: UnknownEvent) -> Self {
        Self { name: event.name, data: event.data }
    }
}

/// The chat with its error, or the error alone.
fn failed(chat: Option<Chat>, error: &ApiError) -> Value {
    let Some(mut chat) = chat else { return fault(error) };
    let last = chat.last_error.get_or_insert_with(LastError::default);
    last.code.get_or_insert_with(|| error.code.clone());
    if last.msg.is_empty() {
        last.msg.clone_from(&error.msg);
    }
    json!(chat)
}

fn fault(error: &ApiError) -> Value {
    json!({"code": error.code, "msg": error.msg})
}
