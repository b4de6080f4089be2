//! What an error is about.

use std::any::Any;
use std::fmt;

use coze_types::chat::{Chat, ChatStatus};
use coze_types::{ChatId, ConversationId, ExecuteId, WorkflowId};

use super::{Cause, Error};

/// What an error is about, attached by those who know it.
pub(crate) trait Subject: fmt::Display + Any + Send + Sync {
    fn chat(&self) -> Option<(&ConversationId, &ChatId)> {
        None
    }

    fn terminal_chat(&self) -> Option<&Chat> {
        None
    }

    fn run(&self) -> Option<(&WorkflowId, &ExecuteId)> {
        None
    }

    /// Whether it was started before the error and continues without the caller, so that the same request would start another.
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

/// A run that was begun, or whose stream is no longer heard.
pub(crate) struct OfRun {
    pub(crate) workflow_id: WorkflowId,
    /// Where the server has named the run.
    pub(crate) execute_id: Option<ExecuteId>,
    /// Where to find what is missing.
    pub(crate) hint: Option<String>,
}

impl fmt::Display for OfRun {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.hint, &self.execute_id) {
            (Some(hint), _) => f.write_str(hint),
            (None, Some(run)) => write!(f, "run {run} of the workflow {}", self.workflow_id),
            (None, None) => write!(f, "the workflow {}", self.workflow_id),
        }
    }
}

impl Subject for OfRun {
    fn run(&self) -> Option<(&WorkflowId, &ExecuteId)> {
        Some((&self.workflow_id, self.execute_id.as_ref()?))
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

/// What else helps to understand an error.
#[cfg(feature = "realtime")]
struct Note(String);

#[cfg(feature = "realtime")]
impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(feature = "realtime")]
impl Subject for Note {
    fn is_begun(&self) -> bool {
        false
    }
}

impl Error {
    /// Adds what else helps to understand the error.
    #[cfg(feature = "realtime")]
    pub(crate) fn noting(self, note: impl Into<String>) -> Self {
        self.with_subject(Note(note.into()))
    }

    /// Names the chat that the caller can look at in spite of the error.
    pub(crate) fn about(self, conversation_id: &ConversationId, chat_id: &ChatId) -> Self {
        self.with_subject(OfChat(conversation_id.clone(), chat_id.clone()))
    }

    /// Keeps the chat, which had reached a terminal state when something else failed.
    pub(crate) fn about_terminal(self, conversation_id: &ConversationId, chat: Chat) -> Self {
        self.with_subject(OfTerminalChat(conversation_id.clone(), Box::new(chat)))
    }

    /// Names the file, one of several, where the cause does not do so itself.
    pub(crate) fn about_file(self, name: String) -> Self {
        if matches!(self.0.cause, Cause::File { .. } | Cause::Invalid(_)) {
            return self;
        }
        self.with_subject(OfFile(name))
    }

    /// Says what the error is about.
    pub(crate) fn with_subject(self, subject: impl Subject) -> Self {
        self.with(|inner| inner.subject = Some(Box::new(subject)))
    }

    /// What the error is about, where it is about something that lasts.
    pub(crate) fn subject(&self) -> Option<&dyn Subject> {
        self.0.subject.as_deref()
    }
}
