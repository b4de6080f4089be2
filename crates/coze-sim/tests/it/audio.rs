use coze_sim::{Script, Sim};
use http_body_util::BodyExt;
use serde_json::{Value, json};

use crate::support::{
    AUTH, JSON, LONG, Reply, delete, field, form, get, open, part, post, send, sim, text, wav, with,
};

const EMOTIONAL: &str = "7400000000000000201";
const INSTRUCTED: &str = "7400000000000000202";
const SMALL: &str = "7400000000000000203";

fn speech(fields: Value) -> Value {
    with(json!({"input": "one two three", "voice_id": EMOTIONAL}), fields)
}

async fn speak(sim: &Sim, fields: Value) -> Reply {
    post(sim, "/v1/audio/speech", speech(fields)).await
}

/// Returns the message of a refusal, which must be JSON of status 400.
#[track_caller]
fn problem(reply: &Reply) -> String {
    let (status, code, msg) = reply.refusal();
    assert_eq!((status, code), (400, 4000), "{msg}");
    assert!(reply.header("content-type").starts_with("application/json"));
    msg.strip_prefix("Request parameter error: ").unwrap().to_owned()
}

#[tokio::test]
async fn speech_is_a_real_wav_file() {
    let sim = sim().await;
    let reply = speak(&sim, json!({"response_format": "wav", "sample_rate": 16000})).await;
    assert_eq!((reply.status.as_u16(), reply.header("content-type")), (200, "audio/wav"));
    let body = &reply.body;
    let number = |at: usize| u32::from_le_bytes(body[at..at + 4].try_into().unwrap());
    // Three words of 0.25 s, of two bytes each.
    assert_eq!(body.len(), 44 + 3 * 8000);
    assert_eq!(
        (&body[..4], number(4) as usize, &body[8..16]),
        (&b"RIFF"[..], body.len() - 8, &b"WAVEfmt "[..])
    );
    assert_eq!((number(24), number(28), &body[36..40], number(40)), (16_000, 32_000, &b"data"[..], 24_000));
    let pcm = speak(&sim, json!({"response_format": "pcm", "sample_rate": 16000})).await;
    assert_eq!((pcm.header("content-type"), &pcm.body[..]), ("audio/pcm", &body[44..]));
    let twice = json!({"response_format": "pcm", "sample_rate": 16000, "speed": 2, "loudness_rate": 100});
    let twice = speak(&sim, twice).await.body;
    assert_eq!(twice.len(), 12_000);
    let loudest = |pcm: &[u8]| pcm.chunks_exact(2).map(|pair| i16::from_le_bytes([pair[0], pair[1]])).max();
    assert!(loudest(&twice) > loudest(&pcm.body));
}

#[tokio::test]
async fn speech_is_mp3_unless_asked_otherwise() {
    let sim = sim().await;
    for (rate, samples, version) in [
        (8_000, 576, 0xe3),
        (16_000, 576, 0xf3),
        (22_050, 576, 0xf3),
        (24_000, 576, 0xf3),
        (32_000, 1152, 0xfb),
        (44_100, 1152, 0xfb),
        (48_000, 1152, 0xfb),
    ] {
        let reply = speak(&sim, json!({"sample_rate": rate})).await;
        assert_eq!(reply.header("content-type"), "audio/mpeg");
        // Bitrates of 32 kbit/s in version 1, and 16 in the others.
        let bitrate = if version == 0xfb { 32_000 } else { 16_000 };
        let size = samples / 8 * bitrate / rate;
        let frames: Vec<&[u8]> = reply.body.chunks(size).collect();
        assert!(frames.iter().all(|frame| frame.len() == size && frame[..2] == [0xff, version]), "{rate}");
        // 0.75 s, and what is left of the last frame.
        assert_eq!(frames.len(), (rate * 3 / 4).div_ceil(samples), "{rate}");
    }
    // The Java SDK sends 0 for a rate that nobody has set.
    let unset = speak(&sim, json!({"sample_rate": 0})).await;
    assert_eq!(unset.body, speak(&sim, json!({})).await.body);
}

#[tokio::test]
async fn speech_comes_word_by_word() {
    let sim = Sim::builder().pace(LONG * 1000).start().await.unwrap();
    let body = speech(json!({"response_format": "wav"})).to_string();
    let mut response = open(&sim, "POST", "/v1/audio/speech", &[AUTH, JSON], body).await.unwrap();
    // The head comes at once, although the words would take hours.
    let frame = response.body_mut().frame().await.unwrap().unwrap();
    assert_eq!(frame.data_ref().unwrap().len(), 44);
    assert_eq!(sim.open_streams(), 1);
    drop(response);
    sim.disconnected(1).await;
}

