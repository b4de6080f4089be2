//! Audio: speech, transcriptions, voices, voiceprints, rooms and live broadcasts.

use coze_types::LiveId;
use coze_types::audio::{
    CloneVoice, CreateRoom, CreateSpeech, CreateTranscription, ListVoices, RetrieveLive,
};

use crate::call::Call;
use crate::client::Coze;
use crate::upload::{FileSource, Upload};

mod voiceprint;

pub use voiceprint::{VoiceprintFeatures, VoiceprintGroups};

impl Coze {
    /// Audio: speech, transcriptions, voices, voiceprints, rooms and live broadcasts.
    pub fn audio(&self) -> Audio<'_> {
        Audio { client: self }
    }
}

/// Audio: speech, transcriptions, voices, voiceprints, rooms and live broadcasts.
#[derive(Clone, Copy, Debug)]
pub struct Audio<'c> {
    client: &'c Coze,
}

impl<'c> Audio<'c> {
    /// Speech from text.
    pub fn speech(self) -> Speech<'c> {
        Speech { client: self.client }
    }

    /// Text from speech.
    pub fn transcriptions(self) -> Transcriptions<'c> {
        Transcriptions { client: self.client }
    }

    /// Voices.
    pub fn voices(self) -> Voices<'c> {
        Voices { client: self.client }
    }

    /// Groups of voiceprints, by which speakers are told apart.
    pub fn voiceprint_groups(self) -> VoiceprintGroups<'c> {
        VoiceprintGroups::new(self.client)
    }

    /// Rooms, in which users call agents.
    pub fn rooms(self) -> Rooms<'c> {
        Rooms { client: self.client }
    }

    /// Live broadcasts.
    pub fn live(self) -> Live<'c> {
        Live { client: self.client }
    }
}

/// Speech from text.
#[derive(Clone, Copy, Debug)]
pub struct Speech<'c> {
    client: &'c Coze,
}

impl<'c> Speech<'c> {
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
    pub fn create(self, request: CreateSpeech) -> Call<'c, CreateSpeech> {
        self.client.send(request)
    }
}

/// Text from speech.
#[derive(Clone, Copy, Debug)]
pub struct Transcriptions<'c> {
    client: &'c Coze,
}

impl<'c> Transcriptions<'c> {
    /// Writes down what is said in a file: see [`CreateTranscription`] for what is taken, and [`Upload`] for how.
    pub fn create(self, source: impl Into<FileSource>) -> Upload<'c, CreateTranscription> {
        Upload::new(self.client.send(CreateTranscription::new("", "")), source.into())
    }
}

/// Voices.
#[derive(Clone, Copy, Debug)]
pub struct Voices<'c> {
    client: &'c Coze,
}

impl<'c> Voices<'c> {
    /// Lists the voices that the account can use: see [`ListVoices`].
    pub fn list(self, request: ListVoices) -> Call<'c, ListVoices> {
        self.client.send(request)
    }

    /// Clones the voice of a recording: see [`CloneVoice`] for what is taken, and [`Upload`] for how.
    ///
    /// ```no_run
    /// use coze::audio::{CloneVoice, Language};
    ///
    /// # async fn run(client: coze::Coze) -> Result<(), coze::Error> {
    /// let request = CloneVoice::new("jay").language(Language::Chinese);
    /// let voice = client.audio().voices().clone(request, "jay.mp3").await?;
    /// println!("{}", voice.voice_id);
    /// # Ok(()) }
    /// ```
    pub fn clone(self, request: CloneVoice, source: impl Into<FileSource>) -> Upload<'c, CloneVoice> {
        Upload::new(self.client.send(request), source.into())
    }
}

/// Rooms, in which users call agents.
#[derive(Clone, Copy, Debug)]
pub struct Rooms<'c> {
    client: &'c Coze,
}

impl<'c> Rooms<'c> {
    /// Makes a room and lets an agent in, which costs at once: see [`CreateRoom`].
    pub fn create(self, request: CreateRoom) -> Call<'c, CreateRoom> {
        self.client.send(request)
    }
}

/// Live broadcasts.
#[derive(Clone, Copy, Debug)]
pub struct Live<'c> {
    client: &'c Coze,
}

impl<'c> Live<'c> {
    /// Reads the streams of a broadcast: see [`RetrieveLive`].
    pub fn retrieve(self, live_id: impl Into<LiveId>) -> Call<'c, RetrieveLive> {
        self.client.send(RetrieveLive::new(live_id))
    }
}
