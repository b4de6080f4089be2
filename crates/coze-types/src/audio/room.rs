//! Rooms: calls between a user and an agent.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize};

use crate::core::reply::Data;
use crate::core::validate::ValidationError;
use crate::model::id::{BotId, ConnectorId, ConversationId, RoomId, RtcAppId, UserId, VoiceId, WorkflowId};
use crate::model::lenient::{Field, Lenient};

/// Makes a room and lets an agent in, to be joined and talked to by way of an RTC SDK.
///
/// Each room costs at once: the agent waits for the user for 3 minutes, which are billed even if nobody comes. Needs
/// the permission `createRoom`.
///
/// See <https://docs.coze.cn/developer_guides/create_room>.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CreateRoom {
    /// Agent.
    pub bot_id: BotId,
    /// Conversation that keeps what is said; the server makes one when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub conversation_id: Option<ConversationId>,
    /// Voice of the agent; the server has a default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub voice_id: Option<VoiceId>,
    /// Audio, video and manners of the call.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub config: Option<RoomConfig>,
    /// User who talks: any name that the caller chooses. Database and variables of different users are kept apart.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uid: Option<UserId>,
    /// Chatflow to talk to. Not on the official page; the Python, Node and Go SDKs know it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub workflow_id: Option<WorkflowId>,
    /// Channel on whose behalf to talk. Not on the official page; the Node SDK knows it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connector_id: Option<ConnectorId>,
}

endpoint!(CreateRoom: POST "/v1/audio/rooms", json, validate => Data<Room>);

builder!(CreateRoom(bot_id: BotId) {
    conversation_id: ConversationId, voice_id: VoiceId, config: RoomConfig, uid: UserId, workflow_id: WorkflowId,
    connector_id: ConnectorId,
});

impl CreateRoom {
    /// Lists what the documentation forbids.
    pub fn validate(&self) -> Vec<ValidationError> {
        let mut errors = Vec::new();
        if self.bot_id.is_empty() {
            errors.push(ValidationError::fatal("bot_id", "is empty; it names the agent to talk to"));
        }
        let config = self.config.iter().flat_map(RoomConfig::validate);
        errors.extend(config.map(|error| error.within("config")));
        errors
    }
}

/// Audio, video and manners of a call.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RoomConfig {
    /// What kind of talk it is; a dialogue by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub room_mode: Option<RoomMode>,
    /// Audio.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub audio_config: Option<RoomAudioConfig>,
    /// Video.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub video_config: Option<RoomVideoConfig>,
    /// How the end of what the user says is found.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub turn_detection: Option<TurnDetection>,
    /// What the agent says first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prologue_content: Option<String>,
    /// Wait before the agent says it, in milliseconds: 0 to 5000, 500 by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prologue_delay_duration_ms: Option<u32>,
    /// Languages of a room that translates. Not on the official page; the Python and Node SDKs know it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub translate_config: Option<TranslateConfig>,
}

setters!(RoomConfig {
    room_mode: RoomMode,
    audio_config: RoomAudioConfig,
    video_config: RoomVideoConfig,
    turn_detection: TurnDetection,
    prologue_content: String,
    prologue_delay_duration_ms: u32,
    translate_config: TranslateConfig,
});

impl RoomConfig {
    /// Leaves all to the server.
    pub fn new() -> Self {
        Self::default()
    }

    fn validate(&self) -> Vec<ValidationError> {
        let video = self.video_config.as_ref();
        let limits = [
            ("video_config.video_frame_rate", video.and_then(|video| video.video_frame_rate), 1, 24),
            (
                "video_config.video_frame_expire_duration",
                video.and_then(|video| video.video_frame_expire_duration),
                1,
                10,
            ),
            ("prologue_delay_duration_ms", self.prologue_delay_duration_ms, 0, 5000),
        ];
        let outside = limits.into_iter().filter_map(|(field, value, least, most)| {
            let value = value.filter(|value| !(least..=most).contains(value))?;
            Some(ValidationError::limit(field, format!("is {value}; {least} to {most} are allowed")))
        });
        outside.collect()
    }
}

/// Audio of a room.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RoomAudioConfig {
    /// Encoding; Opus by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub codec: Option<RoomAudioCodec>,
}

