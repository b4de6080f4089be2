//! Errors: what the API reports, what cannot be written and what cannot be read.

use std::error::Error as StdError;
use std::fmt::{self, Write as _};

use http::{HeaderMap, HeaderName, StatusCode};

use crate::model::id::LogId;

mod code;
mod hide;
mod read;

pub use code::{ApiErrorKind, ErrorCode, ErrorInfo, RetryAdvice};
pub use read::ReadError;

/// An error that the API reports: a code and a message, in an answer or in a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ApiError {
    /// Code.
    pub code: ErrorCode,
    /// Message of the server.
    pub msg: String,
    /// Id of the request in the logs of the server.
    pub log_id: Option<LogId>,
    /// HTTP status; absent for an error within a stream. Business errors come with 200 as well.
    pub status: Option<StatusCode>,
    /// Page that shows the failed run of a workflow; valid for 7 days.
    pub debug_url: Option<String>,
}

impl ApiError {
    /// An error with a code and the message of the server.
    pub fn new(code: impl Into<ErrorCode>, msg: impl Into<String>) -> Self {
        Self { code: code.into(), msg: msg.into(), log_id: None, status: None, debug_url: None }
    }

    /// An error whose real code may be folded into its message, as Coze Studio does with some:
    /// `code=103100002 message=agent not exists`, then a stack trace.
    pub(crate) fn folded(code: ErrorCode, msg: String) -> Self {
        let unfolded = msg.strip_prefix("code=").and_then(|rest| {
            let (number, rest) = rest.split_once(' ')?;
            let text = rest.strip_prefix("message=")?;
            let text = text.split_once("\nstack=").map_or(text, |(text, _)| text);
            Some((number.parse::<i64>().ok()?, text))
        });
        match unfolded {
            Some((number, text)) => Self::new(number, text),
            None => Self::new(code, msg),
        }
    }

    /// What sort of error it is, by its code, its status and, where a server uses one code for two things,
    /// its message.
    pub fn kind(&self) -> ApiErrorKind {
        // Coze Studio treats an unknown endpoint as a page of its web application and requires
        // the session of a browser, whatever the token.
        let no_such_endpoint = match self.status {
            Some(StatusCode::UNAUTHORIZED) => self.msg.contains("session_key"),
            Some(StatusCode::NOT_FOUND) => self.code == 404,
            Some(StatusCode::METHOD_NOT_ALLOWED) => true,
            _ => false,
        };
        if no_such_endpoint {
            return ApiErrorKind::Unsupported;
        }
        match self.code.info() {
            Some(info) => info.kind,
            None => self.status.map_or(ApiErrorKind::Other, ApiErrorKind::from_status),
        }
    }

    /// Meaning and advice for a code that is documented.
    pub fn info(&self) -> Option<&'static ErrorInfo> {
        self.code.info()
    }

    /// Whether and when the same request may succeed later.
    pub fn retry_advice(&self) -> RetryAdvice {
        if self.kind() == ApiErrorKind::Unsupported {
            return RetryAdvice::Never;
        }
        match self.code.info() {
            Some(info) => info.retry,
            None => self.kind().retry_advice(),
        }
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let f = &mut OneLine::new(f);
        if self.code.is_success() {
            write!(f, "the API reported an error without a code: {}", Beginning(&self.msg))?;
        } else {
            let code = self.code.to_string();
            write!(f, "the API answered code {}: {}", Beginning(&code), Beginning(&self.msg))?;
        }
        if self.kind() == ApiErrorKind::Unsupported {
            f.write_str(" (this server does not offer the endpoint; the token is not the cause)")?;
        } else if let Some(info) = self.info() {
            write!(f, " ({}: {})", info.meaning, info.advice)?;
        }
        if let Some(log_id) = &self.log_id {
            write!(f, " [log id {}]", Beginning(log_id.as_str()))?;
        }
        if let Some(debug_url) = &self.debug_url {
            write!(f, " [debug URL {}]", Beginning(debug_url))?;
        }
        Ok(())
    }
}

/// Prints a text of the server as far as it is of use: it must not flood a log.
struct Beginning<'a>(&'a str);

impl fmt::Display for Beginning<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.char_indices().nth(1000) {
            Some((end, _)) => write!(f, "{}…", &self.0[..end]),
            None => f.write_str(self.0),
        }
    }
}

/// Writes on one line what servers say, who must not forge lines of a log or steer a terminal: control characters, line breaks
/// and marks that turn the direction of writing are escaped.
///
/// ```
/// use std::fmt::{self, Write as _};
///
/// use coze_types::OneLine;
///
/// struct Said(&'static str);
///
/// impl fmt::Display for Said {
///     fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
///         write!(OneLine::new(f), "the server says {}", self.0)
///     }
/// }
///
/// assert_eq!(Said("好\n\u{1b}[2J\u{202e}").to_string(), "the server says 好\\n\\u{1b}[2J\\u{202e}");
/// ```
#[expect(missing_debug_implementations, reason = "lives no longer than one line")]
pub struct OneLine<'a, 'b>(&'a mut fmt::Formatter<'b>);

impl<'a, 'b> OneLine<'a, 'b> {
    /// Writes to `f`.
    pub fn new(f: &'a mut fmt::Formatter<'b>) -> Self {
        Self(f)
    }
}

impl fmt::Write for OneLine<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for part in text.split_inclusive(steers) {
            match part.chars().next_back().filter(|last| steers(*last)) {
                Some(last) => {
                    self.0.write_str(&part[..part.len() - last.len_utf8()])?;
                    fmt::Display::fmt(&last.escape_default(), self.0)?;
                }
                None => self.0.write_str(part)?,
            }
        }
        Ok(())
    }
}

