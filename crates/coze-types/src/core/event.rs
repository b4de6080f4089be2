//! Events of a stream.

use crate::core::error::{ApiError, DecodeError};

/// One event of a stream, read from its name and data.
pub trait Event: Sized {
    /// Whether the server numbers the events one by one, so that a gap means that some were lost.
    const NUMBERED: bool = false;

    /// Reads the events of a whole stream; [`Stateless`] where nothing is gained by knowing the events before.
    type Decoder: EventDecoder<Self>;

    /// Reads one event.
    ///
    /// A name that this version does not know is no error: it becomes an [`UnknownEvent`].
    fn parse(name: &str, data: &str) -> Result<Self, DecodeError>;

    /// How far the stream has come with this event.
    fn phase(&self) -> Phase;

    /// Takes the fault out of an event that reports one, such as `error`.
    fn into_result(self) -> Result<Self, ApiError>;
}

/// Reads the events of one stream, in their order.
///
/// It yields what [`Event::parse`] does for each, and may be faster.
///
/// ```
/// use coze_types::chat::ChatEvent;
/// use coze_types::{DecodeError, Event, EventDecoder};
///
/// let mut decoder = <ChatEvent as Event>::Decoder::default();
/// let mut answer = String::new();
/// for data in [r#"{"id":"1","content":"星期"}"#, r#"{"id":"1","content":"二"}"#] {
///     let event = decoder.decode(b"conversation.message.delta", data.as_bytes())?;
///     answer.extend(event.text());
/// }
/// assert_eq!(answer, "星期二");
/// # Ok::<(), DecodeError>(())
/// ```
pub trait EventDecoder<T>: Default + Send + Sync + Unpin {
    /// Reads the next event from its name and data as they came; invalid UTF-8 becomes U+FFFD.
    fn decode(&mut self, name: &[u8], data: &[u8]) -> Result<T, DecodeError>;
}

/// The decoder of events that are read one by one, each by [`Event::parse`].
#[derive(Clone, Copy, Debug, Default)]
pub struct Stateless;

impl<T: Event> EventDecoder<T> for Stateless {
    fn decode(&mut self, name: &[u8], data: &[u8]) -> Result<T, DecodeError> {
        T::parse(&String::from_utf8_lossy(name), &String::from_utf8_lossy(data))
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
    Terminal,
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
    type Decoder = Stateless;

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
