//! Resumption of an interrupted workflow.

use serde::{Deserialize, Serialize};

use super::{Interrupt, InterruptType, WorkflowEvent, WorkflowRun};
use crate::core::reply::{Events, Object};
use crate::core::validate::ValidationError;
use crate::model::id::{InterruptId, WorkflowId};

macro_rules! resumes {
    ($($(#[$doc:meta])+ $name:ident: $path:literal => $reply:ty;)+) => {$(
        $(#[$doc])+
        #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[non_exhaustive]
        pub struct $name {
            /// Workflow.
            pub workflow_id: WorkflowId,
            /// Interrupt to answer.
            pub event_id: InterruptId,
            /// Type of the interrupt, unchanged.
            pub interrupt_type: InterruptType,
            /// Answer: text, or JSON text; a file is `{"file_id":"…"}`. Where a required parameter is missing from
            /// it, the workflow interrupts itself again.
            pub resume_data: String,
        }

        endpoint!($name: POST $path, json, validate => $reply);

        impl $name {
            /// Answers an interrupt of a workflow.
            pub fn new(
                workflow_id: impl Into<WorkflowId>,
                interrupt: &Interrupt,
                resume_data: impl Into<String>,
            ) -> Self {
                Self {
                    workflow_id: workflow_id.into(),
                    event_id: interrupt.event_id.clone(),
                    interrupt_type: interrupt.kind.clone().unwrap_or(InterruptType::Question),
                    resume_data: resume_data.into(),
                }
            }

            /// Lists what the documentation forbids.
            pub fn validate(&self) -> Vec<ValidationError> {
                let mut errors = Vec::new();
                if self.workflow_id.is_empty() {
                    errors.push(ValidationError::fatal("workflow_id", "is empty; it names the interrupted workflow"));
                }
                if self.event_id.is_empty() {
                    errors.push(ValidationError::fatal("event_id", "is empty; take it from the interrupt"));
                }
                errors
            }
        }
    )+};
}

resumes! {
    /// Resumes an interrupted run of [`RunWorkflow`](super::RunWorkflow); synchronous or not like the run.
    ///
    /// The answer may hold another interrupt. Needs the permission `run`.
    ///
    /// See <https://docs.coze.cn/developer_guides/resume_workflow>.
    ResumeWorkflow: "/v1/workflows/resume" => Object<WorkflowRun>;

    /// Resumes an interrupted run of [`StreamWorkflow`](super::StreamWorkflow), and returns its events.
    ///
    /// A run may be resumed at most 3 times: when the third answer does not fit, it fails. The numbers of the events
    /// start again at 0, and each time costs as many tokens as the first. Needs the
    /// permission `run`.
    ///
    /// See <https://docs.coze.cn/developer_guides/workflow_resume>.
    ResumeWorkflowStream: "/v1/workflow/stream_resume" => Events<WorkflowEvent>;
}
