//! Audio: speech that comes as bytes, recordings that go as files, lists and errors.

use coze::audio::{
    AudioAnswer, AudioFormat, CloneVoice, CreateRoom, CreateSpeech, CreateVoiceprintFeature,
    CreateVoiceprintGroup, IdentifySpeaker, ListVoiceprintGroups, ListVoices, UpdateVoiceprintFeature,
    UpdateVoiceprintGroup,
};
use coze::types::FilePart;
use coze::{CreateChat, ErrorKind, FileSource, Message};
use serde_json::{Value, json};

use crate::mock::{Mock, Piece, Reply, Sent};

fn done() -> Reply {
    Reply::data(&Value::Null)
}

/// Name, file name and content of each part of a form, read with the parser of another library.
async fn parts(sent: &Sent) -> Vec<(String, Option<String>, String)> {
    let boundary = multer::parse_boundary(sent.header("content-type").unwrap()).unwrap();
    let body = futures_util::stream::iter([Ok::<_, std::convert::Infallible>(sent.body.clone())]);
    let mut form = multer::Multipart::new(body, boundary);
    let mut parts = Vec::new();
    while let Some(field) = form.next_field().await.unwrap() {
        let (name, file) = (field.name().unwrap().to_owned(), field.file_name().map(str::to_owned));
        parts.push((name, file, field.text().await.unwrap()));
    }
    parts
}

fn part(name: &str, content: &str) -> (String, Option<String>, String) {
    (name.to_owned(), None, content.to_owned())
}

fn recording(file_name: &str, content: &str) -> (String, Option<String>, String) {
    ("file".to_owned(), Some(file_name.to_owned()), content.to_owned())
}

#[tokio::test]
async fn speech_comes_as_it_is_made() {
    let chunks = [Piece::Data("ID3".into()), Piece::Yield, Piece::Data("sound".into())];
    let mock = Mock::always(Reply::pieces(chunks).header("content-type", "audio/mpeg"));
    let client = mock.client();
    let request = CreateSpeech::new("你好呀", "742894").response_format(AudioFormat::Mp3);
    let mut speech = client.audio().speech().create(request.clone()).await.unwrap();
    assert_eq!(speech.content_type().map(AsRef::as_ref), Some("audio/mpeg"));
    assert_eq!(speech.next().await.unwrap().unwrap(), "ID3");
    assert_eq!(speech.next().await.unwrap().unwrap(), "sound");
    assert!(speech.next().await.is_none());
    let sent = mock.only();
    assert_eq!(sent.line(), "POST /v1/audio/speech");
    assert_eq!(sent.json(), json!({"input": "你好呀", "voice_id": "742894", "response_format": "mp3"}));
    let whole = client.audio().speech().create(request).await.unwrap().bytes().await.unwrap();
    assert_eq!(whole, "ID3sound");
}

#[tokio::test]
async fn speech_that_is_an_error_is_never_sound() {
    let refusal =
        json!({"code": 4200, "msg": "voice not found", "detail": {"logid": "20241210152726467C48D89"}});
    // With a type that says so, with that of bytes, and with none.
    for content_type in ["application/json; charset=utf-8", "application/octet-stream", ""] {
        let mock = Mock::always(Reply::new(200, content_type, refusal.to_string()));
        let error = mock.client().audio().speech().create(CreateSpeech::new("x", "1")).await.unwrap_err();
        assert_eq!(error.api().unwrap().code, 4200, "{content_type:?}: {error}");
        assert!(error.to_string().contains("20241210152726467C48D89"), "{error}");
    }
}

#[tokio::test]
async fn speech_that_can_only_fail_is_not_sent() {
    let mock = Mock::always(Reply::new(200, "audio/mpeg", "sound"));
    let client = mock.client();
    for request in [CreateSpeech::new("", "1"), CreateSpeech::new("x", "1").speed(f64::NAN)] {
        let error = client.audio().speech().create(request).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidRequest);
    }
    assert!(mock.sent().is_empty());
    // A limit that a server may have relaxed is the server's to judge, unless one is strict.
    let long = CreateSpeech::new("x".repeat(1025), "1");
    client.audio().speech().create(long.clone()).await.unwrap();
    let error = client.audio().speech().create(long).strict(true).await.unwrap_err();
    assert!(error.to_string().contains("1025 bytes"), "{error}");
    assert_eq!(mock.sent().len(), 1);
}

