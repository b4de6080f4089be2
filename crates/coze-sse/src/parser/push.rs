//! Taking chunks in.

use bytes::Bytes;

use super::{Parser, Phase};
use crate::line::{self, BOM};

/// What is to be dropped at the start of the next chunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lead {
    Nothing,
    /// The LF of a CRLF whose CR was the last byte so far; the line is complete already.
    Newline,
    /// The byte order mark, of which so many bytes were seen.
    Bom(usize),
}

impl Parser {
    /// Adds a chunk that has to wait, continues a line, has one byte, or may begin with something to drop.
    pub(super) fn push_special(&mut self, chunk: Bytes, used_up: bool) {
        if !used_up {
            self.queue.push_back(chunk);
            return;
        }
        if self.phase != Phase::Inside {
            self.load(chunk);
            return;
        }
        // Most chunks inside of a line do not end it. Consuming them immediately is cheaper than storing them.
        let end = line::find_rare_end(&chunk);
        if end.is_none() && self.draft.has_room(chunk.len()) && self.draft.feed(&chunk).is_ok() {
            return;
        }
        self.load(chunk);
        if let Some(end) = end {
            self.phase = Phase::Ending { end };
        }
    }

    /// Reads a chunk of one byte at once, unless it may complete an event or fail.
    ///
    /// Servers that write byte by byte exist; storing each byte as a chunk takes half as long again.
    pub(super) fn push_byte(&mut self, byte: u8) -> bool {
        let line_end = byte == b'\n' || byte == b'\r';
        if self.phase == Phase::Inside && !line_end {
            return self.draft.feed_byte(byte);
        }
        if matches!(self.lead, Lead::Bom(_)) || !self.draft.has_room(1) {
            return false;
        }
        match self.phase {
            Phase::Fresh | Phase::Lines if byte == b'\n' && self.lead == Lead::Newline => {
                self.lead = Lead::Nothing;
                true
            }
            Phase::Fresh | Phase::Lines if !line_end => {
                if self.phase == Phase::Fresh {
                    self.begin();
                }
                self.lead = Lead::Nothing;
                self.phase = Phase::Inside;
                self.draft.start_byte(byte);
                true
            }
            Phase::Inside => {
                self.lead = if byte == b'\r' { Lead::Newline } else { Lead::Nothing };
                self.phase = Phase::Lines;
                self.draft.end_line().is_ok()
            }
            _ => false,
        }
    }

    /// Starts reading a chunk; the one before is used up.
    #[inline]
    pub(super) fn load(&mut self, chunk: Bytes) {
        self.chunk = chunk;
        self.pos = 0;
        if self.lead != Lead::Nothing {
            self.drop_lead();
        }
    }

    /// Drops what may stand in front of the first line of a chunk.
    #[cold]
    pub(super) fn drop_lead(&mut self) {
        match self.lead {
            Lead::Nothing => {}
            Lead::Newline => {
                if let Some(&first) = self.chunk.first() {
                    self.pos = usize::from(first == b'\n');
                    self.lead = Lead::Nothing;
                }
            }
            Lead::Bom(mut seen) => {
                while let Some(&byte) = self.chunk.get(self.pos) {
                    if byte != BOM[seen] {
                        // No byte order mark, so these bytes started a line, and with it a field with an unknown name.
                        if seen > 0 {
                            self.begin();
                            self.draft.ignore_line();
                            self.phase = Phase::Inside;
                        }
                        self.lead = Lead::Nothing;
                        return;
                    }
                    self.pos += 1;
                    seen += 1;
                    if seen == BOM.len() {
                        self.lead = Lead::Nothing;
                        return;
                    }
                }
                self.lead = Lead::Bom(seen);
            }
        }
    }

    /// Frees the chunk as soon as it is used up: its owner may reuse the memory for the next read.
    #[inline]
    pub(super) fn release_chunk(&mut self) {
        self.chunk = Bytes::new();
        self.pos = 0;
    }
}
