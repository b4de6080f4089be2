//! Servers that fail amid an answer; after each, the client goes on as if nothing had been.

use std::time::Duration;

use coze::{ErrorKind, EventStream};
use coze_sim::Dialect;
use serde_json::{Value, json};

use crate::served::{PATIENCE, Served, ask_bot, patiently, serve_script};

both!(
    a_broken_connection_is_no_end,
    a_polite_cut_is_no_end,
    silence_ends_with_the_idle_timeout,
    odd_framing_makes_no_difference,
    events_behind_the_end_are_not_delivered,
    a_refusal_in_place_of_a_stream_is_told,
    a_failing_server_is_told,
);

/// A bot whose stream is put on the wire so, and which says "hello world" in three deltas.
fn wired(wire: &Value) -> Value {
    let reply = json!({"steps": [{"answer": ["hel", "lo ", "world"]}]});
    json!({"bots": [{"id": "1", "rules": [
        {"when": {"exact": "well"}, "reply": "fine"},
        {"reply": reply, "wire": wire},
    ]}]})
}

async fn still_works(served: &Served) {
    let answer = served.client.chat().stream(ask_bot("1", "well")).await.unwrap().collect().await.unwrap();
    assert_eq!(answer.text(), "fine");
}

async fn open(served: &Served) -> EventStream<coze::ChatEvent> {
    served.client.chat().stream(ask_bot("1", "hi")).await.unwrap()
}

/// Reads to the end; the text so far, and the error if there was one.
async fn read(served: &Served) -> (String, Option<coze::Error>) {
    let mut events = open(served).await;
    let mut text = String::new();
    while let Some(event) = events.next().await {
        match event {
            Ok(event) => text += event.text().unwrap_or_default(),
            Err(error) => {
                assert!(events.next().await.is_none());
                return (text, Some(error));
            }
        }
    }
    (text, None)
}

async fn a_broken_connection_is_no_end(dialect: Dialect) {
    for cut in [json!({"after_events": 4}), json!({"after_bytes": 700}), json!({"before_done": true})] {
        let served = serve_script(dialect, &wired(&json!({"cut": cut}))).await;
        let (_, error) = read(&served).await;
        let error = error.unwrap_or_else(|| panic!("{cut} is taken for an end"));
        assert_eq!(error.kind(), ErrorKind::Transport, "{cut}: {error}");
        assert!(error.is_retryable() && error.log_id().is_some(), "{error}");
        still_works(&served).await;
    }
}

async fn a_polite_cut_is_no_end(dialect: Dialect) {
    for cut in [json!({"after_events": 4, "how": "end"}), json!({"after_bytes": 700, "how": "end"})] {
        let served = serve_script(dialect, &wired(&json!({"cut": cut}))).await;
        let (text, error) = read(&served).await;
        let error = error.unwrap_or_else(|| panic!("{cut} is taken for an end, after {text:?}"));
        assert_eq!(error.kind(), ErrorKind::Truncated, "{cut}: {error}");
        assert!(error.log_id().is_some(), "{error}");
        still_works(&served).await;
    }
    // A chat that is complete needs no done.
    let served = serve_script(dialect, &wired(&json!({"done": false}))).await;
    let (text, error) = read(&served).await;
    assert!(error.is_none() && text == "hello world", "{text:?} {error:?}");
}

async fn silence_ends_with_the_idle_timeout(dialect: Dialect) {
    let served = serve_script(dialect, &wired(&json!({"cut": {"after_events": 4, "how": "stall"}}))).await;
    let call = served.client.chat().stream(ask_bot("1", "hi")).timeout(PATIENCE);
    let error = call.idle_timeout(Duration::from_millis(300)).await.unwrap().collect().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout(coze::TimeoutKind::Stream));
    assert!(error.log_id().is_some() && error.to_string().contains("300ms"), "{error}");
    still_works(&served).await;

    let served = serve_script(dialect, &wired(&json!({"delay_head_ms": 3_600_000}))).await;
    let call = served.client.chat().stream(ask_bot("1", "hi")).timeout(Duration::from_millis(100));
    assert_eq!(call.await.map(drop).unwrap_err().kind(), ErrorKind::Timeout(coze::TimeoutKind::Head));
    still_works(&served).await;
}

