//! The one error type of the crate.

use std::borrow::Cow;
use std::fmt;
use std::path::Path;
use std::time::Duration;

use coze_transport::TransportError;
use coze_types::chat::Chat;
use coze_types::{
    ApiError, ChatId, ConversationId, DecodeError, EncodeError, ExecuteId, LogId, ReplyError, RetryAdvice,
    ValidationError, WorkflowId,
};
use http::StatusCode;

mod about;
mod attempt;
mod display;
mod kind;
mod share;
mod timeout;

pub(crate) use about::{OfRun, Subject};
pub use attempt::Attempt;
pub(crate) use attempt::Spent;
pub use kind::ErrorKind;
use kind::{api_kind, transport_kind};
pub use timeout::TimeoutKind;

/// What came instead of an answer.
///
/// One pointer wide. Match on [`kind`](Self::kind); ask [`api`](Self::api) for the code and message of the
/// server and [`log_id`](Self::log_id) for what its support wants to know. `Display` is one line that names
/// the endpoint, the cause and, where it is known, the way out; it never holds a token, nor what would steer a terminal.
/// Since that line tells all causes, none hangs below by `source()`: ask [`transport`](Self::transport), [`decode`](Self::decode)
/// or [`io`](Self::io) for them.
pub struct Error(Box<Inner>);

struct Inner {
    endpoint: Option<&'static str>,
    log_id: Option<LogId>,
    cause: Cause,
    retry_after: Option<Duration>,
    attempts: Vec<Attempt>,
    spent: Option<Spent>,
    subject: Option<Box<dyn Subject>>,
}

enum Cause {
    Config(String),
    Auth(String),
    Encode(EncodeError),
    Invalid(Vec<ValidationError>),
    Header(String),
    Api(ApiError),
    Decode(DecodeError),
    Transport(TransportError),
    Timeout { wait: TimeoutKind, limit: Duration },
    Unfinished { waiting_for: String, limit: Duration },
    Truncated { what: &'static str, seen: Cow<'static, str> },
    Incomplete(Cow<'static, str>),
    Lost { from: u64, to: u64 },
    TooLarge(String),
    RequiresAction(String),
    Canceled(ChatId),
    File { message: String, source: Option<std::io::Error> },
    Processing(String),
}

impl Error {
    fn new(cause: Cause) -> Self {
        Self(Box::new(Inner {
            endpoint: None,
            log_id: None,
            cause,
            retry_after: None,
            attempts: Vec::new(),
            spent: None,
            subject: None,
        }))
    }

    fn with(mut self, change: impl FnOnce(&mut Inner)) -> Self {
        change(&mut self.0);
        self
    }

    pub(crate) fn config(message: impl Into<String>) -> Self {
        Self::new(Cause::Config(message.into()))
    }

    pub(crate) fn header(message: impl Into<String>) -> Self {
        Self::new(Cause::Header(message.into()))
    }

    pub(crate) fn refused(errors: Vec<ValidationError>) -> Self {
        Self::new(Cause::Invalid(errors))
    }

    pub(crate) fn timeout(wait: TimeoutKind, limit: Duration) -> Self {
        Self::new(Cause::Timeout { wait, limit })
    }

    /// What was begun is not at rest in time; `waiting_for` says what, and how far it is.
    pub(crate) fn unfinished(waiting_for: impl Into<String>, limit: Duration) -> Self {
        Self::new(Cause::Unfinished { waiting_for: waiting_for.into(), limit })
    }

    pub(crate) fn truncated(seen: &'static str) -> Self {
        Self::new(Cause::Truncated { what: "stream", seen: seen.into() })
    }

    pub(crate) fn truncated_download(seen: String) -> Self {
        Self::new(Cause::Truncated { what: "download", seen: seen.into() })
    }

    /// An answer that lacks what is needed to go on.
    pub(crate) fn incomplete(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Cause::Incomplete(message.into()))
    }

    /// The events numbered `from` to before `to` are missing.
    pub(crate) fn lost(from: u64, to: u64) -> Self {
        Self::new(Cause::Lost { from, to })
    }

    pub(crate) fn too_large(message: impl Into<String>) -> Self {
        Self::new(Cause::TooLarge(message.into()))
    }

    pub(crate) fn requires_action(calls: impl Into<String>) -> Self {
        Self::new(Cause::RequiresAction(calls.into()))
    }

    pub(crate) fn canceled(chat_id: ChatId) -> Self {
        Self::new(Cause::Canceled(chat_id))
    }

    /// A file on this machine cannot be used.
    pub(crate) fn file(message: impl Into<String>, source: Option<std::io::Error>) -> Self {
        Self::new(Cause::File { message: message.into(), source })
    }

    /// A file on this machine cannot be read.
    pub(crate) fn unreadable(path: &Path, source: std::io::Error) -> Self {
        Self::file(format!("cannot read the file {}", path.display()), Some(source))
    }

    /// Documents were not processed.
    pub(crate) fn processing(message: impl Into<String>) -> Self {
        Self::new(Cause::Processing(message.into()))
    }

