//! Bodies and errors without any HTTP stack, as users of their own transport have them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by them")]

use std::collections::VecDeque;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use coze_transport::bytes::Bytes;
use coze_transport::http::HeaderMap;
use coze_transport::http_body::{Body as HttpBody, Frame, SizeHint};
use coze_transport::{Body, Incoming, TransportError};

type Piece = Result<Frame<Bytes>, io::Error>;

/// A body of these pieces, which misbehaves when it is read beyond its end.
struct Pieces {
    left: VecDeque<Piece>,
    hint: SizeHint,
    ended: bool,
}

fn pieces(pieces: impl IntoIterator<Item = Piece>) -> Pieces {
    Pieces { left: pieces.into_iter().collect(), hint: SizeHint::new(), ended: false }
}

#[expect(clippy::unnecessary_wraps, reason = "it stands in a list of pieces")]
fn data(bytes: &'static str) -> Piece {
    Ok(Frame::data(bytes.into()))
}

impl HttpBody for Pieces {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Piece>> {
        assert!(!self.ended, "read beyond the end");
        let next = self.left.pop_front();
        self.ended = !matches!(next, Some(Ok(_)));
        Poll::Ready(next)
    }

    fn size_hint(&self) -> SizeHint {
        self.hint
    }
}

#[test]
fn a_body_knows_its_length_and_whether_it_can_be_sent_again() {
    for (body, len) in [
        (Body::empty(), 0),
        (Body::default(), 0),
        (Body::from("four"), 4),
        (Body::from("four".to_owned()), 4),
        (Body::from(&b"four"[..]), 4),
        (Body::from(vec![0; 4]), 4),
        (Body::from(Bytes::from_static(b"four")), 4),
    ] {
        assert_eq!((body.len(), body.is_empty(), body.is_replayable()), (Some(len), len == 0, true));
        let copy = body.try_clone().unwrap();
        assert_eq!(copy.as_bytes(), body.as_bytes());
    }
    let mut sized = pieces([data("four")]);
    sized.hint = SizeHint::with_exact(4);
    for (body, len) in [(Body::wrap(sized), Some(4)), (Body::wrap(pieces([])), None)] {
        assert_eq!((body.len(), body.is_empty(), body.is_replayable()), (len, false, false));
        assert!(body.try_clone().is_none() && body.as_bytes().is_none());
    }
}

#[test]
fn a_body_in_memory_is_one_piece_without_a_copy() {
    let bytes = Bytes::from(vec![7; 100]);
    let mut body = Body::from(bytes.clone());
    let mut cx = Context::from_waker(Waker::noop());
    let Poll::Ready(Some(Ok(frame))) = Pin::new(&mut body).poll_frame(&mut cx) else { panic!("no piece") };
    assert_eq!(frame.into_data().unwrap().as_ptr(), bytes.as_ptr());
    assert!(body.is_end_stream());
    assert!(matches!(Pin::new(&mut body).poll_frame(&mut cx), Poll::Ready(None)));
}

#[tokio::test]
async fn a_single_piece_is_not_copied() {
    let bytes = Bytes::from(vec![7; 100]);
    for body in [Incoming::from(bytes.clone()), Incoming::new(pieces([Ok(Frame::data(bytes.clone()))]))] {
        assert_eq!(body.bytes(100).await.unwrap().as_ptr(), bytes.as_ptr());
    }
}

#[tokio::test]
async fn pieces_are_joined_and_trailers_skipped() {
    let trailers = Ok(Frame::trailers(HeaderMap::new()));
    let body = Incoming::new(pieces([data(""), data("one"), data(""), data(" two"), trailers]));
    assert_eq!(body.bytes(7).await.unwrap(), "one two");
    assert_eq!(Incoming::default().bytes(0).await.unwrap(), "");
    assert_eq!(Incoming::new(pieces([])).bytes(0).await.unwrap(), "");
}

#[tokio::test]
async fn the_limit_holds_at_every_border() {
    for split in 0..=8 {
        let (one, two) = "eighteen".split_at(split);
        for limit in 0..=9 {
            let body = Incoming::new(pieces([data(one), data(two)]));
            match body.bytes(limit).await {
                Ok(bytes) => assert!(limit >= 8 && bytes == "eighteen"),
                Err(error) => assert!(limit < 8 && error.is_too_large() && error.is_body(), "{error:?}"),
            }
        }
    }
}

