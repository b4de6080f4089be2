//! Tokens that a server refuses in other ways, and servers that repeat what they were sent.

use std::error::Error as _;
use std::fmt::Write as _;

use coze::http::Method;
use coze::{Error, ErrorKind, FileSource};
use futures_util::stream;
use serde_json::json;

use super::{Mint, ask, bearers, chat, refused};
use crate::mock::{Mock, Reply};

fn uploaded() -> Reply {
    Reply::data(&json!({"id": "1", "bytes": 2, "created_at": 1, "file_name": "a.pdf"}))
}

fn once() -> FileSource {
    FileSource::stream("a.pdf", stream::iter([Ok::<_, std::io::Error>(bytes::Bytes::from_static(b"hi"))]))
}

#[tokio::test]
async fn what_cannot_be_sent_again_leaves_a_good_token_to_the_next() {
    let mock = Mock::new(|_, sent| match sent.header("authorization") {
        Some("Bearer token_1") => refused(),
        _ => uploaded(),
    });
    let mint = Mint::open(true);
    let client = mock.builder().auth(mint.provider()).build().unwrap();
    let error = client.files().upload(once()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Authentication, "{error}");
    assert_eq!(mock.sent().len(), 1);
    client.files().upload(once()).await.unwrap();
    assert_eq!(bearers(&mock), ["Bearer token_1", "Bearer token_2"]);
    assert_eq!(mint.count(), 2);
}

#[tokio::test]
async fn every_form_of_refusal_and_of_request_is_answered_by_a_new_token() {
    for refusal in [
        refused(),
        refused().status(200),
        Reply::new(401, "text/html", "<html>Unauthorized</html>"),
        Reply::new(401, "", ""),
        Reply::new(401, "application/json", r#"{"code":700012006,"msg":"authentication is invalid"}"#),
    ] {
        let send = async |answer: Reply, number: usize| {
            let mock = Mock::script([refusal.clone(), answer]);
            let client = mock.builder().auth(Mint::open(true).provider()).build().unwrap();
            match number {
                0 => client.chat().create(ask()).await.map(drop).unwrap(),
                1 => client.request(Method::GET, "/v1/x").await.map(drop).unwrap(),
                2 => client.chat().stream(ask()).await.map(drop).unwrap(),
                _ => client.files().upload(FileSource::bytes("a.pdf", "hi")).await.map(drop).unwrap(),
            }
            assert_eq!(bearers(&mock), ["Bearer token_1", "Bearer token_2"]);
            let sent = mock.sent();
            assert_eq!(sent[0].body.len(), sent[1].body.len());
        };
        send(chat(), 0).await;
        send(chat(), 1).await;
        send(Reply::events("event:done\ndata:\n\n"), 2).await;
        send(uploaded(), 3).await;
    }
}

fn all_of(error: &Error) -> String {
    let mut text = format!("{error} {error:?} {error:#?} {:?} {:?}", error.attempts(), error.log_id());
    let mut source = error.source();
    while let Some(cause) = source {
        write!(text, "{cause} {cause:?}").unwrap();
        source = cause.source();
    }
    text
}

#[tokio::test]
async fn a_server_that_repeats_the_token_is_not_repeated() {
    let replies = [
        (401, "application/json", r#"{"code":4100,"msg":"no such token: token_1"}"#),
        (400, "application/json", r#"{"code":4000,"msg":"x","detail":{"logid":"token_1"}}"#),
        (400, "application/json", r#"{"error":"token_1","error_description":"token_1"}"#),
        (400, "application/json", r#"{"error_code":"token_1","error_message":""}"#),
        (400, "application/json", r#"{"code":4000,"msg":"\u0074oken_1"}"#),
        (500, "text/html", "<html>Authorization: Bearer token_1"),
        (200, "text/html", "<html>Authorization: Bearer token_1"),
        (200, "application/json", r#"{"code":0,"data":{"id":["token_1"]}}"#),
        (200, "application/json", r#"{"code":0,"data":{"id":"1","token_1"#),
        (200, "application/json", r#"{"code":0,"data":{"status":{"token_1":1}}}"#),
    ];
    // Cut within the token.
    let long = format!("<html>{}token_1", "x".repeat(289));
    let replies = replies.into_iter().chain([(200, "text/html", long.as_str())]);
    let mut leaks = Vec::new();
    for (number, (status, content_type, body)) in replies.enumerate() {
        let mock = Mock::always(Reply::new(status, content_type, body.to_owned()));
        let client = mock.builder().auth(Mint::open(false).provider()).build().unwrap();
        let Err(error) = client.chat().create(ask()).await else { continue };
        let text = all_of(&error);
        if text.contains("token_1") || text.contains("xtoken") {
            leaks.push(format!("{number}: {text}"));
        }
    }
    assert!(leaks.is_empty(), "{leaks:#?}");
}

#[tokio::test]
async fn what_no_token_helps_is_not_sent_again() {
    // A plugin of the workflow wants an authorization of its own: the nodes before it have run.
    let mock = Mock::always(Reply::json(&json!({"code": 777_777_765, "msg": "not authorized"})));
    let client = mock.builder().auth(Mint::open(true).provider()).build().unwrap();
    let error = client.chat().create(ask()).await.unwrap_err();
    assert_eq!((error.kind(), mock.sent().len()), (ErrorKind::Authentication, 1), "{error}");
}

#[tokio::test]
async fn a_server_that_refuses_every_token_is_not_asked_twice_each_time() {
    let mock = Mock::always(refused());
    let mint = Mint::open(true);
    let client = mock.builder().auth(mint.provider()).build().unwrap();
    for _ in 0..200 {
        client.chat().create(ask()).await.unwrap_err();
    }
    // One renewal that is free, and those that the budget of retries allows.
    assert_eq!(mock.sent().len(), 200 + 1 + 100);
}

#[tokio::test]
async fn a_token_that_a_stream_repeats_is_hidden() {
    let frames = "event: error\ndata: {\"code\":4100,\"msg\":\"token_1 is bad\"}\n\nevent: conversation.message.delta\ndata: token_1\n\n";
    let mock = Mock::always(Reply::events(frames));
    let client = mock.builder().auth(Mint::open(true).provider()).build().unwrap();
    let mut events = client.chat().stream(ask()).await.unwrap();
    for _ in 0..2 {
        let error = events.next().await.unwrap().unwrap_err();
        assert!(!format!("{error} {error:?}").contains("token_1"), "{error}");
        assert!(error.to_string().contains("[redacted]"), "{error}");
    }
}
