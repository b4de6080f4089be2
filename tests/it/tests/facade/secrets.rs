//! A token is never printed, whatever is printed.

use std::error::Error as _;
use std::fmt::{Debug, Display};
use std::time::Duration;

use coze::http::Method;
use coze::transport::TransportError;
use coze::{CreateChat, Error, Message};
use serde_json::json;

use crate::mock::{Mock, Reply, TOKEN};

/// Value of a header that callers add; it may be a secret as well.
const KEY: &str = "KeyOfTheGateway";

#[track_caller]
fn clean(text: &str) {
    for secret in [TOKEN, &TOKEN[4..], KEY] {
        assert!(!text.contains(secret), "prints a secret: {text}");
    }
}

#[track_caller]
fn debug(value: &impl Debug) {
    clean(&format!("{value:?}"));
    clean(&format!("{value:#?}"));
}

fn error(error: &Error) {
    fn both(value: &(impl Debug + Display + ?Sized)) {
        clean(&format!("{value:?} {value:#?} {value}"));
    }
    both(error);
    let mut source = error.source();
    while let Some(cause) = source {
        both(cause);
        source = cause.source();
    }
}

#[tokio::test]
async fn nothing_prints_the_token_or_the_values_of_headers() {
    let mock = Mock::new(|number, _| match number {
        0 => Reply::data(&json!({"id": "2", "conversation_id": "1", "status": "in_progress"})),
        1 => Reply::events("event:done\ndata:\n\n"),
        2 => Reply::new(401, "application/json", r#"{"code":4100,"msg":"bad token"}"#),
        3 => Reply::new(200, "text/html", "<html>"),
        4 => Reply::new(502, "text/html", "<html>"),
        5 => Reply::silence(),
        _ => Reply::fail(TransportError::other("refused")),
    });
    let builder = mock.builder().header("x-key", KEY);
    debug(&builder);
    let client = builder.build().unwrap();
    debug(&client);
    debug(&client.chat());

    let ask = || CreateChat::new("7", "u").message(Message::user("hi"));
    let call = client.chat().create(ask()).header("x-key", KEY);
    debug(&call);
    debug(&client.chat().create_and_poll(ask()));
    let raw = client.request(Method::GET, "/v1/x").header("x-key", KEY);
    debug(&raw);

    debug(&call.with_response().await.unwrap());
    let stream = client.chat().stream(ask()).await.unwrap();
    debug(&stream);
    debug(&stream.text());

    let failing = || client.chat().retrieve("1", "2").header("x-key", KEY).timeout(Duration::from_millis(5));
    for _ in 2..7 {
        error(&failing().await.unwrap_err());
    }
    error(&raw.await.unwrap_err());
    error(&failing().header("x-other", "KeyOfTheGateway\n").await.unwrap_err());

    assert_eq!(mock.sent().len(), 8);
    for sent in mock.sent() {
        // The transport gets the token, marked so that printing the request hides it.
        assert!(sent.header("authorization").unwrap().ends_with(TOKEN));
        assert!(!sent.debug.contains(TOKEN), "{}", sent.debug);
    }
}
