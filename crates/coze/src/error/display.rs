//! How errors print: one line, whatever the server put into it.

use std::error::Error as StdError;
use std::fmt::{self, Write as _};

use coze_transport::websocket::CloseFrame;
use coze_types::{OneLine, ValidationError};

use super::{Cause, Error};

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let f = &mut OneLine::new(f);
        if let Some(endpoint) = self.0.endpoint {
            write!(f, "{endpoint}: ")?;
        }
        write!(f, "{}", self.0.cause)?;
        // A cause with its own log id has printed it; then there is none here.
        if let Some(log_id) = &self.0.log_id {
            write!(f, " [log id {log_id}]")?;
        }
        if let Some(subject) = &self.0.subject {
            write!(f, " [{subject}]")?;
        }
        let failed = self.0.attempts.len();
        if failed > 0 {
            write!(f, " (after {failed} failed attempts before this one)")?;
        }
        match &self.0.spent {
            Some(spent) => write!(f, " ({spent})"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Config(message)
            | Self::Auth(message)
            | Self::Header(message)
            | Self::TooLarge(message)
            | Self::Processing(message)
            | Self::File { message, source: None } => f.write_str(message),
            Self::Encode(error) => error.fmt(f),
            Self::Invalid(errors) => {
                f.write_str("the request was not sent: ")?;
                for (index, error) in errors.iter().enumerate() {
                    let separator = if index == 0 { "" } else { "; " };
                    write!(f, "{separator}{error}")?;
                }
                if !errors.iter().any(ValidationError::is_fatal) {
                    f.write_str(
                        "; a server with limits of its own may take it: `strict(false)` lifts this check",
                    )?;
                }
                Ok(())
            }
            Self::Api(error) => error.fmt(f),
            Self::Decode(error) => error.fmt(f),
            Self::Incomplete(message) => f.write_str(message),
            Self::Transport(error) => error.fmt(f),
            Self::Timeout { wait, limit } => write!(f, "timed out after {limit:?} waiting for {wait}"),
            Self::Unfinished { waiting_for, limit } => {
                write!(f, "timed out after {limit:?} waiting for {waiting_for}")
            }
            Self::Truncated { what, seen } => {
                write!(f, "the {what} ended before the server said that it was complete ({seen})")
            }
            Self::Lost { from, to } if *from + 1 == *to => write!(f, "event {from} of the stream is missing"),
            Self::Lost { from, to } => write!(f, "events {from} to {} of the stream are missing", to - 1),
            Self::RequiresAction(calls) => write!(
                f,
                "the agent waits for the output of {calls}; read the events and answer with submit_tool_outputs"
            ),
            Self::File { message, source: Some(source) } => write!(f, "{message}: {source}"),
            Self::Closed(why) => closed(why.as_ref(), f),
            Self::Canceled(chat_id) => write!(f, "the chat {chat_id} was canceled before it was complete"),
        }
    }
}

/// Says how a server closed a session: codes of RFC 6455 and its registry with their meaning.
fn closed(why: Option<&CloseFrame>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    f.write_str("the server closed the session before its work was finished, ")?;
    let Some(CloseFrame { code, reason }) = why else { return f.write_str("without a code") };
    write!(f, "with the code {code}")?;
    let meaning = match code {
        1000 => "a normal end",
        1001 => "the server stops or moves",
        1002 => "a breach of the protocol",
        1003 | 1007 => "a message that it cannot read",
        1008 => "a breach of its policy",
        1009 => "a message that is too large: send audio in smaller pieces",
        1011 => "a failure of the server",
        1012 => "the server restarts",
        1013 => "the server is overloaded",
        1014 => "a failure after a gateway",
        _ => "",
    };
    if !meaning.is_empty() {
        write!(f, " ({meaning})")?;
    }
    if reason.is_empty() { Ok(()) } else { write!(f, " and the reason {reason:?}") }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("kind", &self.kind())
            .field("message", &self.to_string())
            .finish_non_exhaustive()
    }
}

/// Without a source: who prints the whole chain would print the cause twice.
impl StdError for Error {}
