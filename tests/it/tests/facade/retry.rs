//! What is sent again and what is not, in time that the tests control.

use std::io;
use std::time::Duration;

use coze::transport::TransportError;
use coze::types::conversation::UpdateConversation;
use coze::{Coze, CreateChat, ErrorKind, Message, RetryPolicy};
use futures_util::StreamExt;
use serde_json::json;
use tokio::time::Instant;

use crate::mock::{Mock, Piece, Reply};

const SECOND: Duration = Duration::from_secs(1);

fn chat() -> Reply {
    Reply::data(&json!({"id": "2", "conversation_id": "1", "status": "completed"}))
}

fn status(status: u16) -> Reply {
    Reply::new(status, "text/plain", "out of order").header("x-tt-logid", "L")
}

fn lost() -> Reply {
    Reply::fail(TransportError::other(io::Error::from(io::ErrorKind::ConnectionReset)))
}

fn unsent() -> Reply {
    Reply::fail(TransportError::connect(io::Error::from(io::ErrorKind::ConnectionRefused)))
}

fn client(mock: &Mock) -> Coze {
    mock.builder().retry(RetryPolicy::new()).build().unwrap()
}

fn ask() -> CreateChat {
    CreateChat::new("7", "u").message(Message::user("hi"))
}

fn cut_body() -> Reply {
    let broken = TransportError::body(io::Error::from(io::ErrorKind::ConnectionReset));
    Reply::pieces([Piece::Data("{\"code\":".into()), Piece::Fail(broken)])
        .header("content-type", "application/json")
}

#[tokio::test(start_paused = true)]
async fn a_request_that_only_reads_is_sent_again_after_what_passes() {
    let failures =
        [408, 429, 500, 502, 503, 504].map(status).into_iter().chain([lost(), unsent(), cut_body()]);
    for failure in failures {
        let mock = Mock::script([failure.clone(), failure, chat()]);
        let started = Instant::now();
        assert_eq!(client(&mock).chat().retrieve("1", "2").await.unwrap().id, "2");
        assert_eq!(mock.sent().len(), 3);
        assert!(started.elapsed() <= SECOND * 3 / 2, "half a second and a second at most, after jitter");
    }
}

#[tokio::test(start_paused = true)]
async fn what_does_not_pass_is_not_tried_again() {
    let decode = Reply::new(200, "application/json", "{broken");
    let api = Reply::json(&json!({"code": 4100, "msg": "m"}));
    let request = Reply::fail(TransportError::request("bad URL"));
    for failure in [400, 401, 403, 404, 405, 409, 501].map(status).into_iter().chain([decode, api, request]) {
        let mock = Mock::always(failure);
        let error = client(&mock).chat().retrieve("1", "2").await.unwrap_err();
        assert_eq!(mock.sent().len(), 1, "{error}");
        assert!(error.attempts().is_empty(), "{error}");
    }
    // The time of a call is for all of its tries.
    let mock = Mock::always(Reply::silence());
    let error = client(&mock).chat().retrieve("1", "2").timeout(SECOND).await.unwrap_err();
    assert_eq!((error.kind(), mock.sent().len()), (ErrorKind::Timeout(coze::TimeoutKind::Head), 1));
}

#[tokio::test(start_paused = true)]
async fn a_request_that_acts_is_sent_again_only_when_it_cannot_have_acted() {
    let slow_down = Reply::json(&json!({"code": 4013, "msg": "m"}));
    for (failure, again) in [
        (unsent(), true),
        (status(429), true),
        (slow_down, true),
        (lost(), false),
        (cut_body(), false),
        (status(500), false),
        (status(503), false),
        (status(408), false),
    ] {
        let plain = Mock::script([failure.clone(), chat()]);
        let created = client(&plain).chat().create(ask()).await;
        let stream = Mock::script([failure.clone(), Reply::events("event:done\ndata:\n\n")]);
        let streamed = client(&stream).chat().stream(ask()).await;
        assert_eq!((created.is_ok(), streamed.is_ok()), (again, again), "{created:?}");
        assert_eq!((plain.sent().len(), stream.sent().len()), if again { (2, 2) } else { (1, 1) });
        // The caller knows better.
        let safe = Mock::script([failure, chat()]);
        client(&safe).chat().create(ask()).idempotent(true).await.unwrap();
        let sent = safe.sent();
        assert_eq!((sent.len(), &sent[0].body), (2, &sent[1].body));
    }
}

