//! The views of a stream: its text alone, and its result.

use coze::transport::TransportError;
use coze::types::ToolCallId;
use futures_util::{StreamExt, TryStreamExt};

use super::*;
use crate::mock::Piece;

const WAITING: &str = r#"{"id":"2","conversation_id":"1","status":"requires_action","required_action":{"type":"submit_tool_outputs","submit_tool_outputs":{"tool_calls":[{"id":"c1","type":"function","function":{"name":"get_weather","arguments":"{}"}},{"id":"c2","type":"function","function":{"name":"get_time","arguments":"{}"}}]}}}"#;

fn noise() -> String {
    [
        frame(
            "conversation.message.delta",
            r#"{"id":"3","type":"answer","content":"","reasoning_content":"hm"}"#,
        ),
        frame("conversation.message.delta", r#"{"id":"4","type":"function_call","content":"{\"name\""}"#),
        frame("conversation.audio.delta", r#"{"id":"3","type":"answer","content":"AAAA"}"#),
        frame("conversation.unknown", "text"),
        message("5", "tool_response", "42"),
        message("6", "verbose", "{}"),
    ]
    .concat()
}

#[tokio::test(start_paused = true)]
async fn text_is_the_text_of_the_answers_alone() {
    let body = created()
        + &noise()
        + &delta("你")
        + &noise()
        + &delta("")
        + &delta("好\n")
        + &answer("3", "你好\n")
        + &message("7", "follow_up", "more?")
        + &completed()
        + &done();
    let text = open(Reply::events(body.clone())).await.text();
    let pieces: Vec<String> = text.try_collect().await.unwrap();
    assert_eq!(pieces, ["你", "好\n"]);
    let mut text = open(Reply::events(body)).await.text();
    let mut all = String::new();
    while let Some(piece) = text.next().await {
        all += &piece.unwrap();
    }
    assert_eq!(all, "你好\n");
    assert!(StreamExt::next(&mut text).await.is_none());
}

#[tokio::test(start_paused = true)]
async fn text_can_be_left_for_the_events_that_are_still_to_come() {
    let body = created() + &delta("a") + &delta("b") + &completed() + &done();
    let mut text = open(Reply::events(body)).await.text();
    assert_eq!(text.next().await.unwrap().unwrap(), "a");
    let rest: Vec<_> = drain(text.into_events()).await.into_iter().map(word).collect();
    assert_eq!(rest, ["+b", "completed", "done"]);
}

#[tokio::test(start_paused = true)]
async fn text_of_an_agent_that_waits_for_tools_is_an_error_that_names_them() {
    let body =
        created() + &delta("let me see") + &frame("conversation.chat.requires_action", WAITING) + &done();
    let mut text = open(Reply::events(body)).await.text();
    assert_eq!(text.next().await.unwrap().unwrap(), "let me see");
    let error = text.next().await.unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::RequiresAction);
    let printed = error.to_string();
    for part in ["get_weather", "get_time", "submit_tool_outputs", LOG_ID] {
        assert!(printed.contains(part), "{part:?} in {printed:?}");
    }
    assert!(!error.is_retryable());
    assert!(text.next().await.is_none());
    // Nothing is lost: the rest of the events is still there.
    let rest: Vec<_> = drain(text.into_events()).await.into_iter().map(word).collect();
    assert_eq!(rest, ["done"]);
}

#[tokio::test(start_paused = true)]
async fn text_that_ends_early_is_never_taken_for_the_answer() {
    for (name, data) in [
        ("conversation.chat.failed", r#"{"id":"2","status":"failed","last_error":{"code":5000,"msg":"m"}}"#),
        ("conversation.chat.failed", r#"{"code":701231,"msg":"error"}"#),
        ("conversation.chat.canceled", r#"{"id":"2","status":"canceled"}"#),
        ("error", "{}"),
    ] {
        let body = created() + &delta("half of the") + &frame(name, data) + &done();
        let mut text = open(Reply::events(body)).await.text();
        assert_eq!(text.next().await.unwrap().unwrap(), "half of the");
        let end = text.next().await;
        assert!(matches!(end, Some(Err(_))), "{name} {data}: the text looks complete");
        assert!(text.next().await.is_none());
    }
}

#[tokio::test(start_paused = true)]
async fn collect_puts_chat_and_messages_together() {
    let body = created()
        + &noise()
        + &delta("hel")
        + &delta("lo")
        + &answer("3", "hello")
        + &message("7", "follow_up", "more?")
        + &message("8", "follow_up", "why?")
        + &completed()
        + &done();
    let answer = open(Reply::events(body)).await.collect().await.unwrap();
    assert_eq!(answer.text(), "hello");
    assert_eq!(answer.follow_ups(), ["more?", "why?"]);
    assert_eq!(answer.usage().unwrap().output_count, Some(2));
    assert_eq!((answer.chat.id.as_str(), answer.messages.len()), ("2", 5));
    assert!(answer.tool_calls().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_message_that_is_completed_twice_counts_once_and_the_later_form_counts() {
    let again = frame(
        "conversation.message.completed",
        r#"{"id":"3","type":"answer","content":"hello","meta_data":{"token":"9"}}"#,
    );
    let body = created() + &answer("3", "hello") + &again + &completed() + &done();
    let answer = open(Reply::events(body)).await.collect().await.unwrap();
    assert_eq!(answer.text(), "hello");
    assert_eq!(answer.messages.len(), 1);
    assert_eq!(answer.messages[0].meta_data["token"], "9");

    // Two answers of one chat, and two messages that share an id and are of different sorts, are all kept.
    let body = created()
        + &super::answer("3", "one ")
        + &super::answer("4", "two")
        + &message("3", "verbose", "{}")
        + &completed();
    let answer = open(Reply::events(body)).await.collect().await.unwrap();
    assert_eq!((answer.text().as_str(), answer.messages.len()), ("one two", 3));
}

#[tokio::test(start_paused = true)]
async fn collect_of_an_agent_that_waits_for_tools_gives_the_calls() {
    for end in ["", "event:done\ndata:\n\n"] {
        let body = created() + &frame("conversation.chat.requires_action", WAITING) + end;
        let answer = open(Reply::events(body)).await.collect().await.unwrap();
        let ids: Vec<_> = answer.tool_calls().iter().map(|call| call.id.clone()).collect();
        assert_eq!(ids, [ToolCallId::from("c1"), ToolCallId::from("c2")]);
        assert_eq!(answer.text(), "");
    }
}

#[tokio::test(start_paused = true)]
async fn collect_of_a_stream_without_a_chat_is_an_error() {
    let error = open(Reply::events(done())).await.collect().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Truncated);
    let error = open(Reply::events(answer("3", "hello") + &done())).await.collect().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Truncated);
}

#[tokio::test(start_paused = true)]
async fn done_right_after_a_delta_is_no_complete_answer() {
    // The server says that the stream is over, and never said that the chat is.
    let body = created() + &delta("half of the") + &done();
    let answer = open(Reply::events(body)).await.collect().await;
    if let Ok(answer) = answer {
        assert_ne!(answer.chat.status, Some(coze::ChatStatus::Completed));
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_comes_in_one_piece_is_text_as_well() {
    let of = |id: &str, text: &str| delta(text).replace(r#""id":"3""#, &format!(r#""id":"{id}""#));
    let one = || answer("3", "one ");
    let two = || answer("4", "two");
    for (name, events, expected) in [
        ("whole", vec![one(), two()], "one two"),
        ("in pieces", vec![of("3", "on"), of("3", "e "), one(), of("4", "two"), two()], "one two"),
        ("one of each", vec![of("3", "one "), one(), two()], "one two"),
        ("the other of each", vec![one(), of("4", "two"), two()], "one two"),
        ("completed twice", vec![one(), one(), of("4", "two"), two(), two()], "one two"),
        ("mixed", vec![of("3", "one "), of("4", "two"), one(), two()], "one two"),
        ("pieces under another id", vec![of("9", "one "), one(), of("8", "two"), two()], "one two"),
        ("no text", vec![one(), message("5", "verbose", "{}"), message("6", "follow_up", "more?")], "one "),
    ] {
        let body = [vec![created()], events, vec![completed(), done()]].concat().concat();
        let pieces: Vec<String> = open(Reply::events(body)).await.text().try_collect().await.unwrap();
        assert_eq!(pieces.concat(), expected, "{name}");
    }
    // A card is no text.
    let card = r#"{"id":"3","type":"answer","content":"{}","content_type":"card"}"#;
    let body = created() + &frame("conversation.message.completed", card) + &completed();
    assert!(open(Reply::events(body)).await.text().next().await.is_none());
}

#[tokio::test(start_paused = true)]
async fn a_chat_that_is_completed_and_says_that_it_was_canceled_or_failed_is_no_complete_text() {
    for (status, kind) in [("canceled", ErrorKind::Canceled), ("failed", ErrorKind::Api)] {
        let chat = serde_json::json!({"id": "2", "conversation_id": "1", "status": status});
        let ended = frame("conversation.chat.completed", &chat.to_string());
        let body = created() + &delta("partial") + &ended + &done();
        let mut text = open(Reply::events(body)).await.text();
        assert_eq!(text.next().await.unwrap().unwrap(), "partial");
        assert_eq!(text.next().await.unwrap().unwrap_err().kind(), kind, "{status}");
        assert!(text.next().await.is_none());
    }
}

#[tokio::test(start_paused = true)]
async fn a_break_behind_the_end_of_the_chat_takes_nothing_from_its_text() {
    let body = created() + &delta("all") + &answer("3", "all") + &completed();
    let broken =
        || Piece::Fail(TransportError::body(std::io::Error::from(std::io::ErrorKind::ConnectionReset)));
    let reply = || Reply::pieces([Piece::Data(body.clone().into()), broken()]);
    let answer = open(reply()).await.collect().await.unwrap();
    assert_eq!(answer.text(), "all");
    let mut text = open(reply()).await.text();
    assert_eq!(text.next().await.unwrap().unwrap(), "all");
    assert!(text.next().await.is_none());
}

#[tokio::test(start_paused = true)]
async fn pieces_that_were_never_completed_are_in_the_collected_answer() {
    let body = created() + &delta("half of ") + &delta("the") + &done();
    assert_eq!(open(Reply::events(body)).await.collect().await.unwrap().text(), "half of the");
}

#[tokio::test(start_paused = true)]
async fn an_error_that_is_called_an_event_stream_keeps_its_code() {
    for body in [r#"{"code":4016,"msg":"busy"}"#, "{\"code\":4016,\n\"msg\":\"busy\"}\n"] {
        let error = open(Reply::events(body.to_owned())).await.collect().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Busy, "{error}");
        assert!(!error.is_retryable() || error.api().is_some());
    }
}
