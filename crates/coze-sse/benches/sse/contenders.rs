//! The parsers that are compared, each driven in its cheapest way.

use std::convert::Infallible;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use eventsource_stream::Eventsource as _;
use futures_util::{Stream, stream};

/// What came out of a stream; equal for all parsers that are right.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sums {
    pub(crate) events: usize,
    bytes: usize,
    edges: usize,
}

impl Sums {
    /// Touches an event as a consumer would at least.
    #[inline]
    fn add(&mut self, name: &[u8], data: &[u8]) {
        self.events += 1;
        self.bytes += name.len() + data.len();
        if let [first, .., last] | [first @ last] = data {
            self.edges += usize::from(*first) + usize::from(*last);
        }
    }
}

pub(crate) struct Contender {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    /// Parses the chunks. What is left of them is given back, and dropped when the clock has stopped.
    pub(crate) run: fn(Vec<Bytes>) -> (Sums, Vec<Bytes>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A lower bound, not a parser.
    Limit,
    Ours,
    Peer,
}

pub(crate) const CONTENDERS: [Contender; 8] = [
    Contender { name: "ideal split", kind: Kind::Limit, run: ideal_split },
    Contender { name: "coze-sse, lent", kind: Kind::Ours, run: lent },
    Contender { name: "coze-sse, owned", kind: Kind::Ours, run: owned },
    Contender { name: "coze-sse, Stream", kind: Kind::Ours, run: streamed },
    Contender { name: "sse-core 0.2.3", kind: Kind::Peer, run: sse_core },
    Contender { name: "sse-stream 0.3.0", kind: Kind::Peer, run: sse_stream },
    Contender { name: "sseer 0.3.1", kind: Kind::Peer, run: sseer },
    Contender { name: "eventsource-stream 0.2.3", kind: Kind::Peer, run: eventsource_stream },
];

/// Finds the line ends of an LF stream, one `memchr` per line: no fields, no copies, no events, no CR.
///
/// It does not pay for dropping the chunks either.
fn ideal_split(chunks: Vec<Bytes>) -> (Sums, Vec<Bytes>) {
    let mut sums = Sums::default();
    let mut line_len = 0;
    for chunk in &chunks {
        let mut rest = &chunk[..];
        while let Some(len) = memchr::memchr(b'\n', rest) {
            line_len += len;
            sums.events += usize::from(line_len == 0);
            sums.bytes += line_len;
            line_len = 0;
            rest = &rest[len + 1..];
        }
        line_len += rest.len();
    }
    (sums, chunks)
}

fn lent(chunks: Vec<Bytes>) -> (Sums, Vec<Bytes>) {
    let mut sums = Sums::default();
    let mut parser = coze_sse::Parser::new();
    for chunk in chunks {
        parser.push(chunk);
        while let Some(event) = parser.next_event() {
            if let Ok(event) = &event {
                sums.add(event.name_bytes(), event.data_bytes());
            }
        }
    }
    (sums, Vec::new())
}

fn owned(chunks: Vec<Bytes>) -> (Sums, Vec<Bytes>) {
    let mut sums = Sums::default();
    let mut parser = coze_sse::Parser::new();
    for chunk in chunks {
        parser.push(chunk);
        while let Some(event) = parser.next_owned() {
            if let Ok(event) = &event {
                sums.add(event.name_bytes(), event.data_bytes());
            }
        }
    }
    (sums, Vec::new())
}

/// Polls a stream that is always ready to its end.
fn drain<T>(stream: impl Stream<Item = T>, mut item: impl FnMut(T)) {
    let mut stream = pin!(stream);
    let mut context = Context::from_waker(Waker::noop());
    while let Poll::Ready(Some(next)) = stream.as_mut().poll_next(&mut context) {
        item(next);
    }
}

fn body(chunks: Vec<Bytes>) -> impl Stream<Item = Result<Bytes, Infallible>> + Unpin {
    stream::iter(chunks.into_iter().map(Ok))
}

fn streamed(chunks: Vec<Bytes>) -> (Sums, Vec<Bytes>) {
    let mut sums = Sums::default();
    drain(coze_sse::SseStream::new(body(chunks)), |event| {
        if let Ok(event) = &event {
            sums.add(event.name_bytes(), event.data_bytes());
        }
    });
    (sums, Vec::new())
}

fn sse_core(chunks: Vec<Bytes>) -> (Sums, Vec<Bytes>) {
    let mut sums = Sums::default();
    let mut decoder = sse_core::SseDecoder::new();
    for mut chunk in chunks {
        while let Some(event) = decoder.next(&mut chunk) {
            if let Ok(sse_core::SseEvent::Message(event)) = &event {
                sums.add(event.event.as_bytes(), event.data.as_bytes());
            }
        }
    }
    (sums, Vec::new())
}

fn sse_stream(chunks: Vec<Bytes>) -> (Sums, Vec<Bytes>) {
    let mut sums = Sums::default();
    drain(sse_stream::SseByteStream::new(body(chunks)), |event| {
        if let Ok(event) = &event
            && let Some(data) = &event.data
        {
            sums.add(event.event.as_deref().unwrap_or("message").as_bytes(), data.as_bytes());
        }
    });
    (sums, Vec::new())
}

fn sseer(chunks: Vec<Bytes>) -> (Sums, Vec<Bytes>) {
    let mut sums = Sums::default();
    drain(sseer::event_stream::EventStream::new(body(chunks)), |event| {
        if let Ok(event) = &event {
            sums.add(event.event.as_bytes(), event.data.as_bytes());
        }
    });
    (sums, Vec::new())
}

fn eventsource_stream(chunks: Vec<Bytes>) -> (Sums, Vec<Bytes>) {
    let mut sums = Sums::default();
    drain(body(chunks).eventsource(), |event| {
        if let Ok(event) = &event {
            sums.add(event.event.as_bytes(), event.data.as_bytes());
        }
    });
    (sums, Vec::new())
}
