//! Voice chat with an agent or a chatflow.

use bytes::Bytes;
use serde::Serialize;

use super::config::{AsrConfig, InputAudio, OutputAudio};
use super::frame::{RealtimeMessage, audio, base64, error, object, text};
use crate::chat::{Chat, ToolOutput};
use crate::core::error::{ApiError, DecodeError};
use crate::core::event::UnknownEvent;
use crate::message::{ContentType, Message, Role};
use crate::model::id::{ChatId, ConversationId, UserId};
use crate::model::lenient::{Extra, MetaData};

open_enum! {
    /// Who decides when the user has spoken.
    pub enum TurnDetectionType {
        /// The client, by `input_audio_buffer.complete`: push to talk, the default.
        ClientInterrupt = "client_interrupt",
        /// The server, by silence.
        ServerVad = "server_vad",
        /// The server, by meaning; Chinese only, and not in every plan.
        SemanticVad = "semantic_vad",
    }
}

open_enum! {
    /// How keywords interrupt an answer.
    pub enum InterruptMode {
        /// What is said contains a keyword.
        KeywordContains = "keyword_contains",
        /// What is said begins with a keyword.
        KeywordPrefix = "keyword_prefix",
    }
}

answer! {
    /// What interrupts an answer; any sound by default. It holds from the connection on: a later update does not change it.
    pub struct InterruptConfig {
        /// How keywords are found.
        mode: Option<InterruptMode>,
        /// At most 5 keywords of 6 to 24 bytes each, without punctuation.
        keywords: Vec<String> [skip_if_empty],
    }
}

impl InterruptConfig {
    /// Interrupts an answer only by keywords.
    pub fn new(
        mode: impl Into<InterruptMode>,
        keywords: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        let keywords = keywords.into_iter().map(Into::into).collect();
        Self { mode: Some(mode.into()), keywords, ..Self::default() }
    }
}

answer! {
    /// Limits of the detection by meaning.
    pub struct SemanticVadConfig {
        /// Silence in milliseconds after which the meaning is looked at; 300 by default.
        silence_threshold_ms: Option<i64>,
        /// Longest wait in milliseconds for the rest of a sentence: 100 to 2000, 500 by default.
        semantic_unfinished_wait_time_ms: Option<i64>,
    }
}

setters!(SemanticVadConfig { silence_threshold_ms: i64, semantic_unfinished_wait_time_ms: i64 });

answer! {
    /// When the user has spoken.
    pub struct TurnDetection {
        /// Who decides.
        kind: Option<TurnDetectionType> [rename = "type"],
        /// Audio in milliseconds that is kept from before the first voice; 600 by default.
        prefix_padding_ms: Option<i64>,
        /// Silence in milliseconds that ends a turn; 500 by default.
        silence_duration_ms: Option<i64>,
        /// With detection by meaning.
        semantic_vad_config: Option<SemanticVadConfig>,
        /// What interrupts an answer.
        interrupt_config: Option<InterruptConfig>,
    }
}

setters!(TurnDetection {
    prefix_padding_ms: i64,
    silence_duration_ms: i64,
    semantic_vad_config: SemanticVadConfig,
    interrupt_config: InterruptConfig,
});

impl TurnDetection {
    /// The client says when the user has spoken.
    pub fn push_to_talk() -> Self {
        Self { kind: Some(TurnDetectionType::ClientInterrupt), ..Self::default() }
    }

    /// The server finds it by silence.
    pub fn server_vad() -> Self {
        Self { kind: Some(TurnDetectionType::ServerVad), ..Self::default() }
    }

    /// The server finds it by meaning.
    pub fn semantic_vad() -> Self {
        Self { kind: Some(TurnDetectionType::SemanticVad), ..Self::default() }
    }
}

answer! {
    /// The chat that a voice chat is part of.
    pub struct ChatConfig {
        /// Your user; memory is kept apart by it.
        user_id: Option<UserId>,
        /// Conversation with this agent; a new one by default.
        conversation_id: Option<ConversationId>,
        /// Saves the messages; on by default.
        auto_save_history: Option<bool>,
        /// At most 16 pairs that are kept with the chat.
        meta_data: MetaData [skip_if_empty],
        /// Variables of the prompt.
        custom_variables: MetaData [skip_if_empty],
        /// Such as `latitude` and `longitude`.
        extra_params: MetaData [skip_if_empty],
        /// Inputs of a chatflow.
        parameters: Extra [skip_if_empty],
    }
}

setters!(ChatConfig { user_id: UserId, conversation_id: ConversationId, auto_save_history: bool });

answer! {
    /// Recognition of who speaks.
    pub struct VoicePrintConfig {
        /// Group of voiceprints.
        group_id: Option<crate::model::id::VoiceprintGroupId>,
        /// Least score, 0 to 100; 40 by default.
        score: Option<i64>,
        /// Keeps who spoke last; off by default.
        reuse_voice_info: Option<bool>,
    }
}

