//! Rows of the group `audio`, but for voiceprints.

use std::fmt::Debug;

use coze_types::audio::{
    AudioFormat, CloneVoice, CreateRoom, CreateSpeech, CreateTranscription, Emotion, EmotionInfo, Language,
    ListVoices, LiveType, RetrieveLive, Room, RoomAudioCodec, RoomAudioConfig, RoomConfig, RoomMode,
    RoomToken, RoomVideoCodec, RoomVideoConfig, StreamVideoType, TranslateConfig, TurnDetection,
    TurnDetectionType, Voice, VoiceModelType, VoicePage, VoiceState,
};
use coze_types::{Body, Content, Endpoint, FilePart, Pager, Part, Timestamp, encode};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::{Row, decode, fixture, survives, written};

/// Checks line and parts of a request with a form; a file prints as its name, type and content.
pub(super) fn filled<E: Endpoint + DeserializeOwned + PartialEq + Debug>(
    request: &E,
    line: &str,
    parts: &[(&str, &str)],
) {
    // What is unset may be written all the same.
    super::again(request, None);
    let encoded = encode(request).unwrap();
    assert_eq!(encoded.to_string(), line);
    assert_eq!(encoded.accept, "application/json");
    let Body::Multipart(form) = encoded.body else { panic!("{:?} is no form", encoded.body) };
    let print = |part: &Part| {
        let Content::Bytes(content) = &part.content else { panic!("{part:?} has no content") };
        let content = std::str::from_utf8(content).unwrap();
        match (&part.file_name, &part.mime) {
            (Some(name), Some(mime)) => format!("{name}; {mime}; {content}"),
            (None, None) => content.to_owned(),
            _ => panic!("{part:?} is neither text nor file"),
        }
    };
    let found: Vec<_> = form.parts.iter().map(|part| (part.name.as_str(), print(part))).collect();
    let found: Vec<_> = found.iter().map(|(name, value)| (*name, value.as_str())).collect();
    assert_eq!(found, parts);
}

#[test]
fn speech() {
    let request = CreateSpeech::new("你好呀", "742894").response_format(AudioFormat::Wav);
    assert_eq!(request.validate(), []);
    let body = json!({ "input": "你好呀", "voice_id": "742894", "response_format": "wav" });
    written(&request, "POST /v1/audio/speech", "*/*", &body);
}

#[test]
fn speech_with_every_field() {
    let request = CreateSpeech::new("今天天气怎么样", "742894")
        .emotion(Emotion::Happy)
        .emotion_scale(3.5)
        .response_format(AudioFormat::OggOpus)
        .speed(1.2)
        .sample_rate(16_000_u32)
        .loudness_rate(-30)
        .context_texts("用低沉沙哑的语气说");
    assert_eq!(request.validate(), []);
    let body = json!({
        "input": "今天天气怎么样",
        "voice_id": "742894",
        "emotion": "happy",
        "emotion_scale": 3.5,
        "response_format": "ogg_opus",
        "speed": 1.2,
        "sample_rate": 16000,
        "loudness_rate": -30,
        "context_texts": "用低沉沙哑的语气说",
    });
    written(&request, "POST /v1/audio/speech", "*/*", &body);
}

#[test]
fn transcription() {
    let request = CreateTranscription::new("jay.MP3", "sound");
    assert_eq!(request.validate(), []);
    let parts = [("file", "jay.MP3; application/octet-stream; sound")];
    filled(&request, "POST /v1/audio/transcriptions", &parts);
    let transcription = decode::<CreateTranscription>(&fixture!("audio_transcriptions"));
    assert_eq!(transcription.text, "你好呀");
    survives(&transcription);
    let silence = json!({ "code": 0, "data": { "text": null, "words": [] } });
    let silence = decode::<CreateTranscription>(&silence);
    assert_eq!(silence.text, "");
    assert_eq!(survives(&silence)["words"], json!([]));
}

#[test]
fn list_voices() {
    let page = Row {
        request: ListVoices::new(),
        line: "GET /v1/audio/voices?page_num=1&page_size=100",
        body: Value::Null,
        answer: fixture!("list_voices"),
        payload: "/data",
    }
    .check();
    let [voice] = &page.voice_list[..] else { panic!("{page:?}") };
    let mut expected = Voice::new("12344");
    expected.name = Some("jay".to_owned());
    expected.is_system_voice = Some(false);
    expected.model_type = Some(VoiceModelType::Big);
    expected.language_code = Some(Language::Chinese);
    expected.language_name = Some("中文".to_owned());
    expected.preview_text =
        Some("你好，欢迎来到AI世界，我是你的专属AI克隆声音，希望未来可以一起好好相处。".to_owned());
    expected.preview_audio.clone_from(&voice.preview_audio);
    assert!(voice.preview_audio.as_ref().is_some_and(|url| url.contains("x-expires=1730277357")));
    expected.available_training_times = Some(6);
    expected.create_time = Some(Timestamp::from_unix(1_729_686_510));
    expected.update_time = Some(Timestamp::from_unix(1_729_686_510));
    assert_eq!(*voice, expected);
}

