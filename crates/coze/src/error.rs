//! The one error type of the crate.

use std::borrow::Cow;
use std::fmt;
use std::path::Path;
use std::time::Duration;

use coze_transport::TransportError;
use coze_transport::websocket::CloseFrame;
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

/// The error of a call.
///
/// It is one pointer wide. Match on [`kind`](Self::kind); [`api`](Self::api) returns the code and message of the
/// server, and [`log_id`](Self::log_id) the id that its support needs. `Display` is one line with
/// the endpoint, the cause and, if known, the fix; it never contains a token or control characters.
/// That line contains all causes, so `source()` returns none: see [`transport`](Self::transport), [`decode`](Self::decode)
/// and [`io`](Self::io).
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
    Timeout {
        wait: TimeoutKind,
        limit: Duration,
    },
    Unfinished {
        waiting_for: String,
        limit: Duration,
    },
    Truncated {
        what: &'static str,
        seen: Cow<'static, str>,
    },
    Incomplete(Cow<'static, str>),
    Lost {
        from: u64,
        to: u64,
    },
    TooLarge(String),
    RequiresAction(String),
    Canceled(ChatId),
    File {
        message: String,
        source: Option<std::io::Error>,
    },
    Processing(String),
    #[cfg_attr(not(feature = "realtime"), expect(dead_code, reason = "only sessions are closed"))]
    Closed(Option<CloseFrame>),
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

    /// A chat, a run or documents did not finish in time; `waiting_for` describes it and its state.
    pub(crate) fn unfinished(waiting_for: impl Into<String>, limit: Duration) -> Self {
        Self::new(Cause::Unfinished { waiting_for: waiting_for.into(), limit })
    }

    pub(crate) fn truncated(seen: &'static str) -> Self {
        Self::new(Cause::Truncated { what: "stream", seen: seen.into() })
    }

    pub(crate) fn truncated_download(seen: String) -> Self {
        Self::new(Cause::Truncated { what: "download", seen: seen.into() })
    }

    /// A response that lacks what is needed to continue.
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

    /// The server closed a session; it may have said why.
    #[cfg(feature = "realtime")]
    pub(crate) fn closed(why: Option<CloseFrame>) -> Self {
        Self::new(Cause::Closed(why))
    }

    /// Creates the error of your own [token provider](crate::auth::TokenProvider).
    ///
    /// The message must not contain the token; a good one is `cannot read the token`. The text of the cause is added.
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

    /// Whether the response was truncated: the connection failed, a timeout expired, or the end is missing.
    ///
    /// After the end of a chat, such an error does not affect it.
    pub fn is_cut(&self) -> bool {
        let cut = matches!(
            self.kind(),
            ErrorKind::Truncated | ErrorKind::Closed | ErrorKind::Transport | ErrorKind::Timeout(_)
        );
        cut && self.api().is_none()
    }

    /// Adds what the server says of the time to come again.
    pub(crate) fn asked_to_wait(self, retry_after: Option<Duration>) -> Self {
        self.with(|inner| inner.retry_after = retry_after)
    }

    /// Adds the attempts before the last.
    pub(crate) fn after(self, attempts: Vec<Attempt>) -> Self {
        self.with(|inner| inner.attempts = attempts)
    }

    /// Marks that only the budget prevented another attempt.
    pub(crate) fn for_want_of(self, spent: Spent) -> Self {
        self.with(|inner| inner.spent = Some(spent))
    }

    /// Returns the kind of the error.
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
            Cause::Closed(_) => ErrorKind::Closed,
        }
    }

    /// Returns code, message, log id and HTTP status, if the API reported the error.
    pub fn api(&self) -> Option<&ApiError> {
        match &self.0.cause {
            Cause::Api(error) => Some(error),
            _ => None,
        }
    }

    /// Returns the documented rules that the request violates, if it was rejected without being sent.
    pub fn validation_errors(&self) -> &[ValidationError] {
        match &self.0.cause {
            Cause::Invalid(errors) => errors,
            _ => &[],
        }
    }

    /// Returns the failure of the connection, if that is the cause.
    pub fn transport(&self) -> Option<&TransportError> {
        match &self.0.cause {
            Cause::Transport(error) => Some(error),
            _ => None,
        }
    }

    /// Returns the code and the reason with which the server closed a [session](crate::realtime), if that is the cause and it gave any.
    ///
    /// 1000 is a normal end that came too early, 1001 a server that stops, 1008 a refusal, 1011 a failure of the server.
    #[cfg(feature = "realtime")]
    pub fn close_frame(&self) -> Option<&CloseFrame> {
        match &self.0.cause {
            Cause::Closed(why) => why.as_ref(),
            _ => None,
        }
    }

    /// Returns what could not be decoded, if that is the cause.
    pub fn decode(&self) -> Option<&DecodeError> {
        match &self.0.cause {
            Cause::Decode(error) => Some(error),
            _ => None,
        }
    }

    /// Returns the system error of a file on this machine, if that is the cause.
    pub fn io(&self) -> Option<&std::io::Error> {
        match &self.0.cause {
            Cause::File { source, .. } => source.as_ref(),
            _ => None,
        }
    }

    /// Returns the duration of a timeout of this side; the [kind](Self::kind) says of which wait.
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

    /// Returns the id of the request in the logs of the server, which its support asks for first.
    pub fn log_id(&self) -> Option<&LogId> {
        let of_cause = match &self.0.cause {
            Cause::Api(error) => error.log_id.as_ref(),
            Cause::Decode(error) => error.log_id(),
            _ => None,
        };
        of_cause.or(self.0.log_id.as_ref())
    }

    /// Returns the HTTP status, if the API reported the error.
    pub fn status(&self) -> Option<StatusCode> {
        self.api().and_then(|error| error.status)
    }

    /// Returns the conversation and chat that were created before the error, if one call makes several requests.
    pub fn chat(&self) -> Option<(&ConversationId, &ChatId)> {
        self.subject()?.chat()
    }

    /// Returns the chat as last reported by the server, if it had reached a terminal state before the error: its status, the reason of a
    /// failure, the pending tool calls, and its usage.
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

    /// Returns the workflow and run that were started before the error, if the server has returned the id of the run.
    /// [`poll`](crate::Workflows::poll) continues to poll it, and [`history`](crate::Workflows::history) returns its result.
    pub fn run(&self) -> Option<(&WorkflowId, &ExecuteId)> {
        self.subject()?.run()
    }

    /// Returns the path template of the endpoint.
    pub fn endpoint(&self) -> Option<&'static str> {
        self.0.endpoint
    }

    /// Returns the attempts before the last, each with its cause and log id; see [`RetryPolicy`](crate::RetryPolicy).
    pub fn attempts(&self) -> &[Attempt] {
        &self.0.attempts
    }

    /// Returns whether there would have been another attempt if the retry budget of the client were not used up; see
    /// [`RetryPolicy`](crate::RetryPolicy).
    pub fn is_out_of_retries(&self) -> bool {
        self.0.spent.is_some()
    }

    /// Returns how long the server asks to wait, by `Retry-After`.
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// Whether the request may be retried immediately: whether that can help and is safe.
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
                    // A proxy that requires credentials always requires them.
                    || error.status() == Some(StatusCode::PROXY_AUTHENTICATION_REQUIRED);
                !hopeless && (idempotent || error.is_unsent())
            }
            _ => false,
        }
    }

    /// Returns whether the same request may succeed later without any change.
    ///
    /// It does not say whether the first attempt took effect: do not blindly repeat a request that must not
    /// be executed twice.
    pub fn is_retryable(&self) -> bool {
        // If a chat was created, the same request would create another one.
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
            // A normal end, or a server that stops, fails or is overloaded; not a rejection.
            Cause::Closed(why) => {
                why.as_ref().is_none_or(|why| matches!(why.code, 1000 | 1001 | 1005 | 1006 | 1011..=1014))
            }
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
