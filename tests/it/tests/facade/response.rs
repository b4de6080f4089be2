//! Answers with what stood around them.

use coze::types::{ChatId, LogId};
use coze::{CreateChat, Message};
use serde_json::json;

use crate::mock::{Mock, Reply};

fn chat() -> serde_json::Value {
    json!({"id": "2", "conversation_id": "1", "status": "completed"})
}

#[tokio::test]
async fn the_log_id_comes_from_any_of_its_places() {
    let logid = |value| json!({"code": 0, "msg": "", "data": chat(), "detail": {"logid": value}});
    for (reply, expected) in [
        (Reply::data(&chat()).header("x-tt-logid", "h1"), Some("h1")),
        (Reply::data(&chat()).header("x-log-id", "h2"), Some("h2")),
        (Reply::data(&chat()).header("x-tt-logid", "").header("x-log-id", "h2"), Some("h2")),
        (Reply::json(&logid(json!("b"))), Some("b")),
        (Reply::json(&logid(json!("b"))).header("x-tt-logid", "b"), Some("b")),
        (Reply::json(&logid(json!(""))), None),
        (Reply::json(&logid(json!(null))), None),
        (Reply::json(&json!({"code": 0, "data": chat(), "detail": null})), None),
        (Reply::json(&json!({"code": 0, "data": chat(), "detail": "x"})), None),
        (Reply::data(&chat()), None),
    ] {
        let answer = Mock::always(reply).client().chat().retrieve("1", "2").with_response().await.unwrap();
        assert_eq!(answer.log_id, expected.map(LogId::from));
        assert_eq!(answer.value.id, ChatId::from("2"));
    }
}

#[tokio::test]
async fn status_and_headers_are_given() {
    let reply = Reply::new(201, "application/json", json!({"code": 0, "data": chat()}).to_string());
    let client = Mock::always(reply.header("x-ratelimit-left", "7")).client();
    let answer = client.chat().retrieve("1", "2").with_response().await.unwrap();
    assert_eq!(answer.status, 201);
    assert_eq!(answer.headers["x-ratelimit-left"], "7");
}

#[tokio::test]
async fn a_stream_has_them_before_its_first_event() {
    let reply = Reply::events("").header("x-tt-logid", "h1").header("x-a", "1");
    let client = Mock::always(reply).client();
    let request = CreateChat::new("7", "u").message(Message::user("hi"));
    let answer = client.chat().stream(request).with_response().await.unwrap();
    assert_eq!((answer.status.as_u16(), answer.headers["x-a"].to_str().unwrap()), (200, "1"));
    assert_eq!(answer.log_id, Some(LogId::from("h1")));
    let mut events = answer.value;
    assert_eq!(events.log_id(), Some(&LogId::from("h1")));
    let error = events.next().await.unwrap().unwrap_err();
    assert_eq!(error.log_id(), Some(&LogId::from("h1")));
}
