//! Sessions over WebSockets against the simulator: what goes well, and a row for each fault of its scripts.
#![cfg(test)]

use std::future::Future;
use std::time::Duration;

use coze::realtime::{
    Connect, InputAudio, LiveEvent, RealtimeEvent, Session, SpeechEvent, TranscriptionEvent, TurnDetection,
};
use coze::{Coze, ErrorKind};
use coze_sim::{Script, Sim};
use serde_json::{Value, json};

const LONG: Duration = Duration::from_secs(60);

async fn within<T>(step: impl Future<Output = T>) -> T {
    tokio::time::timeout(LONG, step).await.expect("it happens")
}

async fn scripted(script: Value) -> (Sim, Coze) {
    let script = Script::parse(&script.to_string()).unwrap();
    let sim = Sim::builder().pace(Duration::ZERO).script(script).start().await.unwrap();
    let client = Coze::builder().token(sim.token()).base_url(sim.url()).build().unwrap();
    (sim, client)
}

async fn open<E: LiveEvent>(connect: Connect<E>) -> Session<E> {
    within(connect.connect()).await.unwrap()
}

/// Lets the simulator speak.
async fn spoken(client: &Coze, text: &str) -> Vec<u8> {
    let mut session = open(client.audio().speech().live()).await;
    within(session.sender().append(text)).await.unwrap();
    let audio = within(session.finish()).await.unwrap();
    within(session.close()).await.unwrap();
    audio.to_vec()
}

#[tokio::test]
async fn what_was_said_is_heard_and_answered() {
    let (_sim, client) = scripted(json!({})).await;
    // Longer than one round holds.
    let text = "What day is 2024-10-01? ".repeat(50);
    let audio = spoken(&client, &text).await;
    let pcm = InputAudio::pcm(24_000);
    let mut session = open(client.audio().transcriptions().live().input_audio(pcm.clone())).await;
    for frame in audio.chunks(9600) {
        within(session.sender().append(frame)).await.unwrap();
    }
    assert_eq!(within(session.finish()).await.unwrap(), text.trim());

    let question = spoken(&client, "What day is 2024-10-01?").await;
    let connect = client.chat().realtime(coze_sim::DEMO_BOT).input_audio(pcm);
    let mut session = open(connect.turn_detection(TurnDetection::server_vad())).await;
    within(session.sender().append(&question)).await.unwrap();
    within(session.sender().append(vec![0; 48 * 600])).await.unwrap();
    let (mut transcript, mut answer, mut audio) = (String::new(), String::new(), Vec::new());
    loop {
        match within(session.next()).await.unwrap().unwrap() {
            RealtimeEvent::TranscriptCompleted(text) => transcript = text,
            RealtimeEvent::MessageDelta(delta) => answer += &delta.content,
            RealtimeEvent::Audio { audio: piece, .. } => audio.extend_from_slice(&piece),
            RealtimeEvent::ChatCompleted(_) => break,
            _ => {}
        }
    }
    assert_eq!(
        (transcript.as_str(), answer.as_str()),
        ("What day is 2024-10-01?", "October 1, 2024 is a Tuesday.")
    );
    assert_eq!(audio, spoken(&client, &answer).await);
}

/// What becomes of a speech session.
#[derive(Debug, PartialEq)]
enum Fate {
    /// It is completed, after so many errors that are items.
    Completed(usize),
    /// It ends with this error.
    Ended(ErrorKind, Option<u16>),
    /// It is not opened.
    Refused(ErrorKind, Option<u16>),
}

async fn fate(cues: Value) -> Fate {
    let (_sim, client) = scripted(json!({"sessions": [{"on": "*", "cues": cues}]})).await;
    let connect = client.audio().speech().live().output_audio(coze::realtime::OutputAudio::pcm(24_000));
    let mut session = match within(connect.connect()).await {
        Ok(session) => session,
        Err(error) => return Fate::Refused(error.kind(), error.close_frame().map(|frame| frame.code)),
    };
    // A session that has ended says why when it is read.
    let _ = within(session.sender().append("one two three")).await;
    let _ = within(session.sender().complete()).await;
    let mut errors = 0;
    let mut last = None;
    while let Some(event) = within(session.next()).await {
        match event {
            Ok(SpeechEvent::Completed) => return Fate::Completed(errors),
            Ok(_) => {}
            Err(error) => {
                errors += 1;
                last = Some((error.kind(), error.close_frame().map(|frame| frame.code)));
            }
        }
    }
    let (kind, code) = last.expect("an end without an error");
    Fate::Ended(kind, code)
}

