//! Streams that are cut, at every byte.

use std::io;

use bytes::Bytes;
use coze::transport::TransportError;

use super::*;
use crate::mock::Piece;

/// A whole chat with every sort of event, with characters of several bytes and with escapes.
fn frames() -> Vec<String> {
    vec![
        created(),
        delta("é你🦀\"\\"),
        frame("conversation.message.delta", r#"{"id":"3","type":"answer","content":"\ud83e\udd80"}"#),
        answer("3", "é你🦀\"\\🦀"),
        frame("conversation.unknown", "x"),
        completed(),
        frame("conversation.audio.delta", r#"{"id":"3","content":"AA"}"#),
        frame("conversation.stream.done", ""),
    ]
}

/// How many frames are complete in the first `cut` bytes, and whether something of the next one is there.
fn expected(frames: &[String], cut: usize, line_end: &str) -> (usize, bool) {
    let mut end = 0;
    for (index, frame) in frames.iter().enumerate() {
        // The CR of the blank line ends the event already, whatever follows.
        let complete = end + frame.len() - usize::from(line_end == "\r\n");
        if cut < complete {
            return (index, cut > end);
        }
        end += frame.len();
    }
    (frames.len(), false)
}

const SETTLED: usize = 6;

async fn check(reply: Reply, (complete, partial): (usize, bool), all: usize, place: &str) {
    let seen = read(reply).await;
    let errors: Vec<_> = seen.iter().filter(|event| event.is_err()).collect();
    let clean = complete == all || (complete >= SETTLED && !partial);
    if clean {
        assert_eq!((seen.len(), errors.len()), (complete, 0), "{place}: {seen:?}");
    } else {
        assert_eq!((seen.len(), errors.len()), (complete + 1, 1), "{place}: {seen:?}");
        assert!(is_truncated(seen.last().unwrap()), "{place}: {seen:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_cut_at_any_byte_is_told_and_loses_no_event_before_it() {
    for line_end in ["\n", "\r\n", "\r"] {
        let frames: Vec<_> = frames().iter().map(|frame| frame.replace('\n', line_end)).collect();
        let whole = frames.concat().into_bytes();
        for cut in 0..=whole.len() {
            let place = format!("{line_end:?} {cut}");
            let expected = expected(&frames, cut, line_end);
            let prefix = Bytes::copy_from_slice(&whole[..cut]);
            check(Reply::events(prefix.clone()), expected, frames.len(), &place).await;
            // The same in two pieces, with the cut falling anywhere into the second.
            let middle = cut / 2;
            let halves = [&whole[..middle], &whole[middle..cut]];
            check(Reply::chunks(halves), expected, frames.len(), &place).await;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_cut_at_any_byte_is_told_when_bytes_come_one_by_one() {
    let frames = frames();
    let whole = frames.concat().into_bytes();
    for cut in (0..=whole.len()).step_by(7).chain([whole.len()]) {
        let reply = Reply::chunks(whole[..cut].chunks(1));
        check(reply, expected(&frames, cut, "\n"), frames.len(), &format!("{cut}")).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_breaks_at_any_byte_is_told_as_such() {
    let frames = frames();
    let whole = frames.concat().into_bytes();
    let reset = TransportError::body(io::Error::from(io::ErrorKind::ConnectionReset));
    for cut in 0..whole.len() {
        let pieces = [Piece::Data(Bytes::copy_from_slice(&whole[..cut])), Piece::Fail(reset.clone())];
        let seen = read(Reply::pieces(pieces)).await;
        let (complete, _) = expected(&frames, cut, "\n");
        assert_eq!(seen.len(), complete + 1, "{cut}: {seen:?}");
        let error = seen.into_iter().next_back().unwrap().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Transport, "{cut}: {error}");
        assert!(error.is_retryable() && error.transport().unwrap().is_body());
        assert_eq!(error.log_id().unwrap(), LOG_ID);
    }
    // After the last event nothing can go wrong any more.
    let pieces = [Piece::Data(Bytes::from(whole)), Piece::Fail(reset)];
    let seen = read(Reply::pieces(pieces)).await;
    assert!(seen.len() == frames.len() && seen.iter().all(Result::is_ok), "{seen:?}");
}

#[tokio::test(start_paused = true)]
async fn the_error_says_what_was_missing_and_may_be_retried() {
    for (body, word) in [
        (String::new(), "no event"),
        (": only a comment\n\n".to_owned(), "no event"),
        ("\u{feff}".to_owned(), "no event"),
        ("event:conversation.chat.created".to_owned(), "incomplete"),
        (created(), "last event is missing"),
        (created() + &delta("a"), "last event is missing"),
        (created() + "data:", "incomplete"),
    ] {
        let seen = read(Reply::events(body.clone())).await;
        let error = seen.into_iter().next_back().unwrap().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Truncated, "{body:?}");
        assert!(error.to_string().contains(word) && error.to_string().contains(LOG_ID), "{body:?}: {error}");
        assert!(error.is_retryable());
        assert_eq!(error.endpoint(), Some("/v3/chat"));
    }
}

#[tokio::test(start_paused = true)]
async fn the_views_tell_a_cut_as_well() {
    let frames = frames();
    for count in 0..SETTLED {
        let body = frames[..count].concat();
        let error = open(Reply::events(body.clone())).await.collect().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Truncated, "{count}");
        let mut text = open(Reply::events(body)).await.text();
        let mut last = None;
        while let Some(piece) = text.next().await {
            last = Some(piece);
        }
        let error = last.unwrap().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Truncated, "{count}");
        assert_eq!(error.log_id().unwrap(), LOG_ID);
    }
}
