//! The parser against the oracle of its tests, under random chunking and limits.

#[path = "../../crates/coze-sse/tests/whatwg/harness.rs"]
mod harness;
#[path = "../../crates/coze-sse/tests/whatwg/oracle.rs"]
mod oracle;

use coze_sse::Parser;

use self::harness::{TAKES, check_text, parse_chunks, parse_cut, with_text_id};

/// The first three bytes of an input choose how the parser is driven, the rest is the stream.
pub fn sse(input: &[u8]) {
    let [take, limit, seed, stream @ ..] = input else { return };
    let take = TAKES[usize::from(*take) % TAKES.len()];
    // Half of the inputs have no limit.
    let limit = if *limit < 128 { usize::from(*limit) } else { usize::MAX };

    let expected = with_text_id(oracle::parse(stream, limit));
    let cut = parse_cut(Parser::with_limit(limit), stream, &cuts(*seed, stream.len()), take);
    assert_eq!(cut, expected);
    let bytewise = parse_chunks(Parser::with_limit(limit), stream.chunks(1), take);
    assert_eq!(bytewise, expected);
    check_text(stream);
}

/// Ascending places to cut a stream at; an even seed cuts more often.
pub(super) fn cuts(seed: u8, len: usize) -> Vec<usize> {
    let step = if seed.is_multiple_of(2) { 8 } else { 64 };
    let mut state = u32::from(seed) | 0x100;
    let mut at = 0;
    let mut cuts = Vec::new();
    loop {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        at += state as usize % step;
        if at > len {
            return cuts;
        }
        cuts.push(at);
    }
}