#[tokio::test]
async fn speech_that_cannot_be_made_is_refused_as_json() {
    let sim = sim().await;
    for (fields, expected) in [
        (json!({"input": ""}), "input: expected a text of 1 to 1024 bytes, got \"\""),
        (json!({"input": "长".repeat(342)}), "input: at most 1024 bytes, got 1026"),
        (json!({"input": null}), "input: required, but missing"),
        (json!({"voice_id": "5"}), "voice_id: there is no such voice; GET /v1/audio/voices lists them all"),
        (json!({"voice_id": "7400000000000000204"}), "voice_id: this voice is not cloned yet"),
        (json!({"response_format": "flac"}), "response_format: expected one of wav, pcm, ogg_opus, mp3"),
        (
            json!({"response_format": "ogg_opus"}),
            "response_format: the simulator has no encoder for ogg_opus",
        ),
        (json!({"sample_rate": 44000}), "sample_rate: expected one of 0, 8000, 16000, 22050"),
        (
            json!({"speed": 0.4}),
            "speed: expected a number from 0.5 to 2 for 柔美女友, a voice of a big model",
        ),
        (json!({"speed": 3.5}), "speed: expected a number from 0.2 to 3, got 3.5"),
        (json!({"speed": "1"}), "speed: expected a number"),
        (json!({"loudness_rate": 101}), "loudness_rate: expected an integer from -50 to 100"),
        (json!({"emotion": "bored"}), "emotion: expected one of happy"),
        (json!({"emotion": "happy", "voice_id": SMALL}), "emotion: 开朗大男孩 is no voice with emotions"),
        (json!({"emotion_scale": 5.5}), "emotion_scale: expected a number from 1 to 5"),
        (json!({"context_texts": "sadly"}), "context_texts: 柔美女友 is no voice of the second generation"),
        (json!({"format": "wav"}), "format: unknown field"),
    ] {
        let problem = problem(&speak(&sim, fields.clone()).await);
        assert!(problem.starts_with(expected), "{fields}: {problem}");
    }
    for fields in [
        json!({"speed": 0.2, "voice_id": SMALL}),
        json!({"emotion": "happy", "emotion_scale": 3}),
        json!({"context_texts": "sadly", "voice_id": INSTRUCTED, "loudness_rate": -50}),
    ] {
        assert_eq!(speak(&sim, fields.clone()).await.status, 200, "{fields}");
    }
    let anonymous = send(&sim, "POST", "/v1/audio/speech", &[JSON], speech(json!({})).to_string()).await;
    assert_eq!((anonymous.refusal().0, anonymous.refusal().1), (401, 4100));
}

#[tokio::test]
async fn scripted_faults_reach_speech() {
    let script =
        json!({"faults": [{"on": "POST /v1/audio/speech", "answer": {"code": 4013, "msg": "slower"}}]});
    let sim = Sim::builder().script(Script::parse(&script.to_string()).unwrap()).start().await.unwrap();
    let reply = speak(&sim, json!({})).await;
    assert_eq!((reply.status.as_u16(), reply.json()["code"].as_i64()), (200, Some(4013)));
}

async fn transcribe(sim: &Sim, parts: &[Vec<u8>]) -> Reply {
    form(sim, "POST", "/v1/audio/transcriptions", parts).await
}

#[tokio::test]
async fn transcriptions_tell_the_name_of_the_file() {
    let sim = sim().await;
    for (name, content, expected) in [
        ("今天天气怎么样.wav", wav(100), "今天天气怎么样"),
        ("a.b.mp3", b"ID3\x03".to_vec(), "a.b"),
        ("voice.pcm", vec![0, 1, 2, 3], "voice"),
        ("voice", b"OggS\0".to_vec(), "voice"),
    ] {
        let data = transcribe(&sim, &[part("file", name, &content)]).await.data();
        assert_eq!(data, json!({"text": expected}));
    }
    let refused = transcribe(&sim, &[part("file", "a.wav", b"")]).await.refusal();
    assert_eq!((refused.0, refused.1), (200, 4300));
    let large = transcribe(&sim, &[part("file", "a.pcm", &vec![7; (10 << 20) + 1])]).await.refusal();
    assert_eq!(large.1, 4302);
    for (parts, expected) in [
        (vec![], "file: required"),
        (vec![part("body", "a.wav", &wav(1))], "body: unknown form part; known here: file"),
        (vec![part("file", "a.wav", b"hello")], "amr, but \"a.wav\" does not begin as any of them"),
        (vec![part("file", "a.flac", b"fLaC")], "amr, got flac"),
        (vec![part("file", "a.mp3", b"\x89PNG\r\n\x1a\n")], "amr, got png"),
    ] {
        let problem = problem(&transcribe(&sim, &parts).await);
        assert!(problem.contains(expected), "{problem}");
    }
    // 32 minutes: few bytes for each second.
    let mut long = wav(0);
    long.splice(28..32, 1_u32.to_le_bytes());
    long.extend(vec![0; 1920]);
    let long = problem(&transcribe(&sim, &[part("file", "a.wav", &long)]).await);
    assert_eq!(long, "file: expected less than 30 minutes of sound");
}

