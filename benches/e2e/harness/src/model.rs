//! Typed models that every hand-written client decodes into, so that all of them do the same work.

use std::collections::HashMap;

use serde::Deserialize;

use crate::BoxError;

#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    User,
    Assistant,
    #[serde(other)]
    Unknown,
}

#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MessageType {
    Question,
    Answer,
    FunctionCall,
    ToolOutput,
    ToolResponse,
    FollowUp,
    Verbose,
    #[serde(other)]
    Unknown,
}

#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ContentType {
    Text,
    ObjectString,
    Card,
    Audio,
    #[serde(other)]
    Unknown,
}

#[derive(Debug, Deserialize)]
pub struct Message {
    pub id: Option<String>,
    pub conversation_id: Option<String>,
    pub bot_id: Option<String>,
    pub chat_id: Option<String>,
    pub section_id: Option<String>,
    pub role: Role,
    #[serde(rename = "type")]
    pub kind: MessageType,
    pub content: String,
    pub content_type: ContentType,
    pub reasoning_content: Option<String>,
    pub meta_data: Option<HashMap<String, String>>,
    pub created_at: Option<i64>,
    pub updated_at: Option<i64>,
}

#[derive(Debug, Deserialize)]
pub struct LastError {
    pub code: i64,
    pub msg: String,
}

#[derive(Debug, Deserialize)]
pub struct Tokens {
    pub token_count: i64,
    pub output_count: i64,
    pub input_count: i64,
}

#[derive(Debug, Deserialize)]
pub struct Chat {
    pub id: String,
    pub conversation_id: String,
    pub bot_id: Option<String>,
    pub status: String,
    pub created_at: Option<i64>,
    pub completed_at: Option<i64>,
    pub last_error: Option<LastError>,
    pub usage: Option<Tokens>,
}

#[derive(Debug, Deserialize)]
pub struct Conversation {
    pub id: String,
    pub created_at: i64,
    pub meta_data: HashMap<String, String>,
    pub last_section_id: String,
    pub name: Option<String>,
    pub updated_at: Option<i64>,
    pub creator_id: Option<String>,
    pub connector_id: Option<String>,
}

#[derive(Debug, Deserialize)]
pub struct File {
    pub id: String,
    pub bytes: u64,
}

#[derive(Debug, Deserialize)]
pub struct Envelope<T> {
    pub code: i64,
    pub msg: String,
    pub data: Option<T>,
}

impl<T> Envelope<T> {
    pub fn into_data(self) -> Result<T, BoxError> {
        self.data.ok_or_else(|| self.msg.into())
    }
}

#[derive(Debug)]
pub enum ChatEvent {
    Created(Chat),
    InProgress(Chat),
    Delta(Message),
    MessageCompleted(Message),
    Completed(Chat),
    Done,
    Unknown(String),
}

impl ChatEvent {
    /// What the sink of a stream is told.
    pub fn piece(&self) -> crate::Piece<'_> {
        match self {
            Self::Delta(message) => crate::Piece::Delta(&message.content),
            _ => crate::Piece::Other,
        }
    }
}

#[inline]
pub fn parse_event(name: &str, data: &[u8]) -> Result<ChatEvent, serde_json::Error> {
    Ok(match name {
        "conversation.message.delta" => ChatEvent::Delta(serde_json::from_slice(data)?),
        "conversation.message.completed" => ChatEvent::MessageCompleted(serde_json::from_slice(data)?),
        "conversation.chat.created" => ChatEvent::Created(serde_json::from_slice(data)?),
        "conversation.chat.in_progress" => ChatEvent::InProgress(serde_json::from_slice(data)?),
        "conversation.chat.completed" => ChatEvent::Completed(serde_json::from_slice(data)?),
        "done" => ChatEvent::Done,
        other => ChatEvent::Unknown(other.to_owned()),
    })
}