setters!(VoicePrintConfig {
    group_id: crate::model::id::VoiceprintGroupId,
    score: i64,
    reuse_voice_info: bool,
});

answer! {
    /// Noise reduction; not in every plan.
    pub struct VoiceProcessingConfig {
        /// Suppresses noise; off by default. Not together with `enable_pdns`.
        enable_ans: Option<bool>,
        /// Suppresses every voice but one; off by default.
        enable_pdns: Option<bool>,
        /// That voice.
        voice_print_feature_id: Option<crate::model::id::VoiceprintFeatureId>,
    }
}

setters!(VoiceProcessingConfig {
    enable_ans: bool,
    enable_pdns: bool,
    voice_print_feature_id: crate::model::id::VoiceprintFeatureId,
});

answer! {
    /// The configuration of a voice chat. What is unset is up to the server.
    pub struct RealtimeConfig {
        /// Audio that the client sends.
        input_audio: Option<InputAudio>,
        /// Audio that the server sends.
        output_audio: Option<OutputAudio>,
        /// When the user has spoken.
        turn_detection: Option<TurnDetection>,
        /// The chat.
        chat_config: Option<ChatConfig>,
        /// Recognition.
        asr_config: Option<AsrConfig>,
        /// Names of the events that are wanted; all by default.
        event_subscriptions: Vec<String> [skip_if_empty],
        /// The agent begins with its opening words; off by default.
        need_play_prologue: Option<bool>,
        /// Opening words; those of the agent by default.
        prologue_content: Option<String>,
        /// Recognition of who speaks.
        voice_print_config: Option<VoicePrintConfig>,
        /// Noise reduction.
        voice_processing_config: Option<VoiceProcessingConfig>,
    }
}

setters!(RealtimeConfig {
    input_audio: InputAudio,
    output_audio: OutputAudio,
    turn_detection: TurnDetection,
    chat_config: ChatConfig,
    asr_config: AsrConfig,
    need_play_prologue: bool,
    prologue_content: String,
    voice_print_config: VoicePrintConfig,
    voice_processing_config: VoiceProcessingConfig,
});

/// What a client sends to `/v1/chat`.
///
/// See <https://docs.coze.cn/developer_guides/streaming_chat_event>.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "event_type", content = "data")]
#[non_exhaustive]
pub enum RealtimeCommand {
    /// `chat.update`: sets the configuration.
    #[serde(rename = "chat.update")]
    Update(Box<RealtimeConfig>),
    /// `input_audio_buffer.append`: appends audio.
    #[serde(rename = "input_audio_buffer.append")]
    Append {
        /// Audio.
        #[serde(serialize_with = "base64")]
        delta: Bytes,
    },
    /// `input_audio_buffer.complete`: the user has spoken. Without effect where the server decides.
    #[serde(rename = "input_audio_buffer.complete")]
    Complete,
    /// `input_audio_buffer.clear`: drops what was appended. Without effect where the server decides.
    #[serde(rename = "input_audio_buffer.clear")]
    ClearAudio,
    /// `conversation.message.create`: as the user, it asks the agent and cancels a running answer; as the assistant, it only adds context.
    #[serde(rename = "conversation.message.create")]
    Message {
        /// User or assistant.
        role: Role,
        /// Text or object string.
        content_type: ContentType,
        /// Content.
        content: String,
    },
    /// `conversation.clear`: begins a new section of the conversation.
    #[serde(rename = "conversation.clear")]
    ClearContext,
    /// `conversation.chat.submit_tool_outputs`: all outputs that the chat waits for.
    #[serde(rename = "conversation.chat.submit_tool_outputs")]
    SubmitToolOutputs {
        /// Chat that waits.
        chat_id: ChatId,
        /// Outputs, one for each call.
        tool_outputs: Vec<ToolOutput>,
    },
    /// `conversation.chat.cancel`: stops the running answer.
    #[serde(rename = "conversation.chat.cancel")]
    Cancel,
    /// `input_text.generate_audio`: speaks a text without the agent.
    #[serde(rename = "input_text.generate_audio")]
    GenerateAudio {
        /// `text`.
        mode: String,
        /// Text of fewer than 1024 bytes.
        text: String,
    },
}

impl RealtimeCommand {
    /// Speaks a text of fewer than 1024 bytes without the agent.
    ///
    /// No chat begins, and none completes: the end is [`RealtimeEvent::AudioCompleted`].
    pub fn say(text: impl Into<String>) -> Self {
        Self::GenerateAudio { mode: "text".to_owned(), text: text.into() }
    }
}

answer! {
    /// Why an answer was canceled; some servers do not say.
    pub struct CanceledReply {
        /// 1: the user spoke; 2: by `conversation.chat.cancel`; 3: by a new message.
        code: Option<i64>,
        /// Text of the server.
        msg: Option<String>,
    }
}

