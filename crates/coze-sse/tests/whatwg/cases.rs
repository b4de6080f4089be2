//! Corner cases of the standard, each with its expected events written out.

use crate::check_every_split;
use crate::harness::check_text;
use crate::oracle::{self, Item};

struct Case {
    name: &'static str,
    stream: &'static [u8],
    /// Name, data and id of each event.
    events: &'static [(&'static str, &'static [u8], &'static str)],
    retry: Option<u64>,
    partial: bool,
}

const PLAIN: Case = Case { name: "", stream: b"", events: &[], retry: None, partial: false };

const CASES: [Case; 34] = [
    Case { name: "BOM", stream: b"\xEF\xBB\xBFdata: a\n\n", events: &[("message", b"a", "")], ..PLAIN },
    Case {
        name: "BOM only at the start",
        stream: b"data: a\n\n\xEF\xBB\xBFdata: b\n\ndata: c\n\n",
        events: &[("message", b"a", ""), ("message", b"c", "")],
        ..PLAIN
    },
    Case {
        name: "CR only",
        stream: b"event: x\rdata: a\rdata: b\r\rdata: c\r\r",
        events: &[("x", b"a\nb", ""), ("message", b"c", "")],
        ..PLAIN
    },
    Case {
        name: "CRLF",
        stream: b"event: x\r\ndata: a\r\ndata: b\r\n\r\ndata: c\r\n\r\n",
        events: &[("x", b"a\nb", ""), ("message", b"c", "")],
        ..PLAIN
    },
    Case {
        name: "mixed line ends",
        stream: b"data: a\r\rdata: b\r\n\ndata: c\n\rdata: d\r\n\rdata: e\n\r\n",
        events: &[
            ("message", b"a", ""),
            ("message", b"b", ""),
            ("message", b"c", ""),
            ("message", b"d", ""),
            ("message", b"e", ""),
        ],
        ..PLAIN
    },
    Case {
        name: "data without colon",
        stream: b"data\n\ndata\ndata\n\n",
        events: &[("message", b"", ""), ("message", b"\n", "")],
        ..PLAIN
    },
    Case {
        name: "empty data",
        stream: b"data:\n\ndata: \n\n",
        events: &[("message", b"", ""), ("message", b"", "")],
        ..PLAIN
    },
    Case {
        name: "name without data",
        stream: b"event: lone\n\ndata: a\n\n",
        events: &[("message", b"a", "")],
        ..PLAIN
    },
    Case {
        name: "one space",
        stream: b"data:a\n\ndata: a\n\ndata:  a\n\ndata:\ta \n\n",
        events: &[
            ("message", b"a", ""),
            ("message", b"a", ""),
            ("message", b" a", ""),
            ("message", b"\ta ", ""),
        ],
        ..PLAIN
    },
    Case {
        name: "several data lines",
        stream: b"data: a\ndata:b\ndata:  c\n\n",
        events: &[("message", b"a\nb\n c", "")],
        ..PLAIN
    },
    Case {
        name: "empty last data line",
        stream: b"data: a\ndata:\n\n",
        events: &[("message", b"a\n", "")],
        ..PLAIN
    },
    Case {
        name: "empty first data line",
        stream: b"data\ndata: a\n\n",
        events: &[("message", b"\na", "")],
        ..PLAIN
    },
    Case {
        name: "id persists",
        stream: b"id: 1\ndata: a\n\ndata: b\n\nid: 2\ndata: c\n\n",
        events: &[("message", b"a", "1"), ("message", b"b", "1"), ("message", b"c", "2")],
        ..PLAIN
    },
    Case {
        name: "id reset",
        stream: b"id: 1\ndata: a\n\nid\ndata: b\n\nid: 2\ndata: c\n\nid:\ndata: d\n\n",
        events: &[
            ("message", b"a", "1"),
            ("message", b"b", ""),
            ("message", b"c", "2"),
            ("message", b"d", ""),
        ],
        ..PLAIN
    },
    Case {
        name: "id with NUL",
        stream: b"id: 1\ndata: a\n\nid: 2\0\ndata: b\n\nid: 3\nid: \0\ndata: c\n\n",
        events: &[("message", b"a", "1"), ("message", b"b", "1"), ("message", b"c", "3")],
        ..PLAIN
    },
    Case {
        name: "id without data",
        stream: b"id: 7\n\ndata: a\n\n",
        events: &[("message", b"a", "7")],
        ..PLAIN
    },
    Case {
        name: "retry",
        stream: b"retry: 1500\ndata: a\n\n",
        events: &[("message", b"a", "")],
        retry: Some(1500),
        ..PLAIN
    },
    Case {
        name: "retry with other characters",
        stream: b"retry: 10\nretry: 1x\nretry: 1.5\nretry:\nretry\ndata: a\n\n",
        events: &[("message", b"a", "")],
        retry: Some(10),
        ..PLAIN
    },
    Case { name: "retry with a sign", stream: b"retry:+5\nretry:-5\n\n", ..PLAIN },
    Case {
        name: "retry with spaces",
        stream: b"retry: 7\nretry:  8\nretry: 9 \n\n",
        retry: Some(7),
        ..PLAIN
    },
    Case {
        name: "comment",
        stream: b": hello\n:\ndata: a\n:data: b\n\n: end\n",
        events: &[("message", b"a", "")],
        ..PLAIN
    },
    Case {
        name: "unknown field",
        stream: b"foo: bar\nDATA: x\n data: x\ndatax: x\ndata : x\nfoo\ndata: a\nidx: 1\n\n",
        events: &[("message", b"a", "")],
        ..PLAIN
    },
    Case {
        name: "event without colon",
        stream: b"event: x\nevent\ndata: a\n\n",
        events: &[("message", b"a", "")],
        ..PLAIN
    },
    Case {
        name: "empty event",
        stream: b"event: x\nevent:\ndata: a\n\nevent: \ndata: b\n\n",
        events: &[("message", b"a", ""), ("message", b"b", "")],
        ..PLAIN
    },
    Case {
        name: "last event wins",
        stream: b"event: x\ndata: a\nevent: y\n\ndata: b\n\n",
        events: &[("y", b"a", ""), ("message", b"b", "")],
        ..PLAIN
    },
    Case {
        name: "colon in value",
        stream: b"event: a:b\ndata::c: d\nid: :\n\n",
        events: &[("a:b", b":c: d", ":")],
        ..PLAIN
    },
    Case {
        name: "UTF-8",
        stream: "event: 对话\ndata: 你好，世界 🦀\nid: 号\n\n".as_bytes(),
        events: &[("对话", "你好，世界 🦀".as_bytes(), "号")],
        ..PLAIN
    },
    Case {
        name: "invalid UTF-8",
        stream: b"data: a\xFFb\xC0\xAFc\n\nevent: \xFE\ndata: ok\n\n",
        events: &[("message", b"a\xFFb\xC0\xAFc", ""), ("\u{FFFD}", b"ok", "")],
        ..PLAIN
    },
    Case {
        name: "invalid UTF-8 in a comment",
        stream: b": \xFF\xFE\ndata: a\n\n",
        events: &[("message", b"a", "")],
        ..PLAIN
    },
    Case {
        name: "character cut by a line end",
        stream: b"data: a\xE4\xBD\ndata: \xA0b\n\ndata: c\n\n",
        events: &[("message", b"a\xE4\xBD\n\xA0b", ""), ("message", b"c", "")],
        ..PLAIN
    },
    Case {
        name: "unterminated event",
        stream: b"data: a\n\nid: 5\ndata: b\n",
        events: &[("message", b"a", "")],
        partial: true,
        ..PLAIN
    },
    Case {
        name: "unterminated line",
        stream: b"data: a\n\ndata: b",
        events: &[("message", b"a", "")],
        partial: true,
        ..PLAIN
    },
    Case {
        name: "blank lines before an id",
        stream: b"\n\n\r\n\rid: 3\ndata: a\n\n\n\ndata: b\n\n",
        events: &[("message", b"a", "3"), ("message", b"b", "3")],
        ..PLAIN
    },
    Case { name: "NUL in data", stream: b"data: a\0b\n\n", events: &[("message", b"a\0b", "")], ..PLAIN },
];

