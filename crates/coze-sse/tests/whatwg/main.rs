//! The parser against the standard, under every chunking.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by them")]

mod api;
mod cases;
mod harness;
mod limit;
mod oracle;
mod properties;
mod random;

use coze_sse::Parser;

use self::harness::{TAKES, parse_chunks, parse_cut, with_text_id};

/// Runs `stream` whole, in chunks of every size and split at every position, and compares with the oracle.
fn check_every_split(stream: &[u8], limit: usize) {
    let expected = with_text_id(oracle::parse(stream, limit));
    for take in TAKES {
        let whole = parse_cut(Parser::with_limit(limit), stream, &[], take);
        assert_eq!(whole, expected, "whole, {take:?}: {:?}", stream.escape_ascii().to_string());
        for size in 1..stream.len().min(80) {
            let even = parse_chunks(Parser::with_limit(limit), stream.chunks(size), take);
            assert_eq!(even, expected, "chunks of {size}, {take:?}: {:?}", stream.escape_ascii().to_string());
        }
        for cut in 0..=stream.len() {
            let split = parse_cut(Parser::with_limit(limit), stream, &[cut], take);
            assert_eq!(split, expected, "cut at {cut}, {take:?}: {:?}", stream.escape_ascii().to_string());
        }
    }
}
