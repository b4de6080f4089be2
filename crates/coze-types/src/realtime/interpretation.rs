//! Interpretation: audio in one language in, text and audio in another one out. Only the Node SDK knows this endpoint; no page describes it.

use bytes::Bytes;
use serde::Serialize;

use super::config::{InputAudio, OutputAudio};
use super::frame::{RealtimeMessage, audio, base64, error, object, text};
use crate::audio::Language;
use crate::core::error::{ApiError, DecodeError};
use crate::core::event::UnknownEvent;

answer! {
    /// A word and its translation.
    pub struct GlossaryEntry {
        /// Word as it is spoken.
        original: Option<String>,
        /// Its translation.
        translation: Option<String>,
    }
}

setters!(GlossaryEntry { original: String, translation: String });

answer! {
    /// What is translated into what.
    pub struct TranslateConfig {
        /// Language that is spoken: `zh` or `en`.
        from: Option<Language>,
        /// Language to translate into: `zh` or `en`.
        to: Option<Language>,
        /// Words that are likely to occur.
        hot_words: Vec<String> [skip_if_empty],
        /// Words with a fixed translation.
        glossary: Vec<GlossaryEntry> [skip_if_empty],
    }
}

impl TranslateConfig {
    /// Translates from one language into another.
    pub fn new(from: impl Into<Language>, to: impl Into<Language>) -> Self {
        Self { from: Some(from.into()), to: Some(to.into()), ..Self::default() }
    }
}

answer! {
    /// The configuration of an interpretation connection.
    pub struct InterpretationConfig {
        /// Audio that the client sends.
        input_audio: Option<InputAudio>,
        /// Audio that the server sends.
        output_audio: Option<OutputAudio>,
        /// Languages.
        translate_config: Option<TranslateConfig>,
    }
}

setters!(InterpretationConfig {
    input_audio: InputAudio,
    output_audio: OutputAudio,
    translate_config: TranslateConfig,
});

/// What a client sends to `/v1/audio/simult_interpretation`.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "event_type", content = "data")]
#[non_exhaustive]
pub enum InterpretationCommand {
    /// `simult_interpretation.update`: sets the configuration.
    #[serde(rename = "simult_interpretation.update")]
    Update(Box<InterpretationConfig>),
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
}

/// What the server sends at `/v1/audio/simult_interpretation`.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum InterpretationEvent {
    /// `simult_interpretation.created`: the connection is ready.
    Created,
    /// `simult_interpretation.updated`: the configuration is in force.
    Updated(Box<InterpretationConfig>),
    /// `simult_interpretation.audio.delta`: a piece of audio.
    Audio(Bytes),
    /// `simult_interpretation.transcription.delta`: a piece of what was said, to be appended.
    Transcription(String),
    /// `simult_interpretation.translation.delta`: a piece of the translation, to be appended.
    Translation(String),
    /// `input_audio_buffer.completed`: the audio has come.
    InputCompleted,
    /// `simult_interpretation.message.completed`: everything has come.
    Completed,
    /// `error`: something failed; the connection may continue.
    Error(ApiError),
    /// An event that this version does not know.
    Unknown(UnknownEvent),
}

impl RealtimeMessage for InterpretationEvent {
    fn parse(name: &str, data: &str) -> Result<Self, DecodeError> {
        Ok(match name {
            "simult_interpretation.created" => Self::Created,
            "simult_interpretation.updated" => Self::Updated(object(name, data)?),
            "simult_interpretation.audio.delta" => Self::Audio(audio(name, data)?),
            "simult_interpretation.transcription.delta" => Self::Transcription(text(name, data)?),
            "simult_interpretation.translation.delta" => Self::Translation(text(name, data)?),
            "input_audio_buffer.completed" => Self::InputCompleted,
            "simult_interpretation.message.completed" => Self::Completed,
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