#[tokio::test]
async fn an_announced_length_over_the_limit_is_not_even_read() {
    let mut body = pieces([Err(io::Error::other("was read"))]);
    body.hint = SizeHint::with_exact(u64::MAX);
    assert!(Incoming::new(body).bytes(usize::MAX >> 1).await.unwrap_err().is_too_large());
    // Nor is memory set aside for a length that nothing proves.
    let mut body = pieces([data("one"), data("two")]);
    body.hint = SizeHint::with_exact(1 << 60);
    assert_eq!(Incoming::new(body).bytes(usize::MAX).await.unwrap(), "onetwo");
}

#[tokio::test]
async fn after_an_error_or_the_end_a_body_stays_ended() {
    let mut body = Incoming::new(pieces([data("one"), Err(io::ErrorKind::ConnectionReset.into())]));
    assert_eq!(body.chunk().await.unwrap().unwrap(), "one");
    let error = body.chunk().await.unwrap().unwrap_err();
    assert!(error.is_body() && error.is_closed_early() && !error.is_unsent(), "{error:?}");
    assert!(body.chunk().await.is_none() && body.is_end_stream());
    let mut body = Incoming::new(pieces([]));
    assert!(body.chunk().await.is_none() && body.chunk().await.is_none());
}

#[tokio::test]
async fn an_error_of_ours_passes_through_a_foreign_body_unchanged() {
    struct Failing;
    impl HttpBody for Failing {
        type Data = Bytes;
        type Error = TransportError;
        fn poll_frame(
            self: Pin<&mut Self>,
            _: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, TransportError>>> {
            Poll::Ready(Some(Err(TransportError::timeout("a friend", Duration::from_secs(3)))))
        }
    }
    let error = Incoming::new(Failing).bytes(10).await.unwrap_err();
    assert!(error.is_timeout() && error.waited() == Some(Duration::from_secs(3)), "{error:?}");
    assert_eq!(error.to_string(), "timed out after 3s waiting for a friend");
}

#[test]
fn an_error_answers_for_its_causes() {
    assert_eq!(size_of::<TransportError>(), size_of::<usize>());
    let timed_out = || io::Error::new(io::ErrorKind::TimedOut, "no answer");
    for (error, connect, body, unsent) in [
        (TransportError::connect(timed_out()), true, false, true),
        (TransportError::body(timed_out()), false, true, false),
        (TransportError::other(timed_out()), false, false, false),
        (TransportError::other(timed_out()).unsent(), false, false, true),
    ] {
        assert!(error.is_timeout(), "{error:?}");
        assert_eq!(
            (error.is_connect(), error.is_body(), error.is_unsent()),
            (connect, body, unsent),
            "{error:?}"
        );
        assert!(error.to_string().ends_with(": no answer"), "{error}");
        assert_eq!(
            error.cause().unwrap().downcast_ref::<io::Error>().unwrap().kind(),
            io::ErrorKind::TimedOut
        );
    }
    // The cause may lie deep, and in an error of an error.
    let nested = io::Error::other(io::Error::other(io::Error::from(io::ErrorKind::UnexpectedEof)));
    assert!(TransportError::body(nested).is_closed_early());
    let request = TransportError::request("the URL has no host");
    assert!(request.is_request() && request.is_unsent() && request.cause().is_none());
    assert_eq!(request.clone().to_string(), "the URL has no host");
    let timeout = TransportError::timeout("the head", Duration::from_millis(1500));
    assert_eq!(timeout.to_string(), "timed out after 1.5s waiting for the head");
    assert!(timeout.is_timeout() && !timeout.is_connect() && !timeout.is_body() && !timeout.is_unsent());
}

#[test]
fn nothing_that_may_be_secret_is_shown() {
    let shown = format!("{:?} {:?}", Body::from("secret"), Incoming::from("secret"));
    assert!(shown.contains('6') && !shown.contains("secret"), "{shown}");
}
