//! Voiceprints: groups of speakers who are identified by their voices.

use serde::{Deserialize, Serialize};

use crate::core::multipart::FilePart;
use crate::core::paged;
use crate::core::reply::{Data, Empty};
use crate::core::validate::{ValidationError, too_long, validate_page};
use crate::model::id::{CozeUserId, OrganizationId, VoiceprintGroupId};
use crate::model::timestamp::Timestamp;

mod feature;
mod identify;

pub use feature::{
    CreateVoiceprintFeature, DeleteVoiceprintFeature, ListVoiceprintFeatures, UpdateVoiceprintFeature,
    VoiceprintFeature, VoiceprintFeaturePage,
};
pub use identify::{FeatureScore, IdentifySpeaker, SpeakerScores};

/// Largest recording, in bytes.
const MAX_BYTES: u64 = 4 << 20;

/// The rules of a recording: WAV, or PCM of one kind.
fn recording_violations(
    file: &FilePart,
    sample_rate: Option<u32>,
    channel: Option<u32>,
) -> Vec<ValidationError> {
    let mut errors = super::file_violations(file, MAX_BYTES, &["wav", "pcm"]);
    let is_pcm = super::extension(&file.file_name).is_some_and(|known| known.eq_ignore_ascii_case("pcm"));
    if let Some(rate) = sample_rate.filter(|rate| is_pcm && *rate != 16_000) {
        errors.push(ValidationError::limit("sample_rate", format!("is {rate} Hz; PCM must have 16000")));
    }
    if let Some(channels) = channel.filter(|channels| is_pcm && *channels != 1) {
        errors.push(ValidationError::limit("channel", format!("is {channels}; PCM must be mono (1)")));
    }
    errors
}

answer! {
    /// A group of voiceprints, such as those of the people around one device.
    ///
    /// See <https://docs.coze.cn/developer_guides/list_voiceprint_group>.
    pub struct VoiceprintGroup {
        /// Id.
        id: VoiceprintGroupId [required],
        /// Name.
        name: Option<String>,
        /// Description.
        desc: Option<String>,
        /// Address of the icon.
        icon_url: Option<String>,
        /// Who created it.
        user_info: Option<VoiceprintUser>,
        /// Time of creation.
        created_at: Option<Timestamp>,
        /// Time of the last change.
        updated_at: Option<Timestamp>,
        /// How many voiceprints are in it.
        feature_count: Option<i64>,
    }
}

answer! {
    /// Who created a voiceprint or a group.
    pub struct VoiceprintUser {
        /// Account.
        id: CozeUserId [required],
        /// Name by which the account is found.
        name: Option<String>,
        /// Name that is shown.
        nickname: Option<String>,
        /// Address of the avatar.
        avatar_url: Option<String>,
    }
}

/// Makes a group of voiceprints; the answer has nothing but its id.
///
/// At most 1000 groups by default. Needs the permission `createVoiceprintGroup`.
///
/// See <https://docs.coze.cn/developer_guides/create_voiceprint_group>.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CreateVoiceprintGroup {
    /// Name, at most 20 characters.
    pub name: String,
    /// Description, at most 500 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub desc: Option<String>,
    /// Organization to make it in. Not on the official page; the Node SDK knows it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub coze_account_id: Option<OrganizationId>,
}

endpoint!(CreateVoiceprintGroup: POST "/v1/audio/voiceprint_groups", json, validate => Data<VoiceprintGroup>);

builder!(CreateVoiceprintGroup(name: String) { desc: String, coze_account_id: OrganizationId });

impl CreateVoiceprintGroup {
    /// Lists what the documentation forbids.
    pub fn validate(&self) -> Vec<ValidationError> {
        let mut errors = Vec::new();
        if self.name.is_empty() {
            errors.push(ValidationError::fatal("name", "is empty; give the group a name"));
        }
        errors.extend(group_violations(Some(&self.name), self.desc.as_ref()));
        errors
    }
}