#[tokio::test]
async fn a_file_is_transcribed() {
    let mock = Mock::always(Reply::data(&json!({"text": "你好呀"})));
    let client = mock.client();
    let source = FileSource::bytes("jay.MP3", "sound");
    assert_eq!(client.audio().transcriptions().create(source).await.unwrap().text, "你好呀");
    assert_eq!(mock.only().line(), "POST /v1/audio/transcriptions");
    assert_eq!(parts(&mock.only()).await, [recording("jay.MP3", "sound")]);

    // A format that no page names is for the server to refuse, unless the client is strict.
    let create = || client.audio().transcriptions().create(FileSource::bytes("a.flac", "x"));
    let error = create().strict(true).await.unwrap_err();
    assert!(error.to_string().contains("\"a.flac\""), "{error}");
    assert_eq!(mock.sent().len(), 1);
    create().await.unwrap();
}

#[tokio::test]
async fn a_recording_of_unknown_length_stops_at_the_limit() {
    let mock = Mock::always(Reply::data(&json!({"text": "too much"})));
    let endless =
        futures_util::stream::repeat_with(|| Ok::<_, std::io::Error>(bytes::Bytes::from(vec![0; 1 << 20])));
    let source = FileSource::stream("a.wav", endless);
    let error = mock.client().audio().transcriptions().create(source).await.unwrap_err();
    assert!(error.to_string().contains("10485760"), "{error}");
}

#[tokio::test]
async fn the_format_of_a_voice_is_that_of_the_file_that_is_sent() {
    let mock = Mock::always(Reply::data(&json!({"voice_id": "7348"})));
    let client = mock.client();
    // The file given last counts, and so does its name.
    let request = CloneVoice::new("jay").file(FilePart::new("old.wav", "old")).text("你好");
    let voice =
        client.audio().voices().clone_voice(request, FileSource::bytes("jay.m4a", "sound")).await.unwrap();
    assert_eq!(voice.voice_id, "7348");
    let sent = mock.only();
    assert_eq!(sent.line(), "POST /v1/audio/voices/clone");
    let expected = [
        recording("jay.m4a", "sound"),
        part("voice_name", "jay"),
        part("audio_format", "m4a"),
        part("text", "你好"),
    ];
    assert_eq!(parts(&sent).await, expected);
    let nameless = FileSource::bytes("recording", "sound");
    let error = client.audio().voices().clone_voice(CloneVoice::new("jay"), nameless).await.unwrap_err();
    assert!(error.to_string().contains("audio_format"), "{error}");
    assert_eq!(mock.sent().len(), 1);
}

#[tokio::test]
async fn voices_and_groups_are_listed_across_pages() {
    let mock = Mock::new(|number, _| {
        Reply::data(&json!({"voice_list": [{"voice_id": number}], "has_more": number < 2}))
    });
    let voices = mock.client().audio().voices().list(ListVoices::new().page_size(1)).items().collect().await;
    let ids: Vec<_> = voices.unwrap().into_iter().map(|voice| voice.voice_id.to_string()).collect();
    assert_eq!(ids, ["0", "1", "2"]);
    assert_eq!(mock.lines()[2], "GET /v1/audio/voices?page_num=3&page_size=1");

    let mock = Mock::new(|number, _| Reply::data(&json!({"items": [{"id": number}], "total": 2})));
    let client = mock.client();
    let groups = client.audio().voiceprint_groups();
    assert_eq!(groups.list(ListVoiceprintGroups::new()).items().collect().await.unwrap().len(), 2);
    assert_eq!(groups.features().list("75").items().collect().await.unwrap().len(), 2);
    assert_eq!(
        mock.lines(),
        [
            "GET /v1/audio/voiceprint_groups?page_num=1&page_size=10",
            "GET /v1/audio/voiceprint_groups?page_num=2&page_size=10",
            "GET /v1/audio/voiceprint_groups/75/features?page_num=1&page_size=10",
            "GET /v1/audio/voiceprint_groups/75/features?page_num=2&page_size=10",
        ]
    );
}

