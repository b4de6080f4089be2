//! Audio: speech, transcriptions, voices, voiceprints, rooms and live broadcasts.

#[cfg(feature = "realtime")]
use coze_types::audio::Language;
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
    /// Converts a text to speech: see [`CreateSpeech`].
    ///
    /// ```no_run
    /// use coze::audio::CreateSpeech;
    ///
    /// # async fn run(client: coze::Coze) -> Result<(), coze::Error> {
    /// let request = CreateSpeech::new("今天天气怎么样", "7426720361733046281");
    /// client.audio().speech().create(request).await?.save("weather.mp3").await?;
    /// # Ok(()) }
    /// ```
    ///
    /// Awaiting the call returns a [`Download`](crate::Download) of the audio.
    pub fn create(&self, request: CreateSpeech) -> Call<CreateSpeech> {
        self.client.send(request)
    }

    /// Opens a session that converts text to speech while it is written.
    ///
    /// ```no_run
    /// # async fn run(client: coze::Coze) -> Result<(), coze::Error> {
    /// let mut session = client.audio().speech().live().connect().await?;
    /// session.sender().append("今天天气怎么样？").await?;
    /// let pcm = session.finish().await?;
    /// session.close().await?;
    /// # drop(pcm);
    /// # Ok(()) }
    /// ```
    #[cfg(feature = "realtime")]
    pub fn live(&self) -> crate::realtime::Connect<crate::realtime::SpeechEvent> {
        crate::realtime::Connect::new(self.client.shared())
    }
}

handle! {
    /// Text from speech.
    Transcriptions, by Audio::transcriptions
}

impl Transcriptions {
    /// Transcribes a recording: see [`CreateTranscription`] for the limits, and [`Upload`] for the options.
    ///
    /// Awaiting the call returns [`Transcription`](crate::audio::Transcription).
    pub fn create(&self, source: impl Into<FileSource>) -> Upload<CreateTranscription> {
        Upload::new(self.client.shared(), source.into(), CreateTranscription::from)
    }

    /// Opens a session that transcribes audio while it is spoken.
    ///
    /// ```no_run
    /// use coze::realtime::InputAudio;
    ///
    /// # async fn run(client: coze::Coze, pcm: Vec<u8>) -> Result<(), coze::Error> {
    /// let mut session = client.audio().transcriptions().live().input_audio(InputAudio::pcm(16_000)).connect().await?;
    /// session.sender().append(&pcm).await?;
    /// println!("{}", session.finish().await?);
    /// session.close().await?;
    /// # Ok(()) }
    /// ```
    #[cfg(feature = "realtime")]
    pub fn live(&self) -> crate::realtime::Connect<crate::realtime::TranscriptionEvent> {
        crate::realtime::Connect::new(self.client.shared())
    }
}

/// Simultaneous interpretation. Only the official Node SDK knows this endpoint; no page describes it.
#[cfg(feature = "realtime")]
#[derive(Clone, Debug)]
pub struct Interpretation {
    client: Coze,
    languages: crate::realtime::TranslateConfig,
}

#[cfg(feature = "realtime")]
impl Audio {
    /// Simultaneous interpretation from one language into another: `zh` or `en`. Only the official Node SDK knows this endpoint.
    pub fn interpretation(&self, from: impl Into<Language>, to: impl Into<Language>) -> Interpretation {
        let languages = crate::realtime::TranslateConfig::new(from, to);
        Interpretation { client: self.client.clone(), languages }
    }
}

#[cfg(feature = "realtime")]
impl Interpretation {
    /// Opens a session that interprets audio while it is spoken.
    pub fn live(&self) -> crate::realtime::Connect<crate::realtime::InterpretationEvent> {
        crate::realtime::Connect::new(self.client.shared()).translate_config(self.languages.clone())
    }
}

handle! {
    /// Voices.
    Voices, by Audio::voices
}

impl Voices {
    /// Lists the voices that the account can use: see [`ListVoices`].
    ///
    /// Awaiting the call returns one page, [`VoicePage`](crate::audio::VoicePage); [`pages`](Call::pages) and
    /// [`items`](Call::items) read the whole list.
    pub fn list(&self, request: ListVoices) -> Call<ListVoices> {
        self.client.send(request)
    }

    /// Clones the voice of a recording: see [`CloneVoice`] for the limits, and [`Upload`] for the options.
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
    ///
    /// Awaiting the call returns [`Voice`](crate::audio::Voice).
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
    /// Creates a room with an agent, which is billed immediately: see [`CreateRoom`].
    ///
    /// Awaiting the call returns [`Room`](crate::audio::Room).
    pub fn create(&self, request: CreateRoom) -> Call<CreateRoom> {
        self.client.send(request)
    }
}

