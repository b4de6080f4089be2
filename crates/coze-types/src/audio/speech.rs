//! Speech from text.

use serde::{Deserialize, Serialize};

use super::{AudioFormat, Emotion, too_many_bytes};
use crate::core::reply::Binary;
use crate::core::validate::ValidationError;
use crate::model::id::VoiceId;

/// Sample rates of speech, in Hz.
const SAMPLE_RATES: [u32; 7] = [8_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000];

/// Converts a text to speech; returns the audio itself.
///
/// Each call costs. Needs the permission `createSpeech`.
///
/// See <https://docs.coze.cn/developer_guides/text_to_speech>.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CreateSpeech {
    /// Text, at most 1024 bytes of UTF-8: about 340 Chinese characters.
    pub input: String,
    /// Voice; [`ListVoices`](super::ListVoices) has them.
    pub voice_id: VoiceId,
    /// Emotion; only for voices that have several: see [`Voice::support_emotions`](super::Voice).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub emotion: Option<Emotion>,
    /// Strength of the emotion, from 1 to 5; 4 by default. Each voice has its own range.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub emotion_scale: Option<f64>,
    /// Encoding: MP3 by default, WAV, PCM or Ogg Opus.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub response_format: Option<AudioFormat>,
    /// Speed, where 1, the default, is normal: from 0.5 to 2 with voices of large models, from 0.2 to 3 with those of
    /// small ones.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub speed: Option<f64>,
    /// Sample rate in Hz: 8000, 16000, 22050, 24000, 32000, 44100 or 48000; 24000 by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sample_rate: Option<u32>,
    /// Loudness in percent of change, from -50 (half as loud) to 100 (twice as loud); 0 by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub loudness_rate: Option<i32>,
    /// How to speak, in words, such as "in a low and hoarse voice": mood, dialect, tone, speed, pitch. Only for voices
    /// of Doubao speech synthesis 2.0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub context_texts: Option<String>,
}

endpoint!(CreateSpeech: POST "/v1/audio/speech", json, validate => Binary);

builder!(CreateSpeech(input: String, voice_id: VoiceId) {
    emotion: Emotion, emotion_scale: f64, response_format: AudioFormat, speed: f64, sample_rate: u32,
    loudness_rate: i32, context_texts: String,
});

impl CreateSpeech {
    /// Lists what the documentation forbids.
    pub fn validate(&self) -> Vec<ValidationError> {
        use AudioFormat::{Mp3, OggOpus, Pcm, Wav};
        let mut errors = Vec::new();
        if self.input.is_empty() {
            errors.push(ValidationError::fatal("input", "is empty; give it the text to speak"));
        }
        errors.extend(too_many_bytes("input", &self.input, 1024));
        if self.voice_id.is_empty() {
            errors.push(ValidationError::fatal("voice_id", "is empty; it names the voice to speak with"));
        }
        errors.extend(out_of_range("emotion_scale", self.emotion_scale, 1.0, 5.0));
        if let Some(format) = &self.response_format
            && !matches!(format, Mp3 | Wav | Pcm | OggOpus)
        {
            errors.push(ValidationError::limit(
                "response_format",
                format!("is `{format}`; the formats are `mp3`, `wav`, `pcm` or `ogg_opus`"),
            ));
        }
        errors.extend(out_of_range("speed", self.speed, 0.2, 3.0));
        if let Some(rate) = self.sample_rate.filter(|rate| !SAMPLE_RATES.contains(rate)) {
            errors.push(ValidationError::limit(
                "sample_rate",
                format!("is {rate} Hz; only {SAMPLE_RATES:?} are allowed"),
            ));
        }
        if let Some(rate) = self.loudness_rate.filter(|rate| !(-50..=100).contains(rate)) {
            errors
                .push(ValidationError::limit("loudness_rate", format!("is {rate}; -50 to 100 are allowed")));
        }
        errors
    }
}

/// The rule of a number within limits; what is no number cannot even be written.
fn out_of_range(field: &str, value: Option<f64>, least: f64, most: f64) -> Option<ValidationError> {
    let value = value.filter(|value| !(least..=most).contains(value))?;
    let rule = format!("is {value}; {least} to {most} are allowed");
    Some(if value.is_finite() {
        ValidationError::limit(field, rule)
    } else {
        ValidationError::fatal(field, rule)
    })
}
