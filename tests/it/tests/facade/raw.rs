//! Requests to paths that have no type.

use std::time::Duration;

use coze::http::Method;
use coze::types::LogId;
use coze::{Coze, ErrorKind};
use serde::Deserialize;
use serde_json::json;

use crate::mock::{Mock, Piece, Reply};

#[derive(Deserialize)]
struct Body {
    data: Data,
}

#[derive(Deserialize)]
struct Data {
    a: Vec<u8>,
}

#[tokio::test]
async fn it_goes_the_same_way_as_a_typed_request() {
    let mock = Mock::always(Reply::data(&json!({"a": [1, 2]})).header("x-tt-logid", "L"));
    let client = mock.builder().base_url("http://host:8888/prefix").allow_plain_http().build().unwrap();
    let answer = client
        .request(Method::PUT, "/v1/workspaces/7")
        .query("page_num", 1)
        .query("name", "a b&c=d#e?f/g%h+中")
        .query("unset", None::<String>)
        .header("x-trace", "t")
        .json(&json!({"x": 1}))
        .await
        .unwrap();
    let sent = mock.only();
    assert_eq!(sent.method, Method::PUT);
    assert_eq!(
        sent.uri,
        "http://host:8888/prefix/v1/workspaces/7?page_num=1&name=a%20b%26c%3Dd%23e%3Ff%2Fg%25h%2B%E4%B8%AD"
    );
    assert!(sent.header("authorization").unwrap().starts_with("Bearer "));
    assert_eq!((sent.header("content-type"), sent.header("x-trace")), (Some("application/json"), Some("t")));
    assert_eq!(sent.json(), json!({"x": 1}));

    assert_eq!(answer.json::<Body>().unwrap().data.a, [1, 2]);
    assert!(answer.json::<String>().is_err());
    assert!(answer.text().starts_with("{\"code\":0"));
    assert_eq!((answer.status.as_u16(), answer.log_id), (200, Some(LogId::from("L"))));
}