/// Changes the name or the description of a group of voiceprints.
///
/// Needs the permission `updateVoiceprintGroup`.
///
/// See <https://docs.coze.cn/developer_guides/update_voiceprint_group>.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct UpdateVoiceprintGroup {
    /// Group.
    #[serde(skip_serializing)]
    pub group_id: VoiceprintGroupId,
    /// New name, at most 20 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// New description, at most 500 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub desc: Option<String>,
}

endpoint!(UpdateVoiceprintGroup: PUT "/v1/audio/voiceprint_groups/{group_id}" (group_id), json, validate => Empty);

builder!(UpdateVoiceprintGroup(group_id: VoiceprintGroupId) { name: String, desc: String });

impl UpdateVoiceprintGroup {
    /// Lists what the documentation forbids.
    pub fn validate(&self) -> Vec<ValidationError> {
        let mut errors = group_violations(self.name.as_ref(), self.desc.as_ref());
        if self.name.is_none() && self.desc.is_none() {
            errors.push(ValidationError::limit("name", "is unset, and so is `desc`; set what is to change"));
        }
        errors
    }
}

fn group_violations(name: Option<&String>, desc: Option<&String>) -> Vec<ValidationError> {
    let name = name.and_then(|name| too_long("name", name, 20));
    let desc = desc.and_then(|desc| too_long("desc", desc, 500));
    name.into_iter().chain(desc).collect()
}

/// Deletes a group of voiceprints with all that is in it; only its creator can.
///
/// Needs the permission `deleteVoiceprintGroup`.
///
/// See <https://docs.coze.cn/developer_guides/delete_voiceprint_group>.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DeleteVoiceprintGroup {
    /// Group.
    pub group_id: VoiceprintGroupId,
}

endpoint!(DeleteVoiceprintGroup: DELETE "/v1/audio/voiceprint_groups/{group_id}" (group_id) => Empty);

builder!(DeleteVoiceprintGroup(group_id: VoiceprintGroupId));

/// Lists groups of voiceprints: all of the team or enterprise, or one's own.
///
/// Needs the permission `listVoiceprintGroup`.
///
/// See <https://docs.coze.cn/developer_guides/list_voiceprint_group>.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ListVoiceprintGroups {
    /// Page, counted from 1.
    #[serde(default = "paged::first", deserialize_with = "paged::or::<1, _>")]
    pub page_num: u32,
    /// Groups on a page: 1 to 200, 10 by default.
    #[serde(default = "paged::ten", deserialize_with = "paged::or::<10, _>")]
    pub page_size: u32,
    /// Only groups whose name begins so.
    pub name: Option<String>,
    /// Only groups that this account created, which must be one's own.
    pub user_id: Option<CozeUserId>,
    /// Only this group.
    pub group_id: Option<VoiceprintGroupId>,
    /// Only groups of an organization. Not on the official page; the Node SDK knows it.
    pub coze_account_id: Option<OrganizationId>,
}

endpoint!(ListVoiceprintGroups: GET "/v1/audio/voiceprint_groups"
    ?page_num ?page_size ?name ?user_id ?group_id ?coze_account_id, validate => Data<VoiceprintGroupPage>);

setters!(ListVoiceprintGroups {
    name: String,
    user_id: CozeUserId,
    group_id: VoiceprintGroupId,
    coze_account_id: OrganizationId,
});

impl Default for ListVoiceprintGroups {
    fn default() -> Self {
        Self { page_num: 1, page_size: 10, name: None, user_id: None, group_id: None, coze_account_id: None }
    }
}

setters!(ListVoiceprintGroups = { page_num: u32, page_size: u32 });

impl ListVoiceprintGroups {
    /// Lists groups from the first page on.
    pub fn new() -> Self {
        Self::default()
    }

    /// Lists what the documentation forbids.
    pub fn validate(&self) -> Vec<ValidationError> {
        validate_page(self.page_num, self.page_size, 200)
    }
}

paged!(ListVoiceprintGroups { page_num, page_size } => VoiceprintGroupPage { items, total: total } of VoiceprintGroup { id });

answer! {
    /// One page of groups of voiceprints.
    pub struct VoiceprintGroupPage {
        /// Groups.
        items: Vec<VoiceprintGroup>,
        /// How many there are on all pages.
        total: Option<i64>,
    }
}
