//! Every reason for which a request is turned down.

use super::id::Id;

/// The ways in which a run or its request fails; each service has its own codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WorkflowFault {
    Unknown,
    Unpublished,
    MissingParameter,
    WrongParameter,
    Node,
    /// A run that is not streamed came to a question, where it cannot be resumed.
    InterruptInRun,
    /// Only for paid plans.
    Premium,
    UnknownConversation,
    /// The service has no better word for it.
    Operation,
}

/// Says why a request was not served; each dialect has its own way to tell it to the client.
#[derive(Clone, Debug)]
pub(crate) enum Refusal {
    /// The request breaks a documented rule; the text starts with the path of the field.
    Invalid(String),
    /// The token is missing, malformed or unknown.
    Unauthenticated(&'static str),
    /// The conversation belongs to the user of another token.
    Forbidden(Id),
    /// The token is limited to other bots.
    OutOfScope(Id),
    /// What is named belongs to the user of another token.
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
    /// The chat has the given status, in which it cannot be canceled.
    NotCancelable(&'static str),
    /// Tool outputs for a chat that was started with `auto_save_history=false`.
    NotSaved,
    Workflow {
        fault: WorkflowFault,
        msg: String,
    },
    /// A run in the name of both a bot and an app.
    BotAndApp,
    EmptyFile,
    NoFile,
    SeveralFiles,
    FileTooLarge(u64),
    FileFormat(String),
    /// The request names the simulator by a name that is not its own.
    ForeignHost(String),
    /// The server has no such endpoint.
    NoEndpoint(String),
    /// The path exists, but not with this method.
    WrongMethod(String),
    /// Coze Studio fails here, saying "internal server error".
    Internal,
    /// Coze Studio panics here: an empty answer.
    Crash,
}

impl Refusal {
    /// Refuses a request for a workflow, or for a run of one.
    pub(crate) fn workflow(fault: WorkflowFault, msg: impl Into<String>) -> Self {
        Self::Workflow { fault, msg: msg.into() }
    }

    /// Refuses a request by the code that the page of its endpoint names.
    pub(crate) fn coded(code: i64, msg: impl Into<String>) -> Self {
        Self::Coded(code, msg.into())
    }

    /// Refuses the field at `path`, saying what is wrong with it.
    pub(crate) fn invalid(path: impl AsRef<str>, problem: impl AsRef<str>) -> Self {
        Self::Invalid(format!("{}: {}", path.as_ref(), problem.as_ref()))
    }

    /// Says which host was refused, and what to do about it; empty for all other refusals.
    pub(crate) fn foreign_host(&self) -> String {
        let Self::ForeignHost(host) = self else { return String::new() };
        format!(
            "the Host {host:?} is no name of this computer; allow it by --host-name or SimBuilder::host_name"
        )
    }
}