    /// A token that a [provider](crate::auth::TokenProvider) of yours cannot hand out, and why.
    ///
    /// The message must not hold the token; it reads best as `cannot read the token`. The text of the cause is added.
    pub fn auth(message: impl Into<String>, cause: impl fmt::Display) -> Self {
        Self::new(Cause::Auth(format!("{}: {cause}", message.into())))
    }

    /// Names the endpoint, unless one is named already.
    pub(crate) fn at(self, endpoint: &'static str) -> Self {
        self.with(|inner| {
            inner.endpoint.get_or_insert(endpoint);
        })
    }

    /// Adds the log id of the response, unless the error has one.
    pub(crate) fn logged(self, log_id: Option<&LogId>) -> Self {
        if self.log_id().is_some() {
            return self;
        }
        self.with(|inner| inner.log_id = log_id.cloned())
    }

    /// Whether the answer was cut, and no error of the server: the connection failed, the time ran out, or the end is missing.
    ///
    /// Behind the end of a chat, such an error takes nothing from it.
    pub fn is_cut(&self) -> bool {
        let cut = matches!(self.kind(), ErrorKind::Truncated | ErrorKind::Transport | ErrorKind::Timeout(_));
        cut && self.api().is_none()
    }

    /// Adds what the server says of the time to come again.
    pub(crate) fn asked_to_wait(self, retry_after: Option<Duration>) -> Self {
        self.with(|inner| inner.retry_after = retry_after)
    }

    /// Adds the tries before the last.
    pub(crate) fn after(self, attempts: Vec<Attempt>) -> Self {
        self.with(|inner| inner.attempts = attempts)
    }

    /// Says that only the budget forbade another try.
    pub(crate) fn for_want_of(self, spent: Spent) -> Self {
        self.with(|inner| inner.spent = Some(spent))
    }

    /// What sort of error it is.
    pub fn kind(&self) -> ErrorKind {
        match &self.0.cause {
            Cause::Config(_) => ErrorKind::Config,
            Cause::Auth(_) => ErrorKind::Authentication,
            Cause::Encode(_) | Cause::Invalid(_) | Cause::Header(_) => ErrorKind::InvalidRequest,
            Cause::Api(error) => api_kind(error),
            Cause::Decode(_) | Cause::Incomplete(_) => ErrorKind::Decode,
            Cause::Transport(error) => transport_kind(error),
            Cause::Timeout { wait, .. } => ErrorKind::Timeout(*wait),
            Cause::Unfinished { .. } => ErrorKind::Timeout(TimeoutKind::Rest),
            Cause::Truncated { .. } => ErrorKind::Truncated,
            Cause::Lost { .. } => ErrorKind::Lost,
            Cause::TooLarge(_) => ErrorKind::TooLarge,
            Cause::RequiresAction(_) => ErrorKind::RequiresAction,
            Cause::Canceled(_) => ErrorKind::Canceled,
            Cause::File { .. } => ErrorKind::File,
            Cause::Processing(_) => ErrorKind::Processing,
        }
    }

    /// Code, message, log id and HTTP status, where the API reports the error.
    pub fn api(&self) -> Option<&ApiError> {
        match &self.0.cause {
            Cause::Api(error) => Some(error),
            _ => None,
        }
    }

    /// Rules of the documentation that the request breaks, where it was refused without being sent.
    pub fn validation_errors(&self) -> &[ValidationError] {
        match &self.0.cause {
            Cause::Invalid(errors) => errors,
            _ => &[],
        }
    }

    /// Failure of the connection, where that is the cause.
    pub fn transport(&self) -> Option<&TransportError> {
        match &self.0.cause {
            Cause::Transport(error) => Some(error),
            _ => None,
        }
    }

    /// What does not read, where that is the cause.
    pub fn decode(&self) -> Option<&DecodeError> {
        match &self.0.cause {
            Cause::Decode(error) => Some(error),
            _ => None,
        }
    }

    /// What the system says of a file on this machine, where that is the cause.
    pub fn io(&self) -> Option<&std::io::Error> {
        match &self.0.cause {
            Cause::File { source, .. } => source.as_ref(),
            _ => None,
        }
    }

    /// How long was waited, where a time limit of this side ran out; the [kind](Self::kind) says for what.
    ///
    /// ```
    /// use coze::{Error, ErrorKind, TimeoutKind};
    ///
    /// fn is_silent_stream(error: &Error) -> bool {
    ///     error.kind() == ErrorKind::Timeout(TimeoutKind::Stream)
    /// }
    /// ```
    pub fn timed_out(&self) -> Option<Duration> {
        match &self.0.cause {
            Cause::Timeout { limit, .. } | Cause::Unfinished { limit, .. } => Some(*limit),
            Cause::Transport(error) => error.waited(),
            _ => None,
        }
    }

