//! The guess at how the next event begins.

use super::draft::Place;
use crate::line::Field;
use crate::span::Span;

/// Longest head that is remembered.
const MAX: usize = 96;

/// Bytes of an event before its data: `event: NAME`, the line end, and `data: `.
///
/// Most events of a stream begin like the one before them. A guess that fits saves two searches of three, and about a third of
/// the time of a small event.
#[derive(Clone, Debug)]
pub(super) struct Head {
    bytes: [u8; MAX],
    len: usize,
    /// Name in `bytes`, if the event has one.
    name: Option<Span>,
}

impl Default for Head {
    fn default() -> Self {
        let mut bytes = [0; MAX];
        bytes[..6].copy_from_slice(b"data: ");
        Self { bytes, len: 6, name: None }
    }
}

impl Head {
    #[inline]
    pub(super) fn len(&self) -> usize {
        self.len
    }

    #[inline]
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes[..self.len]
    }

    #[inline]
    pub(super) fn name_bytes(&self) -> Option<&[u8]> {
        self.name.map(|name| name.of(&self.bytes))
    }

    /// What follows the head, if the event begins with it.
    #[inline]
    pub(super) fn strip<'a>(&self, event: &'a [u8]) -> Option<&'a [u8]> {
        self.strip_rest(0, event)
    }

    /// The same for an event whose first `seen` bytes came before and were right.
    #[inline]
    pub(super) fn strip_rest<'a>(&self, seen: usize, event: &'a [u8]) -> Option<&'a [u8]> {
        let value = event.strip_prefix(&self.bytes[seen..self.len])?;
        // One space after the colon belongs to the head, even if it arrives with the next chunk.
        if self.bytes().last() == Some(&b':') && matches!(value.first(), None | Some(b' ')) {
            return None;
        }
        Some(value)
    }

    /// Whether an event may begin with the head, of which `part` follows the first `seen` bytes.
    #[inline]
    pub(super) fn goes_on(&self, seen: usize, part: &[u8]) -> bool {
        part.len() <= self.len - seen && self.bytes[seen..self.len].starts_with(part)
    }

    /// Name of an event that begins with the head at `start`.
    #[inline]
    pub(super) fn name(&self, start: usize) -> Place {
        match self.name {
            Some(name) => Place::Chunk(Span { start: start + name.start, end: start + name.end }),
            None => Place::Absent,
        }
    }

    /// Remembers the head of an event with nothing but an optional name and one line of data.
    pub(super) fn learn(&mut self, head: &[u8], name: Place, start: usize) {
        // A line `data` without a colon is not a prefix of other data lines.
        let Some(bytes) = self.bytes.get_mut(..head.len()) else { return };
        if !(head.ends_with(b":") || head.ends_with(b": ")) {
            return;
        }
        bytes.copy_from_slice(head);
        self.len = head.len();
        self.name = match name {
            Place::Chunk(name) => Some(Span { start: name.start - start, end: name.end - start }),
            Place::Absent | Place::Buffer => None,
        };
    }
}

/// What was seen of an event so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// Nothing; the event starts here in the chunk.
    Start(usize),
    /// Its name.
    Named(usize),
    /// Its name or not, and one line of data: the head can be learnt.
    Whole(usize),
    /// Anything else.
    Other,
}

impl Shape {
    #[inline]
    pub(super) fn then(self, field: Field) -> Self {
        match (self, field) {
            (Self::Start(start), Field::Event) => Self::Named(start),
            (Self::Start(start) | Self::Named(start), Field::Data) => Self::Whole(start),
            _ => Self::Other,
        }
    }
}
