//! The state machine: chunks in, events out.

mod draft;
mod head;
mod own;
mod push;
mod scan;

use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

use self::draft::{Draft, Full, Place};
use self::head::{Head, Shape};
use self::push::Lead;
use crate::event::Id;
use crate::line;
use crate::span::Span;
use crate::{Error, Event, EventBuf, utf8};

/// Memory limit of [`Parser::new`]: 4 MiB for one event.
///
/// A few times what services send in one event (whole answers, tool results and previews of images stay under one or
/// two megabytes), and little enough that a server that never ends an event does no harm.
pub const DEFAULT_LIMIT: usize = 4 * 1024 * 1024;

/// An incremental parser of event streams.
///
/// Give it chunks with [`push`](Self::push) and take events with [`next_event`](Self::next_event) until that returns
/// `None`. Chunk borders may lie anywhere, also inside a character or a line end.
///
/// An event inside one chunk is lent from it without copying; only an event that spans chunks, or has several data lines,
/// is assembled in a buffer. No byte is searched twice, and after the buffer has grown nothing is allocated.
///
/// ```
/// use bytes::Bytes;
/// use coze_sse::Parser;
///
/// let mut parser = Parser::new();
/// parser.push(Bytes::from_static(b"event: delta\ndata: Hel"));
/// assert!(parser.next_event().is_none());
/// parser.push(Bytes::from_static(b"lo\n\n"));
/// let event = parser.next_event().unwrap()?;
/// assert_eq!(event.name(), "delta");
/// assert_eq!(event.data(), "Hello");
/// assert!(parser.next_event().is_none());
/// # Ok::<(), coze_sse::Error>(())
/// ```
pub struct Parser {
    /// Chunk that is being read.
    chunk: Bytes,
    /// Next byte to read in `chunk`.
    pos: usize,
    /// Chunks that were pushed before the first one was used up.
    queue: VecDeque<Bytes>,
    phase: Phase,
    lead: Lead,
    head: Head,
    /// What was seen of the current event, for learning its head.
    shape: Shape,
    draft: Draft,
    /// Last event id of the last event.
    id: Vec<u8>,
    /// The same for owned events, made when the first one needs it.
    shared_id: Option<Arc<[u8]>>,
}

/// What the byte at `pos` is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// First byte of an event, or of a blank line between events.
    Fresh,
    /// Byte of an event that began like the guessed head so far, with its first so many bytes in earlier chunks.
    Head { seen: usize },
    /// First byte of an event whose head was guessed right; the data line ends at this place, if in this chunk.
    Guessed { end: Option<usize> },
    /// First byte of a line of an event.
    Lines,
    /// Byte inside a line whose start is not in this chunk any more.
    Inside,
    /// The same, and the line ends at this place of the chunk.
    Ending { end: usize },
    /// First byte of a line of an event that was over the limit.
    Skip,
    /// Byte inside such a line.
    SkipInside,
}

/// Where a complete event lies.
#[derive(Clone, Copy)]
struct Found {
    name: Place,
    data: Place,
}

impl Parser {
    /// Makes a parser with the limit [`DEFAULT_LIMIT`].
    pub fn new() -> Self {
        Self::with_limit(DEFAULT_LIMIT)
    }

    /// Makes a parser that holds at most `limit` bytes of name, data and id of one event.
    ///
    /// A larger event is reported as [`Error::TooLarge`] and skipped, however it is cut into chunks. Comments and unknown fields
    /// are not stored and not counted.
    pub fn with_limit(limit: usize) -> Self {
        Self {
            chunk: Bytes::new(),
            pos: 0,
            queue: VecDeque::new(),
            phase: Phase::Fresh,
            lead: Lead::Bom(0),
            head: Head::default(),
            shape: Shape::Other,
            draft: Draft::new(limit),
            id: Vec::new(),
            shared_id: None,
        }
    }

    /// Makes a parser without a memory limit, for servers that are trusted.
    pub fn unlimited() -> Self {
        Self::with_limit(usize::MAX)
    }

    /// Limit in bytes of one event.
    pub fn limit(&self) -> usize {
        self.draft.limit()
    }

    /// Adds the next chunk of the stream.
    ///
    /// Take the events out with [`next_event`](Self::next_event) before the next push: chunks that wait are held in
    /// a queue, which the memory limit does not cover.
    #[inline]
    pub fn push(&mut self, chunk: Bytes) {
        let used_up = self.pos == self.chunk.len() && self.queue.is_empty();
        if used_up && self.phase != Phase::Inside && self.lead == Lead::Nothing && chunk.len() > 1 {
            self.chunk = chunk;
            self.pos = 0;
        } else if chunk.len() != 1 || !used_up || !self.push_byte(chunk[0]) {
            self.push_special(chunk, used_up);
        }
    }

