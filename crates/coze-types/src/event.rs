//! Events of a stream.

use crate::error::{ApiError, DecodeError};
use crate::message::{Message, Template};

/// One event of a stream, read from its name and data.
pub trait Event: Sized {
    /// Whether the server numbers the events one by one, so that a gap means that some were lost.
    const NUMBERED: bool = false;

    /// Reads one event.
    ///
    /// A name that this version does not know is no error: it becomes an [`UnknownEvent`].
    fn parse(name: &str, data: &str) -> Result<Self, DecodeError>;

    /// Reads an event that hardly differs from one before it, from its bytes; `None` leaves it to
    /// [`parse_after`](Self::parse_after).
    ///
    /// Gives nothing but what [`parse`](Self::parse) gives, only faster. See [`Previous`].
    fn repeat(previous: &mut Previous, name: &[u8], data: &[u8]) -> Option<Self> {
        let _ = (previous, name, data);
        None
    }

    /// The same as [`parse`](Self::parse), and remembers what [`repeat`](Self::repeat) needs.
    fn parse_after(previous: &mut Previous, name: &str, data: &str) -> Result<Self, DecodeError> {
        let _ = previous;
        Self::parse(name, data)
    }

    /// How far the stream has come with this event.
    fn phase(&self) -> Phase;

    /// Takes the fault out of an event that reports one, such as `error`.
    fn into_result(self) -> Result<Self, ApiError>;
}

/// What a stream remembers of its events to read the next ones faster.
///
/// The deltas of an answer repeat each other in all but the content:
///
/// ```
/// use coze_types::chat::ChatEvent;
/// use coze_types::{DecodeError, Event, Previous};
///
/// fn read(previous: &mut Previous, name: &str, data: &str) -> Result<ChatEvent, DecodeError> {
///     match ChatEvent::repeat(previous, name.as_bytes(), data.as_bytes()) {
///         Some(event) => Ok(event),
///         None => ChatEvent::parse_after(previous, name, data),
///     }
/// }
///
/// let mut previous = Previous::default();
/// for data in [r#"{"id":"1","content":"星期"}"#, r#"{"id":"1","content":"二"}"#] {
///     let event = read(&mut previous, "conversation.message.delta", data)?;
///     assert_eq!(event, ChatEvent::parse("conversation.message.delta", data)?);
/// }
/// # Ok::<(), DecodeError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Previous {
    /// In a box, since most streams are no chats.
    delta: Option<Box<Template>>,
    /// Deltas since the template was of use.
    misses: u32,
}

impl Previous {
    /// Reads a delta like the one before.
    #[inline]
    pub(crate) fn read_delta(&mut self, data: &[u8]) -> Option<Message> {
        let delta = self.delta.as_ref()?.read(data)?;
        self.misses = 0;
        Some(delta)
    }

    /// Takes a delta for a template; ever more rarely where no template helps.
    pub(crate) fn learn_delta(&mut self, data: &str, delta: &Message) {
        self.misses = self.misses.saturating_add(1);
        if self.misses.is_power_of_two() {
            self.delta = Template::learn(data, delta).map(Box::new);
        }
    }
}

/// A name as it is compared: servers spell the same one in several ways.
pub(crate) fn plain_name(name: &str) -> String {
    name.trim().to_ascii_lowercase()
}

/// Whether the last word of an event, or a status, tells an end that is no success.
pub(crate) fn is_failure(name: &str) -> bool {
    let word = name.rsplit(['.', '_']).next().unwrap_or(name);
    ["failed", "failure", "expired", "error", "timeout", "aborted", "incomplete"]
        .iter()
        .any(|failure| word.eq_ignore_ascii_case(failure))
}

/// An error that says which event told it, where it has no words of its own.
pub(crate) fn of_event(name: &str, error: ApiError) -> ApiError {
    if !error.code.is_success() {
        return error;
    }
    let msg = format!("the server ended the stream with the event `{name}`: {}", error.msg);
    ApiError { msg, ..error }
}

/// How far a stream has come.
///
/// A body that ends while the stream is [running](Phase::Running) was cut, however politely.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// More is to come.
    Running,
    /// The stream may end here, or go on for any time: nothing announces its end.
    MayEnd,
    /// What was asked for has ended: nothing more is owed. Some servers close here without a last event, others send more, and
    /// others again do neither, so that a moment of silence is the end as well.
    Settled,
    /// The last event; what comes behind it is not part of the stream.
    Done,
}

/// An event whose name this version does not know, as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct UnknownEvent {
    /// Name.
    pub name: String,
    /// Data, usually JSON.
    pub data: String,
}

impl UnknownEvent {
    /// Keeps an event as it came.
    pub fn new(name: impl Into<String>, data: impl Into<String>) -> Self {
        Self { name: name.into(), data: data.into() }
    }
}

/// Any stream read as it comes, for endpoints that have no type; what ends it is not known.
impl Event for UnknownEvent {
    fn parse(name: &str, data: &str) -> Result<Self, DecodeError> {
        Ok(Self::new(name, data))
    }

    fn phase(&self) -> Phase {
        Phase::MayEnd
    }

    fn into_result(self) -> Result<Self, ApiError> {
        Ok(self)
    }
}
