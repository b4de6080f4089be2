//! What the pages forbid in a configuration.

use super::chat::{InterruptConfig, RealtimeConfig};
use super::config::{Codec, InputAudio, OutputAudio};
use super::interpretation::InterpretationConfig;
use super::speech::SpeechConfig;
use super::transcription::TranscriptionConfig;
use crate::core::validate::ValidationError;
use crate::message::meta_data_violations;

impl SpeechConfig {
    /// Lists what the documentation forbids.
    pub fn validate(&self) -> Vec<ValidationError> {
        output_audio(self.output_audio.as_ref()).into_iter().collect()
    }
}

impl TranscriptionConfig {
    /// Lists what the documentation forbids.
    pub fn validate(&self) -> Vec<ValidationError> {
        input_audio(self.input_audio.as_ref()).into_iter().collect()
    }
}

impl InterpretationConfig {
    /// Lists what is sure to be forbidden; no page describes this endpoint.
    pub fn validate(&self) -> Vec<ValidationError> {
        let input = input_audio(self.input_audio.as_ref());
        input.into_iter().chain(output_audio(self.output_audio.as_ref())).collect()
    }
}

impl RealtimeConfig {
    /// Lists what the documentation forbids.
    pub fn validate(&self) -> Vec<ValidationError> {
        let mut errors: Vec<_> = input_audio(self.input_audio.as_ref()).into_iter().collect();
        errors.extend(output_audio(self.output_audio.as_ref()));
        if let Some(config) = self.turn_detection.as_ref().and_then(|turns| turns.interrupt_config.as_ref()) {
            errors.extend(keywords(config));
        }
        if let Some(chat) = &self.chat_config {
            if chat.conversation_id.as_ref().is_some_and(crate::ConversationId::is_empty) {
                let rule = "is empty; leave it out for a new conversation";
                errors.push(ValidationError::fatal("chat_config.conversation_id", rule));
            }
            errors.extend(meta_data_violations("chat_config.meta_data", &chat.meta_data));
        }
        if let Some(voice) = &self.voice_processing_config
            && voice.enable_ans == Some(true)
            && voice.enable_pdns == Some(true)
        {
            let rule = "is true together with `enable_ans`; choose one of them";
            errors.push(ValidationError::enforced("voice_processing_config.enable_pdns", rule));
        }
        errors
    }
}

fn input_audio(audio: Option<&InputAudio>) -> Option<ValidationError> {
    let audio = audio?;
    telephone("input_audio.sample_rate", audio.codec.as_ref(), audio.sample_rate)
}

fn output_audio(audio: Option<&OutputAudio>) -> Option<ValidationError> {
    let audio = audio?;
    let rate = audio.pcm_config.as_ref().and_then(|config| config.sample_rate);
    telephone("output_audio.pcm_config.sample_rate", audio.codec.as_ref(), rate)
}

/// G.711 has one sample rate.
fn telephone(field: &str, codec: Option<&Codec>, sample_rate: Option<i64>) -> Option<ValidationError> {
    let rate = sample_rate.filter(|rate| *rate != 8000)?;
    matches!(codec, Some(Codec::G711a | Codec::G711u))
        .then(|| ValidationError::enforced(field, format!("is {rate}; G.711 has 8000")))
}

fn keywords(config: &InterruptConfig) -> Vec<ValidationError> {
    const FIELD: &str = "turn_detection.interrupt_config.keywords";
    let count = config.keywords.len();
    let of_count = (count > 5)
        .then(|| ValidationError::enforced(FIELD, format!("has {count} keywords; at most 5 are allowed")));
    let of_each = config.keywords.iter().enumerate().filter(|(_, word)| !(6..=24).contains(&word.len()));
    let of_each = of_each.map(|(index, word)| {
        let rule =
            format!("is {word:?}, {} bytes; 6 to 24 are allowed, 2 to 8 Chinese characters", word.len());
        ValidationError::enforced(format!("{FIELD}[{index}]"), rule)
    });
    of_count.into_iter().chain(of_each).collect()
}
