//! Owned events: what is shared, what is copied, what is handed over.

use std::mem;
use std::sync::Arc;

use bytes::Bytes;

use super::draft::Place;
use super::{Found, Parser};
use crate::EventBuf;
use crate::event::Id;
use crate::span::Span;

/// Largest chunk that is copied out of, so that a small event does not keep a large chunk in memory.
const SMALL_CHUNK: usize = 256;

impl Parser {
    /// Name and data of an event that is worth sharing its chunk.
    #[inline]
    pub(super) fn parts_of_chunk(&self, found: Found) -> Option<(Span, Span)> {
        let Place::Chunk(data) = found.data else { return None };
        let name = match found.name {
            Place::Absent => Span::EMPTY,
            Place::Chunk(name) => name,
            Place::Buffer => return None,
        };
        let small = EventBuf::is_small(name, data);
        // The last event of a small chunk gets the chunk itself, which is cheaper.
        (!small || self.pos == self.chunk.len() && self.pos <= SMALL_CHUNK).then_some((name, data))
    }

    /// An owned event of any kind.
    #[inline(never)]
    pub(super) fn own(&mut self, found: Found) -> EventBuf {
        if let Some((name, data)) = self.parts_of_chunk(found) {
            return EventBuf::shared(self.share_chunk(), name, data, self.share_id());
        }
        if found.data == Place::Buffer && self.draft.is_large() {
            let (content, name, data) = self.draft.take(&self.chunk, found.name);
            return EventBuf::shared(content, name, data, self.share_id());
        }
        if let Found { name: Place::Absent, data: Place::Chunk(data) } = found
            && self.id.is_empty()
            && let Some(event) = EventBuf::inline(&self.chunk, data)
        {
            return event;
        }
        let event = self.lend(found);
        EventBuf::copied(event.name, event.data, event.id)
    }

    /// Last event id, copied once for all events that have it.
    pub(super) fn share_id(&mut self) -> Id {
        if self.id.is_empty() {
            return Id::NONE;
        }
        Id::Shared(Arc::clone(self.shared_id.get_or_insert_with(|| Arc::from(&self.id[..]))))
    }

    /// The chunk for an owned event; after its last byte the parser gives it away instead of sharing it.
    #[inline]
    pub(super) fn share_chunk(&mut self) -> Bytes {
        if self.pos < self.chunk.len() {
            return self.chunk.clone();
        }
        self.pos = 0;
        mem::take(&mut self.chunk)
    }
}