    /// Id of the request in the logs of the server: the first thing its support asks for.
    pub fn log_id(&self) -> Option<&LogId> {
        let of_cause = match &self.0.cause {
            Cause::Api(error) => error.log_id.as_ref(),
            Cause::Decode(error) => error.log_id(),
            _ => None,
        };
        of_cause.or(self.0.log_id.as_ref())
    }

    /// HTTP status, where the API reports the error.
    pub fn status(&self) -> Option<StatusCode> {
        self.api().and_then(|error| error.status)
    }

    /// Conversation and chat that were begun before the error, where one call makes several requests.
    pub fn chat(&self) -> Option<(&ConversationId, &ChatId)> {
        self.subject()?.chat()
    }

    /// Chat as the server last told it, where it had reached a terminal state before the error: its status, why it failed, the
    /// calls that it waits for, and what it used.
    ///
    /// ```
    /// use coze::{ChatStatus, Error};
    ///
    /// fn went_well_but_for_its_messages(error: &Error) -> bool {
    ///     error.terminal_chat().is_some_and(|chat| chat.status == Some(ChatStatus::Completed))
    /// }
    /// ```
    pub fn terminal_chat(&self) -> Option<&Chat> {
        self.subject()?.terminal_chat()
    }

    /// Workflow and run that were begun before the error, where the server has named the run;
    /// [`poll`](crate::Workflows::poll) goes on with it, and [`history`](crate::Workflows::history) tells how it went.
    pub fn run(&self) -> Option<(&WorkflowId, &ExecuteId)> {
        self.subject()?.run()
    }

    /// Endpoint that was called, as its path template.
    pub fn endpoint(&self) -> Option<&'static str> {
        self.0.endpoint
    }

    /// Tries before the last, each with its cause and log id; see [`RetryPolicy`](crate::RetryPolicy).
    pub fn attempts(&self) -> &[Attempt] {
        &self.0.attempts
    }

    /// Whether there would have been another try, had the retry budget of the client not been used up; see
    /// [`RetryPolicy`](crate::RetryPolicy).
    pub fn is_out_of_retries(&self) -> bool {
        self.0.spent.is_some()
    }

    /// How long the server asks to wait, by `Retry-After`.
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// Whether the request may be sent again at once: whether that can help, and does no harm.
    pub(crate) fn may_be_repeated(&self, idempotent: bool) -> bool {
        match &self.0.cause {
            Cause::Api(error) => {
                let limited = error.kind() == coze_types::ApiErrorKind::RateLimited;
                let refused = error.status == Some(StatusCode::TOO_MANY_REQUESTS)
                    || error.code == 4013
                    || (idempotent && limited);
                let failed =
                    error.status.is_some_and(|status| matches!(status.as_u16(), 408 | 500 | 502 | 503 | 504));
                refused || (idempotent && failed)
            }
            Cause::Transport(error) => {
                let hopeless = error.is_tls()
                    || error.is_request()
                    || error.is_redirect()
                    || error.is_malformed()
                    || is_own_answer_too_large(error)
                    || error.is_config()
                    // A proxy that wants credentials wants them each time.
                    || error.status() == Some(StatusCode::PROXY_AUTHENTICATION_REQUIRED);
                !hopeless && (idempotent || error.is_unsent())
            }
            _ => false,
        }
    }

    /// Whether the same request may succeed later without any change.
    ///
    /// It says nothing of whether the first try took effect: do not repeat a request blindly that must not
    /// be carried out twice.
    pub fn is_retryable(&self) -> bool {
        // Where a chat was begun, the same request would begin another.
        if self.0.subject.as_ref().is_some_and(|subject| subject.is_begun()) {
            return false;
        }
        match &self.0.cause {
            Cause::Api(error) => error.retry_advice() == RetryAdvice::Wait,
            Cause::Transport(error) => {
                !(error.is_tls()
                    || error.is_request()
                    || error.is_redirect()
                    || error.is_malformed()
                    || is_own_answer_too_large(error))
            }
            Cause::Timeout { .. } | Cause::Unfinished { .. } | Cause::Truncated { .. } => true,
            _ => false,
        }
    }
}

/// What ended the connection may have been the answer to another request on it.
fn is_own_answer_too_large(error: &TransportError) -> bool {
    error.is_too_large() && !error.is_closed_early()
}

impl From<EncodeError> for Error {
    fn from(error: EncodeError) -> Self {
        Self::new(Cause::Encode(error))
    }
}

impl From<ApiError> for Error {
    fn from(error: ApiError) -> Self {
        Self::new(Cause::Api(error))
    }
}

impl From<DecodeError> for Error {
    fn from(error: DecodeError) -> Self {
        Self::new(Cause::Decode(error))
    }
}

impl From<ReplyError> for Error {
    fn from(error: ReplyError) -> Self {
        match error {
            ReplyError::Api(error) => error.into(),
            ReplyError::Decode(error) => error.into(),
            other => Self::config(other.to_string()),
        }
    }
}

impl From<TransportError> for Error {
    fn from(error: TransportError) -> Self {
        Self::new(Cause::Transport(error))
    }
}
