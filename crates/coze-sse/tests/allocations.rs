//! Allocations and memory, counted.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use bytes::Bytes;
use coze_sse::{Error, Parser};

/// Counts the allocations of each thread on its own, so that tests may run side by side.
struct Counting;

thread_local! {
    static ALLOCATIONS: Cell<usize> = const { Cell::new(0) };
    /// Bytes in use; what another thread allocated and this one freed makes it negative.
    static IN_USE: Cell<isize> = const { Cell::new(0) };
    static PEAK: Cell<isize> = const { Cell::new(0) };
}

fn note(allocations: usize, bytes: isize) {
    // Threads that are ending have no counters any more, and nothing to count.
    let _ = ALLOCATIONS.try_with(|count| count.set(count.get() + allocations));
    let _ = IN_USE.try_with(|in_use| {
        in_use.set(in_use.get() + bytes);
        let _ = PEAK.try_with(|peak| peak.set(peak.get().max(in_use.get())));
    });
}

fn signed(size: usize) -> isize {
    isize::try_from(size).unwrap_or(isize::MAX)
}

#[expect(unsafe_code, reason = "a global allocator cannot be written without it")]
// SAFETY: every call goes to the system allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        note(1, signed(layout.size()));
        // SAFETY: the caller keeps the contract.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        note(0, -signed(layout.size()));
        // SAFETY: the caller keeps the contract.
        unsafe { System.dealloc(place, layout) }
    }

    unsafe fn realloc(&self, place: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        note(1, signed(size) - signed(layout.size()));
        // SAFETY: the caller keeps the contract.
        unsafe { System.realloc(place, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn allocations() -> usize {
    ALLOCATIONS.get()
}

const EVENTS: usize = 4_000;

/// A chat of equal deltas of about 250 bytes.
fn deltas() -> (Bytes, usize) {
    let event = "event:conversation.message.delta\ndata:{\"id\":\"7382159494123470858\",\"conversation_id\":\
                 \"7381473525342978089\",\"bot_id\":\"7379462189365198898\",\"role\":\"assistant\",\"type\":\"answer\",\
                 \"content\":\"你好\",\"content_type\":\"text\",\"chat_id\":\"7382159487131697202\"}\n\n";
    (event.repeat(EVENTS).into(), event.len())
}

fn chunks(stream: &Bytes, size: usize) -> Vec<Bytes> {
    (0..stream.len()).step_by(size).map(|start| stream.slice(start..stream.len().min(start + size))).collect()
}

#[test]
fn lent_events_do_not_allocate() {
    let (stream, event_len) = deltas();
    for size in [16 * 1024, event_len, 64, 1] {
        let mut parser = Parser::new();
        let mut run = || {
            let chunks = chunks(&stream, size);
            let before = allocations();
            let mut events = 0;
            for chunk in chunks {
                parser.push(chunk);
                while let Some(event) = parser.next_event() {
                    events += usize::from(event.is_ok());
                }
            }
            assert_eq!(events, EVENTS);
            allocations() - before
        };
        // The first pass may grow the buffers.
        assert!(run() <= 8, "chunks of {size}");
        assert_eq!(run(), 0, "chunks of {size}");
    }
}

#[test]
fn owned_events_allocate_only_where_chunks_cut_them() {
    let (stream, event_len) = deltas();
    let chunk_size = 16 * 1024;
    for (size, cut) in [(event_len, 0), (chunk_size, stream.len() / chunk_size), (64, EVENTS)] {
        let chunks = chunks(&stream, size);
        let mut parser = Parser::new();
        let before = allocations();
        let mut events = 0;
        for chunk in chunks {
            parser.push(chunk);
            while let Some(event) = parser.next_owned() {
                events += usize::from(event.is_ok());
            }
        }
        let allocated = allocations() - before;
        assert_eq!(events, EVENTS);
        assert!(allocated <= cut + 8, "{allocated} allocations in chunks of {size}");
    }
}

#[test]
fn small_owned_events_do_not_allocate() {
    let stream = Bytes::from("data: [DONE]\n\nevent: a\ndata: b\n\n".repeat(100));
    let mut parser = Parser::new();
    parser.push(stream);
    let before = allocations();
    let mut kept = 0;
    while let Some(Ok(event)) = parser.next_owned() {
        kept += event.clone().data_bytes().len();
    }
    assert_eq!(kept, 700);
    assert_eq!(allocations() - before, 0);
}

/// Most memory that the parser held while 32 MiB came in that never end.
fn peak_of_endless(start: &'static [u8], limit: usize) -> (usize, usize) {
    let chunk = Bytes::from(vec![b'x'; 16 * 1024]);
    let mut parser = Parser::with_limit(limit);
    let before = IN_USE.get();
    PEAK.set(before);
    let mut errors = 0;
    parser.push(Bytes::from_static(start));
    for _ in 0..2048 {
        while let Some(event) = parser.next_event() {
            errors += usize::from(matches!(event, Err(Error::TooLarge { .. })));
        }
        parser.push(chunk.clone());
    }
    parser.push(Bytes::from_static(b"\n\ndata: ok\n\n"));
    while let Some(event) = parser.next_event() {
        match event {
            Ok(event) if event.data() == "ok" => {}
            _ => errors += 1,
        }
    }
    (usize::try_from(PEAK.get() - before).unwrap_or(0), errors)
}

#[test]
fn endless_fields_stay_within_the_limit() {
    for limit in [coze_sse::DEFAULT_LIMIT, 100_000] {
        for start in [&b"data: "[..], b"event: ", b"id: ", b"data: a\ndata: "] {
            let (peak, errors) = peak_of_endless(start, limit);
            assert_eq!(errors, 1);
            assert!(peak <= limit + 1024, "{peak} bytes for a limit of {limit}");
            assert!(peak >= limit - 16 * 1024, "{peak} bytes: was anything held at all?");
        }
        for start in [&b": "[..], b"unknown: ", b"retry: 5", b"x"] {
            let (peak, errors) = peak_of_endless(start, limit);
            assert_eq!(errors, 0);
            assert!(peak <= 1024, "{peak} bytes for what is not stored");
        }
    }
}

/// After an event over the limit the memory is given back.
#[test]
fn memory_is_returned_after_an_event_over_the_limit() {
    let mut parser = Parser::with_limit(1024 * 1024);
    let before = IN_USE.get();
    let chunk = Bytes::from(vec![b'x'; 16 * 1024]);
    parser.push(Bytes::from_static(b"data: "));
    while !matches!(parser.next_event(), Some(Err(_))) {
        parser.push(chunk.clone());
    }
    drop(chunk);
    assert!(parser.next_event().is_none());
    assert!(IN_USE.get() - before < 1024);
}
