//! How far the decoding of a delta is from the usual parser with the least work.
//!
//! The yardstick is `simdutf8` and `serde_json::from_str` into a struct of borrowed strings. For the whole path, from the bytes of a stream
//! to owned deltas of which each resembles the one before, it is the fastest crate for events and the same. All start from the same bytes, one after the other
//! within a round, and ratios are taken of two times of one round: median and quartiles of all rounds are shown.
//!
//! Options behind `--`: `--quick` (fewer rounds), `--check` (fail if a goal is missed), `--json` (a line for each goal and nothing else).

use std::alloc::{GlobalAlloc, Layout, System};
use std::borrow::Cow;
use std::hint::black_box;
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use bytes::Bytes;
use coze_types::chat::{ChatDecoder, ChatEvent};
use coze_types::message::MessageRef;
use coze_types::{Event, EventDecoder};
use serde::Deserialize;

/// Counts allocations; the bench has one thread.
struct Counting;

static ALLOCATIONS: AtomicUsize = AtomicUsize::new(0);

#[expect(unsafe_code, reason = "a global allocator cannot be written without it")]
// SAFETY: every call goes to the system allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.store(ALLOCATIONS.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
        // SAFETY: the caller keeps the contract.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        // SAFETY: the caller keeps the contract.
        unsafe { System.dealloc(place, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// The yardstick: what a caller would write with care.
#[derive(Deserialize)]
#[expect(dead_code, reason = "decoding them is what is measured")]
struct Borrowed<'a> {
    id: &'a str,
    conversation_id: &'a str,
    bot_id: &'a str,
    chat_id: &'a str,
    role: &'a str,
    #[serde(rename = "type")]
    kind: &'a str,
    #[serde(borrow)]
    content: Cow<'a, str>,
    content_type: &'a str,
}

fn yardstick(data: &[u8]) -> bool {
    let Ok(text) = simdutf8::basic::from_utf8(data) else { return false };
    serde_json::from_str::<Borrowed<'_>>(text).is_ok_and(|delta| !black_box(&delta).content.is_empty())
}

fn borrowed(data: &[u8]) -> bool {
    let Ok(text) = simdutf8::basic::from_utf8(data) else { return false };
    MessageRef::parse(text).is_ok_and(|delta| !black_box(&delta).content.is_empty())
}

fn owned(data: &[u8]) -> bool {
    let Ok(text) = simdutf8::basic::from_utf8(data) else { return false };
    ChatEvent::parse("conversation.message.delta", text).is_ok_and(|event| black_box(&event).text().is_some())
}

/// Deltas of a chat; `more` goes into each of them.
fn deltas(more: &str) -> Vec<Vec<u8>> {
    const WORDS: [&str; 8] = ["你", "好，", " the", " quick", "世界", " is", "今天是", " a"];
    let delta = |content| {
        format!(
            "{{\"id\":\"7382159494123470858\",\"conversation_id\":\"7381473525342978089\",\"bot_id\":\"7379462189365198898\",\
             \"role\":\"assistant\",\"type\":\"answer\",\"content\":\"{content}\",\"content_type\":\"text\",\
             \"chat_id\":\"7382159487131697202\"{more}}}"
        )
        .into_bytes()
    };
    (0..1_000).map(|n| delta(WORDS[n * 7 % WORDS.len()])).collect()
}

/// Deltas, alone and as a stream.
struct Input {
    deltas: Vec<Vec<u8>>,
    /// A usual read from a socket each.
    chunks: Vec<Bytes>,
}

impl Input {
    fn new(more: &str) -> Self {
        let deltas = deltas(more);
        let events = deltas
            .iter()
            .map(|delta| [&b"event:conversation.message.delta\ndata:"[..], delta, b"\n\n"].concat());
        let stream = Bytes::from(events.collect::<Vec<_>>().concat());
        let chunks = (0..stream.len())
            .step_by(CHUNK)
            .map(|start| stream.slice(start..stream.len().min(start + CHUNK)));
        Self { chunks: chunks.collect(), deltas }
    }
}

const CHUNK: usize = 16 * 1024;

/// Reads all deltas one by one.
fn each(input: &Input, read: fn(&[u8]) -> bool) -> usize {
    input.deltas.iter().filter(|delta| read(black_box(delta))).count()
}

/// From bytes to owned deltas.
fn path(input: &Input) -> usize {
    let (mut parser, mut decoder, mut read) = (coze_sse::Parser::new(), ChatDecoder::default(), 0);
    for chunk in &input.chunks {
        parser.push(chunk.clone());
        while let Some(Ok(event)) = parser.next_event() {
            let Ok(event) = decoder.decode(event.name_bytes(), event.data_bytes()) else { continue };
            read += usize::from(black_box(&event).text().is_some());
        }
    }
    read
}

/// The best composition of crates for the same, into borrowed fields.
fn composition(input: &Input) -> usize {
    let (mut decoder, mut read) = (sse_core::SseDecoder::new(), 0);
    for chunk in &input.chunks {
        let mut chunk = chunk.clone();
        while let Some(Ok(event)) = decoder.next(&mut chunk) {
            if let sse_core::SseEvent::Message(event) = event
                && event.event == "conversation.message.delta"
            {
                let delta = serde_json::from_str::<Borrowed<'_>>(&event.data);
                read += usize::from(delta.is_ok_and(|delta| !black_box(&delta).content.is_empty()));
            }
        }
    }
    read
}

/// Seconds and allocations for all deltas.
fn time(read: fn(&Input) -> usize, input: &Input) -> (f64, usize) {
    let before = ALLOCATIONS.load(Ordering::Relaxed);
    let start = Instant::now();
    let read = read(black_box(input));
    let time = start.elapsed().as_secs_f64();
    assert_eq!(read, input.deltas.len());
    (time, ALLOCATIONS.load(Ordering::Relaxed) - before)
}

struct Case {
    what: &'static str,
    read: fn(&Input) -> usize,
    yardstick: fn(&Input) -> usize,
    /// What the yardstick is made of.
    peer: &'static str,
    /// Fields of each delta beyond the usual.
    more: &'static str,
    ratio: f64,
    allocations: f64,
}

/// What Coze Studio sends with every delta.
const META: &str = ",\"meta_data\":{\"message_title\":\"\"}";

const PARSER: &str = "simdutf8 and serde_json, borrowed";

const CASES: [Case; 4] = [
    Case {
        what: "delta, borrowed",
        read: |input| each(input, borrowed),
        yardstick: |input| each(input, yardstick),
        peer: PARSER,
        more: "",
        ratio: 1.0,
        allocations: 0.0,
    },
    Case {
        what: "delta, owned",
        read: |input| each(input, owned),
        yardstick: |input| each(input, yardstick),
        peer: PARSER,
        more: "",
        ratio: 1.25,
        allocations: 1.0,
    },
    // The pairs are a map of strings: a node, the key, and the value unless it is empty.
    Case {
        what: "delta with a pair of meta_data, owned",
        read: |input| each(input, owned),
        yardstick: |input| each(input, yardstick),
        peer: PARSER,
        more: META,
        ratio: 1.5,
        allocations: 3.0,
    },
    // Rounded up: the buffers of a stream grow once.
    Case {
        what: "bytes to typed deltas",
        read: path,
        yardstick: composition,
        peer: "sse-core and serde_json, borrowed",
        more: "",
        ratio: 0.26,
        allocations: 1.02,
    },
];

fn main() -> ExitCode {
    let flag = |name: &str| std::env::args().any(|arg| arg == name);
    let rounds = if flag("--one") {
        9
    } else if flag("--quick") {
        501
    } else {
        5_001
    };
    let mut missed = 0;
    for case in CASES {
        let input = Input::new(case.more);
        let mut ratios = Vec::with_capacity(rounds);
        let mut allocations = 0;
        for round in 0..rounds {
            let (ours, theirs);
            if round % 2 == 0 {
                (ours, theirs) = (time(case.read, &input), time(case.yardstick, &input));
            } else {
                (theirs, ours) = (time(case.yardstick, &input), time(case.read, &input));
            }
            ratios.push(ours.0 / theirs.0);
            allocations = ours.1;
        }
        ratios.sort_unstable_by(f64::total_cmp);
        let [low, median, high] = [1, 2, 3].map(|quarter| ratios[(rounds - 1) * quarter / 4]);
        #[expect(clippy::cast_precision_loss, reason = "small counts")]
        let each = allocations as f64 / input.deltas.len() as f64;
        for (what, [low, median, high], bound, counts) in [
            (format!("CPU / {}", case.peer), [low, median, high], case.ratio, false),
            ("allocations".to_owned(), [each; 3], case.allocations, true),
        ] {
            missed += usize::from(median > bound);
            if flag("--json") {
                println!(
                    "{{\"what\":\"{}: {what}\",\"low\":{low},\"median\":{median},\"high\":{high},\"at_most\":{bound},\
                     \"at_least\":null,\"allocations\":{counts}}}",
                    case.what
                );
            } else {
                println!("{}: {what}: {median:.2} ({low:.2}..{high:.2}), at most {bound}", case.what);
            }
        }
    }
    if flag("--check") && missed > 0 { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}
