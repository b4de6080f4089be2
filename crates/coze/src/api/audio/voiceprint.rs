//! Groups of voiceprints, and what is in them.

use coze_types::audio::{
    CreateVoiceprintFeature, CreateVoiceprintGroup, DeleteVoiceprintFeature, DeleteVoiceprintGroup,
    IdentifySpeaker, ListVoiceprintFeatures, ListVoiceprintGroups, UpdateVoiceprintFeature,
    UpdateVoiceprintGroup,
};
use coze_types::{VoiceprintFeatureId, VoiceprintGroupId};

use crate::call::Call;
use crate::client::Coze;
use crate::upload::{FileSource, Upload};

/// Groups of voiceprints, by which speakers are told apart.
#[derive(Clone, Copy, Debug)]
pub struct VoiceprintGroups<'c> {
    client: &'c Coze,
}

impl<'c> VoiceprintGroups<'c> {
    pub(super) fn new(client: &'c Coze) -> Self {
        Self { client }
    }

    /// Voiceprints of groups.
    pub fn features(self) -> VoiceprintFeatures<'c> {
        VoiceprintFeatures { client: self.client }
    }

    /// Makes a group: see [`CreateVoiceprintGroup`].
    pub fn create(self, request: CreateVoiceprintGroup) -> Call<'c, CreateVoiceprintGroup> {
        self.client.send(request)
    }

    /// Lists groups: see [`ListVoiceprintGroups`].
    pub fn list(self, request: ListVoiceprintGroups) -> Call<'c, ListVoiceprintGroups> {
        self.client.send(request)
    }

    /// Changes the name or the description of a group: see [`UpdateVoiceprintGroup`].
    pub fn update(self, request: UpdateVoiceprintGroup) -> Call<'c, UpdateVoiceprintGroup> {
        self.client.send(request)
    }

    /// Deletes a group with all that is in it: see [`DeleteVoiceprintGroup`].
    pub fn delete(self, group_id: impl Into<VoiceprintGroupId>) -> Call<'c, DeleteVoiceprintGroup> {
        self.client.send(DeleteVoiceprintGroup::new(group_id))
    }

    /// Compares a recording with the voiceprints of a group: see [`IdentifySpeaker`] for what is taken, and [`Upload`]
    /// for how.
    pub fn speaker_identify(
        self,
        request: IdentifySpeaker,
        source: impl Into<FileSource>,
    ) -> Upload<'c, IdentifySpeaker> {
        Upload::new(self.client.send(request), source.into())
    }
}

/// Voiceprints of groups.
#[derive(Clone, Copy, Debug)]
pub struct VoiceprintFeatures<'c> {
    client: &'c Coze,
}

impl<'c> VoiceprintFeatures<'c> {
    /// Makes a voiceprint from a recording: see [`CreateVoiceprintFeature`] for what is taken, and [`Upload`] for how.
    pub fn create(
        self,
        request: CreateVoiceprintFeature,
        source: impl Into<FileSource>,
    ) -> Upload<'c, CreateVoiceprintFeature> {
        Upload::new(self.client.send(request), source.into())
    }

    /// Lists the voiceprints of a group: see [`ListVoiceprintFeatures`].
    pub fn list(self, group_id: impl Into<VoiceprintGroupId>) -> Call<'c, ListVoiceprintFeatures> {
        self.client.send(ListVoiceprintFeatures::new(group_id))
    }

    /// Changes the name or the description of a voiceprint: see [`UpdateVoiceprintFeature`].
    pub fn update(self, request: UpdateVoiceprintFeature) -> Call<'c, UpdateVoiceprintFeature> {
        self.client.send(request)
    }

    /// Changes the recording of a voiceprint, and what else is set: see [`UpdateVoiceprintFeature`] for what is taken,
    /// and [`Upload`] for how.
    pub fn update_recording(
        self,
        request: UpdateVoiceprintFeature,
        source: impl Into<FileSource>,
    ) -> Upload<'c, UpdateVoiceprintFeature> {
        Upload::new(self.client.send(request), source.into())
    }

    /// Deletes a voiceprint: see [`DeleteVoiceprintFeature`].
    pub fn delete(
        self,
        group_id: impl Into<VoiceprintGroupId>,
        feature_id: impl Into<VoiceprintFeatureId>,
    ) -> Call<'c, DeleteVoiceprintFeature> {
        self.client.send(DeleteVoiceprintFeature::new(group_id, feature_id))
    }
}
