//! Events of a stream.

use crate::error::{ApiError, DecodeError};

/// One event of a stream, read from its name and data.
pub trait Event: Sized {
    /// Whether the server numbers the events one by one, so that a gap means that some were lost.
    const NUMBERED: bool = false;

    /// Reads one event.
    ///
    /// A name that this version does not know is no error: it becomes an [`UnknownEvent`].
    fn parse(name: &str, data: &str) -> Result<Self, DecodeError>;

    /// How far the stream has come with this event.
    fn phase(&self) -> Phase;

    /// Takes the fault out of an event that reports one, such as `error`.
    fn into_result(self) -> Result<Self, ApiError>;
}

/// How far a stream has come.
///
/// A body that ends while the stream is [running](Phase::Running) was cut, however politely.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// More is to come.
    Running,
    /// Nothing more is owed; some servers close here without a last event, others send more.
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
        Phase::Settled
    }

    fn into_result(self) -> Result<Self, ApiError> {
        Ok(self)
    }
}
