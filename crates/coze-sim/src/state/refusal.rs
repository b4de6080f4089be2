//! All reasons for which a request is rejected.

use super::id::Id;

/// Failures of a run or its request; each service has its own codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WorkflowFault {
    Unknown,
    Unpublished,
    MissingParameter,
    WrongParameter,
    Node,
    /// A run without a stream has a question, and cannot be resumed there.
    InterruptInRun,
    /// Requires a paid plan.
    Premium,
    UnknownConversation,
    /// The service has no more specific code.
    Operation,
}

/// Why a request was rejected; each dialect has its own encoding.
#[derive(Clone, Debug)]
pub(crate) enum Refusal {
    /// The request violates a documented rule; the text starts with the path of the field.
    Invalid(String),
    /// The token is missing, malformed or unknown.
    Unauthenticated(&'static str),
    /// The conversation belongs to the user of another token.
    Forbidden(Id),
    /// The token is limited to other bots.
    OutOfScope(Id),
    /// The object belongs to the user of another token.
    NotOwner(String),
    /// A rule of one endpoint, with the code of its page.
    Coded(i64, String),
    UnknownBot(String),
    UnknownConversation(Id),
    UnknownChat(Id),
    UnknownMessage(Id),
    /// Another chat runs in the conversation.
    Busy {
        conversation: Id,
        running: Id,
    },
    /// The chat has the given status and cannot be canceled.
    NotCancelable(&'static str),
    /// Tool outputs for a chat that was started with `auto_save_history=false`.
    NotSaved,
    Workflow {
        fault: WorkflowFault,
        msg: String,
    },
    /// A run on behalf of both a bot and an app.
    BotAndApp,
    EmptyFile,
    NoFile,
    SeveralFiles,
    FileTooLarge(u64),
    FileFormat(String),
    /// The request uses a host name that is not accepted.
    ForeignHost(String),
    /// The server has no such endpoint.
    NoEndpoint(String),
    /// The path exists, but not with this method.
    WrongMethod(String),
    /// Coze Studio responds with "internal server error".
    Internal,
    /// Coze Studio panics here: an empty response.
    Crash,
}

impl Refusal {
    /// Rejects a request for a workflow, or for a run of one.
    pub(crate) fn workflow(fault: WorkflowFault, msg: impl Into<String>) -> Self {
        Self::Workflow { fault, msg: msg.into() }
    }

    /// Rejects a request with the code on the page of its endpoint.
    pub(crate) fn coded(code: i64, msg: impl Into<String>) -> Self {
        Self::Coded(code, msg.into())
    }

    /// Rejects the field at `path`, with the reason.
    pub(crate) fn invalid(path: impl AsRef<str>, problem: impl AsRef<str>) -> Self {
        Self::Invalid(format!("{}: {}", path.as_ref(), problem.as_ref()))
    }

    /// Returns the rejected host and how to accept it; empty for all other reasons.
    pub(crate) fn foreign_host(&self) -> String {
        let Self::ForeignHost(host) = self else { return String::new() };
        format!(
            "the Host {host:?} is not a name of this computer; allow it with --host-name or SimBuilder::host_name"
        )
    }
}