#[test]
fn corner_cases_hold_under_every_split() {
    for case in CASES {
        let expected = oracle::parse(case.stream, usize::MAX);
        let events: Vec<_> = expected
            .items
            .iter()
            .map(|item| match item {
                Item::Event { name, data, id } => {
                    (String::from_utf8_lossy(name), data.as_slice(), String::from_utf8_lossy(id))
                }
                Item::TooLarge => panic!("{}: there is no limit", case.name),
            })
            .collect();
        let written: Vec<_> =
            case.events.iter().map(|(name, data, id)| ((*name).into(), *data, (*id).into())).collect();
        assert_eq!(events, written, "{}", case.name);
        assert_eq!(expected.retry, case.retry, "{}", case.name);
        assert_eq!(expected.partial, case.partial, "{}", case.name);

        check_every_split(case.stream, usize::MAX);
        check_text(case.stream);
    }
}

/// Bytes that look like the start of a mark, and a mark that arrives in pieces.
#[test]
fn half_a_byte_order_mark_is_a_field_name() {
    for stream in [
        &b"\xEFdata: a\n\ndata: b\n\n"[..],
        b"\xEF\xBBdata: a\n\ndata: b\n\n",
        b"\xEF\xBB\ndata: b\n\n",
        b"\xEF\n\ndata: b\n\n",
        b"\xEF\xBB\xBF\xEF\xBB\xBFdata: a\n\ndata: b\n\n",
        b"\xEF\xBB\xBF\n\ndata: b\n\n",
        b"\xEF\xEF\xBB\xBFdata: a\n\n",
        b"\xEF\xBB\xBF",
        b"\xEF\xBB",
    ] {
        check_every_split(stream, usize::MAX);
        check_text(stream);
    }
}

