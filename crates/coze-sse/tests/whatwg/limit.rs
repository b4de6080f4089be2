//! The memory limit: what is reported, what is skipped, where the parser goes on.

use bytes::Bytes;
use coze_sse::{DEFAULT_LIMIT, Error, Parser};

use crate::check_every_split;

#[test]
fn an_event_at_the_limit_passes_and_one_byte_more_does_not() {
    for (stream, size) in [
        (&b"data: 12345\n\ndata: ok\n\n"[..], 5),
        (b"event: ab\ndata: 12345\n\ndata: ok\n\n", 7),
        (b"event: abcdefgh\nevent: ab\ndata: 12345\n\ndata: ok\n\n", 8),
        (b"data: 12345\ndata: 678\n\ndata: ok\n\n", 9),
        (b"id: abc\ndata: 12345\n\ndata: ok\n\n", 8),
        (b"data: 12345\nid: abc\0\n\ndata: ok\n\n", 9),
        (b"data: 12345\n: a comment that is longer\nunknown: aaaaaaaaaa\nretry: 00000000000009\n\n", 5),
    ] {
        let outcome = |limit| {
            let mut parser = Parser::with_limit(limit);
            parser.push(Bytes::from_static(stream));
            parser.next_event().unwrap().map(|event| event.data().into_owned())
        };
        assert!(outcome(size).is_ok(), "{:?}", stream.escape_ascii().to_string());
        assert!(outcome(size - 1).is_err(), "{:?}", stream.escape_ascii().to_string());
        for limit in [size, size - 1, 0, 1, 2] {
            check_every_split(stream, limit);
        }
    }
}

#[test]
fn the_parser_goes_on_behind_the_next_blank_line() {
    for end in ["\n", "\r", "\r\n"] {
        let big = "x".repeat(100);
        let stream = format!(
            "id: 1|data: a||event: big|id: 2|data: {big}|id: 3|event: y|retry: 5|data: more||data: b||event: {big}|data: c||data: d||"
        )
        .replace('|', end);
        check_every_split(stream.as_bytes(), 50);

        let mut parser = Parser::with_limit(50);
        parser.push(stream.into());
        assert_eq!(parser.next_event().unwrap().unwrap().id(), "1");
        assert_eq!(parser.next_event(), Some(Err(too_large(50, 104))));
        let event = parser.next_event().unwrap().unwrap();
        assert_eq!((&*event.name(), &*event.data(), &*event.id()), ("message", "b", "1"));
        assert!(parser.next_event().unwrap().is_err());
        assert_eq!(parser.next_event().unwrap().unwrap().data(), "d");
        assert!(parser.next_event().is_none());
        assert_eq!(parser.retry(), None);
        assert!(!parser.has_partial());
    }
}

/// Errors cannot be built outside the crate, so the test takes one from a parser.
fn too_large(limit: usize, dropped: usize) -> Error {
    let mut parser = Parser::with_limit(limit);
    parser.push(format!("data: {}\n\n", "x".repeat(dropped)).into());
    let Some(Err(error)) = parser.next_event() else { panic!("{dropped} bytes fit into {limit}") };
    error
}

#[test]
fn the_error_names_limit_and_loss() {
    let error = too_large(10, 25);
    let Error::TooLarge { limit, dropped, .. } = error else { panic!("{error:?}") };
    assert_eq!((limit, dropped), (10, 25));
    let text = error.to_string();
    assert!(text.contains("10 bytes") && text.contains("25 bytes") && text.contains("with_limit"), "{text}");
}

#[test]
fn a_limit_is_on_by_default_and_can_be_lifted() {
    assert_eq!(Parser::new().limit(), DEFAULT_LIMIT);
    assert_eq!(Parser::default().limit(), DEFAULT_LIMIT);
    let stream = Bytes::from([b"data: ".as_slice(), &vec![b'x'; DEFAULT_LIMIT + 1], b"\n\n"].concat());
    for (mut parser, fits) in [(Parser::new(), false), (Parser::unlimited(), true)] {
        parser.push(stream.clone());
        assert_eq!(parser.next_event().unwrap().is_ok(), fits);
        assert!(parser.next_event().is_none());
    }
}

/// Endless comments, unknown fields and digits take no memory, so they are no error.
#[test]
fn what_is_not_stored_does_not_count() {
    let mut parser = Parser::with_limit(64);
    for start in [&b": "[..], b"unknown: ", b"retry: "] {
        parser.push(Bytes::from_static(start));
        for _ in 0..1000 {
            parser.push(Bytes::from_static(b"0000000000"));
            assert!(parser.next_event().is_none());
        }
        parser.push(Bytes::from_static(b"\n"));
        assert!(parser.next_event().is_none());
        assert!(!parser.has_partial());
    }
    parser.push(Bytes::from_static(b"data: a\n\n"));
    assert_eq!(parser.next_event().unwrap().unwrap().data(), "a");
}
