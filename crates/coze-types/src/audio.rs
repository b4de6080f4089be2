//! Audio: speech from text and text from speech, voices, voiceprints, rooms for calls, and spoken answers of a chat.

use crate::core::multipart::{FilePart, Form, Part};
use crate::core::validate::ValidationError;

mod answer;
mod live;
mod room;
mod speech;
mod transcription;
mod voice;
mod voiceprint;

pub use answer::AudioAnswer;
pub use live::{Live, LiveStream, LiveType, RetrieveLive};
pub use room::{
    CreateRoom, Room, RoomAudioCodec, RoomAudioConfig, RoomConfig, RoomMode, RoomToken, RoomVideoCodec,
    RoomVideoConfig, StreamVideoType, TranslateConfig, TurnDetection, TurnDetectionType,
};
pub use speech::CreateSpeech;
pub use transcription::{CreateTranscription, Transcription};
pub use voice::{
    CloneVoice, EmotionInfo, EmotionScaleInterval, ListVoices, Voice, VoiceModelType, VoicePage, VoiceState,
};
pub use voiceprint::{
    CreateVoiceprintFeature, CreateVoiceprintGroup, DeleteVoiceprintFeature, DeleteVoiceprintGroup,
    FeatureScore, IdentifySpeaker, ListVoiceprintFeatures, ListVoiceprintGroups, SpeakerScores,
    UpdateVoiceprintFeature, UpdateVoiceprintGroup, VoiceprintFeature, VoiceprintFeaturePage,
    VoiceprintGroup, VoiceprintGroupPage, VoiceprintUser,
};

open_enum! {
    /// How audio is encoded.
    pub enum AudioFormat {
        /// MP3.
        Mp3 = "mp3",
        /// WAV: PCM with a header.
        Wav = "wav",
        /// Samples without a header: whole numbers of 16 bit, little endian.
        Pcm = "pcm",
        /// Opus in several fragments of Ogg; only speech comes so.
        OggOpus = "ogg_opus",
        /// Ogg; only files to be sent.
        Ogg = "ogg",
        /// MPEG-4 audio; only files to be sent.
        M4a = "m4a",
        /// AAC; only files to be sent.
        Aac = "aac",
    }
}

open_enum! {
    /// A language, of those in which voices are cloned.
    pub enum Language {
        /// Chinese.
        Chinese = "zh",
        /// English.
        English = "en",
        /// Japanese.
        Japanese = "ja",
        /// Spanish.
        Spanish = "es",
        /// Indonesian.
        Indonesian = "id",
        /// Portuguese.
        Portuguese = "pt",
    }
}

open_enum! {
    /// An emotion of a voice that has several.
    pub enum Emotion {
        /// Happy.
        Happy = "happy",
        /// Sad.
        Sad = "sad",
        /// Angry.
        Angry = "angry",
        /// Surprised.
        Surprised = "surprised",
        /// Afraid.
        Fear = "fear",
        /// Full of hate or disgust.
        Hate = "hate",
        /// Excited.
        Excited = "excited",
        /// Cold.
        Coldness = "coldness",
        /// Neutral.
        Neutral = "neutral",
    }
}

/// The rule of a text that has at most `limit` bytes.
fn too_many_bytes(field: &str, text: &str, limit: usize) -> Option<ValidationError> {
    let length = text.len();
    (length > limit)
        .then(|| ValidationError::limit(field, format!("has {length} bytes; at most {limit} are allowed")))
}

/// Adds the texts that are set.
fn texts<const N: usize>(form: Form, parts: [(&str, Option<String>); N]) -> Form {
    parts.into_iter().filter_map(|(name, value)| Some(Part::text(name, value?))).fold(form, Form::part)
}

fn extension(file_name: &str) -> Option<&str> {
    file_name.rsplit_once('.').map(|(_, extension)| extension)
}

/// The rules of a file whose format is known by the extension of its name.
fn file_violations(file: &FilePart, most: u64, formats: &[&str]) -> Vec<ValidationError> {
    let mut errors = size_violations(file, most);
    let name = &file.file_name;
    let fits = |extension: &str| formats.iter().any(|format| format.eq_ignore_ascii_case(extension));
    if !name.is_empty() && !extension(name).is_some_and(fits) {
        let formats = formats.join(", ");
        errors.push(ValidationError::limit(
            "file",
            format!("{name:?} has no extension of an allowed format: {formats}"),
        ));
    }
    errors
}

/// The rules of a file, whatever its format.
fn size_violations(file: &FilePart, most: u64) -> Vec<ValidationError> {
    let FilePart { file_name: name, content, .. } = file;
    let mut errors = Vec::new();
    if name.is_empty() {
        errors.push(ValidationError::fatal("file", "has no name; give it one"));
    }
    if content.is_empty() {
        errors.push(ValidationError::fatal("file", format!("{name:?} is empty; give one that is not")));
    }
    if let Some(size) = content.len().filter(|size| *size > most) {
        let mb = most >> 20;
        errors.push(ValidationError::enforced(
            "file",
            format!("{name:?} has {size} bytes; at most {mb} MB ({most} bytes) are allowed"),
        ));
    }
    errors
}