#[tokio::test(start_paused = true)]
async fn put_and_delete_may_be_repeated() {
    let done = Reply::json(&json!({"code": 0}));
    let mock = Mock::script([status(503), done]);
    client(&mock).conversations().delete("1").await.unwrap();
    assert_eq!(mock.lines(), ["DELETE /v1/conversations/1"; 2]);
    let mock = Mock::script([lost(), Reply::data(&json!({"id": "1"}))]);
    client(&mock).send(UpdateConversation::new("1", "name")).await.unwrap();
    let sent = mock.sent();
    assert_eq!((sent.len(), sent[0].json()), (2, sent[1].json()));
    // A caller who counts on one try says so.
    let mock = Mock::always(status(503));
    client(&mock).conversations().delete("1").idempotent(false).await.unwrap_err();
    assert_eq!(mock.sent().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_server_that_says_when_is_taken_at_its_word() {
    let date = "Sun, 06 Nov 1994 08:49:37 GMT";
    for (value, seconds) in [
        ("0", 0),
        ("7", 7),
        ("60", 60),
        ("Sun, 06 Nov 1994 08:49:47 GMT", 10),
        ("Sun, 06 Nov 1994 08:00:00 GMT", 0),
    ] {
        let busy = status(429).header("retry-after", value).header("date", date);
        let mock = Mock::script([busy, chat()]);
        let started = Instant::now();
        client(&mock).chat().retrieve("1", "2").await.unwrap();
        assert_eq!(started.elapsed().as_secs(), seconds, "{value}");
    }
    for value in ["61", "86400", "99999999999999999999", "Mon, 07 Nov 1994 08:49:37 GMT"] {
        let busy = status(429).header("retry-after", value).header("date", date);
        let mock = Mock::always(busy);
        let started = Instant::now();
        let error = client(&mock).chat().retrieve("1", "2").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::RateLimited);
        if error.retry_after().is_some() {
            assert_eq!((mock.sent().len(), started.elapsed()), (1, Duration::ZERO), "{value}");
        }
    }
    // What does not read is as if it were not there.
    for value in ["soon", "-1", "1.5", ""] {
        let mock = Mock::script([status(429).header("retry-after", value), chat()]);
        client(&mock).chat().retrieve("1", "2").await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn a_wait_that_would_outlast_the_call_is_not_begun() {
    let mock = Mock::always(status(503).header("retry-after", "5"));
    let started = Instant::now();
    let error = client(&mock).chat().retrieve("1", "2").timeout(2 * SECOND).await.unwrap_err();
    assert_eq!((error.kind(), started.elapsed()), (ErrorKind::Server, Duration::ZERO));
    assert_eq!((mock.sent().len(), error.retry_after()), (1, Some(5 * SECOND)));
}

#[tokio::test(start_paused = true)]
async fn the_error_tells_every_try() {
    let busy = Reply::json(&json!({"code": 4013, "msg": "slow down", "detail": {"logid": "A"}}));
    let mock = Mock::script([busy, lost(), status(503)]);
    let error = client(&mock).chat().retrieve("1", "2").await.unwrap_err();
    assert_eq!((error.kind(), error.log_id().unwrap().as_str()), (ErrorKind::Server, "L"));
    let [first, second] = error.attempts() else { panic!("{:?}", error.attempts()) };
    assert_eq!((first.kind, second.kind), (ErrorKind::RateLimited, ErrorKind::Transport));
    assert_eq!(first.log_id.as_ref().unwrap(), "A");
    assert!(first.cause.contains("slow down"), "{first}");
    assert!(first.delay <= SECOND / 2 && second.delay <= SECOND);
    let text = error.to_string();
    assert!(text.contains("2 failed attempts") && text.contains("out of order"), "{text}");
}

#[tokio::test(start_paused = true)]
async fn the_policy_of_a_call_replaces_that_of_the_client() {
    let mock = Mock::always(status(503));
    let client = mock.builder().retry(RetryPolicy::new().max_attempts(2)).build().unwrap();
    client.chat().retrieve("1", "2").await.unwrap_err();
    assert_eq!(mock.sent().len(), 2);
    client.chat().retrieve("1", "2").retry(RetryPolicy::none()).await.unwrap_err();
    assert_eq!(mock.sent().len(), 3);
    client.chat().retrieve("1", "2").retry(RetryPolicy::new().max_attempts(5)).await.unwrap_err();
    assert_eq!(mock.sent().len(), 8);
    // Odd values are no reason to panic or to spin.
    for policy in [
        RetryPolicy::new().max_attempts(0),
        RetryPolicy::new().base_delay(Duration::MAX).max_delay(Duration::ZERO),
        RetryPolicy::new().base_delay(Duration::ZERO),
    ] {
        client.chat().retrieve("1", "2").retry(policy).await.unwrap_err();
    }
    let patient = RetryPolicy::new().base_delay(Duration::MAX).max_delay(Duration::MAX);
    let call = client.chat().retrieve("1", "2").retry(patient).timeout(SECOND);
    call.await.unwrap_err();
}

#[tokio::test(start_paused = true)]
async fn an_outage_is_not_amplified() {
    let mock = Mock::always(status(503));
    let failing = client(&mock);
    for _ in 0..500 {
        failing.clone().chat().retrieve("1", "2").await.unwrap_err();
    }
    let sent = mock.sent().len();
    assert_eq!(sent, 600, "requests for 500 calls");
    // The error says that there would have been another try.
    let error = failing.chat().retrieve("1", "2").await.unwrap_err();
    let text = error.to_string();
    assert!(error.is_out_of_retries() && error.attempts().is_empty(), "{text}");
    assert!(
        text.contains("100 retries") && text.contains("used up") && text.contains("retry_budget"),
        "{text}"
    );
    // What is tried once anyway says nothing of it, and neither does what cannot be tried again.
    let once = failing.chat().retrieve("1", "2").retry(RetryPolicy::none()).await.unwrap_err();
    let acts = failing.chat().create(ask()).await.unwrap_err();
    assert!(!once.is_out_of_retries() && !acts.is_out_of_retries(), "{once} {acts}");
    // It comes back with success, slowly.
    let recovering = Mock::new(|number, _| if number % 12 == 11 { status(503) } else { chat() });
    let recovered = client(&recovering);
    for _ in 0..500 {
        recovered.chat().retrieve("1", "2").await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_has_begun_is_never_asked_for_again() {
    let broken = TransportError::body(io::Error::from(io::ErrorKind::ConnectionReset));
    let mock = Mock::always(Reply::pieces([Piece::Fail(broken)]));
    let mut events = client(&mock).chat().stream(ask()).idempotent(true).await.unwrap();
    assert_eq!(events.next().await.unwrap().unwrap_err().kind(), ErrorKind::Transport);
    assert!(events.next().await.is_none());
    assert_eq!(mock.sent().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn dropping_a_call_between_two_tries_ends_it() {
    let mock = Mock::always(status(503).header("retry-after", "30"));
    let client = client(&mock);
    let call = client.chat().retrieve("1", "2").into_future();
    assert!(tokio::time::timeout(10 * SECOND, call).await.is_err());
    tokio::time::sleep(100 * SECOND).await;
    assert_eq!(mock.sent().len(), 1);
}

/// A server that refuses one request in three and fails on one in seven of the others.
fn flaky() -> Mock {
    Mock::new(|number, _| match number {
        number if number % 3 == 0 => status(429),
        number if number % 7 == 0 => status(503),
        _ => chat(),
    })
}

#[tokio::test(start_paused = true)]
async fn the_budget_is_for_outages_and_not_for_bad_days() {
    // One after the other, some side by side, and all at once. By chance, six tries of one run may all meet bad answers, when others are
    // in between: that is one run in 160.
    for (runs, at_once, unlucky) in [(200, 1, 0), (2000, 1, 0), (2000, 40, 40), (200, 200, 10)] {
        let mock = flaky();
        let client = mock.builder().retry(RetryPolicy::new().max_attempts(6)).build().unwrap();
        let run = || client.chat().create(ask()).idempotent(true).into_future();
        let runs = futures_util::stream::iter(0..runs).map(|_| run()).buffer_unordered(at_once);
        let failed: Vec<_> = runs.filter_map(async |run| run.err()).collect().await;
        assert!(failed.len() <= unlucky, "{at_once}: {} failed, such as {}", failed.len(), failed[0]);
    }
}

#[tokio::test(start_paused = true)]
async fn the_budget_is_the_callers() {
    let tries = |budget: Option<u32>, reply: Reply| async move {
        let mock = Mock::always(reply);
        let builder = mock.builder().retry(RetryPolicy::new().max_attempts(5)).retry_budget(budget);
        let client = builder.build().unwrap();
        for _ in 0..50 {
            client.clone().chat().retrieve("1", "2").await.unwrap_err();
        }
        mock.sent().len() - 50
    };
    assert_eq!(tries(Some(0), status(503)).await, 0);
    assert_eq!(tries(Some(7), status(503)).await, 7);
    assert_eq!(tries(None, status(503)).await, 50 * 4);
    // What the server asked for is not charged; a wait of nothing is none.
    assert_eq!(tries(Some(7), status(429).header("retry-after", "2")).await, 50 * 4);
    assert_eq!(tries(Some(7), status(429).header("retry-after", "0")).await, 7);
}