setters!(RoomAudioConfig { codec: RoomAudioCodec });

impl RoomAudioConfig {
    /// Leaves all to the server.
    pub fn new() -> Self {
        Self::default()
    }
}

/// Video of a room.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RoomVideoConfig {
    /// Encoding; H.264 by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub codec: Option<RoomVideoCodec>,
    /// Pictures per second that the vision model sees: 1 to 24, 1 by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub video_frame_rate: Option<u32>,
    /// Which of the user's streams is seen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stream_video_type: Option<StreamVideoType>,
    /// Seconds of video from before the user began to speak that the model sees: 1 to 10, 1 by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub video_frame_expire_duration: Option<u32>,
}

setters!(RoomVideoConfig {
    codec: RoomVideoCodec,
    video_frame_rate: u32,
    stream_video_type: StreamVideoType,
    video_frame_expire_duration: u32,
});

impl RoomVideoConfig {
    /// Leaves all to the server.
    pub fn new() -> Self {
        Self::default()
    }
}

/// How the end of what the user says is found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TurnDetection {
    /// Who finds it; `type` on the wire.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<TurnDetectionType>,
}

impl TurnDetection {
    /// Finds it in one way.
    pub fn new(kind: TurnDetectionType) -> Self {
        Self { kind: Some(kind) }
    }
}

/// Languages of a room that translates.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TranslateConfig {
    /// Language that is spoken, such as `zh-CN`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// Language that is heard, such as `en-US`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
}

impl TranslateConfig {
    /// Translates from one language into another.
    pub fn new(from: impl Into<String>, to: impl Into<String>) -> Self {
        Self { from: Some(from.into()), to: Some(to.into()) }
    }
}

open_enum! {
    /// What kind of talk a room is for.
    pub enum RoomMode {
        /// A dialogue.
        Dialogue = "default",
        /// A podcast.
        Podcast = "podcast",
        /// A translation as one speaks. Not on the official page.
        Translate = "translate",
        /// From speech to speech, without text between. Not on the official page.
        SpeechToSpeech = "s2s",
    }
}

open_enum! {
    /// How the audio of a room is encoded.
    pub enum RoomAudioCodec {
        /// Opus.
        Opus = "OPUS",
        /// AAC-LC.
        AacLc = "AACLC",
        /// G.711 A-law.
        G711a = "G711A",
        /// G.722.
        G722 = "G722",
    }
}

open_enum! {
    /// How the video of a room is encoded.
    pub enum RoomVideoCodec {
        /// H.264.
        H264 = "H264",
        /// The codec of Volcano Engine.
        ByteVc1 = "BYTEVC1",
    }
}

open_enum! {
    /// Which of the user's streams is seen.
    pub enum StreamVideoType {
        /// Camera, or what the program feeds in.
        Main = "main",
        /// Screen.
        Screen = "screen",
    }
}

open_enum! {
    /// Who finds the end of what the user says.
    pub enum TurnDetectionType {
        /// The server, by the voice; the default.
        ServerVad = "server_vad",
        /// The client, as with a button that is held while one speaks: it sends `input_audio_buffer.start` and
        /// `input_audio_buffer.complete`.
        ClientInterrupt = "client_interrupt",
        /// The server, by what is meant; only in the flagship enterprise edition.
        SemanticVad = "semantic_vad",
        /// The client, by the voice. Not on the official page.
        ClientVad = "client_vad",
    }
}

answer! {
    /// A room with an agent in it.
    pub struct Room {
        /// Id, for the RTC SDK.
        room_id: RoomId [required],
        /// App by which the RTC SDK joins.
        app_id: Option<RtcAppId>,
        /// Secret by which the user joins.
        token: Option<RoomToken>,
        /// User who may join: the one of the request, or one that the server made.
        uid: Option<UserId>,
    }
}

/// The secret by which a user joins a room; `Debug` does not show it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RoomToken(String);

impl RoomToken {
    /// Takes a secret as the API printed it.
    pub fn new(token: impl Into<String>) -> Self {
        Self(token.into())
    }

    /// Secret itself, for the RTC SDK.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Lenient for RoomToken {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Field<Self>, D::Error> {
        String::read(deserializer).map(|field| field.map(Self))
    }
}

impl fmt::Debug for RoomToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RoomToken(…)")
    }
}
