//! Cloning a voice.

use serde::Deserialize;

use super::Voice;
use crate::audio::{AudioFormat, Language, extension, size_violations, texts, too_many_bytes};
use crate::core::endpoint::HasFile;
use crate::core::multipart::{FilePart, Form, Part};
use crate::core::reply::Data;
use crate::core::validate::ValidationError;
use crate::model::id::{VoiceId, WorkspaceId};

/// Clones the voice of a recording, or trains a cloned voice again; the response contains only the id of the voice.
///
/// Only with enterprise editions; each voice costs. The recording is wav, mp3, ogg, m4a, aac, or pcm of 24 kHz and
/// mono, of at most 10 MB; 10 to 30 seconds of one voice in a quiet room are best. Needs the permission
/// `createVoice`.
///
/// See <https://docs.coze.cn/developer_guides/clone_voices>.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct CloneVoice {
    /// Name of the voice, at most 128 bytes of UTF-8.
    pub voice_name: String,
    /// Recording.
    pub file: FilePart,
    /// Encoding of the recording: wav, mp3, ogg, m4a, aac or pcm; by default what the extension of the file says.
    pub audio_format: Option<AudioFormat>,
    /// Language of the recording.
    pub language: Option<Language>,
    /// Cloned voice to train again, which the new voice replaces; at most 10 times, the first included. A new voice when
    /// unset.
    pub voice_id: Option<VoiceId>,
    /// What the preview of the voice says; the server has a default.
    pub preview_text: Option<String>,
    /// What is said in the recording, at most 1024 bytes of UTF-8; the clone fails with error 1109 when it differs
    /// much.
    pub text: Option<String>,
    /// Workspace to which the voice belongs, and in which alone it can be used; the personal one by default.
    pub space_id: Option<WorkspaceId>,
    /// Description of the voice. Not on the official page; the Python, Node and Go SDKs know it.
    pub description: Option<String>,
}

endpoint!(CloneVoice: POST "/v1/audio/voices/clone", multipart, validate => Data<Voice>);

setters!(CloneVoice {
    audio_format: AudioFormat,
    language: Language,
    voice_id: VoiceId,
    preview_text: String,
    text: String,
    space_id: WorkspaceId,
    description: String,
});

impl HasFile for CloneVoice {
    const MAX_BYTES: u64 = 10 << 20;

    fn file(&self) -> &FilePart {
        &self.file
    }

    fn file_mut(&mut self) -> &mut FilePart {
        &mut self.file
    }
}

setters!(CloneVoice = { file: FilePart });

impl CloneVoice {
    /// Makes a voice called `voice_name` from a recording that is still to be given.
    pub fn new(voice_name: impl Into<String>) -> Self {
        Self {
            voice_name: voice_name.into(),
            file: FilePart::new("", ""),
            audio_format: None,
            language: None,
            voice_id: None,
            preview_text: None,
            text: None,
            space_id: None,
            description: None,
        }
    }

    /// Encoding of the recording: the one that was given, or else the one of the file's extension.
    fn format(&self) -> Option<AudioFormat> {
        self.audio_format.clone().or_else(|| {
            let format = extension(&self.file.file_name)?.to_ascii_lowercase().as_str().into();
            is_cloned(&format).then_some(format)
        })
    }

    fn form(&self) -> Form {
        texts(
            Form::new().part(Part::file("file", self.file.clone())),
            [
                ("voice_name", Some(self.voice_name.clone())),
                ("audio_format", self.format().map(|format| format.to_string())),
                ("language", self.language.as_ref().map(ToString::to_string)),
                ("voice_id", self.voice_id.as_ref().map(ToString::to_string)),
                ("preview_text", self.preview_text.clone()),
                ("text", self.text.clone()),
                ("space_id", self.space_id.as_ref().map(ToString::to_string)),
                ("description", self.description.clone()),
            ],
        )
    }

    /// Lists what the documentation forbids.
    pub fn validate(&self) -> Vec<ValidationError> {
        const FORMATS: &str = "`wav`, `mp3`, `ogg`, `m4a`, `aac` or `pcm`";
        let mut errors = Vec::new();
        if self.voice_name.is_empty() {
            errors.push(ValidationError::fatal("voice_name", "is empty; give the voice a name"));
        }
        errors.extend(too_many_bytes("voice_name", &self.voice_name, 128));
        errors.extend(size_violations(&self.file, Self::MAX_BYTES));
        match self.format() {
            None => errors.push(ValidationError::enforced(
                "audio_format",
                format!("is unset, and the name {:?} does not say it; set {FORMATS}", self.file.file_name),
            )),
            Some(format) if !is_cloned(&format) => {
                errors.push(ValidationError::limit(
                    "audio_format",
                    format!("is `{format}`; it must be {FORMATS}"),
                ));
            }
            Some(_) => {}
        }
        errors.extend(self.text.iter().filter_map(|text| too_many_bytes("text", text, 1024)));
        errors
    }
}

/// Whether voices are cloned from recordings of this format.
fn is_cloned(format: &AudioFormat) -> bool {
    use AudioFormat::{Aac, M4a, Mp3, Ogg, Pcm, Wav};
    matches!(format, Wav | Mp3 | Ogg | M4a | Aac | Pcm)
}
