//! Speech and transcription over WebSockets, handshakes, and what a script does to sessions.

use std::time::Duration;

use coze_sim::{Fault, Sim};
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_websockets::CloseCode;

use crate::socket::{Got, Socket, audio, kinds, refused};
use crate::support::{AUTH, scripted, sim};

const SPEECH: &str = "/v1/audio/speech";
const TRANSCRIPTIONS: &str = "/v1/audio/transcriptions";

/// Lets the simulator speak a text.
pub(crate) async fn spoken(sim: &Sim, text: &str, output: Value) -> Vec<u8> {
    let mut socket = Socket::open(sim, SPEECH).await;
    socket.send("speech.update", json!({"output_audio": output})).await;
    socket.send("input_text_buffer.append", json!({"delta": text})).await;
    socket.send("input_text_buffer.complete", Value::Null).await;
    audio(&socket.until("speech.audio.completed").await, "speech.audio.update")
}

#[tokio::test]
async fn speech_comes_in_the_recorded_order() {
    let sim = sim().await;
    let mut socket = Socket::open(&sim, SPEECH).await;
    // Before anything came, as it was recorded.
    socket.send("input_text_buffer.append", json!({"delta": "今天天气不错。明天"})).await;
    socket.text(r#"{"event_type":"input_text_buffer.complete","id":"my-7"}"#).await;
    let events = socket.until("speech.audio.completed").await;
    let expected = [
        "speech.created",
        "input_text_buffer.completed",
        "conversation.audio.sentence_start",
        "speech.audio.update",
        "conversation.audio.sentence_start",
        "speech.audio.update",
        "speech.audio.completed",
    ];
    assert_eq!(kinds(&events), expected);
    assert_eq!(events[1]["id"], "my-7");
    assert_eq!(events[2]["data"], json!({"text": "今天天气不错。"}));
    assert!(events[0].get("data").is_none() && events[0]["id"].as_str().unwrap().len() == 36);
    for event in &events {
        assert_eq!(event["detail"]["logid"], *socket.log);
        assert!(event["detail"]["respond_at"].as_str().unwrap().parse::<u64>().is_ok());
    }
    assert_eq!(audio(&events, "speech.audio.update").len(), 4 * 12_000);
    // A second round, by other settings.
    socket.send("speech.update", json!({"output_audio": {"codec": "g711a", "speech_rate": 100}})).await;
    socket.send("input_text_buffer.append", json!({"delta": "one two"})).await;
    socket.send("input_text_buffer.complete", Value::Null).await;
    let updated = socket.event().await;
    assert_eq!(updated["event_type"], "speech.updated");
    assert_eq!(updated["data"]["output_audio"]["pcm_config"]["sample_rate"], 24_000);
    let events = socket.until("speech.audio.completed").await;
    assert_eq!(audio(&events, "speech.audio.update").len(), 2 * 1000);
}

#[tokio::test]
async fn what_is_spoken_is_heard_again() {
    let sim = sim().await;
    let text = "What day is 2024-10-01?";
    let frames = json!({"pcm_config": {"sample_rate": 16_000, "frame_size_ms": 20}});
    let pcm = spoken(&sim, text, frames).await;
    let mut socket = Socket::open(&sim, TRANSCRIPTIONS).await;
    let input = json!({"format": "pcm", "sample_rate": 16_000});
    socket.send("transcriptions.update", json!({"input_audio": input})).await;
    socket.append(&pcm).await;
    socket.send("input_audio_buffer.complete", Value::Null).await;
    let events = socket.until("transcriptions.message.completed").await;
    let expected = [
        "transcriptions.created",
        "transcriptions.updated",
        "transcriptions.message.update",
        "input_audio_buffer.completed",
        "transcriptions.message.update",
        "transcriptions.message.completed",
    ];
    assert_eq!(kinds(&events), expected);
    let updates = events.iter().filter(|event| event["event_type"] == "transcriptions.message.update");
    let texts: Vec<&str> = updates.map(|event| event["data"]["content"].as_str().unwrap()).collect();
    assert_eq!(texts.last(), Some(&text));
    assert!(texts.is_sorted_by(|one, next| next.starts_with(one)), "{texts:?}");

    // Cleared audio is forgotten.
    socket.append(&pcm).await;
    socket.send("input_audio_buffer.clear", Value::Null).await;
    socket.until("input_audio_buffer.cleared").await;
    socket.send("input_audio_buffer.complete", Value::Null).await;
    let events = socket.until("transcriptions.message.completed").await;
    assert_eq!(kinds(&events), ["input_audio_buffer.completed", "transcriptions.message.completed"]);
}

#[tokio::test]
async fn audio_in_the_wrong_format_is_refused_and_the_session_goes_on() {
    let sim = sim().await;
    let mut socket = Socket::open(&sim, TRANSCRIPTIONS).await;
    socket.event().await;
    socket.append(&[1; 960]).await;
    for (sent, expected) in [
        (None, "does not follow the format wav"),
        (Some("{"), "event: expected an object with event_type and data"),
        (Some(r#"{"event_type":"response.create"}"#), "has no event \"response.create\""),
        (Some(r#"{"event_type":"input_audio_buffer.append"}"#), "data.delta: required, but missing"),
        (
            Some(r#"{"event_type":"transcriptions.update","data":{"input_audio":{"format":"mp3"}}}"#),
            "data.input_audio.format: expected one of pcm, wav, ogg",
        ),
        (
            Some(r#"{"event_type":"transcriptions.update","data":{"input_audio":{"rate":1}}}"#),
            "data.input_audio.rate: unknown field",
        ),
    ] {
        if let Some(sent) = sent {
            socket.text(sent).await;
        }
        let error = socket.event().await;
        assert_eq!((&error["event_type"], &error["data"]["code"]), (&json!("error"), &json!(4000)));
        assert!(error["data"]["msg"].as_str().unwrap().contains(expected), "{error}");
        if let Some(sent) = sent {
            assert_eq!(error["detail"]["origin_message"], sent);
        }
    }
    socket.send("input_audio_buffer.complete", Value::Null).await;
    socket.until("transcriptions.message.completed").await;

    let mut socket = Socket::open(&sim, SPEECH).await;
    socket.send("input_text_buffer.append", json!({"delta": "x".repeat(1025)})).await;
    assert_eq!(socket.until("error").await[1]["data"]["code"], 3010);
}

#[tokio::test]
async fn handshakes_are_refused_as_http() {
    let sim = sim().await;
    for (path, headers, expected) in [
        (SPEECH, &[][..], (401, 4100, "the Authorization header is missing")),
        (SPEECH, &[("authorization", "Bearer wrong")], (401, 4100, "the token is unknown")),
        (SPEECH, &[AUTH, ("upgrade", "h2c")], (400, 4000, "upgrade: expected websocket")),
        (SPEECH, &[AUTH, ("sec-websocket-key", "x")], (400, 4000, "expected 16 bytes as base64")),
        ("/v1/audio/speech?authorization=Bearer%20no", &[], (401, 4100, "the token is unknown")),
        ("/v1/audio/speech?model=x", &[AUTH], (400, 4000, "model: unknown field")),
    ] {
        let reply = refused(&sim, path, headers).await;
        let (status, code, msg) = reply.refusal();
        assert_eq!((status, code), (expected.0, expected.1), "{path} {headers:?}: {msg}");
        assert!(msg.contains(expected.2), "{msg}");
        assert_eq!(reply.json()["detail"]["logid"], reply.header("x-tt-logid"));
    }
    sim.inject(Fault::on("GET /v1/audio/speech").times(1).status(403).header("Retry-After", "1")).unwrap();
    let reply = refused(&sim, SPEECH, &[AUTH]).await;
    assert_eq!((reply.status.as_u16(), reply.header("retry-after")), (403, "1"));
    assert!(!reply.header("x-tt-logid").is_empty());

    // A browser has its token in the query, which no record shows.
    let reply = refused(&sim, "/v1/audio/speech?authorization=Bearer%20pat_sim", &[]).await;
    assert_eq!(
        (reply.status.as_u16(), reply.header("sec-websocket-accept")),
        (101, "C/0nmHhBztSRGR1CwL6Tf4ZjwpY=")
    );
    assert_eq!(sim.requests().last().unwrap().query, "authorization=[redacted]");
}

#[tokio::test]
async fn scripts_say_what_is_heard_and_how_sessions_end() {
    let sim = scripted(json!({"sessions": [
        {"on": TRANSCRIPTIONS, "heard": ["hello", "world"]},
        {"on": SPEECH, "times": 1, "cues": [
            {"at": "speech.updated", "instead": true, "send": [
                {"event_type": "speech.new", "data": {"x": 1}}, "no json", [1, 2]]},
            {"at": "speech.audio.update", "nth": 2, "send": [{"event_type": "error", "data": {"code": 4027, "msg": "overdue"}}],
             "close": {"code": 1008, "reason": "pay first"}}]},
        {"on": SPEECH, "times": 1, "cues": [{"at": "speech.created", "cut": true}]},
        {"on": SPEECH, "times": 1, "ping_ms": 30, "cues": [{"at": "speech.updated", "stall": true}]}]}))
    .await;
    let mut socket = Socket::open(&sim, TRANSCRIPTIONS).await;
    for expected in ["hello", "world", ""] {
        socket.send("input_audio_buffer.complete", Value::Null).await;
        let events = socket.until("transcriptions.message.completed").await;
        let update = events.iter().find(|event| event["event_type"] == "transcriptions.message.update");
        assert_eq!(update.map_or("", |event| event["data"]["content"].as_str().unwrap()), expected);
    }

    let mut socket = Socket::open(&sim, SPEECH).await;
    socket.send("speech.update", json!({})).await;
    socket.event().await;
    assert_eq!(socket.event().await["data"], json!({"x": 1}));
    assert!(matches!(socket.next().await, Got::Message(message) if message.as_text() == Some("no json")));
    assert!(matches!(socket.next().await, Got::Message(message) if message.as_payload()[..] == [1, 2]));
    socket.send("input_text_buffer.append", json!({"delta": "one two three"})).await;
    socket.send("input_text_buffer.complete", Value::Null).await;
    let events = socket.until("error").await;
    assert_eq!(events.iter().filter(|event| event["event_type"] == "speech.audio.update").count(), 2);
    let Got::Closed(code, reason) = socket.next().await else { panic!("no close frame") };
    assert_eq!((code, reason.as_str()), (CloseCode::POLICY_VIOLATION, "pay first"));

    let mut socket = Socket::open(&sim, SPEECH).await;
    socket.event().await;
    assert!(matches!(socket.next().await, Got::Broken));

    // It stalls: neither the answer nor a ping comes.
    let mut socket = Socket::open(&sim, SPEECH).await;
    socket.send("speech.update", json!({})).await;
    socket.until("speech.updated").await;
    socket.send("speech.update", json!({})).await;
    assert!(timeout(Duration::from_millis(100), socket.inner.next()).await.is_err());
}

#[tokio::test]
async fn a_client_that_answers_no_pings_is_closed_after_four() {
    let sim = scripted(json!({"sessions": [{"on": "*", "ping_ms": 20}]})).await;
    let mut silent = TcpStream::connect(sim.addr()).await.unwrap();
    let handshake = format!(
        "GET {SPEECH} HTTP/1.1\r\nHost: sim\r\nAuthorization: Bearer pat_sim\r\nConnection: Upgrade\r\n\
         Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AQIDBAUGBwgJCgsMDQ4PEA==\r\n\r\n"
    );
    silent.write_all(handshake.as_bytes()).await.unwrap();
    let mut answering = Socket::open(&sim, SPEECH).await;
    let mut got = Vec::new();
    let reason = &b"\x03\xe94 pings without a pong"[..];
    let ended = async {
        while !got.ends_with(reason) {
            assert_ne!(silent.read_buf(&mut got).await.unwrap(), 0, "no close frame");
        }
    };
    tokio::select! {
        () = ended => {}
        _ = answering.until("never") => unreachable!(),
    }
    let pings = got.windows(2).filter(|frame| frame[..] == [0x89, 0]).count();
    assert_eq!(pings, 4);
    answering.send("speech.update", json!({})).await;
    answering.until("speech.updated").await;
}

#[tokio::test]
async fn sessions_that_a_client_leaves_are_seen() {
    let sim = sim().await;
    let mut socket = Socket::open(&sim, SPEECH).await;
    socket.event().await;
    assert_eq!(sim.open_streams(), 1);
    drop(socket);
    sim.disconnected(1).await;
    assert_eq!(sim.disconnects()[0].path, SPEECH);
    let mut socket = Socket::open(&sim, SPEECH).await;
    socket.inner.close().await.unwrap();
    sim.streams_closed().await;
    assert_eq!(sim.disconnects().len(), 1);
}