/// The guess at an event's head must never change the outcome.
#[test]
fn guessed_heads_do_not_leak_into_other_events() {
    for stream in [
        &b"data\n\ndata: a\n\ndata: b\n\n"[..],
        b"event: x\ndata\n\nevent: x\ndata: a\n\nevent: x\ndata: b\n\n",
        b"data:a\n\ndata: b\n\ndata:c\n\ndata:\n\ndata: \n\n",
        b"data: \n\ndata:  b\n\ndata:c\n\n",
        b"event:x\ndata:a\n\nevent:x\ndata:b\ndata:c\n\nevent:x\ndata:d\n\n",
        b"event:x\ndata:a\n\nevent:x\ndata:b\nevent:y\n\nevent:x\ndata:c\nid:1\n\nevent:x\ndata:d\n\n",
        b"event:x\ndata:a\n\nevent:xy\ndata:b\n\nevent:x\ndata:c\n\nevent:\ndata:d\n\n",
        b"data:a\nevent:x\n\ndata:b\n\ndata:c\nevent:x\n\n",
        b":c\ndata:a\n\n:c\ndata:b\n\ndata:c\n\n",
        b"event:x\r\ndata:a\r\n\r\nevent:x\r\ndata:b\r\n\r\nevent:x\ndata:c\n\nevent:x\r\ndata:d\r\n\r\n",
        b"event:x\rdata:a\r\revent:x\rdata:b\r\revent:x\rdata:c\r\n\r\n",
        b"data:a\n\ndata:b\n\r\ndata:c\r\r\ndata:d\r\n\rdata:e\n\n",
        b"\xEF\xBB\xBFevent:x\ndata:a\n\nevent:x\ndata:b\n\n",
        b"event:x\nevent:x\ndata:a\n\nevent:x\ndata:b\n\nevent:x\nevent:x\ndata:c\n\n",
        b"event:x\ndata:a\n\nevent:x\nda\n\neve\n\nevent:x\nid:1\ndata:d\n\nevent:x\ndata: e\n\n",
        b"event:x\r\ndata:a\r\n\r\nevent:x\rdata:b\r\revent:x\r\n\ndata:c\n\nevent:x\r\nevent:y\r\ndata:d\n\n",
        b"event:x\rdata:a\r\revent:x\r\ndata:b\r\n\r\nevent:x\r\rdata:c\r\revent:xy\rdata:d\r\r",
    ] {
        check_every_split(stream, usize::MAX);
    }
    let long = format!("event:{0}\ndata:a\n\nevent:{0}\ndata:b\n\n", "n".repeat(200));
    check_every_split(long.as_bytes(), usize::MAX);
}

/// An event that ends in CR must not wait for an LF that may never come.
#[test]
fn cr_at_the_end_of_a_chunk_is_not_held_back() {
    for stream in [&b"data: a\r\r"[..], b"data: a\r\n\r", b"data: a\n\r"] {
        let mut parser = coze_sse::Parser::new();
        parser.push(bytes::Bytes::copy_from_slice(stream));
        assert_eq!(parser.next_event().unwrap().unwrap().data(), "a");
        assert!(parser.next_event().is_none());
        parser.push(bytes::Bytes::from_static(b"\n"));
        assert!(parser.next_event().is_none());
        assert!(!parser.has_partial());
        parser.push(bytes::Bytes::from_static(b"data: b\n\n"));
        assert_eq!(parser.next_event().unwrap().unwrap().data(), "b");
    }
}
