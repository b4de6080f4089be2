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

/// What a server, a proxy or a page for people repeats of a request, in every place that reaches a user.
#[tokio::test(start_paused = true)]
async fn a_token_that_a_server_repeats_is_not_printed() {
    let ask = || CreateChat::new("7", "u").message(Message::user("hi"));
    let event = |name: &str, data: &serde_json::Value| format!("event:{name}\ndata:{data}\n\n");
    let created =
        event("conversation.chat.created", &json!({"id": "2", "conversation_id": "1", "status": "created"}));
    let refusal = json!({"code": 4100, "msg": format!("bad token {TOKEN}")});

    // An error under the media type of audio.
    let speech = || coze::audio::CreateSpeech::new("hi", "7");
    let audio = Mock::always(Reply::new(200, "audio/mpeg", refusal.to_string()).header("x-tt-logid", TOKEN));
    error(&audio.client().audio().speech().create(speech()).await.unwrap_err());
    let audio = Mock::always(Reply::new(200, "audio/mpeg", "mp3").header("x-tt-logid", TOKEN));
    let download = audio.client().audio().speech().create(speech()).with_response().await.unwrap();
    assert!(download.log_id.is_none() && download.value.log_id().is_none());
    debug(&download.value);

    // The log id of a stream, and of its errors.
    let body =
        created.clone() + &event("error", &refusal) + &event("conversation.message.delta", &json!([TOKEN]));
    let mock = Mock::always(Reply::events(body).header("x-tt-logid", TOKEN));
    let client = mock.client();
    let mut events = client.chat().stream(ask()).await.unwrap();
    debug(&events);
    assert!(events.log_id().is_none());
    let mut failures = 0;
    while let Some(event) = events.next().await {
        if let Err(fault) = event {
            error(&fault);
            failures += 1;
        }
    }
    assert_eq!(failures, 2);
    debug(&client.chat().stream(ask()).await.unwrap().text());
    debug(&client.chat().stream(ask()).recover().await.unwrap());
    error(&client.chat().stream(ask()).await.unwrap().collect().await.unwrap_err());

    // Names of tools and ids, which views put into words.
    let call = json!({"id": "t", "type": "function", "function": {"name": TOKEN, "arguments": ""}});
    let action = json!({"type": "submit_tool_outputs", "submit_tool_outputs": {"tool_calls": [call]}});
    let waits = json!({"id": "2", "status": "requires_action", "required_action": action});
    for (name, data) in [("requires_action", waits), ("canceled", json!({"id": TOKEN, "status": "canceled"}))]
    {
        let mock = Mock::always(Reply::events(event(&format!("conversation.chat.{name}"), &data)));
        let mut text = mock.client().chat().stream(ask()).await.unwrap().text();
        error(&text.next().await.unwrap().unwrap_err());
    }

    // Why a chat failed, asked for after a cut and by polling.
    let why = json!({"code": 5000, "msg": format!("why {TOKEN}")});
    let failed = json!({"id": "2", "conversation_id": "1", "status": "failed", "last_error": why});
    let refused = failed.clone();
    let mock = Mock::new(move |_, sent| match (sent.method.as_str(), sent.path()) {
        ("POST", "/v3/chat") if sent.header("accept") == Some("text/event-stream") => {
            Reply::events(created.clone())
        }
        ("POST", "/v3/chat") => Reply::data(&json!({"id": "2", "conversation_id": "1", "status": "created"})),
        (_, "/v3/chat/retrieve") => Reply::data(&failed),
        _ => Reply::data(&json!([])),
    });
    let client = mock.client();
    let mut events = client.chat().stream(ask()).recover().await.unwrap();
    let failure = loop {
        if let Err(failure) = events.next().await.expect("it fails") {
            break failure;
        }
    };
    assert!(failure.to_string().contains("why"), "{failure}");
    error(&failure);
    let answer = client.chat().create_and_poll(ask()).await.unwrap();
    clean(&answer.error().unwrap().to_string());
    // The same of a chat that has failed by the time that the server answers, or was begun earlier.
    let mock = Mock::new(move |_, sent| match sent.path() {
        "/v3/chat/message/list" => Reply::data(&json!([])),
        _ => Reply::data(&refused),
    });
    for poll in [mock.client().chat().create_and_poll(ask()), mock.client().chat().poll("1", "2")] {
        let error = poll.await.unwrap().error().unwrap().to_string();
        assert!(error.contains("why"), "{error}");
        clean(&error);
    }

    // How a run went.
    let mock = Mock::new(move |number, _| match number {
        0 => Reply::json(&json!({"code": 0, "execute_id": "9"})),
        _ => Reply::data(
            &json!([{"execute_id": "9", "execute_status": "Fail", "error_code": "7", "error_message": TOKEN}]),
        ),
    });
    let run = mock.client().workflows().run_and_poll(coze::RunWorkflow::new("3")).await.unwrap_err();
    error(&run);
}