handle! {
    /// Live broadcasts.
    Live, by Audio::live
}

impl Live {
    /// Retrieves the streams of a broadcast: see [`RetrieveLive`].
    ///
    /// Awaiting the call returns [`Live`](crate::audio::Live).
    pub fn retrieve(&self, live_id: impl Into<LiveId>) -> Call<RetrieveLive> {
        self.client.send(RetrieveLive::new(live_id))
    }
}

handle! {
    /// Groups of voiceprints, which identify speakers.
    VoiceprintGroups, by Audio::voiceprint_groups
}

impl VoiceprintGroups {
    /// Creates a group: see [`CreateVoiceprintGroup`].
    ///
    /// Awaiting the call returns [`VoiceprintGroup`](crate::audio::VoiceprintGroup).
    pub fn create(&self, request: CreateVoiceprintGroup) -> Call<CreateVoiceprintGroup> {
        self.client.send(request)
    }

    /// Lists groups: see [`ListVoiceprintGroups`].
    ///
    /// Awaiting the call returns one page, [`VoiceprintGroupPage`](crate::audio::VoiceprintGroupPage);
    /// [`pages`](Call::pages) and [`items`](Call::items) read the whole list.
    pub fn list(&self, request: ListVoiceprintGroups) -> Call<ListVoiceprintGroups> {
        self.client.send(request)
    }

    /// Changes the name or the description of a group: see [`UpdateVoiceprintGroup`].
    ///
    /// Awaiting the call returns nothing.
    pub fn update(&self, request: UpdateVoiceprintGroup) -> Call<UpdateVoiceprintGroup> {
        self.client.send(request)
    }

    /// Deletes a group with all its voiceprints: see [`DeleteVoiceprintGroup`].
    ///
    /// Awaiting the call returns nothing.
    pub fn delete(&self, group_id: impl Into<VoiceprintGroupId>) -> Call<DeleteVoiceprintGroup> {
        self.client.send(DeleteVoiceprintGroup::new(group_id))
    }

    /// Compares a recording with the voiceprints of a group: see [`IdentifySpeaker`] for the limits, and [`Upload`] for the
    /// options.
    ///
    /// Awaiting the call returns [`SpeakerScores`](crate::audio::SpeakerScores).
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
    /// Creates a voiceprint from a recording: see [`CreateVoiceprintFeature`] for the limits, and [`Upload`] for the options.
    ///
    /// Awaiting the call returns [`VoiceprintFeature`](crate::audio::VoiceprintFeature).
    pub fn create(
        &self,
        request: CreateVoiceprintFeature,
        source: impl Into<FileSource>,
    ) -> Upload<CreateVoiceprintFeature> {
        Upload::new(self.client.shared(), source.into(), filled(request))
    }

    /// Lists the voiceprints of a group: see [`ListVoiceprintFeatures`].
    ///
    /// Awaiting the call returns one page, [`VoiceprintFeaturePage`](crate::audio::VoiceprintFeaturePage);
    /// [`pages`](Call::pages) and [`items`](Call::items) read the whole list.
    pub fn list(&self, group_id: impl Into<VoiceprintGroupId>) -> Call<ListVoiceprintFeatures> {
        self.client.send(ListVoiceprintFeatures::new(group_id))
    }

    /// Changes the name or the description of a voiceprint: see [`UpdateVoiceprintFeature`].
    ///
    /// Awaiting the call returns [`Option<VoiceprintFeature>`](crate::audio::VoiceprintFeature): some servers return
    /// no object.
    pub fn update(&self, request: UpdateVoiceprintFeature) -> Call<UpdateVoiceprintFeature> {
        self.client.send(request)
    }

    /// Changes the recording of a voiceprint and the given fields: see [`UpdateVoiceprintFeature`] for the limits, and
    /// [`Upload`] for the options.
    ///
    /// Awaiting the call returns [`Option<VoiceprintFeature>`](crate::audio::VoiceprintFeature): some servers return
    /// no object.
    pub fn update_recording(
        &self,
        request: UpdateVoiceprintFeature,
        source: impl Into<FileSource>,
    ) -> Upload<UpdateVoiceprintFeature> {
        Upload::new(self.client.shared(), source.into(), filled(request))
    }

    /// Deletes a voiceprint: see [`DeleteVoiceprintFeature`].
    ///
    /// Awaiting the call returns nothing.
    pub fn delete(
        &self,
        group_id: impl Into<VoiceprintGroupId>,
        feature_id: impl Into<VoiceprintFeatureId>,
    ) -> Call<DeleteVoiceprintFeature> {
        self.client.send(DeleteVoiceprintFeature::new(group_id, feature_id))
    }
}
