//! Silence, slow readers, and streams that are given up; time is paused.

use bytes::Bytes;
use tokio::time::{Instant, sleep};

use super::*;
use crate::mock::Piece;

const SECOND: Duration = Duration::from_secs(1);

fn data(text: String) -> Piece {
    Piece::Data(Bytes::from(text))
}

fn reply(pieces: impl IntoIterator<Item = Piece>) -> Reply {
    Reply::pieces(pieces).header("x-tt-logid", LOG_ID)
}

#[tokio::test(start_paused = true)]
async fn silence_beyond_the_limit_is_an_error_with_log_id() {
    let mock =
        Mock::always(reply([data(created()), Piece::Pause(9 * SECOND), data(delta("a")), Piece::Hang]));
    let client = mock.builder().stream_idle_timeout(10 * SECOND).build().unwrap();
    let mut events = client.chat().stream(ask()).await.unwrap();
    events.next().await.unwrap().unwrap();
    assert_eq!(events.next().await.unwrap().unwrap().text(), Some("a"));
    let waiting = Instant::now();
    let error = events.next().await.unwrap().unwrap_err();
    assert_eq!(waiting.elapsed(), 10 * SECOND);
    assert_eq!(error.kind(), ErrorKind::Timeout(coze::TimeoutKind::Stream));
    assert_eq!(error.log_id().unwrap(), LOG_ID);
    assert_eq!(error.endpoint(), Some("/v3/chat"));
    assert!(error.is_retryable());
    let text = error.to_string();
    assert!(text.contains("10s") && text.contains(LOG_ID), "{text}");
    assert_eq!(mock.open(), 0, "the connection is closed");
    assert!(events.next().await.is_none());
}

#[tokio::test(start_paused = true)]
async fn the_limit_is_ten_minutes_by_default_and_each_call_may_have_its_own() {
    let mock = Mock::always(reply([data(created()), Piece::Pause(1000 * SECOND), data(completed())]));
    let client = mock.client();
    for (limit, expected) in [(None, 600), (Some(3 * SECOND), 3), (Some(999 * SECOND), 999)] {
        let call = client.chat().stream(ask());
        let call = match limit {
            Some(limit) => call.idle_timeout(limit),
            None => call,
        };
        let mut events = call.await.unwrap();
        events.next().await.unwrap().unwrap();
        let waiting = Instant::now();
        assert_eq!(
            events.next().await.unwrap().unwrap_err().kind(),
            ErrorKind::Timeout(coze::TimeoutKind::Stream)
        );
        assert_eq!(waiting.elapsed().as_secs(), expected);
    }
    for limit in [None, Some(1001 * SECOND), Some(Duration::MAX)] {
        let events = client.chat().stream(ask()).idle_timeout(limit).await.unwrap();
        let seen: Vec<_> = drain(events).await.into_iter().map(word).collect();
        assert_eq!(seen, ["created", "completed"], "{limit:?}");
    }
    let patient = mock.builder().stream_idle_timeout(Duration::MAX).build().unwrap();
    assert_eq!(drain(patient.chat().stream(ask()).await.unwrap()).await.len(), 2);
}

#[tokio::test(start_paused = true)]
async fn the_limit_is_for_silence_and_not_for_the_whole_stream() {
    let keep_alive = || [Piece::Pause(9 * SECOND), data(": ping\n\n".to_owned())];
    let mut pieces = vec![data(created())];
    pieces.extend((0..50).flat_map(|_| keep_alive()));
    pieces.extend([Piece::Pause(9 * SECOND), data(delta("a")), Piece::Pause(9 * SECOND), data(completed())]);
    let mock = Mock::always(reply(pieces));
    let client = mock.builder().stream_idle_timeout(10 * SECOND).timeout(SECOND).build().unwrap();
    let seen: Vec<_> =
        drain(client.chat().stream(ask()).await.unwrap()).await.into_iter().map(word).collect();
    assert_eq!(seen, ["created", "+a", "completed"]);
}

#[tokio::test(start_paused = true)]
async fn the_time_that_the_reader_takes_is_no_silence() {
    // The next piece is there, but it takes a turn of the runtime to fetch it, as with a socket.
    let pieces = [data(created()), Piece::Yield, data(delta("a")), Piece::Yield, data(completed())];
    let mock = Mock::always(reply(pieces));
    let client = mock.builder().stream_idle_timeout(10 * SECOND).build().unwrap();
    let mut events = client.chat().stream(ask()).await.unwrap();
    let mut seen = Vec::new();
    while let Some(event) = events.next().await {
        seen.push(word(event));
        // A tool runs, or a person reads.
        sleep(3600 * SECOND).await;
    }
    assert_eq!(seen, ["created", "+a", "completed"]);

    // The same before the first event.
    let mut events = client.chat().stream(ask()).await.unwrap();
    sleep(3600 * SECOND).await;
    assert_eq!(word(events.next().await.unwrap()), "created");
}

#[tokio::test(start_paused = true)]
async fn a_wait_that_is_dropped_and_taken_up_again_loses_nothing() {
    let whole = created() + &delta("a") + &delta("b") + &completed();
    // One byte at a time, each a while after the other.
    let pieces = whole.bytes().flat_map(|byte| [Piece::Pause(SECOND), Piece::Data(Bytes::from(vec![byte]))]);
    let mut events = open(Reply::pieces(pieces)).await;
    let mut seen = Vec::new();
    loop {
        match tokio::time::timeout(SECOND / 3, events.next()).await {
            Err(_) => {}
            Ok(Some(event)) => seen.push(word(event)),
            Ok(None) => break,
        }
    }
    assert_eq!(seen, ["created", "+a", "+b", "completed"]);
}

#[tokio::test(start_paused = true)]
async fn a_wait_that_is_taken_up_again_and_again_still_ends_with_the_limit() {
    let mock = Mock::always(reply([data(created()), Piece::Hang]));
    let client = mock.builder().stream_idle_timeout(10 * SECOND).build().unwrap();
    let mut events = client.chat().stream(ask()).await.unwrap();
    events.next().await.unwrap().unwrap();
    let started = Instant::now();
    // As in a `select!` with a ticking branch.
    let error = loop {
        if let Ok(event) = tokio::time::timeout(SECOND, events.next()).await {
            break event.unwrap().unwrap_err();
        }
        assert!(started.elapsed() < 60 * SECOND, "the limit never comes");
    };
    assert_eq!(error.kind(), ErrorKind::Timeout(coze::TimeoutKind::Stream));
    assert!(started.elapsed() <= 11 * SECOND, "{:?}", started.elapsed());
}

#[tokio::test(start_paused = true)]
async fn dropping_a_stream_lets_go_of_the_connection() {
    for read in 0..2 {
        let mock = Mock::always(reply([data(created()), Piece::Hang]));
        let mut events = open_on(&mock).await;
        for _ in 0..read {
            events.next().await.unwrap().unwrap();
        }
        assert_eq!(mock.open(), 1);
        drop(events);
        assert_eq!(mock.open(), 0);
    }
    let mock = Mock::always(reply([data(created() + &delta("a")), Piece::Hang]));
    let mut text = open_on(&mock).await.text();
    assert_eq!(text.next().await.unwrap().unwrap(), "a");
    drop(text);
    assert_eq!(mock.open(), 0);

    let mock = Mock::always(reply([data(created()), Piece::Hang]));
    let collect = open_on(&mock).await.collect();
    assert!(tokio::time::timeout(SECOND, collect).await.is_err());
    assert_eq!(mock.open(), 0);
}
