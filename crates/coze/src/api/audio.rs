//! Audio: speech, transcriptions, voices, voiceprints, rooms and live broadcasts.

use coze_types::audio::{
    CloneVoice, CreateRoom, CreateSpeech, CreateTranscription, CreateVoiceprintFeature,
    CreateVoiceprintGroup, DeleteVoiceprintFeature, DeleteVoiceprintGroup, IdentifySpeaker,
    ListVoiceprintFeatures, ListVoiceprintGroups, ListVoices, RetrieveLive, UpdateVoiceprintFeature,
    UpdateVoiceprintGroup,
};
use coze_types::{LiveId, VoiceprintFeatureId, VoiceprintGroupId};

use crate::call::Call;
use crate::client::Coze;
use crate::transfer::{FileSource, Upload, filled};

handle! {
    /// Audio: speech, transcriptions, voices, voiceprints, rooms and live broadcasts.
    Audio, by Coze::audio
}

handle! {
    /// Speech from text.
    Speech, by Audio::speech
}

impl Speech {
    /// Speaks a text: see [`CreateSpeech`] for what can be said of it, and [`Download`](crate::Download) for what
    /// comes.
    ///
    /// ```no_run
    /// use coze::audio::CreateSpeech;
    ///
    /// # async fn run(client: coze::Coze) -> Result<(), coze::Error> {
    /// let request = CreateSpeech::new("今天天气怎么样", "7426720361733046281");
    /// client.audio().speech().create(request).await?.save("weather.mp3").await?;
    /// # Ok(()) }
    /// ```
    pub fn create(&self, request: CreateSpeech) -> Call<CreateSpeech> {
        self.client.send(request)
    }
}

handle! {
    /// Text from speech.
    Transcriptions, by Audio::transcriptions
}

impl Transcriptions {
    /// Writes down what is said in a file: see [`CreateTranscription`] for what is taken, and [`Upload`] for how.
    pub fn create(&self, source: impl Into<FileSource>) -> Upload<CreateTranscription> {
        Upload::new(self.client.shared(), source.into(), CreateTranscription::from)
    }
}

handle! {
    /// Voices.
    Voices, by Audio::voices
}

impl Voices {
    /// Lists the voices that the account can use: see [`ListVoices`].
    pub fn list(&self, request: ListVoices) -> Call<ListVoices> {
        self.client.send(request)
    }

    /// Clones the voice of a recording: see [`CloneVoice`] for what is taken, and [`Upload`] for how.
    ///
    /// ```no_run
    /// use coze::audio::{CloneVoice, Language};
    ///
    /// # async fn run(client: coze::Coze) -> Result<(), coze::Error> {
    /// let request = CloneVoice::new("jay").language(Language::Chinese);
    /// let voice = client.audio().voices().clone_voice(request, "jay.mp3").await?;
    /// println!("{}", voice.voice_id);
    /// # Ok(()) }
    /// ```
    #[doc(alias = "clone")]
    pub fn clone_voice(&self, request: CloneVoice, source: impl Into<FileSource>) -> Upload<CloneVoice> {
        Upload::new(self.client.shared(), source.into(), filled(request))
    }
}

handle! {
    /// Rooms, in which users call agents.
    Rooms, by Audio::rooms
}

impl Rooms {
    /// Makes a room and lets an agent in, which costs at once: see [`CreateRoom`].
    pub fn create(&self, request: CreateRoom) -> Call<CreateRoom> {
        self.client.send(request)
    }
}

handle! {
    /// Live broadcasts.
    Live, by Audio::live
}

impl Live {
    /// Reads the streams of a broadcast: see [`RetrieveLive`].
    pub fn retrieve(&self, live_id: impl Into<LiveId>) -> Call<RetrieveLive> {
        self.client.send(RetrieveLive::new(live_id))
    }
}

handle! {
    /// Groups of voiceprints, by which speakers are told apart.
    VoiceprintGroups, by Audio::voiceprint_groups
}

impl VoiceprintGroups {
    /// Makes a group: see [`CreateVoiceprintGroup`].
    pub fn create(&self, request: CreateVoiceprintGroup) -> Call<CreateVoiceprintGroup> {
        self.client.send(request)
    }

    /// Lists groups: see [`ListVoiceprintGroups`].
    pub fn list(&self, request: ListVoiceprintGroups) -> Call<ListVoiceprintGroups> {
        self.client.send(request)
    }

    /// Changes the name or the description of a group: see [`UpdateVoiceprintGroup`].
    pub fn update(&self, request: UpdateVoiceprintGroup) -> Call<UpdateVoiceprintGroup> {
        self.client.send(request)
    }

    /// Deletes a group with all that is in it: see [`DeleteVoiceprintGroup`].
    pub fn delete(&self, group_id: impl Into<VoiceprintGroupId>) -> Call<DeleteVoiceprintGroup> {
        self.client.send(DeleteVoiceprintGroup::new(group_id))
    }

    /// Compares a recording with the voiceprints of a group: see [`IdentifySpeaker`] for what is taken, and [`Upload`]
    /// for how.
    pub fn speaker_identify(
        &self,
        request: IdentifySpeaker,
        source: impl Into<FileSource>,
    ) -> Upload<IdentifySpeaker> {
        Upload::new(self.client.shared(), source.into(), filled(request))
    }
}

handle! {
    /// Voiceprints of groups.
    VoiceprintFeatures, by VoiceprintGroups::features
}

impl VoiceprintFeatures {
    /// Makes a voiceprint from a recording: see [`CreateVoiceprintFeature`] for what is taken, and [`Upload`] for how.
    pub fn create(
        &self,
        request: CreateVoiceprintFeature,
        source: impl Into<FileSource>,
    ) -> Upload<CreateVoiceprintFeature> {
        Upload::new(self.client.shared(), source.into(), filled(request))
    }

    /// Lists the voiceprints of a group: see [`ListVoiceprintFeatures`].
    pub fn list(&self, group_id: impl Into<VoiceprintGroupId>) -> Call<ListVoiceprintFeatures> {
        self.client.send(ListVoiceprintFeatures::new(group_id))
    }

    /// Changes the name or the description of a voiceprint: see [`UpdateVoiceprintFeature`].
    pub fn update(&self, request: UpdateVoiceprintFeature) -> Call<UpdateVoiceprintFeature> {
        self.client.send(request)
    }

    /// Changes the recording of a voiceprint, and what else is set: see [`UpdateVoiceprintFeature`] for what is taken,
    /// and [`Upload`] for how.
    pub fn update_recording(
        &self,
        request: UpdateVoiceprintFeature,
        source: impl Into<FileSource>,
    ) -> Upload<UpdateVoiceprintFeature> {
        Upload::new(self.client.shared(), source.into(), filled(request))
    }

    /// Deletes a voiceprint: see [`DeleteVoiceprintFeature`].
    pub fn delete(
        &self,
        group_id: impl Into<VoiceprintGroupId>,
        feature_id: impl Into<VoiceprintFeatureId>,
    ) -> Call<DeleteVoiceprintFeature> {
        self.client.send(DeleteVoiceprintFeature::new(group_id, feature_id))
    }
}
