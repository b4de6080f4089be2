//! What an error is about.

use coze_types::{ChatId, ConversationId, ExecuteId, WorkflowId};

use super::{Cause, Error, Subject};
use crate::api::DatasetProgress;
use crate::stream::Flow;

impl Error {
    /// Names the chat that the caller can look at in spite of the error.
    pub(crate) fn about(self, conversation_id: &ConversationId, chat_id: &ChatId) -> Self {
        self.with_subject(Subject::Chat(conversation_id.clone(), chat_id.clone()))
    }

    /// Names the run that goes on in spite of the error.
    pub(crate) fn about_run(self, workflow_id: &WorkflowId, execute_id: &ExecuteId) -> Self {
        self.with_subject(Subject::Run(workflow_id.clone(), execute_id.clone()))
    }

    /// Names the run whose history tells what its stream did not.
    pub(crate) fn about_flow(self, flow: Flow) -> Self {
        self.with_subject(Subject::Flow(flow))
    }

    /// Keeps how far the documents are, which the server goes on with in spite of the error.
    pub(crate) fn about_documents(self, progress: DatasetProgress) -> Self {
        self.with_subject(Subject::Documents(progress))
    }

    /// Names the file, one of several, where the cause does not do so itself.
    pub(crate) fn about_file(self, name: String) -> Self {
        if matches!(self.0.cause, Cause::File { .. } | Cause::Violations(_)) {
            return self;
        }
        self.with_subject(Subject::File(name))
    }

    fn with_subject(self, subject: Subject) -> Self {
        self.with(|inner| inner.subject = Some(subject))
    }
}
