//! Streams to parse, and the ways to cut them.

use std::fmt::Write as _;

use bytes::Bytes;

/// A stream and what must come out of it.
pub(crate) struct Workload {
    pub(crate) name: &'static str,
    pub(crate) stream: Bytes,
    pub(crate) events: usize,
    /// Ends of the events in `stream`.
    ends: Vec<usize>,
}

/// How a stream is cut into chunks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Chunking {
    Bytes(usize),
    Event,
}

impl Chunking {
    pub(crate) fn name(self) -> String {
        match self {
            Self::Bytes(size) if size >= 1024 => format!("{} KiB chunks", size / 1024),
            Self::Bytes(1) => "1-byte chunks".to_owned(),
            Self::Bytes(size) => format!("{size}-byte chunks"),
            Self::Event => "one event per chunk".to_owned(),
        }
    }
}

impl Workload {
    fn new(name: &'static str, events: usize, mut event: impl FnMut(usize, &mut String)) -> Self {
        let mut stream = String::new();
        let mut ends = Vec::with_capacity(events);
        for n in 0..events {
            event(n, &mut stream);
            ends.push(stream.len());
        }
        Self { name, stream: stream.into(), events, ends }
    }

    /// Slices of one shared buffer, as a client gets them from its HTTP library.
    pub(crate) fn chunks(&self, chunking: Chunking) -> Vec<Bytes> {
        match chunking {
            Chunking::Bytes(size) => (0..self.stream.len())
                .step_by(size)
                .map(|start| self.stream.slice(start..self.stream.len().min(start + size)))
                .collect(),
            Chunking::Event => {
                let starts = [0].into_iter().chain(self.ends.iter().copied());
                starts.zip(&self.ends).map(|(start, &end)| self.stream.slice(start..end)).collect()
            }
        }
    }

    /// Deltas of a chat, 254 bytes on average.
    pub(crate) fn deltas(events: usize) -> Self {
        const WORDS: [&str; 8] = ["你", "好，", " the", " quick", "世界", " is", "今天是", " a"];
        Self::new("deltas of 254 bytes", events, |n, out| {
            let content = WORDS[n * 7 % WORDS.len()];
            let _ = write!(
                out,
                "event:conversation.message.delta\ndata:{{\"id\":\"7382159494123470858\",\"conversation_id\":\
                 \"7381473525342978089\",\"bot_id\":\"7379462189365198898\",\"role\":\"assistant\",\"type\":\"answer\",\
                 \"content\":\"{content}\",\"content_type\":\"text\",\"chat_id\":\"7382159487131697202\"}}\n\n"
            );
        })
    }

    /// Events without a name and of changing length, as most model services send them.
    pub(crate) fn completions(events: usize) -> Self {
        Self::new("unnamed events of 196 bytes", events, |n, out| {
            let _ = write!(
                out,
                "data: {{\"id\":\"chatcmpl-A9mQ2yqFwYl1vZ3kT\",\"object\":\"chat.completion.chunk\",\"created\":1729000000,\
                 \"model\":\"some-model\",\"choices\":[{{\"index\":0,\"delta\":{{\"content\":\"{:.*}\"}},\"finish_reason\":null}}]}}\n\n",
                n * 5 % 13,
                " word for word"
            );
        })
    }

    /// Base64 audio or images.
    pub(crate) fn large(events: usize) -> Self {
        let data = "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWZnaGlqa2xtbm9wcXJzdHV2".repeat(1008);
        Self::new("64 KiB events", events, |_, out| {
            let _ = write!(out, "data:{data}\n\n");
        })
    }

    /// The smallest events with content.
    pub(crate) fn tiny(events: usize) -> Self {
        Self::new("8-byte events", events, |_, out| out.push_str("data:x\n\n"))
    }

    /// Everything that the format knows, with CRLF line ends.
    pub(crate) fn rich(events: usize) -> Self {
        Self::new("CRLF with comments", events, |n, out| {
            let _ = write!(out, ": keep-alive\r\nid: {n}\r\nevent: update\r\nretry: 3000\r\n");
            for line in 0..2 + n % 3 {
                let _ = write!(out, "data: line {line} of event\r\n");
            }
            out.push_str("\r\n");
        })
    }
}
