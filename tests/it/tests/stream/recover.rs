//! Chats whose stream is cut, and which are followed to their end.

use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use coze::transport::TransportError;
use coze::{Answer, ChatStatus};
use serde_json::{Value, json};

use super::*;
use crate::mock::{Piece, Sent};

const TEXT: [&str; 4] = ["é你", "🦀\"\\", "\n", "end"];

/// The whole chat as it would have come.
fn frames() -> Vec<String> {
    let reasoning = r#"{"id":"3","type":"answer","content":"","reasoning_content":"hm"}"#;
    let mut frames = vec![created(), frame("conversation.message.delta", reasoning)];
    frames.extend(TEXT.map(delta));
    frames.extend([
        answer("3", &TEXT.concat()),
        message("4", "verbose", "{}"),
        message("5", "follow_up", "more?"),
        completed(),
        frame("conversation.stream.done", ""),
    ]);
    frames
}

/// The messages of the chat as the server keeps them; Coze Studio lists those of the request first.
fn kept(studio: bool) -> Value {
    let mut messages = vec![
        json!({"id": "3", "role": "assistant", "type": "answer", "content": TEXT.concat(), "reasoning_content": "hm"}),
        json!({"id": "4", "role": "assistant", "type": "verbose", "content": "{}"}),
        json!({"id": "5", "role": "assistant", "type": "follow_up", "content": "more?"}),
    ];
    if studio {
        let context = [
            json!({"id": "90", "role": "user", "type": "question", "content": "earlier question"}),
            json!({"id": "91", "role": "assistant", "type": "answer", "content": "earlier answer"}),
            json!({"id": "92", "role": "user", "type": "question", "content": "hi"}),
        ];
        messages.splice(0..0, context);
    }
    Value::Array(messages)
}

/// A server whose stream comes as `stream` says, and whose chat then has the given states in turn.
fn server(stream: Reply, states: &'static [&'static str], messages: Value) -> Mock {
    let asked = AtomicUsize::new(0);
    let answer = move |_, sent: &Sent| match sent.path() {
        "/v3/chat" => stream.clone().header("x-tt-logid", LOG_ID),
        "/v3/chat/retrieve" => {
            let turn = asked.fetch_add(1, Ordering::SeqCst).min(states.len() - 1);
            let mut chat: Value = serde_json::from_str(COMPLETED).unwrap();
            chat["status"] = json!(states[turn]);
            Reply::data(&chat)
        }
        "/v3/chat/message/list" => Reply::data(&messages),
        "/v3/chat/cancel" => Reply::data(&json!({"id": "2", "status": "canceled"})),
        other => Reply::fail(TransportError::other(format!("unexpected {other}"))),
    };
    Mock::new(answer)
}

fn reset() -> TransportError {
    TransportError::body(io::Error::from(io::ErrorKind::ConnectionReset))
}

/// Reads by events; the text, the completed messages, and the error if there was one.
async fn follow(mock: &Mock) -> (String, Vec<String>, Option<Error>) {
    let mut events = mock.client().chat().stream(ask()).recover().await.unwrap();
    let (mut text, mut messages, mut ends) = (String::new(), Vec::new(), 0);
    let reading = async {
        while let Some(event) = events.next().await {
            match event {
                Err(error) => return Some(error),
                Ok(ChatEvent::MessageCompleted(message)) => messages.push(message.content),
                Ok(ChatEvent::Completed(_)) => ends += 1,
                Ok(event) => text += event.text().unwrap_or_default(),
            }
        }
        assert_eq!(ends, 1, "the completed chat comes once");
        None
    };
    let error = tokio::time::timeout(Duration::from_secs(86_400), reading).await.expect("the stream hangs");
    (text, messages, error)
}

