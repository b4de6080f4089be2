//! What ends a command other than success: its exit code, its message, and the way out.

use std::fmt;

use coze::{Error, ErrorKind};

use crate::lang::say;

/// Exit code of a failure, or 128 and the number of the signal that ended the program; `coze --help` and the README list them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    Other = 1,
    Usage = 2,
    Access = 3,
    Api = 4,
    Network = 5,
    Broken = 6,
    Waiting = 7,
    #[cfg_attr(not(unix), expect(dead_code, reason = "there is no such signal"))]
    HungUp = 129,
    Interrupted = 130,
    #[cfg_attr(not(unix), expect(dead_code, reason = "there is no such signal"))]
    Terminated = 143,
}

impl Exit {
    /// Whether the program was asked to terminate.
    pub(crate) fn is_signal(self) -> bool {
        matches!(self, Self::HungUp | Self::Interrupted | Self::Terminated)
    }

    /// Exit code for an error of the client.
    fn of(error: &Error) -> Self {
        match error.kind() {
            ErrorKind::File if is_full(error) => Self::Other,
            ErrorKind::Config | ErrorKind::File => Self::Usage,
            // Rejected here, and never sent.
            ErrorKind::InvalidRequest if error.api().is_none() => Self::Usage,
            ErrorKind::Authentication | ErrorKind::Permission => Self::Access,
            ErrorKind::Connect | ErrorKind::Timeout(_) | ErrorKind::Transport => Self::Network,
            ErrorKind::Truncated | ErrorKind::TooLarge | ErrorKind::Decode => Self::Broken,
            ErrorKind::RequiresAction => Self::Waiting,
            _ => Self::Api,
        }
    }
}

/// Whether a disk had no room.
fn is_full(error: &Error) -> bool {
    use std::io::ErrorKind::{FileTooLarge, QuotaExceeded, StorageFull};
    error.io().is_some_and(|cause| matches!(cause.kind(), FileTooLarge | QuotaExceeded | StorageFull))
}

/// Why a command ended, and what can be done about it.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Nobody reads standard output any more, as with `| head -1`: not a failure.
    ClosedOutput,
    /// Anything else.
    Told(Box<Told>),
}

/// One sentence with the cause, and at most one with the fix.
#[derive(Debug)]
pub(crate) struct Told {
    pub(crate) exit: Exit,
    pub(crate) message: String,
    pub(crate) hint: Option<String>,
}

impl Failure {
    pub(crate) fn new(exit: Exit, message: impl fmt::Display) -> Self {
        Self::Told(Box::new(Told { exit, message: message.to_string(), hint: None }))
    }

    pub(crate) fn usage(message: impl fmt::Display) -> Self {
        Self::new(Exit::Usage, message)
    }

    pub(crate) fn interrupted(message: impl fmt::Display) -> Self {
        Self::new(Exit::Interrupted, message)
    }

    /// Failure for an error of the client; [`Place::explain`](crate::place::Place::explain) adds the hint.
    pub(crate) fn of(error: &Error) -> Self {
        let errors = error.validation_errors();
        if errors.is_empty() {
            return Self::new(Exit::of(error), error);
        }
        // The text of the error itself advises programs.
        let rules: Vec<_> = errors.iter().map(ToString::to_string).collect();
        Self::new(Exit::of(error), say!("the request was not sent: {}", "请求没有发送：{}", rules.join("; ")))
    }

    /// Exit code; `None` where there is nothing to complain about.
    pub(crate) fn exit(&self) -> Option<Exit> {
        match self {
            Self::ClosedOutput => None,
            Self::Told(told) => Some(told.exit),
        }
    }

    /// Adds the way out.
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        if let Self::Told(told) = &mut self {
            told.hint = Some(hint.into());
        }
        self
    }

    /// Changes the exit code.
    pub(crate) fn exits(mut self, exit: Exit) -> Self {
        if let Self::Told(told) = &mut self {
            told.exit = exit;
        }
        self
    }

    /// Names what the failure is about, unless its message does.
    pub(crate) fn about(mut self, what: impl fmt::Display) -> Self {
        let what = what.to_string();
        if let Self::Told(told) = &mut self
            && !told.message.contains(&what)
        {
            told.message = format!("{what}: {}", told.message);
        }
        self
    }

    /// Takes an error of writing to standard output.
    pub(crate) fn output(error: &std::io::Error) -> Self {
        match error.kind() {
            std::io::ErrorKind::BrokenPipe => Self::ClosedOutput,
            _ => Self::new(
                Exit::Other,
                say!("cannot write to standard output: {error}", "无法写入标准输出：{error}"),
            ),
        }
    }
}
