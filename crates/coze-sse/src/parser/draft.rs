//! The event that is being read.

mod partial;

use std::mem;

use bytes::Bytes;

use self::partial::Line;
use crate::line::Millis;
use crate::span::Span;

/// From this size on, buffered data is handed over to an owned event instead of being copied.
///
/// Handing over costs two allocations and the growth of a new buffer, copying one allocation of the exact size.
const LARGE: usize = 4096;

/// Smallest buffer worth an allocation.
const SMALLEST_BUFFER: usize = 64;

/// Where the content of a field lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Absent,
    Chunk(Span),
    Buffer,
}

/// The event is over the limit; [`Draft::dropped`] says by how much.
#[derive(Clone, Copy, Debug)]
pub(super) struct Full;

/// Fields of an event whose blank line has not come yet.
///
/// Name and data stay in the chunk as long as possible. Once copied, a value grows by appending: neither the line that it came
/// in nor anything of comments and unknown fields is stored.
#[derive(Debug)]
pub(super) struct Draft {
    name: Place,
    name_buf: Vec<u8>,
    data: Place,
    data_buf: Vec<u8>,
    line: Line,
    /// Id of this event, valid if `has_id`.
    id: Vec<u8>,
    has_id: bool,
    /// Id in an unfinished line: a NUL may still make it invalid.
    open_id: Vec<u8>,
    /// Reconnection time in an unfinished line.
    open_retry: Millis,
    retry: Option<u64>,
    /// Bytes of name, data and id so far, which the limit is about.
    size: usize,
    limit: usize,
    /// Size of the event that was last given up.
    dropped: usize,
    /// Size of the buffer that was last handed over: the next is probably as large.
    data_hint: usize,
}

impl Draft {
    pub(super) fn new(limit: usize) -> Self {
        Self {
            name: Place::Absent,
            name_buf: Vec::new(),
            data: Place::Absent,
            data_buf: Vec::new(),
            line: Line::Ignored,
            id: Vec::new(),
            has_id: false,
            open_id: Vec::new(),
            open_retry: Millis::default(),
            retry: None,
            size: 0,
            limit,
            dropped: 0,
            data_hint: 0,
        }
    }

    #[inline]
    pub(super) fn limit(&self) -> usize {
        self.limit
    }

    pub(super) fn dropped(&self) -> usize {
        self.dropped
    }

    pub(super) fn retry(&self) -> Option<u64> {
        self.retry
    }

    #[inline]
    pub(super) fn name(&self) -> Place {
        self.name
    }

    #[inline]
    pub(super) fn data(&self) -> Place {
        self.data
    }

    #[inline]
    pub(super) fn name_at<'a>(&'a self, chunk: &'a [u8], place: Place) -> &'a [u8] {
        match place {
            Place::Absent => &[],
            Place::Chunk(span) => span.of(chunk),
            Place::Buffer => &self.name_buf,
        }
    }

    #[inline]
    pub(super) fn data_at<'a>(&'a self, chunk: &'a [u8], place: Place) -> &'a [u8] {
        match place {
            Place::Absent => &[],
            Place::Chunk(span) => span.of(chunk),
            Place::Buffer => &self.data_buf,
        }
    }

    /// Whether copying the buffered data costs more than handing it over, and its buffer is not mostly empty.
    #[inline]
    pub(super) fn is_large(&self) -> bool {
        self.data_buf.len() >= LARGE.max(self.data_buf.capacity() / 2)
    }

    /// Returns the buffered data, followed by the name.
    pub(super) fn take(&mut self, chunk: &[u8], name: Place) -> (Bytes, Span, Span) {
        let data = Span { start: 0, end: self.data_buf.len() };
        let mut all = mem::take(&mut self.data_buf);
        all.extend_from_slice(self.name_at(chunk, name));
        self.data_hint = all.len();
        let name = Span { start: data.end, end: all.len() };
        (all.into(), name, data)
    }

    /// Starts a new event.
    #[inline]
    pub(super) fn clear(&mut self) {
        self.name = Place::Absent;
        self.name_buf.clear();
        self.data = Place::Absent;
        self.data_buf.clear();
        self.has_id = false;
        self.open_id.clear();
        self.size = 0;
    }

    /// Gives up an event that is over the limit, and the memory that it took.
    pub(super) fn abandon(&mut self) {
        self.clear();
        self.name_buf = Vec::new();
        self.data_buf = Vec::new();
        self.id = Vec::new();
        self.open_id = Vec::new();
        self.data_hint = 0;
    }

