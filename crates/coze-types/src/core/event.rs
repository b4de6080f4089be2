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
    /// An unknown name is not an error: it becomes an [`UnknownEvent`].
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
    /// Decodes the next event from the bytes of its name and data; invalid UTF-8 becomes U+FFFD.
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

/// Whether the last word of an event, or a status, reports an end without success.
pub(crate) fn is_failure(name: &str) -> bool {
    let word = name.rsplit(['.', '_']).next().unwrap_or(name);
    ["failed", "failure", "expired", "error", "timeout", "aborted", "incomplete", "rejected", "exceeded"]
        .iter()
        .any(|failure| word.eq_ignore_ascii_case(failure))
        || name.to_ascii_lowercase().ends_with("timed_out")
}

/// An error that names its event, if it has no message.
pub(crate) fn of_event(name: &str, error: ApiError) -> ApiError {
    if !error.code.is_success() {
        return error;
    }
    let msg = format!("the server ended the stream with the event `{name}`: {}", error.msg);
    ApiError { msg, ..error }
}

/// How far a stream has come.
///
/// A body that ends while the stream is [running](Phase::Running) was truncated, even if the connection closed cleanly.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// More is to come.
    Running,
    /// The stream may end here or continue for any time: nothing announces its end.
    MayEnd,
    /// The chat or run has ended: the stream is complete. Some servers close here without a last event, others send more, and
    /// others again do neither, so that a moment of silence is the end as well.
    Terminal,
    /// The last event; anything after it is not part of the stream.
    Done,
}

/// An event whose name this version does not know, unchanged.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct UnknownEvent {
    /// Name.
    pub name: String,
    /// Data, usually JSON.
    pub data: String,
}

impl UnknownEvent {
    /// Creates an event from its name and data.
    pub fn new(name: impl Into<String>, data: impl Into<String>) -> Self {
        Self { name: name.into(), data: data.into() }
    }
}

/// Any stream, unchanged, for endpoints without a type; its last event is unknown.
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
