//! Properties that hold for every stream.

use std::fmt::Write as _;

use coze_sse::Parser;
use proptest::collection::vec;
use proptest::prelude::*;

use crate::harness::{TAKES, Take, check_text, parse_chunks, parse_cut, with_text_id};
use crate::oracle::{self, Item};

/// Bytes that matter to the format more often than others.
fn byte() -> impl Strategy<Value = u8> {
    prop_oneof![
        4 => prop::sample::select(b"\n\r: \0dataevidry0123456789\xEF\xBB\xBF".to_vec()),
        1 => any::<u8>(),
    ]
}

/// Lines of known fields with arbitrary values and every line end.
fn line() -> impl Strategy<Value = Vec<u8>> {
    let name = prop::sample::select(vec!["data", "event", "id", "retry", "", "other", "dat"]);
    let colon = prop::sample::select(vec!["", ":", ": ", ":  "]);
    let end = prop::sample::select(vec!["\n", "\r", "\r\n", "\n\n", "\r\n\r\n", "\r\r"]);
    (name, colon, vec(byte(), 0..80), end).prop_map(|(name, colon, value, end)| {
        [name.as_bytes(), colon.as_bytes(), &value, end.as_bytes()].concat()
    })
}

fn stream() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![vec(byte(), 0..300), vec(line(), 0..20).prop_map(|lines| lines.concat())]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn chunking_never_matters(
        stream in stream(),
        cuts in vec(any::<prop::sample::Index>(), 0..10),
        limit in prop_oneof![Just(usize::MAX), 0..100_usize],
        take in prop::sample::select(TAKES.to_vec()),
    ) {
        let mut cuts: Vec<_> = cuts.iter().map(|cut| cut.index(stream.len() + 1)).collect();
        cuts.sort_unstable();
        let expected = with_text_id(oracle::parse(&stream, limit));
        prop_assert_eq!(parse_cut(Parser::with_limit(limit), &stream, &cuts, take), expected.clone());
        prop_assert_eq!(parse_chunks(Parser::with_limit(limit), stream.chunks(1), take), expected);
    }

    #[test]
    fn text_is_that_of_the_decoded_stream(stream in stream()) {
        check_text(&stream);
    }

    /// What a server writes in the usual way comes out as it was.
    #[test]
    fn written_events_come_back(
        events in vec(("[a-z.]{1,40}", vec("[^\r\n]{0,60}", 1..4)), 0..12),
        chunk in 1..200_usize,
    ) {
        let mut stream = String::new();
        let mut expected = Vec::new();
        for (name, lines) in &events {
            let _ = writeln!(stream, "event: {name}");
            for line in lines {
                let _ = writeln!(stream, "data: {line}");
            }
            stream += "\n";
            expected.push(Item::Event {
                name: name.clone().into_bytes(),
                data: lines.join("\n").into_bytes(),
                id: Vec::new(),
            });
        }
        let outcome = parse_chunks(Parser::new(), stream.as_bytes().chunks(chunk), Take::Owned);
        prop_assert_eq!(outcome.items, expected);
        prop_assert!(!outcome.partial);
    }
}