    /// Whether a field of the event was seen that counts.
    pub(super) fn has_content(&self) -> bool {
        self.name != Place::Absent || self.data != Place::Absent || self.has_id
    }

    /// Moves the id of a complete event to `id`, if it has one.
    #[inline]
    pub(super) fn commit_id(&mut self, id: &mut Vec<u8>) -> bool {
        if self.has_id {
            mem::swap(&mut self.id, id);
        }
        mem::take(&mut self.has_id)
    }

    /// Copies what lies in the chunk, before the chunk goes.
    #[inline]
    pub(super) fn spill(&mut self, chunk: &[u8]) {
        if let Place::Chunk(span) = self.name {
            self.name = Place::Buffer;
            self.name_buf.clear();
            extend(&mut self.name_buf, span.of(chunk), 0, self.limit);
        }
        if let Place::Chunk(span) = self.data {
            self.data = Place::Buffer;
            self.append_data(span.of(chunk));
        }
    }

    /// Takes the name from a complete line.
    #[inline]
    pub(super) fn set_name(&mut self, name: Place) -> Result<(), Full> {
        self.drop_name();
        if let Place::Chunk(span) = name {
            self.reserve(span.len())?;
            self.name = name;
        }
        Ok(())
    }

    /// Takes data from a complete line.
    #[inline]
    pub(super) fn add_data(&mut self, chunk: &[u8], line: Span) -> Result<(), Full> {
        if self.data == Place::Absent {
            self.reserve(line.len())?;
            self.data = Place::Chunk(line);
            return Ok(());
        }
        self.reserve(1 + line.len())?;
        if let Place::Chunk(first) = self.data {
            self.append_data(first.of(chunk));
            self.data = Place::Buffer;
        }
        self.append_data(b"\n");
        self.append_data(line.of(chunk));
        Ok(())
    }

    /// Takes the id from a complete line.
    #[inline]
    pub(super) fn set_id(&mut self, value: &[u8]) -> Result<(), Full> {
        // The old id is kept until the new one is known to be valid.
        self.reserve(value.len())?;
        if memchr::memchr(0, value).is_some() {
            self.size -= value.len();
            return Ok(());
        }
        self.drop_id();
        extend(&mut self.id, value, 0, self.limit);
        self.has_id = true;
        Ok(())
    }

    /// Takes the reconnection time from a complete line.
    pub(super) fn set_retry(&mut self, value: &[u8]) {
        let mut millis = Millis::default();
        if millis.extend(value) {
            self.retry = millis.get().or(self.retry);
        }
    }

    #[inline]
    fn drop_name(&mut self) {
        self.size -= match self.name {
            Place::Absent => 0,
            Place::Chunk(span) => span.len(),
            Place::Buffer => self.name_buf.len(),
        };
        self.name = Place::Absent;
        self.name_buf.clear();
    }

    fn drop_id(&mut self) {
        if self.has_id {
            self.size -= self.id.len();
        }
        self.id.clear();
    }

    /// Appends data that [`reserve`](Self::reserve) has allowed.
    #[inline]
    fn append_data(&mut self, part: &[u8]) {
        extend(&mut self.data_buf, part, self.data_hint, self.limit);
    }

    /// Whether so many bytes, and an LF in front of them, are within the limit whatever they are.
    #[inline]
    pub(super) fn has_room(&self, more: usize) -> bool {
        more < self.limit - self.size
    }

    /// Counts so many bytes more, if the limit allows.
    #[inline]
    fn reserve(&mut self, more: usize) -> Result<(), Full> {
        let size = self.size.saturating_add(more);
        if size > self.limit {
            self.dropped = size;
            return Err(Full);
        }
        self.size = size;
        Ok(())
    }
}

/// Appends to a buffer that stays within the limit.
#[inline]
fn extend(buf: &mut Vec<u8>, part: &[u8], hint: usize, limit: usize) {
    if buf.capacity() - buf.len() < part.len() {
        grow(buf, part.len(), hint, limit);
    }
    buf.extend_from_slice(part);
}

/// Makes room as `Vec` does, by doubling, but never beyond the limit, and from a good guess on.
#[cold]
fn grow(buf: &mut Vec<u8>, more: usize, hint: usize, limit: usize) {
    let need = buf.len() + more;
    let want = need.max(buf.capacity() * 2).max(hint).max(SMALLEST_BUFFER).min(limit.max(need));
    buf.reserve_exact(want - buf.len());
}