#[tokio::test]
async fn voiceprints_are_made_compared_changed_and_deleted() {
    let mock = Mock::script([
        Reply::data(&json!({"id": "75"})),
        Reply::data(&json!({"id": "76"})),
        Reply::data(&json!({"feature_score_list": [{"feature_id": "76", "score": 60}]})),
        done(),
        done(),
        done(),
        done(),
        done(),
    ]);
    let client = mock.client();
    let groups = client.audio().voiceprint_groups();
    let group = groups.create(CreateVoiceprintGroup::new("音箱")).await.unwrap();
    let request = CreateVoiceprintFeature::new(&group.id, "妈妈").sample_rate(16_000_u32).channel(1_u32);
    let feature = groups.features().create(request, FileSource::bytes("a.pcm", "mum")).await.unwrap();
    let request = IdentifySpeaker::new(&group.id).top_k(1_u32);
    let scores = groups.speaker_identify(request, FileSource::bytes("b.wav", "who")).await.unwrap();
    let best = &scores.feature_score_list[0];
    assert_eq!((&best.feature_id, best.score), (&feature.id, Some(60.0)));
    let update = || UpdateVoiceprintFeature::new(&group.id, &feature.id);
    groups.features().update(update().name("妈")).await.unwrap();
    let source = FileSource::bytes("c.wav", "mum");
    groups.features().update_recording(update().desc("新"), source).await.unwrap();
    groups.features().delete(&group.id, &feature.id).await.unwrap();
    groups.update(UpdateVoiceprintGroup::new(&group.id).desc("")).await.unwrap();
    groups.delete(&group.id).await.unwrap();
    assert_eq!(
        mock.lines(),
        [
            "POST /v1/audio/voiceprint_groups",
            "POST /v1/audio/voiceprint_groups/75/features",
            "POST /v1/audio/voiceprint_groups/75/speaker_identify",
            "PUT /v1/audio/voiceprint_groups/75/features/76",
            "PUT /v1/audio/voiceprint_groups/75/features/76",
            "DELETE /v1/audio/voiceprint_groups/75/features/76",
            "PUT /v1/audio/voiceprint_groups/75",
            "DELETE /v1/audio/voiceprint_groups/75",
        ]
    );
    let sent = mock.sent();
    let expected =
        [recording("a.pcm", "mum"), part("name", "妈妈"), part("sample_rate", "16000"), part("channel", "1")];
    assert_eq!(parts(&sent[1]).await, expected);
    assert_eq!(parts(&sent[2]).await, [recording("b.wav", "who"), part("top_k", "1")]);
    assert_eq!(parts(&sent[3]).await, [part("name", "妈")]);
    assert_eq!(parts(&sent[4]).await, [recording("c.wav", "mum"), part("desc", "新")]);
}

#[tokio::test]
async fn a_change_that_changes_nothing_and_an_empty_recording_are_not_sent() {
    let mock = Mock::always(done());
    let client = mock.client();
    let features = client.audio().voiceprint_groups().features();
    let nothing = || UpdateVoiceprintFeature::new("75", "76");
    let error = features.update(nothing()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
    let error = features.update_recording(nothing(), FileSource::bytes("c.wav", "")).await.unwrap_err();
    assert!(error.to_string().contains("\"c.wav\" is empty"), "{error}");
    assert!(mock.sent().is_empty());
}

#[tokio::test]
async fn the_token_of_a_room_is_handed_over_and_not_shown() {
    let mock = Mock::always(Reply::data(&json!({"room_id": "r", "token": "0016705secret", "uid": "u"})));
    let client = mock.client();
    let response = client.audio().rooms().create(CreateRoom::new("7")).with_response().await.unwrap();
    assert!(!format!("{response:?}").contains("secret"), "{response:?}");
    assert_eq!(response.value.token.unwrap().as_str(), "0016705secret");
}

#[tokio::test]
async fn a_broadcast_is_read() {
    let mock = Mock::always(Reply::data(&json!({"stream_infos": [{"stream_id": "s"}]})));
    let live = mock.client().audio().live().retrieve("1").await.unwrap();
    assert_eq!(live.stream_infos[0].stream_id, "s");
    assert_eq!(mock.only().line(), "GET /v1/audio/live/1");
}

#[tokio::test]
async fn a_spoken_answer_is_heard_to_its_end() {
    // Audio goes on behind the completed chat, in pieces that are cut within a group of digits.
    let mock = Mock::always(Reply::events(concat!(
        "event:conversation.chat.created\ndata:{\"id\":\"2\"}\n\n",
        "event:conversation.message.delta\ndata:{\"id\":\"7\",\"type\":\"answer\",\"content\":\"hi\"}\n\n",
        "event:conversation.audio.delta\ndata:{\"id\":\"7\",\"content\":\"AAECAw=\"}\n\n",
        "event:conversation.chat.completed\ndata:{\"id\":\"2\",\"status\":\"completed\"}\n\n",
        "event:conversation.audio.delta\ndata:{\"id\":\"7\",\"content\":\"=BAU\"}\n\n",
        "event:conversation.audio.delta\ndata:{\"id\":\"7\",\"content\":\"G\"}\n\n",
        "event:done\ndata:[DONE]\n\n",
    )));
    let client = mock.client();
    let mut events =
        client.chat().stream(CreateChat::new("7", "u").message(Message::user("hi"))).await.unwrap();
    let mut answer = AudioAnswer::new();
    while let Some(event) = events.next().await {
        answer.push_event(&event.unwrap()).unwrap();
    }
    assert_eq!(answer.pcm(), [0, 1, 2, 3, 4, 5, 6]);
}
