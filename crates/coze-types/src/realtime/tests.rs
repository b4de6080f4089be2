use serde_json::{Value, json};

use super::*;
use crate::core::event::UnknownEvent;
use crate::message::{ContentType, Role};
use crate::model::id::LogId;

fn event<E: RealtimeMessage>(name: &str, data: Value) -> E {
    let mut frame = json!({"event_type": name, "id": "1"});
    if !data.is_null() {
        frame["data"] = data;
    }
    read::<E>(frame.to_string().as_bytes()).unwrap().event
}

fn written(command: &impl serde::Serialize) -> Value {
    serde_json::from_str(&write(command, None).unwrap()).unwrap()
}

#[test]
fn what_stands_around_an_event_is_kept_in_any_order() {
    // Recorded.
    let text = r#"{"event_type":"transcriptions.message.update","id":"fe71243f-e5bd-4b38-aada-1d65aac05819","data":{"content":"今天天气不错。"},"detail":{"logid":"021752473187787fdbddc03000007320000000000000039c97412","respond_at":"1752473188843"}}"#;
    let received = read::<TranscriptionEvent>(text.as_bytes()).unwrap();
    assert_eq!(received.event, TranscriptionEvent::Update("今天天气不错。".to_owned()));
    assert_eq!(received.id.as_deref(), Some("fe71243f-e5bd-4b38-aada-1d65aac05819"));
    let logid = received.detail.logid.unwrap();
    assert_eq!(logid, *"021752473187787fdbddc03000007320000000000000039c97412");
    assert_eq!(received.detail.respond_at.as_deref(), Some("1752473188843"));
    let turned =
        r#"{"detail":null,"new":[1],"data":{"code":4000,"msg":"set input_audio"},"event_type":"error"}"#;
    let received = read::<SpeechEvent>(turned.as_bytes()).unwrap();
    let SpeechEvent::Error(error) = received.event else { panic!("{received:?}") };
    assert_eq!((error.code.to_string().as_str(), error.msg.as_str()), ("4000", "set input_audio"));
    assert_eq!(received.id, None);
}

