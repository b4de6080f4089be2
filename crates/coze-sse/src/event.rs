//! Events, lent and owned.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use bytes::Bytes;

use crate::span::Span;
use crate::utf8;

/// Name of an event that names itself nothing.
const MESSAGE: &[u8] = b"message";

/// One event, lent by the parser until its next call.
///
/// Name, data and id are slices of the chunk that was pushed, or of the parser's buffer if the event was spread over
/// several chunks or data lines. Nothing is validated or copied before it is requested.
#[derive(Clone, Copy)]
pub struct Event<'a> {
    pub(crate) name: &'a [u8],
    pub(crate) data: &'a [u8],
    pub(crate) id: &'a [u8],
    /// Chunk that name and data may be slices of.
    pub(crate) chunk: &'a Bytes,
}

impl<'a> Event<'a> {
    /// Event type, `message` if the server gave none; invalid UTF-8 becomes U+FFFD.
    pub fn name(&self) -> Cow<'a, str> {
        utf8::decode(self.name_bytes())
    }

    /// Event type as bytes, `message` if the server sent none.
    #[inline]
    pub fn name_bytes(&self) -> &'a [u8] {
        if self.name.is_empty() { MESSAGE } else { self.name }
    }

    /// Data, several lines joined by LF; invalid UTF-8 becomes U+FFFD.
    #[inline]
    pub fn data(&self) -> Cow<'a, str> {
        utf8::decode(self.data)
    }

    /// Data as bytes, several lines joined by LF.
    #[inline]
    pub fn data_bytes(&self) -> &'a [u8] {
        self.data
    }

    /// Data if it is valid UTF-8, without copying.
    ///
    /// Each call validates the whole data: keep the result. One validation here and a parser of `&str` after it are faster
    /// than a JSON parser of bytes, which checks every string on its own.
    #[inline]
    pub fn data_str(&self) -> Option<&'a str> {
        utf8::check(self.data)
    }

    /// Last event id as of this event, empty if there is none; invalid UTF-8 becomes U+FFFD.
    ///
    /// An id stays in force until the server sends another one, so this may be the id of an earlier event.
    pub fn id(&self) -> Cow<'a, str> {
        utf8::decode(self.id)
    }

    /// Last event id as bytes, empty if there is none.
    #[inline]
    pub fn id_bytes(&self) -> &'a [u8] {
        self.id
    }

    /// Makes the event independent of the parser.
    ///
    /// An event that lies in one chunk shares that chunk, which therefore stays in memory as long as the event; a few bytes are
    /// copied instead. So is an event that was spread over chunks or data lines:
    /// [`Parser::next_owned`](crate::Parser::next_owned) hands large ones over.
    pub fn to_owned(self) -> EventBuf {
        let place =
            |part: &[u8]| if part.is_empty() { Some(Span::EMPTY) } else { Span::find(part, self.chunk) };
        match (place(self.name), place(self.data)) {
            (Some(name), Some(data)) if !EventBuf::is_small(name, data) => {
                EventBuf::shared(self.chunk.clone(), name, data, Id::new(self.id))
            }
            _ => EventBuf::copied(self.name, self.data, self.id),
        }
    }
}

impl fmt::Debug for Event<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Event")
            .field("name", &self.name())
            .field("data", &self.data())
            .field("id", &self.id())
            .finish()
    }
}

/// Events are equal if name, data and id are.
impl PartialEq for Event<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.name_bytes() == other.name_bytes() && self.data == other.data && self.id == other.id
    }
}

impl Eq for Event<'_> {}

/// One event that owns its content, cheap to clone.
///
/// A small event lies in the value itself, a larger one shares the chunk that it came in.
#[derive(Clone)]
pub struct EventBuf {
    content: Content,
    /// Name in `content`.
    name: Span,
    /// Data in `content`.
    data: Span,
    id: Id,
}

/// Largest name and data that are stored inline.
///
/// Costs no space, and copying so few bytes is cheaper than the two atomic operations of sharing.
const INLINE: usize = 24;

#[derive(Clone)]
enum Content {
    Inline([u8; INLINE]),
    Shared(Bytes),
}

/// Last event id; most streams have none, others one for many events.
#[derive(Clone)]
pub(crate) enum Id {
    /// In the content.
    Part(Span),
    Shared(Arc<[u8]>),
}

impl Id {
    pub(crate) const NONE: Self = Self::Part(Span::EMPTY);

    #[inline]
    fn new(id: &[u8]) -> Self {
        if id.is_empty() { Self::NONE } else { Self::Shared(id.into()) }
    }
}

impl Content {
    #[inline]
    fn as_slice(&self) -> &[u8] {
        match self {
            Self::Inline(bytes) => bytes,
            Self::Shared(bytes) => bytes,
        }
    }
}

