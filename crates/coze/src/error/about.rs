//! What an error is about.

use std::fmt;

use coze_types::chat::{Chat, ChatStatus};
use coze_types::{ChatId, ConversationId, ExecuteId, WorkflowId};

use super::{Cause, Error};
use crate::api::DatasetProgress;
use crate::stream::Flow;

/// What an error is about. A trait, so that a program holds nothing of what it never begins.
pub(super) trait Subject: fmt::Display + Send + Sync {
    fn chat(&self) -> Option<(&ConversationId, &ChatId)> {
        None
    }

    fn terminal_chat(&self) -> Option<&Chat> {
        None
    }

    fn run(&self) -> Option<(&WorkflowId, &ExecuteId)> {
        None
    }

    fn documents(&self) -> Option<&DatasetProgress> {
        None
    }

    /// Whether it was begun before the error and goes on without the caller, so that the same request would begin another.
    fn is_begun(&self) -> bool {
        true
    }
}

struct OfChat(ConversationId, ChatId);

impl fmt::Display for OfChat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "chat {} of the conversation {}", self.1, self.0)
    }
}

impl Subject for OfChat {
    fn chat(&self) -> Option<(&ConversationId, &ChatId)> {
        Some((&self.0, &self.1))
    }
}

struct OfTerminalChat(ConversationId, Box<Chat>);

impl fmt::Display for OfTerminalChat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(conversation_id, chat) = self;
        let status = chat.status.as_ref().map_or("unknown", ChatStatus::as_str);
        write!(f, "the status of chat {} of the conversation {conversation_id} is `{status}`", chat.id)?;
        if let Some(error) = chat.error() {
            write!(f, ": {error}")?;
        }
        for (index, call) in chat.tool_calls().iter().enumerate() {
            let separator = if index == 0 { ", for the output of" } else { "," };
            write!(f, "{separator} `{}`", call.name())?;
        }
        Ok(())
    }
}

impl Subject for OfTerminalChat {
    fn chat(&self) -> Option<(&ConversationId, &ChatId)> {
        Some((&self.0, &self.1.id))
    }

    fn terminal_chat(&self) -> Option<&Chat> {
        Some(&self.1)
    }
}

struct OfRun(WorkflowId, ExecuteId);

impl fmt::Display for OfRun {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "run {} of the workflow {}", self.1, self.0)
    }
}

impl Subject for OfRun {
    fn run(&self) -> Option<(&WorkflowId, &ExecuteId)> {
        Some((&self.0, &self.1))
    }
}

impl Subject for Flow {
    fn run(&self) -> Option<(&WorkflowId, &ExecuteId)> {
        Some((&self.workflow_id, self.execute_id.as_ref()?))
    }
}

impl Subject for DatasetProgress {
    fn documents(&self) -> Option<&DatasetProgress> {
        Some(self)
    }

    fn is_begun(&self) -> bool {
        false
    }
}

struct OfFile(String);

impl fmt::Display for OfFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "file {:?}", self.0)
    }
}

impl Subject for OfFile {
    fn is_begun(&self) -> bool {
        false
    }
}

impl Error {
    /// Names the chat that the caller can look at in spite of the error.
    pub(crate) fn about(self, conversation_id: &ConversationId, chat_id: &ChatId) -> Self {
        self.with_subject(OfChat(conversation_id.clone(), chat_id.clone()))
    }

    /// Keeps the chat, which had reached a terminal state when something else failed.
    pub(crate) fn about_terminal(self, conversation_id: &ConversationId, chat: Chat) -> Self {
        self.with_subject(OfTerminalChat(conversation_id.clone(), Box::new(chat)))
    }

    /// Names the run that goes on in spite of the error.
    pub(crate) fn about_run(self, workflow_id: &WorkflowId, execute_id: &ExecuteId) -> Self {
        self.with_subject(OfRun(workflow_id.clone(), execute_id.clone()))
    }

    /// Names the run whose history tells what its stream did not.
    pub(crate) fn about_flow(self, flow: Flow) -> Self {
        self.with_subject(flow)
    }

    /// Keeps how far the documents are, which the server goes on with in spite of the error.
    pub(crate) fn about_documents(self, progress: DatasetProgress) -> Self {
        self.with_subject(progress)
    }

    /// Names the file, one of several, where the cause does not do so itself.
    pub(crate) fn about_file(self, name: String) -> Self {
        if matches!(self.0.cause, Cause::File { .. } | Cause::Violations(_)) {
            return self;
        }
        self.with_subject(OfFile(name))
    }

    fn with_subject(self, subject: impl Subject + 'static) -> Self {
        self.with(|inner| inner.subject = Some(Box::new(subject)))
    }
}