#[test]
fn list_voices_with_every_field() {
    let request = ListVoices::new()
        .filter_system_voice(true)
        .model_type(VoiceModelType::Small)
        .voice_state(VoiceState::All)
        .page_num(2)
        .page_size(20);
    assert_eq!(request.validate(), []);
    let page = Row {
        request,
        line: "GET /v1/audio/voices?filter_system_voice=true&model_type=small&voice_state=all&page_num=2&page_size=20",
        body: Value::Null,
        // The table of the page, which says more than its example.
        answer: json!({
            "code": 0,
            "data": {
                "has_more": true,
                "voice_list": [{
                    "voice_id": "734829333445931",
                    "name": "开朗大男孩",
                    "state": "cloned",
                    "model_name": "",
                    "model_type": "medium",
                    "language_code": "zh-yue",
                    "support_emotions": [
                        {
                            "emotion": "happy",
                            "display_name": "开心",
                            "emotion_scale_interval": { "max": 5, "min": 1, "default": 4 },
                        },
                        { "emotion": "bored" },
                    ],
                }],
            },
        }),
        payload: "/data",
    }
    .check();
    let voice = &page.voice_list[0];
    assert_eq!(voice.state, Some(VoiceState::Cloned));
    assert_eq!(voice.model_type, Some(VoiceModelType::Unknown("medium".into())));
    let [happy, bored] = &voice.support_emotions[..] else { panic!("{voice:?}") };
    let interval = happy.emotion_scale_interval.as_ref().unwrap();
    assert_eq!((interval.min, interval.max, interval.default), (Some(1.0), Some(5.0), Some(4.0)));
    let mut expected = EmotionInfo::default();
    expected.emotion = Some(Emotion::Unknown("bored".into()));
    assert_eq!(*bored, expected);
}

fn page(ids: &[&str], has_more: bool) -> VoicePage {
    let voices: Vec<_> = ids.iter().map(|id| json!({ "voice_id": id })).collect();
    serde_json::from_value(json!({ "voice_list": voices, "has_more": has_more })).unwrap()
}

#[test]
fn list_voices_turns_its_pages() {
    // The last page; and a server that does not move: the same page, or an empty one.
    for (second, has_more, len) in [(&["c"][..], false, 1), (&["a", "b"], true, 0), (&[], true, 0)] {
        let mut pager = Pager::new(ListVoices::new().page_size(2));
        assert_eq!(pager.turn(page(&["a", "b"], true)).len(), 2);
        let next = pager.next_request().unwrap();
        assert_eq!((next.page_num, next.page_size), (2, 2));
        assert_eq!((pager.turn(page(second, has_more)).len(), pager.next_request()), (len, None));
    }
    let mut pager = Pager::new(ListVoices::new());
    assert_eq!((pager.turn(page(&[], true)).len(), pager.next_request()), (0, None));
    let mut pager = Pager::new(ListVoices::new().page_num(u32::MAX));
    assert_eq!((pager.turn(page(&["a"], true)).len(), pager.next_request()), (1, None));
}

#[test]
fn clone_voice() {
    // The format is that of the name, in whatever case.
    let request = CloneVoice::new("jay").file(FilePart::new("jay.MP3", "sound"));
    assert_eq!(request.validate(), []);
    let file = ("file", "jay.MP3; application/octet-stream; sound");
    let parts = [file, ("voice_name", "jay"), ("audio_format", "mp3")];
    filled(&request, "POST /v1/audio/voices/clone", &parts);
    let voice = decode::<CloneVoice>(&fixture!("clone_voices"));
    assert_eq!(voice, Voice::new("xxx"));
    survives(&voice);
}

