//! Errors within a stream.

use bytes::Bytes;

use super::*;
use crate::mock::Piece;

fn error(data: &str) -> String {
    frame("error", data)
}

#[tokio::test(start_paused = true)]
async fn an_error_event_is_an_error_with_code_message_and_log_id() {
    for (data, code, word, kind) in [
        (r#"{"code":4016,"msg":"busy"}"#, "4016", "busy", ErrorKind::Busy),
        (r#"{"code":"4016","msg":"busy"}"#, "4016", "busy", ErrorKind::Busy),
        (r#"{"code":103200002,"msg":"Internal Server Error"}"#, "103200002", "Internal", ErrorKind::Server),
        (r#"{"code":987,"msg":null}"#, "987", "987", ErrorKind::Api),
        (r#"{"error_code":4000,"error_message":"wrong"}"#, "4000", "wrong", ErrorKind::InvalidRequest),
        (
            r#"{"code":103100001,"msg":"code=103100002 message=agent not exists\nstack=main.go:1\nx"}"#,
            "103100002",
            "agent not exists",
            ErrorKind::NotFound,
        ),
        ("{}", "0", "without details", ErrorKind::Api),
        ("", "0", "without details", ErrorKind::Api),
        ("null", "0", "without details", ErrorKind::Api),
        ("plain text: node failed", "0", "plain text: node failed", ErrorKind::Api),
        (r#"{"code":0,"msg":"zero"}"#, "0", "zero", ErrorKind::Api),
        (r#"{"msg":"no code"}"#, "0", "no code", ErrorKind::Api),
        ("[1]", "0", "[1]", ErrorKind::Api),
    ] {
        for name in ["error", "Error"] {
            let seen = read(Reply::events(created() + &frame(name, data))).await;
            let [Ok(_), Err(error)] = seen.as_slice() else { panic!("{data}: {seen:?}") };
            let api = error.api().unwrap();
            assert_eq!(api.code.to_string(), code, "{data}");
            assert_eq!(error.kind(), kind, "{data}: {error}");
            let text = error.to_string();
            assert!(text.contains(word) && !text.contains("stack="), "{data}: {text}");
            assert_eq!(text.matches(LOG_ID).count(), 1, "{text}");
            assert_eq!(error.log_id().unwrap(), LOG_ID);
            assert_eq!(error.endpoint(), Some("/v3/chat"));
            assert_eq!(error.status(), None);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_plain_text_error_over_several_lines_is_kept() {
    let body = created() + "event: error\ndata: panic: boom\ndata: goroutine 1\ndata: main.go\n\n";
    let seen = read(Reply::events(body)).await;
    let error = seen[1].as_ref().unwrap_err();
    let msg = &error.api().unwrap().msg;
    assert!(msg.contains("boom") && msg.contains("main.go"), "{msg}");
}

#[tokio::test(start_paused = true)]
async fn what_follows_an_error_is_delivered() {
    let failed = error(r#"{"code":103200002,"msg":"m"}"#);
    let body = created() + &delta("a") + &failed + &completed() + &frame("conversation.stream.done", "");
    assert_eq!(words(Reply::events(body)).await, ["created", "+a", "!103200002", "completed", "done"]);
    // An error, and then the end: nothing more is owed.
    assert_eq!(words(Reply::events(created() + &failed)).await, ["created", "!103200002"]);
    assert_eq!(words(Reply::events(failed.clone())).await, ["!103200002"]);
    assert_eq!(words(Reply::events(created() + &failed + &done())).await, ["created", "!103200002", "done"]);
    assert_eq!(words(Reply::events(failed.clone() + &failed)).await, ["!103200002", "!103200002"]);
    // Cut within the next event: that is told, too.
    assert_eq!(words(Reply::events(failed + "event:conv")).await, ["!103200002", TRUNCATED]);
}

#[tokio::test(start_paused = true)]
async fn an_error_is_never_a_success_of_the_views() {
    let failed = error(r#"{"code":103200002,"msg":"m"}"#);
    let body = created() + &delta("a") + &failed + &answer("3", "a") + &completed() + &done();
    let error = open(Reply::events(body.clone())).await.collect().await.unwrap_err();
    assert_eq!(error.api().unwrap().code, 103_200_002);
    let mut text = open(Reply::events(body)).await.text();
    assert_eq!(text.next().await.unwrap().unwrap(), "a");
    assert_eq!(text.next().await.unwrap().unwrap_err().api().unwrap().code, 103_200_002);
    assert!(text.next().await.is_none() && text.next().await.is_none());
}

#[tokio::test(start_paused = true)]
async fn an_event_that_does_not_read_is_an_error_and_the_stream_goes_on() {
    for data in
        ["", "{", "[]", "null", "17", "\"text\"", r#"{"content":"no id"}"#, r#"{"id":null}"#, "[DONE]x"]
    {
        for name in
            ["conversation.message.delta", "conversation.chat.in_progress", "conversation.audio.delta"]
        {
            let body = created() + &frame(name, data) + &delta("b") + &completed() + &done();
            let seen = words(Reply::events(body)).await;
            assert_eq!(seen, ["created", "!Decode", "+b", "completed", "done"], "{name} {data:?}");
        }
    }
    let seen = read(Reply::events(created() + &frame("conversation.message.delta", "{oops"))).await;
    let error = seen[1].as_ref().unwrap_err();
    let text = error.to_string();
    assert!(text.contains("conversation.message.delta") && text.contains("{oops"), "{text}");
    assert!(!error.is_retryable());
    assert!(is_truncated(&seen[2]), "an event that does not read settles nothing");
}

#[tokio::test(start_paused = true)]
async fn a_completed_chat_that_does_not_read_is_no_silent_success() {
    let broken = frame("conversation.chat.completed", "{");
    assert_eq!(words(Reply::events(created() + &broken)).await, ["created", "!Decode", TRUNCATED]);
    assert_eq!(words(Reply::events(created() + &broken + &done())).await, ["created", "!Decode", "done"]);
    // Whatever its data, a chat that failed has failed.
    for data in ["", "what?", "{}", "[]"] {
        let failed = frame("conversation.chat.failed", data);
        assert_eq!(words(Reply::events(created() + &failed)).await, ["created", "!0"], "{data:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_oversized_event_is_an_error_and_the_stream_goes_on() {
    let body = created() + &delta(&"x".repeat(5000)) + &delta("b") + &completed() + &done();
    for size in [body.len(), 64, 1] {
        let pieces = body.as_bytes().chunks(size).map(|chunk| Piece::Data(Bytes::copy_from_slice(chunk)));
        let mock = Mock::always(Reply::pieces(pieces).header("x-tt-logid", LOG_ID));
        let client = mock.builder().max_event(1000).build().unwrap();
        let seen: Vec<_> = drain(client.chat().stream(ask()).await.unwrap()).await;
        let error = seen[1].as_ref().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::TooLarge);
        assert!(error.to_string().contains("1000"), "{error}");
        // What helps is named in the words of this crate.
        assert!(error.to_string().contains("max_event"), "{error}");
        let words: Vec<_> = seen.into_iter().map(word).collect();
        assert_eq!(words, ["created", "!TooLarge", "+b", "completed", "done"], "pieces of {size}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_oversized_event_that_never_ends_is_told_once() {
    let start = format!("event:conversation.message.delta\ndata:{}", "x".repeat(2000));
    let chunks = [created(), start, "y".repeat(5000), "z".repeat(5000)];
    let mock = Mock::always(Reply::chunks(chunks.iter().map(String::as_bytes)).header("x-tt-logid", LOG_ID));
    let client = mock.builder().max_event(1000).build().unwrap();
    let seen: Vec<_> =
        drain(client.chat().stream(ask()).await.unwrap()).await.into_iter().map(word).collect();
    assert_eq!(seen, ["created", "!TooLarge", TRUNCATED]);
}

#[tokio::test(start_paused = true)]
async fn large_events_within_the_limit_are_delivered() {
    let text = "字".repeat(1_000_000);
    let body = created() + &answer("3", &text) + &completed();
    let answer = open(Reply::chunks(body.as_bytes().chunks(16 * 1024))).await.collect().await.unwrap();
    assert_eq!(answer.text(), text);
}

#[tokio::test(start_paused = true)]
async fn an_empty_stream_is_an_error() {
    for reply in [Reply::events(""), Reply::pieces([]), Reply::events("\n\n\n"), Reply::events(":\n\n")] {
        assert_eq!(words(reply.clone()).await, [TRUNCATED]);
        let error = open(reply.clone()).await.collect().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Truncated);
        let mut text = open(reply).await.text();
        assert_eq!(text.next().await.unwrap().unwrap_err().kind(), ErrorKind::Truncated);
        assert!(text.next().await.is_none());
    }
}
