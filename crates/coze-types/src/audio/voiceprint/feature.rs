//! The voiceprints of a group.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use super::{VoiceprintUser, recording_violations};
use crate::audio::texts;
use crate::core::endpoint::HasFile;
use crate::core::multipart::{FilePart, Form, Part};
use crate::core::paged;
use crate::core::reply::{Data, Empty};
use crate::core::validate::ValidationError;
use crate::model::id::{VoiceprintFeatureId, VoiceprintGroupId};
use crate::model::timestamp::Timestamp;

answer! {
    /// A voiceprint.
    ///
    /// See <https://docs.coze.cn/developer_guides/list_voiceprint>.
    pub struct VoiceprintFeature {
        /// Id.
        id: VoiceprintFeatureId [required],
        /// Group that holds it.
        group_id: Option<VoiceprintGroupId>,
        /// Name.
        name: Option<String>,
        /// Description.
        desc: Option<String>,
        /// Address of the recording.
        audio_url: Option<String>,
        /// Address of the icon.
        icon_url: Option<String>,
        /// Who created it.
        user_info: Option<VoiceprintUser>,
        /// Time of creation.
        created_at: Option<Timestamp>,
        /// Time of the last change.
        updated_at: Option<Timestamp>,
    }
}

/// Makes a voiceprint from a recording of one voice; the answer has nothing but its id.
///
/// A group holds at most 10 voiceprints. The recording is WAV, or PCM of 16 kHz, mono and 16 bit, of at most 4 MB.
/// Needs the permission `createVoiceprintFeature`.
///
/// See <https://docs.coze.cn/developer_guides/create_voiceprint>.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct CreateVoiceprintFeature {
    /// Group to put it in.
    pub group_id: VoiceprintGroupId,
    /// Name.
    pub name: String,
    /// Description.
    pub desc: Option<String>,
    /// Recording.
    pub file: FilePart,
    /// Sample rate of a PCM recording in Hz; 16000, the default, is the only one that is allowed.
    pub sample_rate: Option<u32>,
    /// Channels of a PCM recording; 1, the default, is all that is allowed.
    pub channel: Option<u32>,
}

endpoint!(CreateVoiceprintFeature: POST "/v1/audio/voiceprint_groups/{group_id}/features" (group_id),
    multipart, validate => Data<VoiceprintFeature>);

setters!(CreateVoiceprintFeature { desc: String, sample_rate: u32, channel: u32 });

impl HasFile for CreateVoiceprintFeature {
    const MAX_BYTES: u64 = super::MAX_BYTES;

    fn file(&self) -> &FilePart {
        &self.file
    }

    fn file_mut(&mut self) -> &mut FilePart {
        &mut self.file
    }
}

setters!(CreateVoiceprintFeature = { file: FilePart });

impl CreateVoiceprintFeature {
    /// Makes a voiceprint called `name` in a group, from a recording that is still to be given.
    pub fn new(group_id: impl Into<VoiceprintGroupId>, name: impl Into<String>) -> Self {
        Self {
            group_id: group_id.into(),
            name: name.into(),
            desc: None,
            file: FilePart::new("", ""),
            sample_rate: None,
            channel: None,
        }
    }

    fn form(&self) -> Form {
        texts(
            Form::new().part(Part::file("file", self.file.clone())),
            [
                ("name", Some(self.name.clone())),
                ("desc", self.desc.clone()),
                ("sample_rate", self.sample_rate.map(|rate| rate.to_string())),
                ("channel", self.channel.map(|channels| channels.to_string())),
            ],
        )
    }

    /// Lists what the documentation forbids.
    pub fn validate(&self) -> Vec<ValidationError> {
        let mut errors = Vec::new();
        if self.name.is_empty() {
            errors.push(ValidationError::fatal("name", "is empty; give the voiceprint a name"));
        }
        errors.extend(recording_violations(&self.file, self.sample_rate, self.channel));
        errors
    }
}

/// Changes the name, the description or the recording of a voiceprint; only its creator can. Returns only its id,
/// where the server sends one.
///
/// The recording is as for [`CreateVoiceprintFeature`]. Needs the permission `updateVoiceprintFeature`.
///
/// See <https://docs.coze.cn/developer_guides/update_voiceprint>.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct UpdateVoiceprintFeature {
    /// Group that holds it.
    pub group_id: VoiceprintGroupId,
    /// Voiceprint.
    pub feature_id: VoiceprintFeatureId,
    /// New name.
    pub name: Option<String>,
    /// New description.
    pub desc: Option<String>,
    /// New recording.
    pub file: Option<FilePart>,
    /// Sample rate of a PCM recording in Hz; 16000, the default, is the only one that is allowed.
    pub sample_rate: Option<u32>,
    /// Channels of a PCM recording; 1, the default, is all that is allowed.
    pub channel: Option<u32>,
}

