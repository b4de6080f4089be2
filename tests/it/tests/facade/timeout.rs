//! How long the client waits, in time that the tests control.

use std::time::Duration;

use bytes::Bytes;
use coze::{CreateChat, ErrorKind, Message, StreamWorkflow, WorkflowEvent};
use serde_json::json;
use tokio::time::Instant;

use crate::mock::{Mock, Piece, Reply};

const SECOND: Duration = Duration::from_secs(1);

fn ask() -> CreateChat {
    CreateChat::new("7", "u").message(Message::user("hi"))
}

fn chat() -> Reply {
    Reply::data(&json!({"id": "2"}))
}

/// A body whose end never comes.
fn half() -> Reply {
    let start = Piece::Data(Bytes::from_static(b"{\"code\":0"));
    Reply::pieces([start, Piece::Hang]).header("content-type", "application/json").header("x-tt-logid", "L")
}

#[tokio::test(start_paused = true)]
async fn a_plain_request_ends_with_its_time() {
    use coze::TimeoutKind::{Body, Head};
    for (reply, wait) in [(Reply::silence(), Head), (half(), Body), (chat().after(121 * SECOND), Head)] {
        let mock = Mock::always(reply);
        let client = mock.client();
        let started = Instant::now();
        let error = client.chat().retrieve("1", "2").await.unwrap_err();
        assert_eq!(started.elapsed().as_secs(), 120, "the documented default");
        assert_eq!(error.kind(), ErrorKind::Timeout(wait));
        assert!(error.is_retryable());
        assert!(error.to_string().contains("120s"), "{error}");
        assert_eq!(error.endpoint(), Some("/v3/chat/retrieve"));
        assert_eq!(mock.open(), 0, "the request is given up");

        let started = Instant::now();
        let error = client.chat().retrieve("1", "2").timeout(3 * SECOND).await.unwrap_err();
        assert_eq!((started.elapsed().as_secs(), error.kind()), (3, ErrorKind::Timeout(wait)));
    }
}

/// Never hands out a token.
#[derive(Debug)]
struct Silent;

#[coze::transport::async_trait]
impl coze::auth::TokenProvider for Silent {
    async fn token(&self, _: coze::auth::TokenRequest) -> Result<coze::auth::Token, coze::Error> {
        std::future::pending().await
    }
}

#[tokio::test(start_paused = true)]
async fn a_token_that_does_not_come_is_what_was_waited_for() {
    let mock = Mock::always(chat());
    let client = mock.builder().auth(Silent).build().unwrap();
    let error = client.chat().retrieve("1", "2").timeout(5 * SECOND).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout(coze::TimeoutKind::Token));
    assert!(error.to_string().contains("after 5s waiting for a token from its provider"), "{error}");
    let error = client.chat().stream(ask()).timeout(5 * SECOND).await.map(drop).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout(coze::TimeoutKind::Token));
    assert!(mock.sent().is_empty());
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_is_slow_and_in_time_is_an_answer() {
    let mock = Mock::always(chat().after(119 * SECOND));
    mock.client().chat().retrieve("1", "2").await.unwrap();
    let day = Duration::from_secs(86_400);
    let mock = Mock::always(chat().after(day));
    mock.client().chat().retrieve("1", "2").timeout(None).await.unwrap();
    mock.builder().timeout(None).build().unwrap().chat().retrieve("1", "2").await.unwrap();
    // The longest duration there is means "for ever" as well.
    mock.client().chat().retrieve("1", "2").timeout(Duration::MAX).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn the_timeout_of_a_client_holds_for_its_calls() {
    let mock = Mock::always(Reply::silence());
    let client = mock.builder().timeout(7 * SECOND).build().unwrap();
    let started = Instant::now();
    assert_eq!(
        client.chat().retrieve("1", "2").await.unwrap_err().kind(),
        ErrorKind::Timeout(coze::TimeoutKind::Head)
    );
    assert_eq!(started.elapsed().as_secs(), 7);
}

#[tokio::test(start_paused = true)]
async fn a_stream_waits_for_its_head_as_long_as_it_may_be_silent() {
    let mock = Mock::always(Reply::silence());
    let started = Instant::now();
    let error = mock.client().chat().stream(ask()).await.map(drop).unwrap_err();
    assert_eq!(started.elapsed().as_secs(), 600, "the documented default");
    assert_eq!(error.kind(), ErrorKind::Timeout(coze::TimeoutKind::Head));
    let started = Instant::now();
    let error = mock.client().chat().stream(ask()).timeout(5 * SECOND).await.map(drop).unwrap_err();
    assert_eq!((started.elapsed().as_secs(), error.kind()), (5, ErrorKind::Timeout(coze::TimeoutKind::Head)));
}

#[tokio::test(start_paused = true)]
async fn a_resumed_run_keeps_its_limits() {
    let interrupt = "id:0\nevent:Interrupt\ndata:{\"interrupt_data\":{\"event_id\":\"e/1\",\"type\":2}}\n\n";
    let day = Piece::Pause(Duration::from_secs(86_400));
    let done = Piece::Data(Bytes::from_static(b"id:1\nevent:Done\ndata:{}\n\n"));
    let mock = Mock::new(move |number, _| match number {
        0 => Reply::events(interrupt),
        _ => Reply::pieces([day.clone(), done.clone()]),
    });
    let client = mock.client();
    let run = client.workflows().stream(StreamWorkflow::new("9")).idle_timeout(None);
    let mut events = run.await.unwrap();
    events.next().await.unwrap().unwrap();
    events.resume_with("yes").await.unwrap();
    assert!(matches!(events.next().await, Some(Ok(WorkflowEvent::Done(_)))));

    let mock =
        Mock::new(move |number, _| if number == 0 { Reply::events(interrupt) } else { Reply::silence() });
    let client = mock.client();
    let mut events = client.workflows().stream(StreamWorkflow::new("9")).timeout(5 * SECOND).await.unwrap();
    events.next().await.unwrap().unwrap();
    let started = Instant::now();
    let error = events.resume_with("yes").await.unwrap_err();
    assert_eq!((started.elapsed(), error.kind()), (5 * SECOND, ErrorKind::Timeout(coze::TimeoutKind::Head)));
}

#[tokio::test(start_paused = true)]
async fn a_refused_stream_whose_body_hangs_is_given_up() {
    for status in [200, 500] {
        let mock = Mock::always(half().status(status));
        let started = Instant::now();
        let error = mock.client().chat().stream(ask()).timeout(5 * SECOND).await.map(drop).unwrap_err();
        assert_eq!(
            (started.elapsed().as_secs(), error.kind()),
            (5, ErrorKind::Timeout(coze::TimeoutKind::Body))
        );
        assert_eq!(mock.open(), 0);
    }
}

#[tokio::test(start_paused = true)]
async fn dropping_a_call_abandons_the_request() {
    let mock = Mock::always(half());
    let client = mock.client();
    let call = client.chat().retrieve("1", "2").into_future();
    let given_up = tokio::time::timeout(SECOND, call).await;
    assert!(given_up.is_err());
    assert_eq!((mock.sent().len(), mock.open()), (1, 0));
}

#[tokio::test]
async fn nothing_is_sent_before_a_call_is_awaited() {
    let mock = Mock::always(chat());
    let client = mock.client();
    drop(client.chat().retrieve("1", "2"));
    drop(client.chat().retrieve("1", "2").into_future());
    drop(client.chat().create_and_poll(ask()).into_future());
    drop(client.request(http::Method::GET, "/v1/x").into_future());
    assert!(mock.sent().is_empty());
}
