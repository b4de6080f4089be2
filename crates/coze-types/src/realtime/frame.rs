//! One message: its name, its data, and what stands around them.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::value::RawValue;

use crate::core::error::{ApiError, DecodeError, EncodeError};
use crate::core::event::UnknownEvent;
use crate::core::json;
use crate::core::reply::read_fault;
use crate::model::id::LogId;

answer! {
    /// What the server says around an event.
    #[derive(Clone, Debug, Default, PartialEq)]
    pub struct Detail {
        /// Id of the connection in the logs of the server.
        logid: Option<LogId>,
        /// Time of the event in milliseconds since 1970, as text.
        respond_at: Option<String>,
        /// The message that failed, as the client sent it; only with `error`.
        origin_message: Option<String>,
    }
}

/// One event, unchanged.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Received<E> {
    /// Id, made by the server; acknowledgements may have that of the command.
    pub id: Option<String>,
    /// Log id and time.
    pub detail: Detail,
    /// The event.
    pub event: E,
}

/// An event of a WebSocket endpoint, read from its name and data.
pub trait RealtimeMessage: Sized {
    /// Reads one event; `data` is JSON, and `null` where there is none. An unknown name is not an error.
    fn parse(event_type: &str, data: &str) -> Result<Self, DecodeError>;

    /// Puts in the audio that was cut out of the data; returns whether the event has audio.
    #[doc(hidden)]
    fn put_audio(&mut self, _: Bytes) -> bool {
        false
    }
}

/// Any event, unchanged.
impl RealtimeMessage for UnknownEvent {
    fn parse(event_type: &str, data: &str) -> Result<Self, DecodeError> {
        Ok(Self::new(event_type, data))
    }
}

/// Reads a message of the server: the fields may stand in any order, and what is not known is skipped.
pub fn read<E: RealtimeMessage>(message: &[u8]) -> Result<Received<E>, DecodeError> {
    // Text is valid as a rule, which is checked faster than it is mended.
    let text = std::str::from_utf8(message).map_or_else(|_| String::from_utf8_lossy(message), Cow::Borrowed);
    if let Some((rest, audio)) = cut_audio(&text)
        && let Ok(mut received) = read_text::<E>(&rest)
        && let Ok(audio) = STANDARD.decode(audio)
        && received.event.put_audio(audio.into())
    {
        return Ok(received);
    }
    read_text(&text)
}

/// Bytes in which the audio of an event begins, and the least that is worth cutting out.
const HEAD: usize = 1024;
const LONG: usize = 512;

/// Cuts the audio out of a message: it is most of the message, and as base64 it needs no reader of JSON.
///
/// A quote within a string is escaped, so that the names are found only where they are names.
fn cut_audio(text: &str) -> Option<(String, &str)> {
    let head = (0..=text.len().min(HEAD)).rev().find_map(|end| text.get(..end))?;
    if !head.contains(".audio.") {
        return None;
    }
    let start =
        [r#""delta":""#, r#""content":""#].iter().find_map(|key| Some(head.find(key)? + key.len()))?;
    let audio = text.get(start..)?.split('"').next().filter(|audio| audio.len() >= LONG)?;
    Some(([text.get(..start)?, text.get(start + audio.len()..)?].concat(), audio))
}

fn read_text<E: RealtimeMessage>(text: &str) -> Result<Received<E>, DecodeError> {
    #[derive(Deserialize)]
    struct Frame<'a> {
        event_type: String,
        #[serde(default)]
        id: Option<serde_json::Value>,
        #[serde(borrow, default)]
        data: Option<&'a RawValue>,
        #[serde(borrow, default)]
        detail: Option<&'a RawValue>,
    }
    let frame: Frame<'_> = serde_json::from_str(text)
        .map_err(|error| DecodeError::text("a message of the WebSocket", text, error))?;
    let detail: Detail = frame.detail.and_then(|detail| json::read(detail.get()).ok()).unwrap_or_default();
    let id = frame.id.and_then(|id| match id {
        serde_json::Value::String(id) => Some(id),
        serde_json::Value::Null => None,
        other => Some(other.to_string()),
    });
    let event = E::parse(&frame.event_type, frame.data.map_or("null", RawValue::get))?;
    Ok(Received { id, detail, event })
}

/// Writes a command as the text of a message, with an id by which an error names it.
pub fn write<C: Serialize>(command: &C, id: Option<&str>) -> Result<String, EncodeError> {
    #[derive(Serialize)]
    struct Frame<'a, C> {
        #[serde(skip_serializing_if = "Option::is_none")]
        id: Option<&'a str>,
        #[serde(flatten)]
        command: &'a C,
    }
    serde_json::to_string(&Frame { id, command }).map_err(EncodeError::json)
}

/// A command that this version has no type for.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct RawCommand {
    /// Name.
    pub event_type: String,
    /// Data as JSON.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data: Option<serde_json::Value>,
}

impl RawCommand {
    /// A command with a name and data.
    pub fn new(event_type: impl Into<String>, data: impl Into<Option<serde_json::Value>>) -> Self {
        Self { event_type: event_type.into(), data: data.into() }
    }
}

/// Reads the data of an event as an object; absent is empty.
pub(super) fn object<T: DeserializeOwned>(name: &str, data: &str) -> Result<T, DecodeError> {
    let text = if data.trim() == "null" { "{}" } else { data };
    json::read(text).map_err(|error| DecodeError::event(name, data, error))
}

answer! {
    /// The one field of most events, under each of its names.
    #[derive(Clone, Debug, Default, PartialEq)]
    pub(super) struct Piece {
        content: Option<String> [alias = "delta", alias = "text"],
    }
}

/// Reads the text of an event.
pub(super) fn text(name: &str, data: &str) -> Result<String, DecodeError> {
    Ok(object::<Piece>(name, data)?.content.unwrap_or_default())
}

/// Reads the audio of an event.
pub(super) fn audio(name: &str, data: &str) -> Result<Bytes, DecodeError> {
    let text = text(name, data)?;
    let decoded = STANDARD.decode(&text);
    decoded.map(Bytes::from).map_err(|error| {
        DecodeError::content(format!("the audio of the event `{name}` is not base64: {error}"), &text)
    })
}

/// Reads the data of `error`.
pub(super) fn error(data: &str) -> ApiError {
    read_fault(data)
}

/// Writes audio in base64.
pub(super) fn base64<S: Serializer>(audio: &Bytes, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&base64::display::Base64Display::new(audio, &STANDARD))
}