#[tokio::test]
async fn every_fault_of_a_session_has_its_error() {
    use ErrorKind::{Closed, Transport};
    let cut = |at: &str| json!([{"at": at, "cut": true}]);
    let close = |at: &str, code: Value| json!([{"at": at, "close": {"code": code}}]);
    let send = |event: Value| json!([{"at": "input_text_buffer.completed", "send": [event]}]);
    let mut wrong = Vec::new();
    for (cues, expected) in [
        (json!([]), Fate::Completed(0)),
        // Breaks at each point.
        (cut("speech.created"), Fate::Refused(Transport, None)),
        (cut("speech.updated"), Fate::Ended(Transport, None)),
        (cut("input_text_buffer.completed"), Fate::Ended(Transport, None)),
        (cut("speech.audio.update"), Fate::Ended(Transport, None)),
        // Closes at each point; none is in order as long as audio is awaited.
        (close("speech.created", json!(1008)), Fate::Refused(Closed, Some(1008))),
        (close("speech.updated", json!(1000)), Fate::Ended(Closed, Some(1000))),
        (close("input_text_buffer.completed", json!(1011)), Fate::Ended(Closed, Some(1011))),
        (close("conversation.audio.sentence_start", json!(1013)), Fate::Ended(Closed, Some(1013))),
        (close("speech.audio.update", json!(1001)), Fate::Ended(Closed, Some(1001))),
        (close("speech.audio.update", Value::Null), Fate::Ended(Closed, None)),
        // Events that are odd: only broken ones are errors, and no session ends by them. Data may be absent.
        (send(json!({"event_type": "speech.mood", "data": {"glad": true}})), Fate::Completed(0)),
        (send(json!({"event_type": "speech.created"})), Fate::Completed(0)),
        (send(json!({"event_type": "speech.audio.update", "data": {"delta": "AA=="}})), Fate::Completed(0)),
        (send(json!({"event_type": "speech.audio.update", "data": null})), Fate::Completed(0)),
        (send(json!({"event_type": "speech.audio.update"})), Fate::Completed(0)),
        (send(json!({"event_type": "speech.audio.update", "data": {"delta": "!"}})), Fate::Completed(1)),
        (send(json!({"event_type": "speech.audio.update", "data": 7})), Fate::Completed(1)),
        (send(json!("no json")), Fate::Completed(1)),
        (send(json!("[]")), Fate::Completed(1)),
        (send(json!("{}")), Fate::Completed(1)),
        (send(json!([255, 254])), Fate::Completed(1)),
        (
            send(json!({"event_type": "error", "data": {"code": 4008, "msg": "user rate limit"}})),
            Fate::Completed(1),
        ),
    ] {
        let fate = fate(cues.clone()).await;
        if fate != expected {
            wrong.push(format!("{cues}: expected {expected:?}, got {fate:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn audio_of_the_wrong_format_is_an_error_and_the_session_goes_on() {
    let (_sim, client) = scripted(json!({"sessions": [{"on": "*", "heard": ["hello"]}]})).await;
    let mut session = open(client.audio().transcriptions().live()).await;
    within(session.sender().append([1; 960])).await.unwrap();
    let error = within(session.next()).await.unwrap().unwrap_err();
    assert_eq!(error.api().unwrap().code, 4000, "{error}");
    assert!(error.to_string().contains("does not follow the format wav"), "{error}");
    assert_eq!(within(session.finish()).await.unwrap(), "hello");
}

#[tokio::test]
async fn an_update_that_comes_twice_ends_nothing() {
    let twice = json!([{"at": "transcriptions.message.completed",
        "send": [{"event_type": "transcriptions.message.completed"}]}]);
    let (_sim, client) =
        scripted(json!({"sessions": [{"on": "*", "heard": ["one", "two"], "cues": twice}]})).await;
    let mut session: Session<TranscriptionEvent> = open(client.audio().transcriptions().live()).await;
    assert_eq!(within(session.finish()).await.unwrap(), "one");
}
