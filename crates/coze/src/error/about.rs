//! What an error is about.

use coze_types::{ChatId, ConversationId, ExecuteId, WorkflowId};

use super::{Cause, Error, Subject};
use crate::api::DatasetProgress;
use crate::stream::Flow;

impl Error {
    /// Names the chat that the caller can look at in spite of the error.
    pub(crate) fn about(mut self, conversation_id: &ConversationId, chat_id: &ChatId) -> Self {
        self.0.subject = Some(Box::new(Subject::Chat(conversation_id.clone(), chat_id.clone())));
        self
    }

    /// Names the run that goes on in spite of the error.
    pub(crate) fn about_run(mut self, workflow_id: &WorkflowId, execute_id: &ExecuteId) -> Self {
        self.0.subject = Some(Box::new(Subject::Run(workflow_id.clone(), execute_id.clone())));
        self
    }

    /// Names the run whose history tells what its stream did not.
    pub(crate) fn about_flow(mut self, flow: Flow) -> Self {
        self.0.subject = Some(Box::new(Subject::Flow(flow)));
        self
    }

    /// Keeps how far the documents are, which the server goes on with in spite of the error.
    pub(crate) fn about_documents(mut self, progress: DatasetProgress) -> Self {
        self.0.subject = Some(Box::new(Subject::Documents(progress)));
        self
    }

    /// Names the file, one of several, where the cause does not do so itself.
    pub(crate) fn about_file(mut self, name: String) -> Self {
        if !matches!(self.0.cause, Cause::File { .. } | Cause::Violations(_)) {
            self.0.subject = Some(Box::new(Subject::File(name)));
        }
        self
    }
}
