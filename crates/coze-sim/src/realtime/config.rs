//! The settings of a voice chat.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::audio::{Ear, InputAudio, OutputAudio, input, output};
use super::transcription::{AsrConfig, ENDLESS};
use crate::http::fields;
use crate::state::{Id, MetaData, Refusal};

fields! {
    pub(super) struct Config {
        input_audio: InputAudio; optional,
        pub(super) output_audio: OutputAudio; optional,
        pub(super) asr_config: AsrConfig; optional,
        pub(super) turn_detection: TurnDetection; optional,
        pub(super) chat_config: ChatConfig; optional,
        pub(super) event_subscriptions: Vec<String>; optional,
        pub(super) need_play_prologue: bool; optional,
        pub(super) prologue_content: Option<String>,
        voice_print_config: Option<VoicePrint>,
        voice_processing_config: Option<VoiceProcessing>,
    }

    pub(super) struct TurnDetection {
        kind: Option<String> as "type" => OneOf(&["client_interrupt", "server_vad", "semantic_vad"]),
        prefix_padding_ms: Option<u32>,
        silence_duration_ms: Option<u32>,
        semantic_vad_config: Option<SemanticVad>,
        pub(super) interrupt_config: InterruptConfig; optional,
    }

    pub(super) struct SemanticVad {
        silence_threshold_ms: Option<u32>,
        semantic_unfinished_wait_time_ms: Option<u32> => Int(100, 2000),
    }

    pub(super) struct InterruptConfig {
        pub(super) mode: Option<String> => OneOf(&["keyword_contains", "keyword_prefix"]),
        pub(super) keywords: Vec<String> => List(5, &Bytes(24)); optional,
    }

    pub(super) struct ChatConfig {
        user_id: Option<String>,
        pub(super) conversation_id: Option<Id>,
        auto_save_history: Option<bool>,
        meta_data: MetaData => MetaData; optional,
        custom_variables: Option<BTreeMap<String, String>> => Pairs(&[]),
        extra_params: Option<BTreeMap<String, String>> => Pairs(&["latitude", "longitude"]),
        parameters: Option<Map<String, Value>>,
    }

    pub(super) struct VoicePrint {
        group_id: Option<Id>,
        score: Option<u32> => Int(0, 100),
        reuse_voice_info: Option<bool>,
    }

    pub(super) struct VoiceProcessing {
        enable_ans: Option<bool>,
        enable_pdns: Option<bool>,
        voice_print_feature_id: Option<Id>,
    }
}

/// What is in force where nothing is set.
pub(super) fn defaults() -> Value {
    json!({
        "input_audio": input(),
        "output_audio": output(),
        "asr_config": {"user_language": "common", "enable_ddc": true, "enable_itn": true, "enable_punc": true},
        "turn_detection": {"type": "client_interrupt", "prefix_padding_ms": 600, "silence_duration_ms": 500},
        "chat_config": {"auto_save_history": true},
        "need_play_prologue": false,
    })
}

/// Returns the silence that ends an utterance; none where the client says when it ends.
pub(super) fn silence(config: &Config) -> Option<u32> {
    let detection = &config.turn_detection;
    match detection.kind.as_deref() {
        Some("server_vad") => Some(detection.silence_duration_ms.unwrap_or(500)),
        Some("semantic_vad") => {
            let config = detection.semantic_vad_config.as_ref();
            Some(config.and_then(|config| config.silence_threshold_ms).unwrap_or(300))
        }
        _ => None,
    }
}

pub(super) fn ear(config: &Config) -> Result<Ear, Refusal> {
    Ear::new(&config.input_audio, silence(config).unwrap_or(ENDLESS))
}
