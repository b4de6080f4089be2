//! The messages of the four WebSocket endpoints: speech, transcription, voice chat and interpretation.
//!
//! Each endpoint has an enum of commands, which a client sends, and one of events, which the server sends. Both are one JSON object in a
//! text message. [`write()`] and [`read()`] turn them into text and back; with a WebSocket, nothing else is needed.
//!
//! ```
//! use coze_types::realtime::{SpeechCommand, SpeechEvent, read, write};
//!
//! let text = write(&SpeechCommand::Append { delta: "你好".into() }, Some("1"))?;
//! assert_eq!(text, r#"{"id":"1","event_type":"input_text_buffer.append","data":{"delta":"你好"}}"#);
//!
//! let received = read::<SpeechEvent>(br#"{"event_type":"speech.audio.update","data":{"delta":"AAEC"}}"#)?;
//! assert_eq!(received.event, SpeechEvent::Audio(vec![0, 1, 2].into()));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod chat;
mod check;
mod config;
mod frame;
mod interpretation;
mod speech;
#[cfg(test)]
mod tests;
mod transcription;

pub use crate::core::reply::handshake_refusal;
pub use chat::{
    CanceledReply, ChatConfig, InterruptConfig, InterruptMode, RealtimeCommand, RealtimeConfig,
    RealtimeEvent, SemanticVadConfig, TurnDetection, TurnDetectionType, VoicePrintConfig,
    VoiceProcessingConfig,
};
pub use config::{
    AsrConfig, AudioContainer, Codec, EmotionConfig, InputAudio, LimitConfig, Mp3Config, OpusConfig,
    OutputAudio, PcmConfig, SensitiveWordsFilter,
};
pub use frame::{Detail, RawCommand, RealtimeMessage, Received, read, write};
pub use interpretation::{
    GlossaryEntry, InterpretationCommand, InterpretationConfig, InterpretationEvent, TranslateConfig,
};
pub use speech::{SpeechCommand, SpeechConfig, SpeechEvent};
pub use transcription::{TranscriptionCommand, TranscriptionConfig, TranscriptionEvent};
