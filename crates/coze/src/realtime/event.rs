//! What the four endpoints differ in.

use std::fmt;

use coze_types::realtime::{Detail, RealtimeMessage};
use coze_types::{ApiError, ConversationId, ValidationError};
use serde::Serialize;

use super::outbox::Outbox;
use crate::error::Error;

mod sealed {
    /// Only this crate says what an endpoint is.
    pub trait Sealed {}
}

pub(super) use sealed::Sealed;

/// An event of one of the four endpoints: [`SpeechEvent`](super::SpeechEvent), [`TranscriptionEvent`](super::TranscriptionEvent),
/// [`RealtimeEvent`](super::RealtimeEvent) or [`InterpretationEvent`](super::InterpretationEvent).
///
/// Sessions, their halves and their builders are named after it, as in [`Session<SpeechEvent>`](super::Session).
pub trait LiveEvent:
    RealtimeMessage + Sealed + fmt::Debug + PartialEq + Send + Sync + Unpin + 'static
{
    /// The configuration, as the client sets it and the server acknowledges it.
    type Config: Clone + fmt::Debug + Default + PartialEq + Serialize + Send + Sync + 'static;

    #[doc(hidden)]
    const PATH: &'static str;
    /// The event by which a session begins.
    #[doc(hidden)]
    const CREATED: Self;
    /// Names of that event, of the command that configures the session, and of the event that acknowledges it.
    #[doc(hidden)]
    const STAGES: [&'static str; 3];

    /// The configuration in force, if the event says so.
    #[doc(hidden)]
    fn into_config(self) -> Result<Box<Self::Config>, Self>;

    /// Whether all that was sent is answered.
    #[doc(hidden)]
    fn is_last(&self) -> bool;

    /// Fills in what earlier events have said; `None` for an event that is no news.
    #[doc(hidden)]
    #[allow(private_interfaces)]
    fn pass(self, _: &mut Memory, _: &mut Outbox) -> Option<Self> {
        Some(self)
    }

    /// Lets a configuration continue where a session broke.
    #[doc(hidden)]
    #[allow(private_interfaces)]
    fn resume(_: &mut Self::Config, _: &Memory) {}

    /// Makes an error of an event that reports one.
    #[doc(hidden)]
    fn into_result(self, detail: &Detail) -> Result<Self, Error>;

    /// Lists what the documentation forbids.
    #[doc(hidden)]
    fn validate(config: &Self::Config) -> Vec<ValidationError>;
}

/// An event of an endpoint that takes audio: all but speech.
pub trait AudioInput: LiveEvent {}

/// What a session remembers of earlier events.
#[derive(Debug, Default)]
pub(super) struct Memory {
    /// Text of a transcription so far.
    pub(super) text: String,
    /// Conversation of a voice chat.
    pub(super) conversation_id: Option<ConversationId>,
}

/// Takes the log id of an event into the error that it reports.
pub(super) fn reported(mut error: ApiError, detail: &Detail) -> Error {
    if error.log_id.is_none() {
        error.log_id.clone_from(&detail.logid);
    }
    error.into()
}
