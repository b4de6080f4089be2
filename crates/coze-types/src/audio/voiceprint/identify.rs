//! Identification of speakers.

use serde::Deserialize;

use super::recording_violations;
use crate::audio::texts;
use crate::core::endpoint::HasFile;
use crate::core::multipart::{FilePart, Form, Part};
use crate::core::reply::Data;
use crate::core::validate::ValidationError;
use crate::model::id::{VoiceprintFeatureId, VoiceprintGroupId};

/// Compares a recording of one voice with the voiceprints of a group.
///
/// Each call costs. The recording is WAV, or PCM of 16 kHz, mono and 16 bit, of at most 4 MB. Needs the permission
/// `identifyInVoiceprintGroup`.
///
/// See <https://docs.coze.cn/developer_guides/identify_voiceprint>.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct IdentifySpeaker {
    /// Group.
    pub group_id: VoiceprintGroupId,
    /// Recording.
    pub file: FilePart,
    /// How many of the best matches to answer with; all by default.
    pub top_k: Option<u32>,
    /// Sample rate of a PCM recording in Hz; 16000, the default, is the only one that is allowed.
    pub sample_rate: Option<u32>,
    /// Channels of a PCM recording; 1, the default, is all that is allowed.
    pub channel: Option<u32>,
}

endpoint!(IdentifySpeaker: POST "/v1/audio/voiceprint_groups/{group_id}/speaker_identify" (group_id),
    multipart, validate => Data<SpeakerScores>);

setters!(IdentifySpeaker { top_k: u32, sample_rate: u32, channel: u32 });

impl HasFile for IdentifySpeaker {
    const MAX_BYTES: u64 = super::MAX_BYTES;

    fn file(&self) -> &FilePart {
        &self.file
    }

    fn file_mut(&mut self) -> &mut FilePart {
        &mut self.file
    }
}

setters!(IdentifySpeaker = { file: FilePart });

impl IdentifySpeaker {
    /// Compares a recording, still to be given, with the voiceprints of a group.
    pub fn new(group_id: impl Into<VoiceprintGroupId>) -> Self {
        Self {
            group_id: group_id.into(),
            file: FilePart::new("", ""),
            top_k: None,
            sample_rate: None,
            channel: None,
        }
    }

    fn form(&self) -> Form {
        texts(
            Form::new().part(Part::file("file", self.file.clone())),
            [
                ("top_k", self.top_k.map(|count| count.to_string())),
                ("sample_rate", self.sample_rate.map(|rate| rate.to_string())),
                ("channel", self.channel.map(|channels| channels.to_string())),
            ],
        )
    }

    /// Lists what the documentation forbids.
    pub fn validate(&self) -> Vec<ValidationError> {
        let mut errors = recording_violations(&self.file, self.sample_rate, self.channel);
        if self.top_k == Some(0) {
            errors.push(ValidationError::limit("top_k", "is 0; ask for at least 1 match"));
        }
        errors
    }
}

answer! {
    /// How well the voiceprints of a group match a recording.
    pub struct SpeakerScores {
        /// Matches.
        feature_score_list: Vec<FeatureScore>,
    }
}

answer! {
    /// How well a voiceprint matches a recording.
    pub struct FeatureScore {
        /// Voiceprint.
        feature_id: VoiceprintFeatureId [required],
        /// Its name.
        feature_name: Option<String>,
        /// Its description.
        feature_desc: Option<String>,
        /// Likeness, from 0 to 100.
        score: Option<f64>,
    }
}
