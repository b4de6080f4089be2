//! Streams whose chat or run has ended, and whose server neither says so nor closes; time is paused.

use bytes::Bytes;
use coze::{StreamWorkflow, WorkflowEvent};
use coze_transport::TransportError;
use futures_util::TryStreamExt;
use tokio::time::{Instant, sleep};

use super::*;
use crate::mock::Piece;

const SECOND: Duration = Duration::from_secs(1);

fn data(text: impl Into<String>) -> Piece {
    Piece::Data(Bytes::from(text.into()))
}

fn reply(pieces: impl IntoIterator<Item = Piece>) -> Reply {
    Reply::pieces(pieces).header("x-tt-logid", LOG_ID)
}

fn failed() -> String {
    let chat = r#"{"id":"2","status":"failed","last_error":{"code":4028,"msg":"quota"}}"#;
    frame("conversation.chat.failed", chat)
}

fn waits() -> String {
    let chat = r#"{"id":"2","conversation_id":"1","status":"requires_action","required_action":{"type":"submit_tool_outputs","submit_tool_outputs":{"tool_calls":[{"id":"t","type":"function","function":{"name":"f","arguments":"{}"}}]}}}"#;
    frame("conversation.chat.requires_action", chat)
}

fn canceled() -> String {
    frame("conversation.chat.canceled", r#"{"id":"2","status":"canceled"}"#)
}

fn audio(text: &str) -> String {
    frame("conversation.audio.delta", &format!(r#"{{"id":"3","content":"{text}"}}"#))
}

#[tokio::test(start_paused = true)]
async fn a_chat_that_has_ended_ends_the_stream_within_a_moment() {
    for (event, word) in [
        (completed(), "completed"),
        (failed(), "!4028"),
        (waits(), "requires_action"),
        (canceled(), "canceled"),
        (frame("error", r#"{"code":4016,"msg":"busy"}"#), "!4016"),
    ] {
        for limit in [None, Some(10 * SECOND)] {
            let mock = Mock::always(reply([data(created() + &delta("a") + &event), Piece::Hang]));
            let client = mock.client();
            let mut events = client.chat().stream(ask()).idle_timeout(limit).await.unwrap();
            let started = Instant::now();
            for expected in ["created", "+a", word] {
                assert_eq!(super::word(events.next().await.unwrap()), expected);
            }
            assert_eq!(started.elapsed(), Duration::ZERO, "{word} is told at once");
            assert!(events.next().await.is_none() && events.next().await.is_none(), "{word}");
            assert_eq!(started.elapsed(), SECOND, "{word}");
            assert_eq!(mock.open(), 0, "{word}: the connection is closed");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn every_reader_has_it() {
    let body = created() + &delta("all") + &answer("3", "all") + &completed();
    let mock = Mock::always(reply([data(body), Piece::Hang]));
    let client = mock.client();
    let started = Instant::now();
    let text: Vec<_> = open_on(&mock).await.text().try_collect().await.unwrap();
    assert_eq!(text, ["all"]);
    assert_eq!(open_on(&mock).await.collect().await.unwrap().text(), "all");
    let recovered = client.chat().stream(ask()).recover().cancel_on_drop().await.unwrap();
    assert_eq!(recovered.collect().await.unwrap().text(), "all");
    assert_eq!(started.elapsed(), 3 * SECOND);
    assert_eq!(mock.sent().len(), 3, "nothing was asked for, and nothing canceled");

    let mock = Mock::always(reply([data(created() + &waits()), Piece::Hang]));
    let started = Instant::now();
    assert_eq!(open_on(&mock).await.collect().await.unwrap().tool_calls().len(), 1);
    assert_eq!(started.elapsed(), SECOND);
    let error = open_on(&mock).await.text().next().await.unwrap().unwrap_err();
    assert_eq!((error.kind(), started.elapsed()), (ErrorKind::RequiresAction, SECOND));
}

#[tokio::test(start_paused = true)]
async fn what_comes_behind_the_end_is_delivered() {
    let gap = || Piece::Pause(SECOND * 9 / 10);
    let late = audio("AA");
    let (first, rest) = late.split_at(late.len() / 2);
    // Audio in time, and an event that takes its time to come whole.
    let pieces =
        [data(completed()), gap(), data(audio("AAAA")), gap(), data(first), gap(), data(rest), Piece::Hang];
    let started = Instant::now();
    assert_eq!(words(Reply::pieces(pieces)).await, ["completed", "~AAAA", "~AA"]);
    assert_eq!(started.elapsed(), SECOND * 37 / 10);
    // What only keeps the connection alive does not keep the reader.
    let mut pieces = vec![data(completed())];
    pieces.extend((0..1000).flat_map(|_| [Piece::Pause(SECOND / 4), data(": ping\n\n")]));
    let started = Instant::now();
    assert_eq!(words(Reply::pieces(pieces)).await, ["completed"]);
    assert_eq!(started.elapsed(), SECOND);
    // Half an event and then nothing is no end.
    let pieces = [data(completed() + "event:conversation.audio.delta\ndata:"), Piece::Hang];
    assert_eq!(words(Reply::pieces(pieces)).await, ["completed", TRUNCATED]);
    // The time that the reader takes is no silence.
    let pieces = [data(completed()), Piece::Yield, data(audio("AA")), Piece::Yield, data(done())];
    let mut events = open(Reply::pieces(pieces)).await;
    let mut seen = Vec::new();
    while let Some(event) = events.next().await {
        seen.push(word(event));
        sleep(3600 * SECOND).await;
    }
    assert_eq!(seen, ["completed", "~AA", "done"]);
}

#[tokio::test(start_paused = true)]
async fn a_chat_that_runs_may_be_silent() {
    let pieces = [
        data(created()),
        Piece::Pause(300 * SECOND),
        data(delta("a") + &answer("3", "a")),
        Piece::Pause(300 * SECOND),
        data(completed()),
    ];
    assert_eq!(words(Reply::pieces(pieces)).await, ["created", "+a", "=a", "completed"]);
    // And so may a stream whose end nothing announces.
    let pieces = [data("event:a\ndata:1\n\n"), Piece::Pause(300 * SECOND), data("event:b\ndata:2\n\n")];
    let client = Mock::always(Reply::pieces(pieces)).client();
    let mut events = client.request(http::Method::GET, "/v1/own").events().await.unwrap();
    let mut names = Vec::new();
    while let Some(event) = events.next().await {
        names.push(event.unwrap().name);
    }
    assert_eq!(names, ["a", "b"]);
}

#[tokio::test(start_paused = true)]
async fn a_run_that_has_failed_says_so_once() {
    let fault = "id:0\nevent:Error\ndata:{\"error_code\":5000,\"error_message\":\"m\"}\n\n";
    let reset = || TransportError::body(std::io::Error::from(std::io::ErrorKind::ConnectionReset));
    for last in [vec![Piece::Hang], vec![Piece::Fail(reset())], vec![], vec![data(": ping\n\n"), Piece::Hang]]
    {
        let pieces = [vec![data(fault)], last.clone()].concat();
        let client = Mock::always(Reply::pieces(pieces)).client();
        let mut events = client.workflows().stream(StreamWorkflow::new("9")).await.unwrap();
        let started = Instant::now();
        let error = events.next().await.unwrap().unwrap_err();
        assert_eq!(error.api().unwrap().code, 5000);
        assert!(events.next().await.is_none() && events.next().await.is_none());
        assert!(started.elapsed() <= SECOND);
        // The same of a chat.
        let pieces = [vec![data(created() + &failed())], last].concat();
        assert_eq!(words(Reply::pieces(pieces)).await, ["created", "!4028"]);
    }
    // What a server adds, be it one more error, does not change that.
    for more in
        [fault, "id:1\nevent:error\ndata:workflow failed\n\n", "id:9\nevent:Error\ndata:{}\n\nevent:Mess"]
    {
        let client = Mock::always(Reply::pieces([data(fault), data(more), Piece::Fail(reset())])).client();
        let mut events = client.workflows().stream(StreamWorkflow::new("9")).await.unwrap();
        assert!(events.next().await.unwrap().is_err());
        assert!(events.next().await.is_none() && events.next().await.is_none(), "{more}");
    }
    // A run that only goes on is cut.
    let message = "id:0\nevent:Message\ndata:{\"content\":\"a\"}\n\n";
    let client = Mock::always(Reply::pieces([data(message), Piece::Fail(reset())])).client();
    let mut events = client.workflows().stream(StreamWorkflow::new("9")).await.unwrap();
    assert!(matches!(events.next().await, Some(Ok(WorkflowEvent::Message(_)))));
    assert!(events.next().await.unwrap().unwrap_err().to_string().contains("from 1 on are missing"));
}

#[tokio::test(start_paused = true)]
async fn an_interrupt_can_be_answered_while_the_connection_stays_open() {
    let asks = "id:0\nevent:Interrupt\ndata:{\"interrupt_data\":{\"event_id\":\"1/2\",\"type\":2},\"node_title\":\"q\"}\n\n";
    let mock = Mock::new(move |number, _| match number {
        0 => Reply::pieces([data(asks), Piece::Hang]),
        _ => Reply::pieces([data("id:0\nevent:Done\ndata:{}\n\n"), Piece::Hang]),
    });
    let client = mock.client();
    let mut events = client.workflows().stream(StreamWorkflow::new("9")).await.unwrap();
    let started = Instant::now();
    assert!(matches!(events.next().await, Some(Ok(WorkflowEvent::Interrupt { .. }))));
    assert!(events.next().await.is_none());
    assert_eq!(started.elapsed(), SECOND);
    events.resume_with("yes").await.unwrap();
    assert!(matches!(events.next().await, Some(Ok(WorkflowEvent::Done(_)))));
    assert!(events.next().await.is_none());
}
