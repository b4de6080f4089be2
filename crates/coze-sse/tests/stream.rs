//! The `Stream` adapter over bodies that are slow, cut or broken.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by them")]
#![cfg(feature = "stream")]

use std::convert::Infallible;
use std::io;
use std::task::Poll;

use bytes::Bytes;
use coze_sse::{Parser, SseStream, StreamError};
use futures_util::stream::{self, FusedStream};
use futures_util::{FutureExt, StreamExt};
use http_body::Frame;
use http_body_util::{BodyDataStream, BodyExt, Full, StreamBody};

fn body(chunks: Vec<&'static [u8]>) -> impl futures_util::Stream<Item = Result<Bytes, Infallible>> {
    stream::iter(chunks.into_iter().map(|chunk| Ok(Bytes::from_static(chunk))))
}

fn collect<S, E>(stream: SseStream<S>) -> Vec<Result<String, StreamError<E>>>
where
    S: futures_util::Stream<Item = Result<Bytes, E>> + Unpin,
{
    stream
        .map(|event| event.map(|event| format!("{}={}", event.name(), event.data())))
        .collect::<Vec<_>>()
        .now_or_never()
        .unwrap()
}

#[test]
fn events_come_out_of_any_chunks() {
    let events =
        collect(SseStream::new(body(vec![b"event: x\nda", b"", b"ta: a\n", b"\ndata: b\r", b"\n\r\n"])));
    assert_eq!(events, [Ok("x=a".to_owned()), Ok("message=b".to_owned())]);
    assert_eq!(collect(SseStream::new(body(vec![]))), []);
}

#[test]
fn an_end_inside_an_event_is_an_error_unless_ignored() {
    for rest in [&b"data: b"[..], b"data: b\n", b"event: x\n", b"dat", b"id: 1\n"] {
        let chunks = || body(vec![b"data: a\n\n", rest]);
        let events = collect(SseStream::new(chunks()));
        assert_eq!(events, [Ok("message=a".to_owned()), Err(StreamError::Truncated)]);
        let events = collect(SseStream::new(chunks()).ignore_truncation(true));
        assert_eq!(events, [Ok("message=a".to_owned())]);
    }
    for rest in [&b""[..], b": bye", b": bye\n", b"\n\n", b"retry: 5\n", b"\r"] {
        let events = collect(SseStream::new(body(vec![b"data: a\n\n", rest])));
        assert_eq!(events, [Ok("message=a".to_owned())]);
    }
}

#[test]
fn an_error_of_the_body_is_the_last_item() {
    let chunks = [
        Ok(Bytes::from_static(b"data: a\n\ndata: b")),
        Err(io::Error::new(io::ErrorKind::ConnectionReset, "reset")),
        Ok(Bytes::from_static(b"\n\n")),
    ];
    let mut events = SseStream::new(stream::iter(chunks));
    assert_eq!(events.next().now_or_never().unwrap().unwrap().unwrap().data(), "a");
    assert!(!events.is_terminated());
    let error = events.next().now_or_never().unwrap().unwrap().unwrap_err();
    assert!(matches!(&error, StreamError::Body(error) if error.kind() == io::ErrorKind::ConnectionReset));
    assert_eq!(std::error::Error::source(&error).unwrap().to_string(), "reset");
    assert!(events.is_terminated());
    assert!(events.next().now_or_never().unwrap().is_none());
}

#[test]
fn the_stream_goes_on_behind_an_event_over_the_limit() {
    let parser = Parser::with_limit(10);
    let stream =
        SseStream::with_parser(body(vec![b"data: 0123456789a\ndata: b\n", b"\ndata: c\n\n"]), parser);
    let events = collect(stream);
    assert!(matches!(events[0], Err(StreamError::Event(_))), "{events:?}");
    assert_eq!(events[1..], [Ok("message=c".to_owned())]);
}

#[test]
fn a_pending_body_leaves_the_event_unfinished() {
    let parts: [Option<&'static [u8]>; 4] = [Some(b"data: a\n\ndata: b"), None, Some(b"\n\n"), None];
    let mut parts = parts.into_iter();
    let mut events = SseStream::new(stream::poll_fn(move |_| match parts.next() {
        Some(Some(part)) => Poll::Ready(Some(Ok::<_, Infallible>(Bytes::from_static(part)))),
        Some(None) => Poll::Pending,
        None => Poll::Ready(None),
    }));
    let mut next =
        || events.next().now_or_never().map(|event| event.map(|event| event.unwrap().data().into_owned()));
    assert_eq!(next(), Some(Some("a".to_owned())));
    assert_eq!(next(), None);
    assert_eq!(next(), Some(Some("b".to_owned())));
    assert_eq!(next(), None);
    assert_eq!(next(), Some(None));
}

#[test]
fn bodies_of_http_body_util_fit() {
    let full = BodyDataStream::new(Full::new(Bytes::from_static(b"data: a\n\n")));
    assert_eq!(collect(SseStream::new(full)), [Ok("message=a".to_owned())]);
    let frames = stream::iter([Ok::<_, io::Error>(Frame::data(Bytes::from_static(b"data: b\n\n")))]);
    let boxed = BodyExt::boxed(StreamBody::new(frames));
    let events: Vec<_> =
        collect(SseStream::new(BodyDataStream::new(boxed))).into_iter().map(Result::unwrap).collect();
    assert_eq!(events, ["message=b"]);
}

#[test]
fn id_and_retry_can_be_read_for_a_reconnect() {
    let mut events = SseStream::new(body(vec![b"retry: 250\nid: 42\ndata: a\n\n", b"data: b"]));
    assert!(events.next().now_or_never().unwrap().unwrap().is_ok());
    assert_eq!(events.parser().last_event_id(), "42");
    assert_eq!(events.parser().retry(), Some(std::time::Duration::from_millis(250)));
    let (_, mut parser) = events.into_parts();
    parser.reset();
    let mut events = SseStream::with_parser(body(vec![b"data: c\n\n"]), parser);
    let event = events.next().now_or_never().unwrap().unwrap().unwrap();
    assert_eq!((&*event.data(), &*event.id()), ("c", "42"));
}