#[tokio::test]
async fn errors_are_errors_as_for_typed_requests() {
    for (reply, kind) in [
        (Reply::json(&json!({"code": 4100, "msg": "m"})), ErrorKind::Authentication),
        (Reply::new(404, "application/json", r#"{"code":404,"msg":"not found"}"#), ErrorKind::Unsupported),
        (Reply::new(502, "text/html", "<h1>"), ErrorKind::Server),
        (Reply::new(500, "application/octet-stream", vec![0_u8, 255]), ErrorKind::Server),
    ] {
        let client = Mock::always(reply.header("x-tt-logid", "L")).client();
        let error = client.request(Method::GET, "/v1/x").await.unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
        assert_eq!(error.log_id(), Some(&LogId::from("L")), "{error}");
        assert!(error.endpoint().is_some(), "{error}");
    }
}

#[tokio::test]
async fn bytes_come_as_they_are() {
    let bytes: Vec<u8> = (0..=255).collect();
    for content_type in ["audio/mpeg", "application/octet-stream", "text/plain", ""] {
        let client = Mock::always(Reply::new(200, content_type, bytes.clone())).client();
        let answer = client.request(Method::GET, "/v1/audio").await.unwrap();
        assert_eq!(answer.value, bytes, "{content_type:?}");
    }
    let client = Mock::always(Reply::new(204, "", "")).client();
    assert!(client.request(Method::DELETE, "/v1/x").await.unwrap().value.is_empty());
}

async fn refused(client: &Coze, path: &str) -> bool {
    client.request(Method::GET, path).await.is_err_and(|error| {
        assert_eq!(error.kind(), ErrorKind::InvalidRequest, "{path:?}: {error}");
        assert!(error.to_string().contains("path"), "{path:?}: {error}");
        true
    })
}

#[tokio::test]
async fn a_path_cannot_leave_the_server_or_become_another_request() {
    let mock = Mock::always(Reply::data(&json!(null)));
    let client = mock.builder().base_url("http://host/prefix").allow_plain_http().build().unwrap();
    for path in [
        "",
        "v1/x",
        "//evil.example/x",
        "/\\evil.example",
        "@evil.example/",
        ":80@evil.example/",
        ".evil.example/",
        "http://evil.example/",
        "/v1/x?admin=1",
        "/v1/x#y",
        "/v1/x y",
        "/v1/x\r\nHost: evil",
        "/v1/x HTTP/1.1\r\n\r\nGET /",
        "/v1/x\0",
        "/v1/x\t",
        "/v1/../../admin",
        "/..",
        "/v1/.",
        "/v1/./x",
        // The same, percent-encoded: servers and proxies resolve it.
        "/v1/%2e%2e/admin",
        "/v1/.%2E/admin",
        "/v1/%2e",
        "/v1/中",
        // No encoding at all: the next server would guess.
        "/v1/100%",
        "/v1/%zz",
    ] {
        assert!(refused(&client, path).await, "{path:?} was sent as {:?}", mock.lines());
    }
    assert!(mock.sent().is_empty());
    for path in ["/", "/v1/bots/a%2Fb", "/v1/a..b/...", "/v1/~a-b_c.d", "/v1/x:y@z", "/open_api/x/"] {
        client.request(Method::GET, path).await.unwrap();
        let sent = mock.sent().pop().unwrap();
        assert_eq!(sent.uri.to_string(), format!("http://host/prefix{path}"));
    }
}

#[tokio::test]
async fn query_names_and_values_stay_what_they_are() {
    let mock = Mock::always(Reply::data(&json!(null)));
    let client = mock.client();
    for text in ["a&b=c", "#", "?x", "a=b", "%00", "\r\nX: 1", "\u{0}", "../..", "+ ", "中", "🦀", "'\"<>"]
    {
        client.request(Method::GET, "/v1/x").query(text, text).query("last", 1).await.unwrap();
        let sent = mock.sent().pop().unwrap();
        let query = sent.uri.query().unwrap().to_owned();
        let pairs: Vec<_> = query.split('&').map(|pair| pair.split_once('=').unwrap()).collect();
        assert_eq!(pairs.len(), 2, "{query}");
        assert_eq!((decode(pairs[0].0), decode(pairs[0].1)), (text.to_owned(), text.to_owned()));
        assert_eq!(sent.path(), "/v1/x");
    }
    let error = client.request(Method::GET, "/v1/x").query("id", "").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
    assert!(error.to_string().contains("`id`"), "{error}");
}

/// Percent-decodes, and knows nothing of `+`.
fn decode(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let hex = [rest.next().unwrap(), rest.next().unwrap()];
            bytes.push(u8::from_str_radix(std::str::from_utf8(&hex).unwrap(), 16).unwrap());
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).unwrap()
}

#[tokio::test]
async fn a_body_that_cannot_be_written_is_told_and_not_sent() {
    let mock = Mock::always(Reply::data(&json!(null)));
    let client = mock.client();
    let unwritable = std::collections::BTreeMap::from([((1, 2), 3)]);
    let error = client.request(Method::POST, "/v1/x").json(&unwritable).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
    assert!(error.to_string().contains("JSON"), "{error}");
    let error = client.request(Method::POST, "/v1/x").header("x-a", "\n").await.unwrap_err();
    assert!(error.to_string().contains("x-a"), "{error}");
    assert!(mock.sent().is_empty());
}

#[tokio::test]
async fn events_of_any_stream_can_be_read() {
    let body = "id: 0\nevent: Message\ndata: {\"content\":\"hi\"}\n\nevent: Done\ndata: {}\n\n";
    let mock = Mock::always(Reply::events(body));
    let client = mock.client();
    let request = client.request(Method::POST, "/v1/workflow/stream_run").json(&json!({"workflow_id": "1"}));
    let mut events = request.events().await.unwrap();
    let mut seen = Vec::new();
    while let Some(event) = events.next().await {
        let event = event.unwrap();
        seen.push((event.name, event.data));
    }
    let expected = [("Message", "{\"content\":\"hi\"}"), ("Done", "{}")];
    assert_eq!(seen, expected.map(|(name, data)| (name.to_owned(), data.to_owned())));
    assert_eq!(mock.only().header("accept"), Some("text/event-stream"));

    let refused = Mock::always(Reply::json(&json!({"code": 4200, "msg": "m"})));
    let error = refused.client().request(Method::POST, "/v1/x").events().await.map(drop).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unpublished);
}

#[tokio::test]
async fn a_stream_of_unknown_events_that_is_cut_within_one_says_so() {
    let client = Mock::always(Reply::events("event: Message\ndata: {}\n\nevent: Mess")).client();
    let mut events = client.request(Method::POST, "/v1/x").events().await.unwrap();
    assert!(events.next().await.unwrap().is_ok());
    assert_eq!(events.next().await.unwrap().unwrap_err().kind(), ErrorKind::Truncated);
    assert!(events.next().await.is_none());
}

#[tokio::test(start_paused = true)]
async fn timeouts_hold_as_for_typed_requests() {
    let mock = Mock::always(Reply::pieces([Piece::Hang]));
    let client = mock.client();
    let limit = Duration::from_secs(2);
    let error = client.request(Method::GET, "/v1/x").timeout(limit).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout(coze::TimeoutKind::Body));
    assert_eq!(mock.open(), 0);
}