#[test]
fn clone_voice_with_every_field() {
    let request = CloneVoice::new("jay")
        .file(FilePart::new("recording", "sound").mime("audio/x-m4a".parse().unwrap()))
        .audio_format(AudioFormat::M4a)
        .language(Language::Portuguese)
        .voice_id("734829333445931")
        .preview_text("你好")
        .text("Olá")
        .space_id("736163827687053")
        .description("d");
    assert_eq!(request.validate(), []);
    let parts = [
        ("file", "recording; audio/x-m4a; sound"),
        ("voice_name", "jay"),
        ("audio_format", "m4a"),
        ("language", "pt"),
        ("voice_id", "734829333445931"),
        ("preview_text", "你好"),
        ("text", "Olá"),
        ("space_id", "736163827687053"),
        ("description", "d"),
    ];
    filled(&request, "POST /v1/audio/voices/clone", &parts);
}

#[test]
fn room() {
    let room = Row {
        request: CreateRoom::new("734829333445931"),
        line: "POST /v1/audio/rooms",
        body: json!({ "bot_id": "734829333445931" }),
        answer: fixture!("create_room"),
        payload: "/data",
    }
    .check();
    let token = "0016705*****NzkxMxcANTE1MjkFAAAAAAAAAAEAAAAAACAA58QEAvxd****/VB4b1xEFA=";
    let mut expected = Room::new("room_id_743105798342***");
    expected.app_id = Some("6705332c79516e01****".into());
    expected.token = Some(RoomToken::new(token));
    expected.uid = Some("uid_74310579834270***".into());
    assert_eq!(room, expected);
    assert_eq!(room.token.as_ref().map(RoomToken::as_str), Some(token));
    // The token is a secret: it is stored, but not shown.
    assert!(!format!("{room:?}").contains("0016705"), "{room:?}");
}

#[test]
fn room_with_every_field() {
    let config = RoomConfig::new()
        .room_mode(RoomMode::Dialogue)
        .audio_config(RoomAudioConfig::new().codec(RoomAudioCodec::AacLc))
        .video_config(
            RoomVideoConfig::new()
                .codec(RoomVideoCodec::ByteVc1)
                .video_frame_rate(15_u32)
                .stream_video_type(StreamVideoType::Screen)
                .video_frame_expire_duration(5_u32),
        )
        .turn_detection(TurnDetection::new(TurnDetectionType::SemanticVad))
        .prologue_content("你好")
        .prologue_delay_duration_ms(0_u32)
        .translate_config(TranslateConfig::new("zh-CN", "en-US"));
    let request = CreateRoom::new("734829333445931")
        .conversation_id("734829333445932")
        .voice_id("734829333445933")
        .config(config)
        .uid("uid_123")
        .workflow_id("734829333445934")
        .connector_id("1024");
    assert_eq!(request.validate(), []);
    Row {
        request,
        line: "POST /v1/audio/rooms",
        body: json!({
            "bot_id": "734829333445931",
            "conversation_id": "734829333445932",
            "voice_id": "734829333445933",
            "config": {
                "room_mode": "default",
                "audio_config": { "codec": "AACLC" },
                "video_config": {
                    "codec": "BYTEVC1",
                    "video_frame_rate": 15,
                    "stream_video_type": "screen",
                    "video_frame_expire_duration": 5,
                },
                "turn_detection": { "type": "semantic_vad" },
                "prologue_content": "你好",
                "prologue_delay_duration_ms": 0,
                "translate_config": { "from": "zh-CN", "to": "en-US" },
            },
            "uid": "uid_123",
            "workflow_id": "734829333445934",
            "connector_id": "1024",
        }),
        answer: fixture!("create_room"),
        payload: "/data",
    }
    .check();
}

#[test]
fn live() {
    // No official page shows it; this is what the official SDKs read.
    let live = Row {
        request: RetrieveLive::new("live/1"),
        line: "GET /v1/audio/live/live%2F1",
        body: Value::Null,
        answer: json!({
            "code": 0,
            "msg": "",
            "data": {
                "app_id": "6705332c79516e01",
                "stream_infos": [
                    { "stream_id": "s1", "name": "中文", "live_type": "origin" },
                    { "stream_id": "s2", "name": "English", "live_type": "translation" },
                    { "stream_id": "s3", "live_type": "sign_language" },
                ],
            },
        }),
        payload: "/data",
    }
    .check();
    assert_eq!(live.app_id.as_ref().map(AsRef::as_ref), Some("6705332c79516e01"));
    let streams: Vec<_> =
        live.stream_infos.iter().map(|stream| (stream.stream_id.as_str(), &stream.live_type)).collect();
    let unknown = LiveType::Unknown("sign_language".into());
    let expected =
        [("s1", &Some(LiveType::Origin)), ("s2", &Some(LiveType::Translation)), ("s3", &Some(unknown))];
    assert_eq!(streams, expected);
}