impl EventBuf {
    /// Makes an event by hand, for tests and for replaying what was stored.
    pub fn new(name: &str, data: impl Into<Bytes>) -> Self {
        let data = data.into();
        if name.is_empty() {
            let all = Span { start: 0, end: data.len() };
            return Self::shared(data, Span::EMPTY, all, Id::NONE);
        }
        Self::copied(name.as_bytes(), &data, &[])
    }

    /// The same event with an id.
    pub fn with_id(mut self, id: &str) -> Self {
        self.id = Id::new(id.as_bytes());
        self
    }

    /// Whether an event is so small that [`copied`](Self::copied) is cheaper than [`shared`](Self::shared).
    #[inline]
    pub(crate) fn is_small(name: Span, data: Span) -> bool {
        name.len() + data.len() <= INLINE
    }

    /// An event whose name and data are parts of `content`.
    #[inline]
    pub(crate) fn shared(content: Bytes, name: Span, data: Span, id: Id) -> Self {
        Self { content: Content::Shared(content), name, data, id }
    }

    /// An event without name and id whose data is stored inline, if the chunk continues far enough after it.
    ///
    /// A copy of fixed size is a few instructions, one of variable size a call.
    #[inline]
    pub(crate) fn inline(chunk: &[u8], data: Span) -> Option<Self> {
        let window = chunk.get(data.start..)?.first_chunk()?;
        let data = Span { start: 0, end: data.len() };
        (data.end <= INLINE).then(|| Self {
            content: Content::Inline(*window),
            name: Span::EMPTY,
            data,
            id: Id::NONE,
        })
    }

    /// An event whose content is copied, with one allocation at most.
    pub(crate) fn copied(name: &[u8], data: &[u8], id: &[u8]) -> Self {
        let (data_start, id_start) = (name.len(), name.len() + data.len());
        let end = id_start + id.len();
        let content = if end <= INLINE {
            let mut inline = [0; INLINE];
            inline[..data_start].copy_from_slice(name);
            inline[data_start..id_start].copy_from_slice(data);
            inline[id_start..end].copy_from_slice(id);
            Content::Inline(inline)
        } else {
            let mut all = Vec::with_capacity(end);
            all.extend_from_slice(name);
            all.extend_from_slice(data);
            all.extend_from_slice(id);
            Content::Shared(all.into())
        };
        Self {
            content,
            name: Span { start: 0, end: data_start },
            data: Span { start: data_start, end: id_start },
            id: Id::Part(Span { start: id_start, end }),
        }
    }

    /// Lends the event in the form that the parser lends.
    #[inline]
    pub fn as_event(&self) -> Event<'_> {
        static NOTHING: Bytes = Bytes::new();
        let chunk = match &self.content {
            Content::Shared(bytes) => bytes,
            Content::Inline(_) => &NOTHING,
        };
        let content = self.content.as_slice();
        let id = match &self.id {
            Id::Part(span) => span.of(content),
            Id::Shared(id) => id,
        };
        Event { name: self.name.of(content), data: self.data.of(content), id, chunk }
    }

    /// Event type, `message` if the server gave none; invalid UTF-8 becomes U+FFFD.
    pub fn name(&self) -> Cow<'_, str> {
        self.as_event().name()
    }

    /// Event type as bytes, `message` if the server sent none.
    #[inline]
    pub fn name_bytes(&self) -> &[u8] {
        self.as_event().name_bytes()
    }

    /// Data, several lines joined by LF; invalid UTF-8 becomes U+FFFD.
    #[inline]
    pub fn data(&self) -> Cow<'_, str> {
        self.as_event().data()
    }

    /// Data as bytes, several lines joined by LF.
    #[inline]
    pub fn data_bytes(&self) -> &[u8] {
        self.data.of(self.content.as_slice())
    }

    /// Data if it is valid UTF-8, without copying; each call checks it again.
    #[inline]
    pub fn data_str(&self) -> Option<&str> {
        self.as_event().data_str()
    }

    /// Data alone; what is not small is handed over without copying.
    pub fn into_data(self) -> Bytes {
        match self.content {
            Content::Inline(bytes) => Bytes::copy_from_slice(self.data.of(&bytes)),
            Content::Shared(bytes) => bytes.slice(self.data.start..self.data.end),
        }
    }

    /// Last event id as of this event, empty if there is none; invalid UTF-8 becomes U+FFFD.
    pub fn id(&self) -> Cow<'_, str> {
        self.as_event().id()
    }

    /// Last event id as bytes, empty if there is none.
    #[inline]
    pub fn id_bytes(&self) -> &[u8] {
        self.as_event().id_bytes()
    }
}

impl fmt::Debug for EventBuf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventBuf")
            .field("name", &self.name())
            .field("data", &self.data())
            .field("id", &self.id())
            .finish()
    }
}

/// Events are equal if name, data and id are.
impl PartialEq for EventBuf {
    fn eq(&self, other: &Self) -> bool {
        self.as_event() == other.as_event()
    }
}

impl Eq for EventBuf {}