#[tokio::test(start_paused = true)]
async fn every_character_comes_once_wherever_the_stream_is_cut() {
    let whole = frames().concat().into_bytes();
    let created_at = created().len();
    for studio in [false, true] {
        for cut in 0..=whole.len() {
            for polite in [false, true] {
                let mut pieces = vec![Piece::Data(Bytes::copy_from_slice(&whole[..cut]))];
                pieces.extend((!polite).then(|| Piece::Fail(reset())));
                let mock = server(Reply::pieces(pieces), &["in_progress", "completed"], kept(studio));
                let (text, messages, error) = follow(&mock).await;
                let place = format!("cut at {cut}, studio: {studio}, polite: {polite}");
                if cut < created_at {
                    // Nobody knows of a chat to follow.
                    let error = error.expect(&place);
                    assert!(
                        matches!(error.kind(), ErrorKind::Truncated | ErrorKind::Transport),
                        "{place}: {error}"
                    );
                    assert_eq!(mock.sent().len(), 1, "{place}");
                    continue;
                }
                assert!(error.is_none(), "{place}: {error:?}");
                assert_eq!(text, TEXT.concat(), "{place}");
                assert_eq!(messages, [TEXT.concat().as_str(), "{}", "more?"], "{place}");
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn the_views_recover_as_well() {
    let whole = frames().concat().into_bytes();
    for cut in (created().len()..whole.len()).step_by(17) {
        let pieces =
            || Reply::pieces([Piece::Data(Bytes::copy_from_slice(&whole[..cut])), Piece::Fail(reset())]);
        let mock = server(pieces(), &["completed"], kept(true));
        let answer = mock.client().chat().stream(ask()).recover().await.unwrap().collect().await.unwrap();
        assert_eq!((answer.text(), answer.follow_ups()), (TEXT.concat(), vec!["more?"]), "{cut}");
        let mock = server(pieces(), &["completed"], kept(true));
        let mut text = mock.client().chat().stream(ask()).recover().await.unwrap().text();
        let mut all = String::new();
        while let Some(piece) = text.next().await {
            all += &piece.unwrap();
        }
        assert_eq!(all, TEXT.concat(), "{cut}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_falls_silent_is_recovered() {
    let begun = [created(), delta(TEXT[0])].concat();
    let mock = server(Reply::pieces([Piece::Data(begun.into()), Piece::Hang]), &["completed"], kept(false));
    let (text, _, error) = follow(&mock).await;
    assert!(error.is_none() && text == TEXT.concat(), "{text:?} {error:?}");
    assert_eq!(mock.open(), 0);
}

#[tokio::test(start_paused = true)]
async fn the_end_is_told_as_it_was() {
    let begun = || Reply::events([created(), delta(TEXT[0])].concat());
    for (state, kind) in [
        ("failed", None),
        ("canceled", Some(ChatStatus::Canceled)),
        ("requires_action", Some(ChatStatus::RequiresAction)),
    ] {
        let states: &'static [&'static str] = match state {
            "failed" => &["failed"],
            "canceled" => &["canceled"],
            _ => &["requires_action"],
        };
        let mock = server(begun(), states, json!([]));
        let answer = mock.client().chat().stream(ask()).recover().await.unwrap().collect().await;
        match (answer, kind) {
            (Ok(Answer { chat, .. }), Some(status)) => assert_eq!(chat.status, Some(status)),
            (Err(error), None) => {
                assert!(error.api().is_some(), "{error}");
                assert_eq!(error.endpoint(), Some("/v3/chat"), "{error}");
                assert_eq!(error.log_id().map(coze::types::LogId::as_str), Some(LOG_ID), "{error}");
            }
            (answer, _) => panic!("{state}: {answer:?}"),
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_chat_that_cannot_be_recovered_is_an_error_and_no_half_answer() {
    let begun = || Reply::events([created(), delta("something else")].concat());
    // What was kept is not what had come.
    let mock = server(begun(), &["completed"], kept(false));
    let (text, _, error) = follow(&mock).await;
    let error = error.unwrap();
    assert_eq!((text.as_str(), error.kind()), ("something else", ErrorKind::Truncated));
    assert!(error.to_string().contains("differs"), "{error}");
    assert_eq!(error.chat().unwrap().1.as_str(), "2");

    // It never comes to rest.
    let mock = server(begun(), &["in_progress"], kept(false));
    let call = mock.client();
    let events = call.chat().stream(ask()).recover().recover_within(Duration::from_secs(30)).await.unwrap();
    let error = events.collect().await.unwrap_err();
    assert_eq!(
        (error.kind(), error.endpoint()),
        (ErrorKind::Timeout(coze::TimeoutKind::Rest), Some("/v3/chat"))
    );
    assert!(error.to_string().contains("chat 2"), "{error}");

    // The server forbids to look.
    let mock = Mock::new(move |_, sent: &Sent| match sent.path() {
        "/v3/chat" => begun(),
        _ => Reply::json(&json!({"code": 4101, "msg": "no"})),
    });
    let (_, _, error) = follow(&mock).await;
    assert_eq!(error.unwrap().kind(), ErrorKind::Permission);
}

#[tokio::test(start_paused = true)]
async fn a_failure_of_the_chat_is_no_cut() {
    for (name, data) in [
        ("error", r#"{"code":4016,"msg":"busy"}"#),
        ("conversation.chat.failed", r#"{"id":"2","status":"failed"}"#),
    ] {
        let mock = server(Reply::events([created(), frame(name, data)].concat()), &["failed"], kept(false));
        let (_, _, error) = follow(&mock).await;
        assert!(error.unwrap().api().is_some());
        assert_eq!(mock.sent().len(), 1, "nothing to follow");
    }
}

#[tokio::test]
async fn a_chat_that_is_not_kept_is_not_promised_to_be_recovered() {
    let mock = server(Reply::events(""), &["completed"], kept(false));
    let error =
        mock.client().chat().stream(ask().auto_save_history(false)).recover().await.map(drop).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
    assert!(error.to_string().contains("auto_save_history") && mock.sent().is_empty(), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_dropped_stream_cancels_its_chat_where_that_is_wanted_and_of_use() {
    let hanging = |frames: &[String]| Reply::pieces([Piece::Data(frames.concat().into()), Piece::Hang]);
    let failed = frame("conversation.chat.failed", r#"{"id":"2","status":"failed"}"#);
    for (stream, read, cancels) in [
        (hanging(&[created(), delta("a")]), 1, 1),
        (hanging(&[created(), delta("a")]), 2, 1),
        // Nothing was read: the server is asked which chat it is.
        (hanging(&[created(), delta("a")]), 0, 1),
        (hanging(&[created(), completed()]), 2, 0),
        (hanging(&[created(), failed]), 2, 0),
        (Reply::events([created(), completed(), done()].concat()), 3, 0),
    ] {
        let mock = server(stream, &["in_progress"], kept(false));
        let mut events = mock.client().chat().stream(ask()).cancel_on_drop().await.unwrap();
        for _ in 0..read {
            let _ = events.next().await.unwrap();
        }
        drop(events);
        // The request runs as a task of its own.
        tokio::time::sleep(Duration::from_secs(1)).await;
        let canceled = mock.lines().iter().filter(|line| *line == "POST /v3/chat/cancel").count();
        assert_eq!(canceled, cancels, "after {read} events");
        assert_eq!(mock.open(), 0);
    }
    // Without the wish, no cancel.
    let mock = server(hanging(&[created()]), &["in_progress"], kept(false));
    let mut events = mock.client().chat().stream(ask()).recover().await.unwrap();
    events.next().await.unwrap().unwrap();
    drop(events);
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(mock.sent().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_saved_chat_without_the_answer_is_no_answer() {
    let other = json!([{"id": "8", "role": "assistant", "type": "answer", "content": TEXT.concat()}]);
    for (frames, saved) in [(3, json!([])), (3, other), (1, json!([]))] {
        let stream = frames_of(frames);
        let mock = server(stream, &["completed"], saved.clone());
        let (_, _, error) = follow(&mock).await;
        assert_eq!(error.map(|error| error.kind()), Some(ErrorKind::Truncated), "{frames} {saved}");
    }
}

#[tokio::test(start_paused = true)]
async fn behind_the_end_of_the_chat_nothing_is_asked_for() {
    let other = json!([{"id": "8", "role": "assistant", "type": "answer", "content": TEXT.concat()}]);
    let mock = server(frames_of(frames().len() - 1), &["completed"], other);
    let (text, messages, error) = follow(&mock).await;
    assert!(error.is_none(), "{error:?}");
    assert_eq!((text, messages.len(), mock.sent().len()), (TEXT.concat(), 3, 1));
}

/// A stream that breaks behind its first frames.
fn frames_of(count: usize) -> Reply {
    let pieces = frames().into_iter().take(count).map(|frame| Piece::Data(frame.into()));
    Reply::pieces(pieces.chain([Piece::Fail(reset())]))
}
