//! Speech: text in, audio out.

use bytes::Bytes;
use serde::Serialize;

use super::config::OutputAudio;
use super::frame::{RealtimeMessage, audio, error, object, text};
use crate::core::error::{ApiError, DecodeError};
use crate::core::event::UnknownEvent;

answer! {
    /// The configuration of a speech connection.
    pub struct SpeechConfig {
        /// Audio that the server sends.
        output_audio: Option<OutputAudio>,
    }
}

setters!(SpeechConfig { output_audio: OutputAudio });

/// What a client sends to `/v1/audio/speech`.
///
/// See <https://docs.coze.cn/developer_guides/tts_event>.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "event_type", content = "data")]
#[non_exhaustive]
pub enum SpeechCommand {
    /// `speech.update`: sets the configuration.
    #[serde(rename = "speech.update")]
    Update(Box<SpeechConfig>),
    /// `input_text_buffer.append`: appends text; at most 1024 bytes until the next complete.
    #[serde(rename = "input_text_buffer.append")]
    Append {
        /// Text.
        delta: String,
    },
    /// `input_text_buffer.complete`: the text is complete.
    #[serde(rename = "input_text_buffer.complete")]
    Complete,
}

/// What the server sends at `/v1/audio/speech`.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum SpeechEvent {
    /// `speech.created`: the connection is ready.
    Created,
    /// `speech.updated`: the configuration is in force.
    Updated(Box<SpeechConfig>),
    /// `input_text_buffer.completed`: the text has come.
    InputCompleted,
    /// `conversation.audio.sentence_start`: the audio that follows speaks this sentence. The pages do not name it here.
    SentenceStart(String),
    /// `speech.audio.update`: a piece of audio.
    Audio(Bytes),
    /// `speech.audio.completed`: all audio has come.
    Completed,
    /// `error`: something failed; the connection may continue.
    Error(ApiError),
    /// An event that this version does not know.
    Unknown(UnknownEvent),
}

impl RealtimeMessage for SpeechEvent {
    fn parse(name: &str, data: &str) -> Result<Self, DecodeError> {
        Ok(match name {
            "speech.created" => Self::Created,
            "speech.updated" => Self::Updated(object(name, data)?),
            "input_text_buffer.completed" => Self::InputCompleted,
            "conversation.audio.sentence_start" => Self::SentenceStart(text(name, data)?),
            "speech.audio.update" => Self::Audio(audio(name, data)?),
            "speech.audio.completed" => Self::Completed,
            "error" => Self::Error(error(data)),
            _ => Self::Unknown(UnknownEvent::new(name, data)),
        })
    }

    fn put_audio(&mut self, audio: Bytes) -> bool {
        let Self::Audio(place) = self else { return false };
        *place = audio;
        true
    }
}