async fn odd_framing_makes_no_difference(dialect: Dialect) {
    for wire in [
        json!({"chunk_bytes": 1}),
        json!({"line_end": "crlf", "chunk_bytes": 3}),
        json!({"line_end": "cr"}),
        json!({"bom": true, "retry_ms": 3000, "ids": true}),
        json!({"space_after_colon": true}),
        json!({"space_after_colon": false}),
        json!({"split_data": true, "chunk_bytes": 7}),
        json!({"keep_alive_ms": 1}),
        json!({"content_type": "text/event-stream; charset=utf-8"}),
        json!({"done": "{}"}),
        json!({"done": {"name": "conversation.stream.done", "data": ""}}),
        json!({"done": {"name": "done", "data": "\"[DONE]\""}}),
    ] {
        let served = serve_script(dialect, &wired(&wire)).await;
        let (text, error) = read(&served).await;
        assert!(error.is_none() && text == "hello world", "{wire}: {text:?} {error:?}");
    }
}

async fn events_behind_the_end_are_not_delivered(dialect: Dialect) {
    let late = json!([{"name": "error", "data": {"code": 1, "msg": "late"}}, {"name": "x", "data": "y"}]);
    let served = serve_script(dialect, &wired(&json!({"after_done": late}))).await;
    let (text, error) = read(&served).await;
    assert!(error.is_none() && text == "hello world", "{text:?} {error:?}");
    still_works(&served).await;
}

fn refusing(refuse: &Value) -> Value {
    json!({"bots": [{"id": "1", "rules": [
        {"when": {"exact": "well"}, "reply": "fine"},
        {"refuse": refuse},
    ]}]})
}

async fn a_refusal_in_place_of_a_stream_is_told(dialect: Dialect) {
    for (refuse, kind) in [
        (json!({"code": 4100, "msg": "m"}), ErrorKind::Authentication),
        (json!({"status": 401, "code": 4100, "msg": "m"}), ErrorKind::Authentication),
        (json!({"status": 500, "code": 5000, "msg": "m"}), ErrorKind::Server),
        (
            json!({"status": 502, "headers": {"content-type": "text/html"}, "body": "<h1>Bad Gateway</h1>"}),
            ErrorKind::Server,
        ),
        (
            json!({"status": 200, "headers": {"content-type": "text/html"}, "body": "<h1>login</h1>"}),
            ErrorKind::Decode,
        ),
        (
            json!({"status": 429, "headers": {"retry-after": "7"}, "code": 4013, "msg": "m"}),
            ErrorKind::RateLimited,
        ),
        (json!({"close": true}), ErrorKind::Transport),
        (json!({"body": {"code": 0, "data": {"id": "1"}}, "cut_after_bytes": 9}), ErrorKind::Transport),
    ] {
        let served = serve_script(dialect, &refusing(&refuse)).await;
        for error in [
            served.client.chat().stream(ask_bot("1", "hi")).await.map(drop).unwrap_err(),
            served.client.chat().create(ask_bot("1", "hi")).await.unwrap_err(),
        ] {
            assert_eq!(error.kind(), kind, "{refuse}: {error}");
            assert_eq!(error.endpoint(), Some("/v3/chat"));
        }
        still_works(&served).await;
    }
}

async fn a_failing_server_is_told(dialect: Dialect) {
    let faults = json!({"faults": [
        {"on": "GET /v3/chat/retrieve", "times": 1, "answer": {"status": 503, "body": "down"}},
        {"on": "GET /v3/chat/retrieve", "times": 1, "answer": {"close": true}},
        {"on": "GET /v3/chat/retrieve", "times": 1, "answer": {"body": "{\"code\":0,", "cut_after_bytes": 5}},
        {"on": "GET /v3/chat/retrieve", "times": 1, "delay_ms": 3_600_000},
    ]});
    let served = serve_script(dialect, &faults).await;
    let answer = served.client.chat().create_and_poll(crate::served::ask("hi").auto_save_history(true)).await;
    // Every second call of the wait is the retrieve that fails.
    assert_eq!(answer.unwrap_err().kind(), ErrorKind::Server);
    let retrieve = || served.client.chat().retrieve("1", "2");
    assert_eq!(retrieve().await.unwrap_err().kind(), ErrorKind::Transport);
    assert_eq!(retrieve().await.unwrap_err().kind(), ErrorKind::Transport);
    let silent = retrieve().timeout(Duration::from_millis(300));
    assert_eq!(silent.await.unwrap_err().kind(), ErrorKind::Timeout(coze::TimeoutKind::Head));
    // From here on the server itself answers: there is no such chat.
    let error = served.client.chat().retrieve("1", "2").await.unwrap_err();
    assert!(error.api().is_some(), "{error}");
}

#[tokio::test]
async fn nobody_listens() {
    patiently(async {
        let Served { sim, client } = serve_script(Dialect::Official, &json!({})).await;
        client.users().me().await.unwrap();
        sim.shutdown().await;
        for _ in 0..2 {
            let error = client.users().me().await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Connect, "{error}");
            assert!(error.is_retryable() && error.transport().unwrap().is_unsent(), "{error}");
        }
    })
    .await;
}