#[test]
fn every_event_of_speech_is_read() {
    assert_eq!(event::<SpeechEvent>("speech.created", Value::Null), SpeechEvent::Created);
    let config = SpeechConfig::default().output_audio(OutputAudio::pcm(16_000).speech_rate(20));
    let data =
        json!({"output_audio": {"codec": "pcm", "pcm_config": {"sample_rate": 16000}, "speech_rate": 20}});
    assert_eq!(event::<SpeechEvent>("speech.updated", data), SpeechEvent::Updated(config.into()));
    assert_eq!(event::<SpeechEvent>("input_text_buffer.completed", Value::Null), SpeechEvent::InputCompleted);
    let sentence = event::<SpeechEvent>("conversation.audio.sentence_start", json!({"text": "你好。"}));
    assert_eq!(sentence, SpeechEvent::SentenceStart("你好。".to_owned()));
    let audio = event::<SpeechEvent>("speech.audio.update", json!({"delta": "AAECAw=="}));
    assert_eq!(audio, SpeechEvent::Audio(vec![0, 1, 2, 3].into()));
    assert_eq!(event::<SpeechEvent>("speech.audio.completed", Value::Null), SpeechEvent::Completed);
    let new = event::<SpeechEvent>("speech.mood", json!({"glad": 1.50}));
    assert_eq!(new, SpeechEvent::Unknown(UnknownEvent::new("speech.mood", r#"{"glad":1.5}"#)));
}

#[test]
fn every_event_of_a_transcription_is_read() {
    use TranscriptionEvent::{Completed, Created, InputCleared, InputCompleted, Updated};
    assert_eq!(event::<TranscriptionEvent>("transcriptions.created", Value::Null), Created);
    let config = TranscriptionConfig::default().input_audio(InputAudio::g711a());
    let data = json!({"input_audio": {"format": "pcm", "codec": "g711a", "sample_rate": 8000}});
    assert_eq!(event::<TranscriptionEvent>("transcriptions.updated", data), Updated(config.into()));
    assert_eq!(event::<TranscriptionEvent>("input_audio_buffer.completed", Value::Null), InputCompleted);
    assert_eq!(event::<TranscriptionEvent>("input_audio_buffer.cleared", Value::Null), InputCleared);
    let completed = |data| event::<TranscriptionEvent>("transcriptions.message.completed", data);
    assert_eq!(completed(Value::Null), Completed(String::new()));
    assert_eq!(completed(json!({"content": "好"})), Completed("好".to_owned()));
}

#[test]
fn every_event_of_an_interpretation_is_read() {
    use InterpretationEvent::{
        Audio, Completed, Created, InputCompleted, Transcription, Translation, Updated,
    };
    let event = event::<InterpretationEvent>;
    assert_eq!(event("simult_interpretation.created", Value::Null), Created);
    let config = InterpretationConfig::default().translate_config(TranslateConfig::new("zh", "en"));
    let data = json!({"translate_config": {"from": "zh", "to": "en"}});
    assert_eq!(event("simult_interpretation.updated", data), Updated(config.into()));
    assert_eq!(event("simult_interpretation.audio.delta", json!({"delta": "AA=="})), Audio(vec![0].into()));
    let delta = json!({"delta": "好"});
    assert_eq!(
        event("simult_interpretation.transcription.delta", delta.clone()),
        Transcription("好".to_owned())
    );
    assert_eq!(event("simult_interpretation.translation.delta", delta), Translation("好".to_owned()));
    assert_eq!(event("input_audio_buffer.completed", Value::Null), InputCompleted);
    assert_eq!(event("simult_interpretation.message.completed", Value::Null), Completed);
}

#[test]
fn every_event_of_a_voice_chat_is_read() {
    let event = event::<RealtimeEvent>;
    for (name, expected) in [
        ("chat.created", RealtimeEvent::Created),
        ("conversation.cleared", RealtimeEvent::ContextCleared),
        ("input_audio_buffer.completed", RealtimeEvent::InputCompleted),
        ("input_audio_buffer.cleared", RealtimeEvent::InputCleared),
        ("input_audio_buffer.speech_started", RealtimeEvent::SpeechStarted),
        ("input_audio_buffer.speech_stopped", RealtimeEvent::SpeechStopped),
        // The example of the page has no data.
        ("conversation.chat.canceled", RealtimeEvent::ChatCanceled(CanceledReply::default())),
    ] {
        assert_eq!(event(name, Value::Null), expected, "{name}");
    }
    let RealtimeEvent::ChatCanceled(reason) =
        event("conversation.chat.canceled", json!({"code": 2, "msg": "x"}))
    else {
        panic!("canceled")
    };
    assert_eq!((reason.code, reason.msg.as_deref()), (Some(2), Some("x")));
    for name in ["created", "in_progress", "requires_action", "completed", "failed"] {
        let read = event(
            &format!("conversation.chat.{name}"),
            json!({"id": "7", "status": name, "section_id": "9"}),
        );
        let chat = match (name, read) {
            ("created", RealtimeEvent::ChatCreated(chat))
            | ("in_progress", RealtimeEvent::ChatInProgress(chat))
            | ("requires_action", RealtimeEvent::RequiresAction(chat))
            | ("completed", RealtimeEvent::ChatCompleted(chat))
            | ("failed", RealtimeEvent::ChatFailed(chat)) => chat,
            (name, other) => panic!("{name}: {other:?}"),
        };
        assert_eq!(chat.id, *"7");
    }
    let message =
        json!({"id": "0", "role": "assistant", "type": "answer", "content": "AAEC", "content_type": "audio"});
    let RealtimeEvent::Audio { audio, message: of } = event("conversation.audio.delta", message.clone())
    else {
        panic!("audio")
    };
    assert_eq!((&audio[..], of.content.as_str(), of.id.as_str()), (&[0, 1, 2][..], "", "0"));
    assert!(matches!(
        event("conversation.audio.completed", message.clone()),
        RealtimeEvent::AudioCompleted(_)
    ));
    assert!(
        matches!(event("conversation.message.delta", message.clone()), RealtimeEvent::MessageDelta(delta) if delta.content == "AAEC")
    );
    assert!(matches!(event("conversation.message.completed", message), RealtimeEvent::MessageCompleted(_)));
    let content = json!({"content": "好"});
    let text = "好".to_owned();
    assert_eq!(
        event("conversation.audio_transcript.update", content.clone()),
        RealtimeEvent::TranscriptUpdate(text.clone())
    );
    assert_eq!(
        event("conversation.audio_transcript.completed", content),
        RealtimeEvent::TranscriptCompleted(text.clone())
    );
    assert_eq!(
        event("conversation.audio.sentence_start", json!({"text": "好"})),
        RealtimeEvent::SentenceStart(text)
    );
    assert_eq!(event("dump.audio", json!({"url": "u"})), RealtimeEvent::DumpAudio("u".to_owned()));
    assert!(
        matches!(event("session.created", Value::Null), RealtimeEvent::Unknown(event) if event.data == "null")
    );
}

#[test]
fn a_configuration_is_written_as_it_is_set_and_read_as_it_is_echoed() {
    let full = json!({
        "input_audio": {"format": "pcm", "codec": "pcm", "sample_rate": 16000, "channel": 1, "bit_depth": 16},
        "output_audio": {
            "codec": "opus", "speech_rate": 10, "loudness_rate": -5, "voice_id": "742", "context_texts": "low",
            "pcm_config": {"sample_rate": 24000, "frame_size_ms": 50.0, "limit_config": {"period": 1, "max_frame_num": 22}},
            "opus_config": {"bitrate": 48000, "use_cbr": true, "frame_size_ms": 2.5, "sample_rate": 24000, "limit_config": {"period": 1, "max_frame_num": 17}},
            "mp3_config": {"sample_rate": 44100, "bit_rate": 160_000},
            "emotion_config": {"emotion": "happy", "emotion_scale": 4.5},
        },
        "turn_detection": {
            "type": "semantic_vad", "prefix_padding_ms": 600, "silence_duration_ms": 500,
            "semantic_vad_config": {"silence_threshold_ms": 300, "semantic_unfinished_wait_time_ms": 500},
            "interrupt_config": {"mode": "keyword_prefix", "keywords": ["停一下"]},
        },
        "chat_config": {
            "user_id": "u", "conversation_id": "8", "auto_save_history": false, "meta_data": {"a": "b"},
            "custom_variables": {"c": "d"}, "extra_params": {"latitude": "1"}, "parameters": {"n": [1]},
        },
        "asr_config": {
            "hot_words": ["扣子"], "context": "x", "context_type": "y", "user_language": "zh", "enable_ddc": true, "enable_itn": false,
            "enable_punc": true, "stream_mode": "output_no_stream", "enable_nostream": true, "enable_emotion": true, "enable_gender": true,
            "sensitive_words_filter": {"system_reserved_filter": true, "filter_with_empty": ["a"], "filter_with_signed": ["b"]},
        },
        "event_subscriptions": ["conversation.audio.delta"],
        "need_play_prologue": true,
        "prologue_content": "hi",
        "voice_print_config": {"group_id": "3", "score": 40, "reuse_voice_info": true},
        "voice_processing_config": {"enable_ans": true, "enable_pdns": false, "voice_print_feature_id": "4"},
    });
    let RealtimeEvent::Updated(config) = event("chat.updated", full.clone()) else { panic!("updated") };
    assert!(config.extra.is_empty(), "{:?}", config.extra);
    assert_eq!(config.turn_detection.as_ref().unwrap().kind, Some(TurnDetectionType::SemanticVad));
    assert_eq!(written(&RealtimeCommand::Update(config)), json!({"event_type": "chat.update", "data": full}));
    // Absent and null are the same, and nothing unset is sent.
    let RealtimeEvent::Updated(config) =
        event("chat.updated", json!({"input_audio": null, "output_audio": {}}))
    else {
        panic!("updated")
    };
    assert_eq!(written(&RealtimeCommand::Update(config))["data"], json!({"output_audio": {}}));
    assert_eq!(
        written(&SpeechCommand::Update(Box::default())),
        json!({"event_type": "speech.update", "data": {}})
    );
}

#[test]
fn commands_are_written_as_the_pages_say() {
    let delta = bytes::Bytes::from_static(&[0, 1, 2, 3]);
    let append = json!({"event_type": "input_audio_buffer.append", "data": {"delta": "AAECAw=="}});
    assert_eq!(written(&RealtimeCommand::Append { delta: delta.clone() }), append);
    assert_eq!(written(&TranscriptionCommand::Append { delta: delta.clone() }), append);
    assert_eq!(written(&InterpretationCommand::Append { delta }), append);
    let message = RealtimeCommand::Message {
        role: Role::Assistant,
        content_type: ContentType::Text,
        content: "记住".to_owned(),
    };
    let data = json!({"role": "assistant", "content_type": "text", "content": "记住"});
    assert_eq!(written(&message), json!({"event_type": "conversation.message.create", "data": data}));
    let outputs = RealtimeCommand::SubmitToolOutputs {
        chat_id: "7".into(),
        tool_outputs: vec![crate::chat::ToolOutput::new("call", "{}")],
    };
    let data = json!({"chat_id": "7", "tool_outputs": [{"tool_call_id": "call", "output": "{}"}]});
    assert_eq!(
        written(&outputs),
        json!({"event_type": "conversation.chat.submit_tool_outputs", "data": data})
    );
    let say = json!({"event_type": "input_text.generate_audio", "data": {"mode": "text", "text": "好"}});
    assert_eq!(written(&RealtimeCommand::say("好")), say);
    for (command, name) in [
        (written(&RealtimeCommand::Complete), "input_audio_buffer.complete"),
        (written(&RealtimeCommand::ClearAudio), "input_audio_buffer.clear"),
        (written(&RealtimeCommand::ClearContext), "conversation.clear"),
        (written(&RealtimeCommand::Cancel), "conversation.chat.cancel"),
        (written(&TranscriptionCommand::Complete), "input_audio_buffer.complete"),
        (written(&TranscriptionCommand::Clear), "input_audio_buffer.clear"),
        (written(&InterpretationCommand::Complete), "input_audio_buffer.complete"),
        (written(&SpeechCommand::Complete), "input_text_buffer.complete"),
        (written(&RawCommand::new("speech.mood", None)), "speech.mood"),
    ] {
        assert_eq!(command, json!({"event_type": name}));
    }
    let raw = write(&RawCommand::new("speech.mood", json!({"glad": true})), Some("a-1")).unwrap();
    assert_eq!(raw, r#"{"id":"a-1","event_type":"speech.mood","data":{"glad":true}}"#);
}

#[test]
fn what_cannot_be_read_is_an_error_of_its_event_alone() {
    for (text, said) in [
        ("[]", "cannot read a message of the WebSocket"),
        ("", "cannot read a message of the WebSocket"),
        (r#"{"data":{}}"#, "cannot read a message of the WebSocket"),
        (
            r#"{"event_type":"speech.audio.update","data":{"delta":"A"}}"#,
            "`speech.audio.update` is not base64",
        ),
        (r#"{"event_type":"speech.updated","data":[1]}"#, "cannot read the event `speech.updated`"),
    ] {
        let error = read::<SpeechEvent>(text.as_bytes()).unwrap_err();
        assert!(error.to_string().contains(said), "{text}: {error}");
    }
    assert!(read::<UnknownEvent>(br#"{"event_type":"x","data":[1]}"#).is_ok());
}

#[test]
fn long_audio_is_read_like_short_audio() {
    use base64::Engine as _;
    let audio: Vec<u8> = (0..3000_u32).map(|at| at.to_le_bytes()[0]).collect();
    let text = base64::engine::general_purpose::STANDARD.encode(&audio);
    let frames = [
        format!(
            r#"{{"id":"1","event_type":"speech.audio.update","data":{{"delta":"{text}"}},"detail":{{"logid":"2"}}}}"#
        ),
        format!(
            r#"{{"detail":{{"logid":"2"}},"data":{{"delta":"{text}","new":"\"delta\":\""}},"id":"1","event_type":"speech.audio.update"}}"#
        ),
        format!(
            r#"{{"event_type":"speech.audio.update","data":{{"new":"\"delta\":\"x","delta" : "{text}"}},"id":"1","detail":{{"logid":"2"}}}}"#
        ),
        format!(
            r#"{{"event_type":"speech.audio.update","data":{{"new":"{}","delta":"{text}"}},"id":"1","detail":{{"logid":"2"}}}}"#,
            "é".repeat(700)
        ),
    ];
    for frame in frames {
        let received = read::<SpeechEvent>(frame.as_bytes()).unwrap();
        assert_eq!(received.event, SpeechEvent::Audio(audio.clone().into()), "{frame}");
        assert_eq!(
            (received.id.as_deref(), received.detail.logid.as_ref().map(LogId::as_str)),
            (Some("1"), Some("2"))
        );
    }
    let frame = format!(
        r#"{{"event_type":"conversation.audio.delta","data":{{"id":"7","role":"assistant","content":"{text}","content_type":"audio","chat_id":"0"}}}}"#
    );
    let RealtimeEvent::Audio { audio: read_audio, message } =
        read::<RealtimeEvent>(frame.as_bytes()).unwrap().event
    else {
        panic!("audio")
    };
    assert_eq!((&read_audio[..], message.content.as_str(), message.id.as_str()), (&audio[..], "", "7"));
    // What is no base64 is an error of its event, and a long text of another event is no audio.
    let broken = format!(r#"{{"event_type":"speech.audio.update","data":{{"delta":"{text}="}}}}"#);
    let error = read::<SpeechEvent>(broken.as_bytes()).unwrap_err();
    assert!(error.to_string().contains("not base64"), "{error}");
    let other = format!(r#"{{"event_type":"speech.audio.new","data":{{"delta":"{text}"}}}}"#);
    let SpeechEvent::Unknown(event) = read::<SpeechEvent>(other.as_bytes()).unwrap().event else {
        panic!("unknown")
    };
    assert!(event.data.contains(&text));
}
