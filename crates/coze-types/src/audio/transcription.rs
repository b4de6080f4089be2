//! Text from speech.

use serde::Deserialize;

use super::file_violations;
use crate::core::endpoint::HasFile;
use crate::core::multipart::{Content, FilePart, Form, Part};
use crate::core::reply::Data;
use crate::core::validate::ValidationError;

/// Writes down what is said in a file of audio.
///
/// Each call costs. The file is opus, ogg, mp3, wav, m4a, mp4, pcm, raw, spx, aac or amr with large models, and ogg,
/// mp3, wav, mp4 or m4a with small ones; it has at most 10 MB and less than 30 minutes. Needs the permission
/// `createTranscription`.
///
/// See <https://docs.coze.cn/developer_guides/audio_transcriptions>.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct CreateTranscription {
    /// Audio.
    pub file: FilePart,
}

endpoint!(CreateTranscription: POST "/v1/audio/transcriptions", multipart, validate => Data<Transcription>);

impl HasFile for CreateTranscription {
    const MAX_BYTES: u64 = 10 << 20;

    fn file(&self) -> &FilePart {
        &self.file
    }

    fn file_mut(&mut self) -> &mut FilePart {
        &mut self.file
    }
}

impl From<FilePart> for CreateTranscription {
    fn from(file: FilePart) -> Self {
        Self { file }
    }
}

impl CreateTranscription {
    /// Writes down what is said in `content`, a file called `file_name`.
    pub fn new(file_name: impl Into<String>, content: impl Into<Content>) -> Self {
        Self { file: FilePart::new(file_name, content) }
    }

    fn form(&self) -> Form {
        // The table of the official page calls the part `body`; its example and all official SDKs, `file`.
        Form::new().part(Part::file("file", self.file.clone()))
    }

    /// Lists what the documentation forbids.
    pub fn validate(&self) -> Vec<ValidationError> {
        const FORMATS: [&str; 11] =
            ["opus", "ogg", "mp3", "wav", "m4a", "mp4", "pcm", "raw", "spx", "aac", "amr"];
        file_violations(&self.file, Self::MAX_BYTES, &FORMATS)
    }
}

answer! {
    /// What is said in a file of audio.
    pub struct Transcription {
        /// Text.
        text: String,
    }
}