/// What the server sends at `/v1/chat`.
///
/// See <https://docs.coze.cn/developer_guides/streaming_chat_downlink_event>. Text, sentences and audio alternate; text runs ahead of audio, and
/// audio comes several times faster than it plays.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum RealtimeEvent {
    /// `chat.created`: the connection is ready.
    Created,
    /// `chat.updated`: the whole configuration in force.
    Updated(Box<RealtimeConfig>),
    /// `conversation.chat.created`: an answer begins.
    ChatCreated(Chat),
    /// `conversation.chat.in_progress`: the agent works on it.
    ChatInProgress(Chat),
    /// `conversation.message.delta`: a piece of a message.
    MessageDelta(Message),
    /// `conversation.message.completed`: a whole message; what the user said comes so too, before the chat begins.
    MessageCompleted(Message),
    /// `conversation.audio.sentence_start`: the audio that follows speaks this sentence.
    SentenceStart(String),
    /// `conversation.audio.delta`: a piece of audio.
    Audio {
        /// Audio.
        audio: Bytes,
        /// The message without its content; its ids are `0` where no agent speaks.
        message: Message,
    },
    /// `conversation.audio.completed`: all audio of the answer has come.
    AudioCompleted(Message),
    /// `conversation.chat.requires_action`: the agent waits for tool outputs.
    RequiresAction(Chat),
    /// `conversation.chat.completed`: the answer is complete.
    ChatCompleted(Chat),
    /// `conversation.chat.failed`: the answer failed.
    ChatFailed(Chat),
    /// `conversation.chat.canceled`: the answer was canceled; nothing more of it comes but audio under way.
    ChatCanceled(CanceledReply),
    /// `conversation.cleared`: a new section has begun.
    ContextCleared,
    /// `input_audio_buffer.completed`: the audio has come.
    InputCompleted,
    /// `input_audio_buffer.cleared`: the audio was dropped.
    InputCleared,
    /// `input_audio_buffer.speech_started`: the user speaks.
    SpeechStarted,
    /// `input_audio_buffer.speech_stopped`: the user has spoken.
    SpeechStopped,
    /// `conversation.audio_transcript.update`: the **whole** text of what the user says so far.
    TranscriptUpdate(String),
    /// `conversation.audio_transcript.completed`: what the user said.
    TranscriptCompleted(String),
    /// `dump.audio`: where the audio was stored, for debugging; known from one SDK only.
    DumpAudio(String),
    /// `error`: something failed; the connection may continue.
    Error(ApiError),
    /// An event that this version does not know.
    Unknown(UnknownEvent),
}

answer! {
    /// The data of `dump.audio`.
    struct Dump {
        /// Address.
        url: Option<String>,
    }
}

impl RealtimeMessage for RealtimeEvent {
    fn parse(name: &str, data: &str) -> Result<Self, DecodeError> {
        Ok(match name {
            "chat.created" => Self::Created,
            "chat.updated" => Self::Updated(object(name, data)?),
            "conversation.chat.created" => Self::ChatCreated(object(name, data)?),
            "conversation.chat.in_progress" => Self::ChatInProgress(object(name, data)?),
            "conversation.message.delta" => Self::MessageDelta(object(name, data)?),
            "conversation.message.completed" => Self::MessageCompleted(object(name, data)?),
            "conversation.audio.sentence_start" => Self::SentenceStart(text(name, data)?),
            "conversation.audio.delta" => {
                let mut message: Message = object(name, data)?;
                message.content = String::new();
                Self::Audio { audio: audio(name, data)?, message }
            }
            "conversation.audio.completed" => Self::AudioCompleted(object(name, data)?),
            "conversation.chat.requires_action" => Self::RequiresAction(object(name, data)?),
            "conversation.chat.completed" => Self::ChatCompleted(object(name, data)?),
            "conversation.chat.failed" => Self::ChatFailed(object(name, data)?),
            "conversation.chat.canceled" => Self::ChatCanceled(object(name, data)?),
            "conversation.cleared" => Self::ContextCleared,
            "input_audio_buffer.completed" => Self::InputCompleted,
            "input_audio_buffer.cleared" => Self::InputCleared,
            "input_audio_buffer.speech_started" => Self::SpeechStarted,
            "input_audio_buffer.speech_stopped" => Self::SpeechStopped,
            "conversation.audio_transcript.update" => Self::TranscriptUpdate(text(name, data)?),
            "conversation.audio_transcript.completed" => Self::TranscriptCompleted(text(name, data)?),
            "dump.audio" => Self::DumpAudio(object::<Dump>(name, data)?.url.unwrap_or_default()),
            "error" => Self::Error(error(data)),
            _ => Self::Unknown(UnknownEvent::new(name, data)),
        })
    }

    fn put_audio(&mut self, audio: Bytes) -> bool {
        let Self::Audio { audio: place, .. } = self else { return false };
        *place = audio;
        true
    }
}