endpoint!(UpdateVoiceprintFeature: PUT "/v1/audio/voiceprint_groups/{group_id}/features/{feature_id}"
    (group_id, feature_id), multipart, validate => Data<Option<VoiceprintFeature>>);

/// Without a recording the file is an empty one; to change it is to give one.
impl HasFile for UpdateVoiceprintFeature {
    const MAX_BYTES: u64 = super::MAX_BYTES;

    fn file(&self) -> &FilePart {
        static NONE: LazyLock<FilePart> = LazyLock::new(|| FilePart::new("", ""));
        self.file.as_ref().unwrap_or(&NONE)
    }

    fn file_mut(&mut self) -> &mut FilePart {
        self.file.get_or_insert_with(|| FilePart::new("", ""))
    }
}

builder!(UpdateVoiceprintFeature(group_id: VoiceprintGroupId, feature_id: VoiceprintFeatureId) {
    name: String, desc: String, file: FilePart, sample_rate: u32, channel: u32,
});

impl UpdateVoiceprintFeature {
    fn form(&self) -> Form {
        let file = self.file.iter().map(|file| Part::file("file", file.clone()));
        texts(
            file.fold(Form::new(), Form::part),
            [
                ("name", self.name.clone()),
                ("desc", self.desc.clone()),
                ("sample_rate", self.sample_rate.map(|rate| rate.to_string())),
                ("channel", self.channel.map(|channels| channels.to_string())),
            ],
        )
    }

    /// Lists what the documentation forbids.
    pub fn validate(&self) -> Vec<ValidationError> {
        if let Some(file) = &self.file {
            return recording_violations(file, self.sample_rate, self.channel);
        }
        let mut errors = Vec::new();
        if self.name.is_none() && self.desc.is_none() {
            // A form without parts is malformed.
            errors.push(ValidationError::fatal(
                "name",
                "is unset, and so are `desc` and `file`; set what is to change",
            ));
        }
        errors
    }
}

/// Deletes a voiceprint; only its creator can.
///
/// Needs the permission `deleteVoiceprintFeature`.
///
/// See <https://docs.coze.cn/developer_guides/delete_voiceprint>.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DeleteVoiceprintFeature {
    /// Group that holds it.
    pub group_id: VoiceprintGroupId,
    /// Voiceprint.
    pub feature_id: VoiceprintFeatureId,
}

endpoint!(DeleteVoiceprintFeature: DELETE "/v1/audio/voiceprint_groups/{group_id}/features/{feature_id}"
    (group_id, feature_id) => Empty);

builder!(DeleteVoiceprintFeature(group_id: VoiceprintGroupId, feature_id: VoiceprintFeatureId));

/// Lists the voiceprints of a group.
///
/// Needs the permission `listVoiceprintFeature`.
///
/// See <https://docs.coze.cn/developer_guides/list_voiceprint>.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ListVoiceprintFeatures {
    /// Group.
    pub group_id: VoiceprintGroupId,
    /// Page, counted from 1.
    #[serde(default = "paged::first", deserialize_with = "paged::or::<1, _>")]
    pub page_num: u32,
    /// Voiceprints on a page: 1 to 200, 10 by default.
    #[serde(default = "paged::ten", deserialize_with = "paged::or::<10, _>")]
    pub page_size: u32,
}

endpoint!(ListVoiceprintFeatures: GET "/v1/audio/voiceprint_groups/{group_id}/features" (group_id)
    ?page_num ?page_size, validate => Data<VoiceprintFeaturePage>);

builder!(ListVoiceprintFeatures(group_id: VoiceprintGroupId) = { page_num: u32 = 1, page_size: u32 = 10 });

paged!(ListVoiceprintFeatures { page_num, page_size <= 200 } => VoiceprintFeaturePage { items, total: total } of VoiceprintFeature { id });

answer! {
    /// One page of voiceprints.
    pub struct VoiceprintFeaturePage {
        /// Voiceprints.
        items: Vec<VoiceprintFeature>,
        /// How many there are on all pages.
        total: Option<i64>,
    }
}
