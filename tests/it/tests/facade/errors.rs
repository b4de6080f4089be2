//! Every way in which a server can fail, and what the caller learns of it.

use std::io;
use std::time::Duration;

use bytes::Bytes;
use coze::transport::TransportError;
use coze::types::LogId;
use coze::{CreateChat, Error, ErrorKind, Message};
use serde_json::{Value, json};

use crate::mock::{Mock, Piece, Reply};

async fn failure(reply: Reply) -> Error {
    let mock = Mock::always(reply);
    let error = mock.client().chat().retrieve("1", "2").await.unwrap_err();
    assert_eq!(error.endpoint(), Some("/v3/chat/retrieve"), "{error}");
    assert!(error.to_string().starts_with("/v3/chat/retrieve: "), "{error}");
    assert!(!error.to_string().contains('\n'), "more than one line: {error}");
    assert_eq!(mock.sent().len(), 1);
    assert_eq!(mock.open(), 0);
    error
}

#[tokio::test]
async fn codes_and_statuses_say_what_sort_of_error_it_is() {
    use ErrorKind::*;
    for (status, code, kind, retryable) in [
        (200, json!(4000), InvalidRequest, false),
        (400, json!(4000), InvalidRequest, false),
        (200, json!(4001), Authentication, false),
        (200, json!(4100), Authentication, false),
        (401, json!(4100), Authentication, false),
        (200, json!(700_012_006), Authentication, false),
        (403, json!(4101), Permission, false),
        (200, json!(4200), Unpublished, false),
        (200, json!(4015), Unpublished, false),
        (200, json!(4016), Busy, true),
        (200, json!(4104), InvalidState, false),
        (429, json!(4013), RateLimited, true),
        (200, json!(4013), RateLimited, true),
        (200, json!(4028), Quota, true),
        (200, json!(6003), Quota, false),
        (200, json!(4014), Refused, false),
        (200, json!(5000), Server, true),
        (200, json!(6006), Timeout(coze::TimeoutKind::Server), false),
        (200, json!(103_000_002), NotFound, false),
        // Unknown codes: the status tells what it can.
        (200, json!(987_654), Api, false),
        (200, json!(-1), Api, false),
        (400, json!(987_654), InvalidRequest, false),
        (401, json!(987_654), Authentication, false),
        (403, json!(987_654), Permission, false),
        (404, json!(987_654), NotFound, false),
        (405, json!(987_654), Unsupported, false),
        (408, json!(987_654), Timeout(coze::TimeoutKind::Server), true),
        (429, json!(987_654), RateLimited, true),
        (500, json!(987_654), Server, true),
        (503, json!(987_654), Server, true),
        (504, json!(987_654), Timeout(coze::TimeoutKind::Server), true),
        // Codes as strings and words.
        (200, json!("4016"), Busy, true),
        (200, json!("720702204"), NotFound, false),
        (200, json!("something_new"), Api, false),
    ] {
        let text = code.as_str().map_or_else(|| code.to_string(), str::to_owned);
        let body = json!({"code": code, "msg": "because", "detail": {"logid": "L"}});
        let error = failure(Reply::new(status, "application/json", body.to_string())).await;
        assert_eq!(error.kind(), kind, "{status} {text}");
        assert_eq!(error.is_retryable(), retryable, "{status} {text}");
        let api = error.api().unwrap();
        assert_eq!((api.code.to_string(), api.msg.as_str()), (text.clone(), "because"));
        assert_eq!(api.log_id, Some(LogId::from("L")));
        assert_eq!(error.log_id(), Some(&LogId::from("L")));
        assert_eq!(error.status().unwrap().as_u16(), status);
        let printed = error.to_string();
        for part in [text.as_str(), "because", "log id L"] {
            assert_eq!(printed.matches(part).count(), 1, "{part:?} in {printed:?}");
        }
    }
}

#[tokio::test]
async fn success_with_a_failing_status_is_no_success() {
    for body in [json!({"code": 0, "msg": "", "data": {"id": "2"}}), json!({"data": {"id": "2"}}), json!({})]
    {
        for (status, kind) in [(500, ErrorKind::Server), (403, ErrorKind::Permission), (302, ErrorKind::Api)]
        {
            let error = failure(Reply::new(status, "application/json", body.to_string())).await;
            assert_eq!(error.kind(), kind, "{status} {body}: {error}");
            assert_eq!(error.status().unwrap().as_u16(), status);
            assert!(error.to_string().contains(&status.to_string()), "{error}");
        }
    }
}