async fn voices(sim: &Sim, query: &str) -> (Vec<String>, bool) {
    let data = get(sim, &format!("/v1/audio/voices?{query}")).await.data();
    let ids = data["voice_list"].as_array().unwrap().iter().map(|voice| text(&voice["voice_id"])).collect();
    (ids, data["has_more"].as_bool().unwrap())
}

#[tokio::test]
async fn voices_are_listed_by_page_and_filter() {
    let sim = sim().await;
    assert_eq!(voices(&sim, "").await, (vec![EMOTIONAL.into(), INSTRUCTED.into(), SMALL.into()], false));
    assert_eq!(voices(&sim, "page_size=2").await, (vec![EMOTIONAL.into(), INSTRUCTED.into()], true));
    assert_eq!(voices(&sim, "page_size=2&page_num=2").await, (vec![SMALL.into()], false));
    assert_eq!(voices(&sim, "model_type=small&voice_state=").await.0, [SMALL]);
    assert_eq!(voices(&sim, "voice_state=init").await.0, ["7400000000000000204"]);
    assert_eq!(voices(&sim, "voice_state=all").await.0.len(), 4);
    assert_eq!(voices(&sim, "filter_system_voice=true").await.0.len(), 0);
    let list = get(&sim, "/v1/audio/voices").await.data();
    let emotions = list["voice_list"][0]["support_emotions"].as_array().unwrap();
    assert_eq!((emotions.len(), &emotions[0]["display_name"]), (9, &json!("开心")));
    for (query, expected) in [
        ("page_size=101", "page_size: expected an integer from 1 to 100"),
        ("page_num=0", "page_num: expected an integer of at least 1"),
        ("model_type=huge", "model_type: expected one of big, small"),
        ("filter_system_voice=yes", "filter_system_voice: expected true or false"),
    ] {
        let problem = problem(&get(&sim, &format!("/v1/audio/voices?{query}")).await);
        assert!(problem.starts_with(expected), "{problem}");
    }
}

async fn clone(sim: &Sim, parts: &[Vec<u8>]) -> Reply {
    form(sim, "POST", "/v1/audio/voices/clone", parts).await
}

#[tokio::test]
async fn voices_are_cloned_and_trained() {
    let sim = Sim::builder().token("pat_sim").token("pat_other").start().await.unwrap();
    let file = || part("file", "me.wav", &wav(100));
    let parts = [
        field("voice_name", "小明"),
        field("audio_format", "wav"),
        field("language", "en"),
        field("preview_text", "hi"),
        field("text", "hello"),
        field("space_id", "736163827687053"),
        file(),
    ];
    let id = text(&clone(&sim, &parts).await.data()["voice_id"]);
    assert_eq!(voices(&sim, "filter_system_voice=true").await.0, [&*id]);
    let voice = get(&sim, "/v1/audio/voices?filter_system_voice=true").await.data()["voice_list"][0].clone();
    assert_eq!(
        (&voice["name"], &voice["language_code"], &voice["preview_text"], &voice["available_training_times"]),
        (&json!("小明"), &json!("en"), &json!("hi"), &json!(9))
    );
    assert_eq!(speak(&sim, json!({"voice_id": id})).await.status, 200);

    let again = [field("voice_name", "大明"), field("voice_id", &id), file()];
    for left in (0..9).rev() {
        let voice = clone(&sim, &again).await.data();
        assert_eq!((&voice["voice_id"], &voice["available_training_times"]), (&json!(id), &json!(left)));
    }
    let worn = problem(&clone(&sim, &again).await);
    assert_eq!(worn, "voice_id: a voice can be trained 10 times, and this one was");
    let other = [again.concat(), b"--XX--\r\n".to_vec()].concat();
    let headers = [("authorization", "Bearer pat_other"), crate::support::FORM];
    let foreign = send(&sim, "POST", "/v1/audio/voices/clone", &headers, other).await.refusal();
    assert_eq!((foreign.0, foreign.1), (403, 4101));
}

