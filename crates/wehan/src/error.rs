//! The one error type of the crate.

use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use coze_transport::TransportError;
use coze_types::{EncodeError, ReplyError, ValidationError};
use serde_json::Value;

/// What came instead of an answer.
///
/// One pointer wide. Match on [`kind`](Self::kind); [`reason`](Self::reason) is what the server said. `Display` is one
/// line that names the endpoint and the cause; it never holds a token.
pub struct Error(Box<Inner>);

struct Inner {
    endpoint: Option<&'static str>,
    cause: Cause,
}

enum Cause {
    Config(String),
    Invalid(Vec<ValidationError>),
    Encode(EncodeError),
    Refused { status: u16, reason: String, field: Option<String> },
    Transport(TransportError),
    Timeout(Duration),
    Unreadable(ReplyError),
}

/// The sort of an [`Error`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The client was set up wrongly; found at `build()`.
    Config,
    /// The request breaks a rule and was not sent; [`Error::field`] names what is wrong.
    Invalid,
    /// The server does not take the token (401, 403).
    Unauthorized,
    /// The server refuses the request (any other 4xx); [`Error::field`] names what is wrong, if it said so.
    Refused,
    /// The server failed (5xx).
    Server,
    /// No connection came about.
    Connect,
    /// The answer did not come in time; the server may have acted on the request.
    Timeout,
    /// The connection failed during the exchange; the server may have acted on the request.
    Transport,
    /// The answer does not read as its type.
    Unreadable,
}

impl Error {
    fn new(cause: Cause) -> Self {
        Self(Box::new(Inner { endpoint: None, cause }))
    }

    pub(crate) fn config(message: impl Into<String>) -> Self {
        Self::new(Cause::Config(message.into()))
    }

    pub(crate) fn invalid(errors: Vec<ValidationError>) -> Self {
        Self::new(Cause::Invalid(errors))
    }

    pub(crate) fn timeout(limit: Duration) -> Self {
        Self::new(Cause::Timeout(limit))
    }

    /// Reads what a server said: `{"message": "…", "field": "…"}`, or text.
    pub(crate) fn refused(status: u16, body: &Bytes) -> Self {
        let text = |value: Option<&Value>| value.and_then(Value::as_str).map(one_line);
        let (reason, field) = match serde_json::from_slice::<Value>(body) {
            Ok(json) => {
                let reason = ["message", "msg", "error"].into_iter().find_map(|name| text(json.get(name)));
                (reason.unwrap_or_else(|| one_line(&json.to_string())), text(json.get("field")))
            }
            Err(_) => (one_line(&String::from_utf8_lossy(body)), None),
        };
        Self::new(Cause::Refused { status, reason, field })
    }

    /// Names the endpoint.
    pub(crate) fn at(mut self, endpoint: &'static str) -> Self {
        self.0.endpoint = Some(endpoint);
        self
    }

    /// What sort of error it is.
    pub fn kind(&self) -> ErrorKind {
        match &self.0.cause {
            Cause::Config(_) => ErrorKind::Config,
            Cause::Invalid(_) | Cause::Encode(_) => ErrorKind::Invalid,
            Cause::Refused { status: 401 | 403, .. } => ErrorKind::Unauthorized,
            Cause::Refused { status: 500.., .. } => ErrorKind::Server,
            Cause::Refused { .. } => ErrorKind::Refused,
            Cause::Transport(error) if error.is_config() => ErrorKind::Config,
            Cause::Transport(error) if error.is_timeout() => ErrorKind::Timeout,
            Cause::Transport(error) if error.is_connect() => ErrorKind::Connect,
            Cause::Transport(_) => ErrorKind::Transport,
            Cause::Timeout(_) => ErrorKind::Timeout,
            Cause::Unreadable(_) => ErrorKind::Unreadable,
        }
    }

    /// HTTP status of an answer that is no success.
    pub fn status(&self) -> Option<u16> {
        match &self.0.cause {
            Cause::Refused { status, .. } => Some(*status),
            _ => None,
        }
    }

    /// What the server said, on one line of at most 300 characters; empty when it said nothing.
    pub fn reason(&self) -> Option<&str> {
        match &self.0.cause {
            Cause::Refused { reason, .. } => Some(reason),
            _ => None,
        }
    }

    /// Field at fault, such as `matchScore`, by our own check or by the server's.
    pub fn field(&self) -> Option<&str> {
        match &self.0.cause {
            Cause::Refused { field, .. } => field.as_deref(),
            Cause::Invalid(errors) => errors.first().map(|error| error.field.as_str()),
            _ => None,
        }
    }

    /// Endpoint that was called, as its path template.
    pub fn endpoint(&self) -> Option<&'static str> {
        self.0.endpoint
    }

    /// Whether the same request may succeed later; to repeat one does no harm, also when it was carried out.
    pub fn is_retryable(&self) -> bool {
        match self.kind() {
            ErrorKind::Server | ErrorKind::Connect | ErrorKind::Timeout | ErrorKind::Transport => true,
            _ => self.status() == Some(429),
        }
    }
}

/// The beginning of a text on one line: servers must not forge lines of a log or steer a terminal.
fn one_line(text: &str) -> String {
    text.trim().chars().take(300).map(|c| if c.is_control() { ' ' } else { c }).collect()
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(endpoint) = self.0.endpoint {
            write!(f, "{endpoint}: ")?;
        }
        match &self.0.cause {
            Cause::Config(message) => f.write_str(message),
            Cause::Invalid(errors) => {
                f.write_str("the request was not sent: ")?;
                for (index, error) in errors.iter().enumerate() {
                    let separator = if index == 0 { "" } else { "; " };
                    write!(f, "{separator}{error}")?;
                }
                Ok(())
            }
            Cause::Encode(error) => error.fmt(f),
            Cause::Refused { status, reason, .. } if reason.is_empty() => {
                write!(f, "the server answered {status} without a reason")
            }
            Cause::Refused { status, reason, .. } => write!(f, "the server answered {status}: {reason}"),
            Cause::Transport(error) => error.fmt(f),
            Cause::Timeout(limit) => write!(f, "timed out after {limit:?} waiting for the answer"),
            Cause::Unreadable(error) => error.fmt(f),
        }
    }
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

// Not `From`, which would show the types of the layers below to users.
impl Error {
    pub(crate) fn encode(error: EncodeError) -> Self {
        Self::new(Cause::Encode(error))
    }

    pub(crate) fn transport(error: TransportError) -> Self {
        Self::new(Cause::Transport(error))
    }

    pub(crate) fn unreadable(error: ReplyError) -> Self {
        Self::new(Cause::Unreadable(error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_server_says_is_read_from_any_form_and_stays_on_one_line() {
        for (body, reason, field) in [
            (r#"{"message": "`a` is wrong", "field": "a"}"#, "`a` is wrong", Some("a")),
            (r#"{"error": "no", "field": 7}"#, "no", None),
            (r#"{"message": null, "msg": "no"}"#, "no", None),
            (r#"{"code": 7}"#, r#"{"code":7}"#, None),
            ("<html>\n502\u{1b}[31m</html>\n", "<html> 502 [31m</html>", None),
            ("", "", None),
        ] {
            let error = Error::refused(502, &Bytes::from(body));
            assert_eq!((error.reason(), error.field()), (Some(reason), field), "{body}");
        }
        let error = Error::refused(500, &Bytes::from("错".repeat(1000)));
        assert_eq!(error.reason().unwrap().chars().count(), 300);
        assert!(Error::refused(500, &Bytes::new()).to_string().contains("500 without a reason"));
    }
}
