//! Random streams in random chunks; the seeds are fixed, so a failure can be repeated.

use coze_sse::Parser;

use crate::harness::{TAKES, check_text, parse_cut, with_text_id};
use crate::oracle;

/// A small generator (`xorshift64*`): the tests need repeatable variety, not quality.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() >> 33).unwrap() % bound
    }
}

/// Pieces that collide: parts of fields, line ends, whole events, and bytes that are no UTF-8.
const PIECES: [&[u8]; 40] = [
    b"\n",
    b"\n",
    b"\n\n",
    b"\r",
    b"\r\n",
    b"\r\n\r\n",
    b":",
    b": ",
    b" ",
    b"data",
    b"data:",
    b"data: ",
    b"event",
    b"event:",
    b"event: ",
    b"id",
    b"id:",
    b"id: ",
    b"retry",
    b"retry:",
    b"retry: ",
    b"d",
    b"e",
    b"x",
    b"123",
    b"\0",
    b"\xEF\xBB\xBF",
    b"\xEF\xBB",
    b"\xFF",
    b"\xE4\xBD",
    "你好".as_bytes(),
    b"{\"a\":1}",
    b"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    b"data:abc\n\n",
    b"data: abc\n\n",
    b"event:delta\ndata:abc\n\n",
    b"event:delta\ndata:abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz\n\n",
    b"event:delta\r\ndata:abc\r\n\r\n",
    b"id: 7\n",
    b": ping\n\n",
];

fn stream(random: &mut Random) -> Vec<u8> {
    let mut stream = Vec::new();
    if random.below(8) == 0 {
        stream.extend_from_slice(b"\xEF\xBB\xBF");
    }
    for _ in 0..random.below(40) {
        stream.extend_from_slice(PIECES[random.below(PIECES.len())]);
    }
    stream
}

fn cuts(random: &mut Random, len: usize) -> Vec<usize> {
    let mut cuts: Vec<_> = (0..random.below(12)).map(|_| random.below(len + 1)).collect();
    cuts.sort_unstable();
    cuts
}

#[test]
fn random_streams_in_random_chunks() {
    let mut random = Random(0x5EED_0001);
    for round in 0..20_000 {
        let stream = stream(&mut random);
        let expected = with_text_id(oracle::parse(&stream, usize::MAX));
        let cuts = cuts(&mut random, stream.len());
        let take = TAKES[round % TAKES.len()];
        let outcome = parse_cut(Parser::unlimited(), &stream, &cuts, take);
        assert_eq!(outcome, expected, "{take:?}, cuts {cuts:?}: {:?}", stream.escape_ascii().to_string());
        check_text(&stream);
    }
}

#[test]
fn random_streams_under_random_limits() {
    let mut random = Random(0x5EED_0002);
    for round in 0..20_000 {
        let stream = stream(&mut random);
        let limit = random.below(120);
        let expected = with_text_id(oracle::parse(&stream, limit));
        let cuts = cuts(&mut random, stream.len());
        let take = TAKES[round % TAKES.len()];
        let outcome = parse_cut(Parser::with_limit(limit), &stream, &cuts, take);
        assert_eq!(
            outcome,
            expected,
            "limit {limit}, {take:?}, cuts {cuts:?}: {:?}",
            stream.escape_ascii().to_string()
        );
    }
}

/// A parser that is used again after `reset` behaves like a new one that knows the id and the reconnection time.
#[test]
fn reset_starts_over_and_keeps_the_id() {
    let mut random = Random(0x5EED_0003);
    for _ in 0..2_000 {
        let (first, second) = (stream(&mut random), stream(&mut random));
        let mut parser = Parser::with_limit(100);
        parser.push(first.into());
        for _ in 0..random.below(4) {
            let _ = parser.next_event();
        }
        parser.reset();
        assert!(!parser.has_partial());
        assert!(parser.next_event().is_none());
        let (id, retry) = (parser.last_event_id().into_owned(), parser.retry());
        if id.contains('\u{FFFD}') {
            // The text of such an id is not what the stream said.
            continue;
        }

        let mut prefix = Parser::with_limit(100);
        prefix.push(format!("id: {id}\n\n").into());
        assert!(prefix.next_event().is_none());
        prefix.reset();
        let fresh = parse_cut(prefix, &second, &[], TAKES[0]);
        let reused = parse_cut(parser, &second, &[], TAKES[0]);
        assert_eq!(reused.items, fresh.items);
        assert_eq!(reused.last_id, fresh.last_id);
        assert_eq!(
            reused.retry,
            fresh.retry.or(retry.map(|retry| u64::try_from(retry.as_millis()).unwrap()))
        );
    }
}