    /// Lends the next event; `None` means that more bytes are needed.
    ///
    /// After an error the parser continues with the next event.
    #[inline]
    pub fn next_event(&mut self) -> Option<Result<Event<'_>, Error>> {
        match self.find()? {
            Ok(found) => Some(Ok(self.lend(found))),
            Err(error) => Some(Err(error)),
        }
    }

    /// Gives the next event as an owned value; `None` means that more bytes are needed.
    ///
    /// The same as [`next_event`](Self::next_event) with [`Event::to_owned`], but large data that was assembled from several
    /// chunks is handed over instead of copied.
    #[expect(clippy::inline_always, reason = "moving the event through memory once more costs 40 % of it")]
    #[inline(always)]
    pub fn next_owned(&mut self) -> Option<Result<EventBuf, Error>> {
        match self.find()? {
            Ok(found) => match self.parts_of_chunk(found) {
                Some((name, data)) if self.id.is_empty() => {
                    Some(Ok(EventBuf::shared(self.share_chunk(), name, data, Id::NONE)))
                }
                _ => Some(Ok(self.own(found))),
            },
            Err(error) => Some(Err(error)),
        }
    }

    /// Whether the stream stopped in the middle of an event, once everything that was pushed is read.
    ///
    /// Ask this at the end of the stream: the standard drops an event without its blank line, which for most services
    /// means that the answer was cut. A comment without an end is no event.
    pub fn has_partial(&self) -> bool {
        match self.phase {
            Phase::Fresh | Phase::Skip | Phase::SkipInside => false,
            Phase::Head { .. } | Phase::Guessed { .. } => true,
            Phase::Lines => self.draft.has_content(),
            Phase::Inside | Phase::Ending { .. } => self.draft.has_content() || self.draft.has_open_field(),
        }
    }

    /// Prepares for the stream of a new connection.
    ///
    /// An unfinished event and unread chunks are dropped; the last event id, the reconnection time and the limit stay.
    pub fn reset(&mut self) {
        self.release_chunk();
        self.queue.clear();
        self.phase = Phase::Fresh;
        self.lead = Lead::Bom(0);
    }

    /// Last event id, to be sent as `Last-Event-ID` after a reconnect; empty if there is none.
    pub fn last_event_id(&self) -> std::borrow::Cow<'_, str> {
        utf8::decode(&self.id)
    }

    /// Time that the server wants a client to wait before it reconnects, from the last `retry` field.
    pub fn retry(&self) -> Option<Duration> {
        self.draft.retry().map(Duration::from_millis)
    }

    #[expect(clippy::inline_always, reason = "a call and its result in memory cost a fifth of a lent event")]
    #[inline(always)]
    fn find(&mut self) -> Option<Result<Found, Error>> {
        // Before a blank line, a consumed chunk may contain parts of the event: `scan` handles that.
        let used_up = self.pos == self.chunk.len() && self.queue.is_empty();
        if used_up && (self.phase != Phase::Lines || self.pos == 0) {
            if self.pos > 0 {
                self.release_chunk();
            }
            return None;
        }
        if let Some(found) = self.guess() {
            return Some(Ok(found));
        }
        match self.scan()? {
            Ok(()) => Some(Ok(Found { name: self.draft.name(), data: self.draft.data() })),
            Err(Full) => Some(Err(Error::TooLarge { limit: self.limit(), dropped: self.draft.dropped() })),
        }
    }

    /// Fast path: an event that begins like the last one, has one data line, and lies in this chunk.
    ///
    /// One comparison and one search instead of three searches and their field dispatch.
    #[expect(clippy::inline_always, reason = "see `find`")]
    #[inline(always)]
    fn guess(&mut self) -> Option<Found> {
        if self.phase != Phase::Fresh {
            return None;
        }
        let start = self.pos;
        let data_start = start + self.head.len();
        let value = self.head.strip(&self.chunk[start..])?;
        let end = line::find_end(value).map(|len| data_start + len);
        if let Some(end) = end
            && let Some(blank) = line::blank_after(&self.chunk[end..])
            && end - start <= self.draft.limit()
        {
            self.pos = end + blank;
            return Some(Found {
                name: self.head.name(start),
                data: Place::Chunk(Span { start: data_start, end }),
            });
        }
        self.phase = Phase::Guessed { end };
        None
    }

    #[inline]
    fn lend(&self, found: Found) -> Event<'_> {
        Event {
            name: self.draft.name_at(&self.chunk, found.name),
            data: self.draft.data_at(&self.chunk, found.data),
            id: &self.id,
            chunk: &self.chunk,
        }
    }
}

impl Default for Parser {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Parser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Parser")
            .field("unread", &(self.chunk.len() - self.pos))
            .field("phase", &self.phase)
            .field("limit", &self.limit())
            .field("last_event_id", &self.last_event_id())
            .field("retry", &self.retry())
            .finish_non_exhaustive()
    }
}