#[tokio::test]
async fn bad_clones_name_the_part() {
    let sim = sim().await;
    let name = || field("voice_name", "me");
    let file = || part("file", "me.wav", &wav(100));
    for (parts, expected) in [
        (vec![file()], "voice_name: required, but missing"),
        (vec![name()], "file: required"),
        (vec![field("voice_name", &"名".repeat(43)), file()], "voice_name: at most 128 bytes, got 129"),
        (vec![name(), field("text", &"t".repeat(1025)), file()], "text: at most 1024 bytes, got 1025"),
        (vec![name(), field("language", "fr"), file()], "language: expected one of zh, en, ja, es, id, pt"),
        (vec![name(), field("audio_format", "mp3"), file()], "audio_format: says mp3, but the file is wav"),
        (vec![name(), field("audio_format", "flac"), file()], "audio_format: expected one of wav, mp3"),
        (vec![name(), field("voice_id", "5"), file()], "voice_id: no voice was cloned as 5"),
        (vec![name(), field("speed", "1"), file()], "speed: unknown form part; known here: file, voice_name"),
        (vec![name(), name(), file()], "voice_name: given more than once"),
        (vec![name(), part("file", "me.txt", b"text")], "file: expected sound as one of wav, mp3"),
        (vec![name(), part("text", "x", &[0xff]), file()], "text: expected a text in UTF-8"),
        (vec![name(), field("text", &"t".repeat(70_000)), file()], "text: at most 65536 bytes"),
    ] {
        let problem = problem(&clone(&sim, &parts).await);
        assert!(problem.starts_with(expected), "{expected}: {problem}");
    }
}

#[tokio::test]
async fn rooms_are_made_and_can_be_watched() {
    let sim = sim().await;
    let room =
        |fields: Value| post(&sim, "/v1/audio/rooms", with(json!({"bot_id": coze_sim::DEMO_BOT}), fields));
    let made =
        room(json!({"uid": "me", "config": {"room_mode": "translate", "audio_config": {"codec": "OPUS"},
        "video_config": {"codec": "H264", "video_frame_rate": 24, "stream_video_type": "main"},
        "turn_detection": {"type": "server_vad"}, "prologue_delay_duration_ms": 0}}));
    let made = made.await.data();
    assert_eq!(made["uid"], "me");
    assert!(["token", "app_id", "room_id"].iter().all(|name| !text(&made[name]).is_empty()));
    let live = get(&sim, &format!("/v1/audio/live/{}", text(&made["room_id"]))).await.data();
    assert_eq!(live["app_id"], made["app_id"]);
    assert_eq!(live["stream_infos"].as_array().unwrap().len(), 2);
    assert_eq!(live["stream_infos"][1]["live_type"], "translation");
    let plain = room(json!({"voice_id": SMALL})).await.data();
    assert!(text(&plain["uid"]).starts_with("uid_"));
    for (fields, expected) in [
        (json!({"bot_id": null}), "bot_id: required"),
        (json!({"voice_id": "5"}), "voice_id: there is no such voice"),
        (
            json!({"config": {"audio_config": {"codec": "MP3"}}}),
            "config.audio_config.codec: expected one of AACLC",
        ),
        (
            json!({"config": {"prologue_delay_duration_ms": 5001}}),
            "config.prologue_delay_duration_ms: expected",
        ),
        (
            json!({"config": {"video_config": {"video_frame_rate": 0}}}),
            "config.video_config.video_frame_rate: ",
        ),
        (json!({"config": {"room": 1}}), "config.room: unknown field"),
    ] {
        let problem = problem(&room(fields).await);
        assert!(problem.starts_with(expected), "{problem}");
    }
    assert_eq!(room(json!({"bot_id": "5"})).await.refusal().1, 4015);
    assert_eq!(room(json!({"conversation_id": "5"})).await.refusal().1, 4001);
    assert!(problem(&get(&sim, "/v1/audio/live/5").await).starts_with("live_id: there is no live 5"));
    assert_eq!(delete(&sim, "/v1/audio/live/5").await.status, 405);
}
