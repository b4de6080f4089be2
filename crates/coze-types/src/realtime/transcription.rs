//! Transcription: audio in, text out.

use bytes::Bytes;
use serde::Serialize;

use super::config::{AsrConfig, InputAudio};
use super::frame::{RealtimeMessage, base64, error, object, text};
use crate::core::error::{ApiError, DecodeError};
use crate::core::event::UnknownEvent;

answer! {
    /// The configuration of a transcription connection.
    pub struct TranscriptionConfig {
        /// Audio that the client sends. PCM without it is refused with the error 4000.
        input_audio: Option<InputAudio>,
        /// Recognition.
        asr_config: Option<AsrConfig>,
    }
}

setters!(TranscriptionConfig { input_audio: InputAudio, asr_config: AsrConfig });

/// What a client sends to `/v1/audio/transcriptions`.
///
/// See <https://docs.coze.cn/developer_guides/asr_event>.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "event_type", content = "data")]
#[non_exhaustive]
pub enum TranscriptionCommand {
    /// `transcriptions.update`: sets the configuration.
    #[serde(rename = "transcriptions.update")]
    Update(Box<TranscriptionConfig>),
    /// `input_audio_buffer.append`: appends audio.
    #[serde(rename = "input_audio_buffer.append")]
    Append {
        /// Audio.
        #[serde(serialize_with = "base64")]
        delta: Bytes,
    },
    /// `input_audio_buffer.complete`: the audio is complete.
    #[serde(rename = "input_audio_buffer.complete")]
    Complete,
    /// `input_audio_buffer.clear`: drops what was appended.
    #[serde(rename = "input_audio_buffer.clear")]
    Clear,
}

/// What the server sends at `/v1/audio/transcriptions`.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum TranscriptionEvent {
    /// `transcriptions.created`: the connection is ready.
    Created,
    /// `transcriptions.updated`: the configuration is in force.
    Updated(Box<TranscriptionConfig>),
    /// `input_audio_buffer.completed`: the audio has come.
    InputCompleted,
    /// `input_audio_buffer.cleared`: the audio was dropped.
    InputCleared,
    /// `transcriptions.message.update`: the **whole** text so far, each time.
    Update(String),
    /// `transcriptions.message.completed`: the last update was the result; the text here is usually empty.
    Completed(String),
    /// `error`: something failed; the connection may continue.
    Error(ApiError),
    /// An event that this version does not know.
    Unknown(UnknownEvent),
}

impl RealtimeMessage for TranscriptionEvent {
    fn parse(name: &str, data: &str) -> Result<Self, DecodeError> {
        Ok(match name {
            "transcriptions.created" => Self::Created,
            "transcriptions.updated" => Self::Updated(object(name, data)?),
            "input_audio_buffer.completed" => Self::InputCompleted,
            "input_audio_buffer.cleared" => Self::InputCleared,
            "transcriptions.message.update" => Self::Update(text(name, data)?),
            "transcriptions.message.completed" => Self::Completed(text(name, data)?),
            "error" => Self::Error(error(data)),
            _ => Self::Unknown(UnknownEvent::new(name, data)),
        })
    }
}