/// Whether a terminal would obey it, or a reader be led astray.
fn steers(c: char) -> bool {
    let breaks = matches!(c, '\u{2028}' | '\u{2029}');
    let turns =
        matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    c.is_control() || breaks || turns
}

impl StdError for ApiError {}

/// Reads the log id from the headers of an answer: `x-tt-logid`, or `X-Log-Id` of Coze Studio.
pub fn log_id(headers: &HeaderMap) -> Option<LogId> {
    static NAMES: [HeaderName; 2] =
        [HeaderName::from_static("x-tt-logid"), HeaderName::from_static("x-log-id")];
    NAMES.iter().filter_map(|name| headers.get(name)?.to_str().ok()).map(LogId::from).find(is_log_id)
}

/// Whether it can be one: ids are written into logs, where a control character would forge lines.
pub(crate) fn is_log_id(log_id: &LogId) -> bool {
    !log_id.is_empty() && !log_id.as_str().contains(char::is_control)
}

/// What came out when an answer was read, other than its payload.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum ReplyError {
    /// The API reports an error.
    Api(ApiError),
    /// The answer is not what the endpoint is documented to send.
    Decode(DecodeError),
}

impl fmt::Display for ReplyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Api(error) => error.fmt(f),
            Self::Decode(error) => error.fmt(f),
        }
    }
}

impl StdError for ReplyError {}

/// The beginning of a text, for messages.
pub(crate) fn excerpt(text: &[u8]) -> String {
    const LIMIT: usize = 300;
    let beginning = String::from_utf8_lossy(&text[..text.len().min(LIMIT)]);
    let beginning = beginning.trim();
    if text.len() > LIMIT { format!("{beginning}…") } else { beginning.to_owned() }
}

/// An answer or an event that does not read as its type.
#[derive(Clone, Debug)]
pub struct DecodeError(Box<Unreadable>);

#[derive(Clone, Debug)]
struct Unreadable {
    message: String,
    excerpt: String,
    log_id: Option<LogId>,
    source: Option<std::sync::Arc<serde_json::Error>>,
}

impl DecodeError {
    /// An event called `name` whose data does not read as its type.
    pub fn event(name: &str, data: &str, error: serde_json::Error) -> Self {
        Self(Box::new(Unreadable {
            message: format!("cannot read the event `{name}`"),
            excerpt: excerpt(data.as_bytes()),
            log_id: None,
            source: Some(error.into()),
        }))
    }

    pub(crate) fn text(what: &str, text: &str, error: serde_json::Error) -> Self {
        Self(Box::new(Unreadable {
            message: format!("cannot read {what}"),
            excerpt: excerpt(text.as_bytes()),
            log_id: None,
            source: Some(error.into()),
        }))
    }

    /// Content of a message that is not what it should be.
    pub(crate) fn content(message: String, content: &str) -> Self {
        let excerpt = excerpt(content.as_bytes());
        Self(Box::new(Unreadable { message, excerpt, log_id: None, source: None }))
    }

    /// An answer that is not what it should be.
    pub(crate) fn of_answer(
        message: String,
        excerpt: String,
        log_id: Option<LogId>,
        source: Option<serde_json::Error>,
    ) -> Self {
        Self(Box::new(Unreadable { message, excerpt, log_id, source: source.map(Into::into) }))
    }

    /// Beginning of what was read, at most 300 bytes.
    pub fn excerpt(&self) -> &str {
        &self.0.excerpt
    }

    /// Id of the request in the logs of the server.
    pub fn log_id(&self) -> Option<&LogId> {
        self.0.log_id.as_ref()
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let f = &mut OneLine::new(f);
        f.write_str(&self.0.message)?;
        if let Some(source) = &self.0.source {
            write!(f, ": {source}")?;
        }
        if !self.0.excerpt.is_empty() {
            write!(f, "; it begins with {:?}", self.0.excerpt)?;
        }
        if let Some(log_id) = &self.0.log_id {
            write!(f, " [log id {}]", Beginning(log_id.as_str()))?;
        }
        Ok(())
    }
}

/// Without a source: who prints the whole chain would print the cause twice.
impl StdError for DecodeError {}

/// A request that cannot be written.
#[derive(Debug)]
pub struct EncodeError {
    message: String,
    source: Option<serde_json::Error>,
}

impl EncodeError {
    pub(crate) fn empty(name: &str) -> Self {
        Self::message(format!("`{name}` is empty; give it a value"))
    }

    pub(crate) fn segment(name: &str, value: &str) -> Self {
        if value.is_empty() {
            return Self::empty(name);
        }
        Self::message(format!("`{name}` is {value:?}, which would name another path; give it a real id"))
    }

    pub(crate) fn template(template: &str, name: &str) -> Self {
        Self::message(format!("the path template {template:?} and its parameters do not match at {name:?}"))
    }

    pub(crate) fn json(source: serde_json::Error) -> Self {
        Self { message: "the request cannot be written as JSON".to_owned(), source: Some(source) }
    }

    pub(crate) fn elsewhere() -> Self {
        Self::message("the content of a part is elsewhere; send the form in runs, or read the content first")
    }

    /// An error of an endpoint of your own.
    pub fn message(message: impl Into<String>) -> Self {
        Self { message: message.into(), source: None }
    }
}

impl fmt::Display for EncodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        match &self.source {
            Some(source) => write!(f, ": {source}"),
            None => Ok(()),
        }
    }
}

/// Without a source: who prints the whole chain would print the cause twice.
impl StdError for EncodeError {}