#[tokio::test]
async fn failures_that_are_not_json_keep_the_status_and_a_part_of_the_text() {
    let html = format!("<html><h1>Bad Gateway</h1>{}", "x".repeat(100_000));
    for (status, content_type, body, kind, word) in [
        (502, "text/html", html.as_str(), ErrorKind::Server, "Bad Gateway"),
        (502, "application/json", html.as_str(), ErrorKind::Server, "Bad Gateway"),
        (504, "text/html", "", ErrorKind::Timeout(coze::TimeoutKind::Server), "504"),
        (500, "text/plain; charset=utf-8", "record not found\nstack", ErrorKind::Server, "record not found"),
        (500, "", "", ErrorKind::Server, "500"),
        (413, "text/plain", "Request Entity Too Large", ErrorKind::InvalidRequest, "Too Large"),
        (429, "", "slow down", ErrorKind::RateLimited, "slow down"),
        (401, "text/plain", "no", ErrorKind::Authentication, "no"),
        (500, "application/json", r#"{"code":"#, ErrorKind::Server, "500"),
        (500, "application/json", "\u{0}\u{1}\u{1b}[31m", ErrorKind::Server, "500"),
        (502, "application/json", "null", ErrorKind::Server, "502"),
        (502, "application/json", "[]", ErrorKind::Server, "502"),
        (502, "application/json", r#""text""#, ErrorKind::Server, "502"),
        (502, "application/json", "17", ErrorKind::Server, "502"),
    ] {
        let error = failure(Reply::new(status, content_type, body.to_owned())).await;
        assert_eq!(error.kind(), kind, "{error}");
        assert_eq!(error.status().unwrap().as_u16(), status, "{error}");
        let text = error.to_string();
        assert!(text.contains(word) && text.len() < 1000, "{text}");
        assert!(!text.contains('\u{1b}'), "a server must not write to the terminal: {text:?}");
    }
}

#[tokio::test]
async fn invalid_utf8_in_failures_is_shown_and_harms_nothing() {
    let error = failure(Reply::new(500, "text/plain", &b"b\xffroken"[..])).await;
    assert!(error.to_string().contains("b\u{fffd}roken"), "{error}");
    // The cut of a long body may fall into a character.
    for lead in 0..4 {
        let body = format!("{}{}", "a".repeat(lead), "汉".repeat(1000));
        let error = failure(Reply::new(500, "text/plain", body)).await;
        assert!(error.to_string().contains('汉'), "{error}");
    }
}

#[tokio::test]
async fn success_that_does_not_read_is_a_decode_error_with_log_id_and_excerpt() {
    for (content_type, body, words) in [
        ("text/html", "<html>login</html>", &["not JSON", "base URL", "login"][..]),
        ("application/json", "", &["empty"]),
        ("application/json", r#"{"code":0,"data":{"id":"2""#, &["not JSON"]),
        ("application/json", r#"{"code":0,"data":{"id":{}}}"#, &["id"]),
        ("application/json", r#"{"code":0,"data":"soon"}"#, &["soon"]),
        ("application/json", r#"{"code":0,"data":null}"#, &["Chat"]),
        ("application/json", r#"{"code":0}"#, &["Chat"]),
        ("application/json", "{}", &["Chat"]),
        ("application/json", "null", &["JSON, but not an object"]),
        ("application/json", "[]", &["JSON, but not an object"]),
        ("application/json", "\u{feff}{}", &[]),
    ] {
        let error = failure(Reply::new(200, content_type, body).header("x-tt-logid", "L")).await;
        assert_eq!(error.kind(), ErrorKind::Decode, "{body}: {error}");
        assert_eq!(error.log_id(), Some(&LogId::from("L")), "{error}");
        assert!(!error.is_retryable() && error.api().is_none());
        let text = error.to_string();
        for word in words {
            assert!(text.contains(word), "{word:?} in {text:?}");
        }
        assert_eq!(text.matches("log id L").count(), 1, "{text}");
    }
}

#[tokio::test]
async fn an_error_in_the_words_of_oauth_is_read() {
    for (status, body, code, msg) in [
        (400, json!({"error_code": "invalid_client", "error_message": "no"}), "invalid_client", "no"),
        (200, json!({"error_code": "invalid_client", "error_message": "no"}), "invalid_client", "no"),
        (400, json!({"error": "slow_down", "error_description": "wait"}), "slow_down", "wait"),
    ] {
        let error = failure(Reply::new(status, "application/json", body.to_string())).await;
        let api = error.api().unwrap();
        assert_eq!((api.code.as_word(), api.msg.as_str()), (Some(code), msg));
    }
}

#[tokio::test]
async fn the_message_of_an_error_may_be_anything() {
    for (msg, expected) in [
        (json!(null), "HTTP status 200"),
        (json!(""), "HTTP status 200"),
        (json!({"a": 1}), ""),
        (json!(7), ""),
        (json!("中文 🦀"), "中文 🦀"),
        (json!("two\nlines"), "two"),
    ] {
        let body = json!({"code": 4000, "msg": msg, "data": [1, 2, "any shape"], "detail": 7});
        let error = failure(Reply::json(&body)).await;
        assert_eq!(error.api().unwrap().code, 4000);
        assert!(error.to_string().contains(expected), "{error}");
    }
}

#[tokio::test]
async fn failures_of_the_transport_keep_their_kind_and_cause() {
    let refused = || io::Error::from(io::ErrorKind::ConnectionRefused);
    let reset = || io::Error::from(io::ErrorKind::ConnectionReset);
    for (error, kind, retryable) in [
        (TransportError::connect(refused()), ErrorKind::Connect, true),
        (
            TransportError::timeout("the head", Duration::from_secs(3)),
            ErrorKind::Timeout(coze::TimeoutKind::Head),
            true,
        ),
        (TransportError::body(reset()), ErrorKind::Transport, true),
        (TransportError::other(reset()), ErrorKind::Transport, true),
        (TransportError::request("bad URL"), ErrorKind::InvalidRequest, false),
    ] {
        let text = error.to_string();
        let failed = failure(Reply::fail(error)).await;
        assert_eq!(failed.kind(), kind, "{failed}");
        assert_eq!(failed.is_retryable(), retryable, "{failed}");
        assert!(failed.to_string().contains(&text), "{failed}");
        assert_eq!(failed.transport().unwrap().to_string(), text);
        assert!(failed.api().is_none() && failed.status().is_none());
    }
}

#[tokio::test]
async fn a_body_that_breaks_or_is_too_large_is_an_error_with_log_id() {
    let cut = || {
        Reply::pieces([
            Piece::Data(Bytes::from_static(br#"{"code":0,"data":{"id":"2"}}"#)),
            Piece::Fail(TransportError::body(io::Error::from(io::ErrorKind::ConnectionReset))),
        ])
    };
    let error = failure(cut().header("content-type", "application/json").header("x-log-id", "L")).await;
    assert_eq!((error.kind(), error.log_id()), (ErrorKind::Transport, Some(&LogId::from("L"))));

    let body = json!({"code": 0, "data": {"id": "2", "junk": "x".repeat(5000)}}).to_string();
    let limited = |reply| async move {
        let client = Mock::always(reply).builder().max_body(1000).build().unwrap();
        client.chat().retrieve("1", "2").await.unwrap_err()
    };
    let whole = Reply::new(200, "application/json", body.clone()).header("x-tt-logid", "L");
    let halves = [&body.as_bytes()[..900], &body.as_bytes()[900..]];
    let split = Reply::chunks(halves).header("content-type", "application/json").header("x-tt-logid", "L");
    for reply in [whole, split] {
        let error = limited(reply).await;
        assert_eq!(error.kind(), ErrorKind::TooLarge, "{error}");
        assert_eq!(error.log_id(), Some(&LogId::from("L")));
        assert!(error.to_string().contains("1000"), "{error}");
        assert!(!error.is_retryable());
    }
}

#[tokio::test]
async fn a_refused_stream_says_why_whatever_its_status() {
    let refusal = json!({"code": 4016, "msg": "busy", "detail": {"logid": "L"}}).to_string();
    for (reply, kind, status) in [
        (Reply::new(200, "application/json", refusal.clone()), ErrorKind::Busy, Some(200)),
        (Reply::new(200, "application/json; charset=utf-8", refusal.clone()), ErrorKind::Busy, Some(200)),
        (Reply::new(400, "application/json", refusal.clone()), ErrorKind::Busy, Some(400)),
        (Reply::new(500, "text/event-stream", refusal.clone()), ErrorKind::Busy, Some(500)),
        (Reply::new(200, "", refusal.clone()), ErrorKind::Busy, Some(200)),
        (
            Reply::new(401, "application/json", r#"{"code":4100,"msg":"m"}"#),
            ErrorKind::Authentication,
            Some(401),
        ),
        (Reply::new(502, "text/html", "<h1>Bad Gateway</h1>"), ErrorKind::Server, Some(502)),
        (Reply::new(503, "text/event-stream", "event:error\ndata:{}\n\n"), ErrorKind::Server, Some(503)),
        (Reply::new(500, "", ""), ErrorKind::Server, Some(500)),
        (Reply::new(200, "text/html", "<h1>login</h1>"), ErrorKind::Decode, None),
        (
            Reply::new(200, "application/json", r#"{"code":0,"msg":"","data":{"id":"2"}}"#),
            ErrorKind::Decode,
            None,
        ),
        (Reply::new(200, "application/json", ""), ErrorKind::Decode, None),
        (Reply::new(204, "", ""), ErrorKind::Decode, None),
    ] {
        let mock = Mock::always(reply.header("x-log-id", "H"));
        let request = CreateChat::new("7", "u").message(Message::user("hi"));
        let error = mock.client().chat().stream(request).await.map(drop).unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
        assert_eq!(error.status().map(|status| status.as_u16()), status, "{error}");
        assert_eq!(error.endpoint(), Some("/v3/chat"));
        let expected = if kind == ErrorKind::Busy { "L" } else { "H" };
        assert_eq!(error.log_id(), Some(&LogId::from(expected)), "{error}");
        assert_eq!(mock.open(), 0);
    }
}

#[tokio::test]
async fn unknown_words_and_odd_values_never_fail_an_answer() {
    for (field, value) in [
        ("status", json!("dreaming")),
        ("status", json!(null)),
        ("conversation_id", json!(7_400_000_000_000_000_001_u64)),
        ("created_at", json!("1700000000")),
        ("created_at", json!("")),
        ("created_at", json!(null)),
        ("meta_data", json!(null)),
        ("meta_data", json!({"a": 1, "b": null})),
        ("last_error", json!(null)),
        ("last_error", json!({"code": null, "msg": null})),
        ("last_error", json!({"code": "0", "msg": ""})),
        ("usage", json!(null)),
        ("usage", json!({"token_count": "12", "new": true})),
        ("required_action", json!({"type": "dance", "more": []})),
        ("required_action", json!({"type": "submit_tool_outputs", "submit_tool_outputs": null})),
        ("required_action", json!({"submit_tool_outputs": {"tool_calls": null}})),
        ("inserted_additional_messages", json!(null)),
        ("something_new", json!({"deep": [1, 2]})),
    ] {
        let mut chat = json!({"id": 2});
        chat[field] = value.clone();
        let client = Mock::always(Reply::data(&chat)).client();
        let chat = client.chat().retrieve("1", "2").await;
        let chat = chat.unwrap_or_else(|error| panic!("{field} {value}: {error}"));
        assert_eq!(chat.id, "2");
        assert!(chat.error().is_none(), "{field} {value}");
        let kept = serde_json::to_value(&chat).unwrap();
        if field == "something_new" || value == json!("dreaming") {
            assert_eq!(kept[field], value, "what is not known survives");
        }
    }
}

#[tokio::test]
async fn codes_of_every_form_that_mean_success_are_success() {
    for code in [json!(0), json!("0"), json!(null), json!(""), Value::Null] {
        let body = json!({"code": code, "msg": null, "data": {"id": "2"}, "BaseResp": null});
        let chat = Mock::always(Reply::json(&body)).client().chat().retrieve("1", "2").await.unwrap();
        assert_eq!(chat.id, "2", "{code}");
    }
    // What is neither number nor text is no success.
    for code in [json!(true), json!([]), json!({"a": 0}), json!(0.5)] {
        let error = failure(Reply::json(&json!({"code": code, "data": {"id": "2"}}))).await;
        assert_eq!(error.kind(), ErrorKind::Api, "{code}: {error}");
    }
}

#[tokio::test]
async fn answers_made_to_harm_do_none() {
    let deep =
        |open: &str, close: &str, depth: usize| format!("{}1{}", open.repeat(depth), close.repeat(depth));
    for junk in [
        deep("[", "]", 100_000),
        deep("{\"a\":", "}", 100_000),
        "9".repeat(100_000),
        "1e999999".to_owned(),
        "-0.0".to_owned(),
        r#""\ud800""#.to_owned(),
    ] {
        for body in [
            format!(r#"{{"code":0,"data":{{"id":"2","junk":{junk}}}}}"#),
            format!(r#"{{"code":0,"data":{junk}}}"#),
            format!(r#"{{"code":{junk},"data":{{"id":"2"}}}}"#),
            format!(r#"{{"code":4000,"msg":{junk},"detail":{junk}}}"#),
            junk.clone(),
        ] {
            for status in [200, 500] {
                let reply = Reply::new(status, "application/json", body.clone());
                if let Err(error) = Mock::always(reply).client().chat().retrieve("1", "2").await {
                    let printed = error.to_string().len() + format!("{error:?}").len();
                    assert!(printed < 10_000, "{status} {body:.60}: {printed} bytes");
                }
            }
        }
    }
    // A key that comes twice is no way to slip an error through.
    let twice = Reply::new(200, "application/json", r#"{"code":4100,"code":0,"data":{"id":"2"}}"#);
    failure(twice).await;
}

#[tokio::test]
async fn the_message_of_an_error_is_bounded_where_it_is_printed() {
    let long = json!({"code": 4000, "msg": format!("start {}", "长".repeat(1_000_000))});
    let error = failure(Reply::json(&long)).await;
    let text = error.to_string();
    assert!(text.contains("start") && text.len() < 10_000, "{} bytes", text.len());
    // Whoever wants all of it can have it.
    assert!(error.api().unwrap().msg.len() > 1_000_000);
}
