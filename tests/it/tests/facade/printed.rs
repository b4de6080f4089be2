//! How errors print: one line that tells each cause once, and nothing that steers a terminal.

use std::io;
use std::time::Duration;

use coze::transport::TransportError;
use coze::types::Event;
use coze::{ChatEvent, CreateChat, Error, Message};
use serde_json::{Value, json};

use crate::mock::{Mock, Reply};

async fn failure(reply: Reply) -> Error {
    Mock::always(reply).client().chat().retrieve("1", "2").await.unwrap_err()
}

/// The line that `anyhow` and the like print: an error and all that hangs below it.
fn chain(error: &dyn std::error::Error) -> Vec<String> {
    let mut texts = vec![error.to_string()];
    let mut source = error.source();
    while let Some(cause) = source {
        texts.push(cause.to_string());
        source = cause.source();
    }
    texts
}

#[track_caller]
fn says_nothing_twice(error: &dyn std::error::Error) {
    let texts = chain(error);
    for (index, text) in texts.iter().enumerate() {
        for below in &texts[index + 1..] {
            assert!(!text.contains(below.as_str()), "{below:?} is told twice: {texts:?}");
        }
    }
}

#[tokio::test]
async fn no_error_repeats_its_source() {
    let reset = || TransportError::body(io::Error::other(io::Error::from(io::ErrorKind::ConnectionReset)));
    for reply in [
        Reply::json(&json!({"code": 4100, "msg": "bad token"})),
        Reply::new(200, "application/json", r#"{"code":0,"data":{"id":[]}}"#),
        Reply::new(200, "text/html", "<html>"),
        Reply::fail(reset()),
        Reply::fail(TransportError::connect(io::Error::from(io::ErrorKind::ConnectionRefused))),
    ] {
        let error = failure(reply).await;
        says_nothing_twice(&error);
        if let Some(error) = error.api() {
            says_nothing_twice(error);
        }
        if let Some(error) = error.decode() {
            says_nothing_twice(error);
            assert!(!error.excerpt().is_empty());
        }
        if let Some(error) = error.transport() {
            says_nothing_twice(error);
        }
    }
    let client = Mock::always(Reply::data(&json!({}))).client();
    let error = client.files().upload(std::path::Path::new("/nowhere/at all.png")).await.unwrap_err();
    says_nothing_twice(&error);
    assert_eq!(error.io().unwrap().kind(), io::ErrorKind::NotFound);
    let error = client.chat().retrieve("", "2").await.unwrap_err();
    says_nothing_twice(&error);
    let unwritable = std::collections::HashMap::from([(vec![1], 1)]);
    says_nothing_twice(&coze::types::Body::json(&unwritable).unwrap_err());
    says_nothing_twice(&coze::types::ReplyError::from(coze::ApiError::new(7, "m")));
    let bad = ChatEvent::parse("conversation.message.delta", "{").unwrap_err();
    says_nothing_twice(&coze::types::ReplyError::from(bad.clone()));
    says_nothing_twice(&bad);
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let sim = coze_sim::Sim::builder().addr(taken.local_addr().unwrap()).start().await;
    says_nothing_twice(&sim.unwrap_err());
}

/// What would move a cursor, forge a line of a log or turn the writing round.
const STEERING: &str = "\u{1b}]52;c;ZXZpbA==\u{7}\r\nINFO forged\u{2028}line\u{202e}\u{2066}\u{200f}";

#[track_caller]
fn is_one_harmless_line(error: &Error) {
    let text = error.to_string();
    let steering = |c: char| c.is_control() || STEERING.contains(c) && !c.is_ascii();
    assert!(!text.contains(steering), "{text:?}");
    assert!(text.contains("forged"), "{text:?}");
}

#[tokio::test(start_paused = true)]
async fn what_a_server_says_stays_on_one_line() {
    let ask = || CreateChat::new("7", "u").message(Message::user("hi"));
    let event = |name: &str, data: &Value| format!("event:conversation.chat.{name}\ndata:{data}\n\n");
    let text_of = async |body: String| {
        let mut text = Mock::always(Reply::events(body)).client().chat().stream(ask()).await.unwrap().text();
        text.next().await.unwrap().unwrap_err()
    };
    let call = json!({"id": "t", "type": "function", "function": {"name": STEERING, "arguments": ""}});
    let action = json!({"type": "submit_tool_outputs", "submit_tool_outputs": {"tool_calls": [call]}});
    let waits =
        json!({"id": "2", "conversation_id": "1", "status": "requires_action", "required_action": action});
    is_one_harmless_line(&text_of(event("requires_action", &waits)).await);
    let canceled = json!({"id": STEERING, "conversation_id": "1", "status": "canceled"});
    is_one_harmless_line(&text_of(event("canceled", &canceled)).await);
    let failed = json!({"id": "2", "status": "failed", "last_error": {"code": 5, "msg": STEERING}});
    is_one_harmless_line(&text_of(event("failed", &failed)).await);

    for (id, status) in [("2", STEERING), (STEERING, "in_progress")] {
        let chat = json!({"id": id, "conversation_id": id, "status": status});
        let client = Mock::always(Reply::data(&chat)).client();
        let poll = client.chat().create_and_poll(ask()).deadline(Duration::from_millis(300));
        is_one_harmless_line(&poll.cancel_on_deadline(false).await.unwrap_err());
    }
    is_one_harmless_line(&failure(Reply::json(&json!({"code": STEERING, "msg": "m"}))).await);
    is_one_harmless_line(&failure(Reply::new(500, "text/plain", STEERING)).await);
    is_one_harmless_line(&failure(Reply::fail(TransportError::other(STEERING))).await);
}
