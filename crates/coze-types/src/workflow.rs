//! Workflows: running, following, resuming and listing them, and chatting with chatflows.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::core::error::DecodeError;
use crate::model::id::{AppId, WorkflowId};
use crate::model::timestamp::Timestamp;

mod chat;
mod collaboration;
mod conversation;
mod event;
mod history;
mod interrupt;
mod list;
mod parameters;
mod resume;
mod run;

pub use crate::bot::{CollaborationMode, Collaborator, Creator, PublishStatus};
pub use chat::ChatWorkflow;
pub use collaboration::{
    CreateWorkflowCollaborator, DeleteWorkflowCollaborator, UpdateWorkflowCollaborationMode,
};
pub use conversation::{CreateWorkflowConversation, WorkflowConversation};
pub use event::{WorkflowEvent, WorkflowMessage};
pub use history::{
    ExecuteStatus, NodeExecution, NodeStatus, RetrieveNodeExecution, RetrieveRunHistory,
    RetrieveStudioRunHistory, RunMode, WorkflowExecution,
};
pub use interrupt::{Interrupt, InterruptType, RequiredParameter};
pub use list::{
    ListWorkflowVersions, ListWorkflows, RetrieveWorkflow, WorkflowMode, WorkflowPage, WorkflowVersion,
    WorkflowVersionPage,
};
pub use parameters::{FileRef, Parameters};
pub use resume::{ResumeWorkflow, ResumeWorkflowStream};
pub use run::{RunWorkflow, StreamWorkflow, WorkflowRun};

answer! {
    /// A workflow, without its nodes.
    ///
    /// See <https://docs.coze.cn/developer_guides/get_workflow_list>.
    pub struct Workflow {
        /// Id.
        workflow_id: WorkflowId [required],
        /// Name.
        workflow_name: Option<String>,
        /// Description.
        description: Option<String>,
        /// Address of the icon.
        icon_url: Option<String>,
        /// App that holds the workflow; `0` when none does.
        app_id: Option<AppId>,
        /// Who made it.
        creator: Option<Creator>,
        /// Time of creation.
        created_at: Option<Timestamp>,
        /// Time of the last change.
        updated_at: Option<Timestamp>,
    }
}

answer! {
    /// A workflow with its inputs and outputs.
    ///
    /// See <https://docs.coze.cn/developer_guides/get_workflow_info>.
    pub struct WorkflowInfo {
        /// Workflow. Coze Studio, which responds only for chatflows, sends their role instead: see `extra`.
        workflow_detail: Option<Workflow>,
        /// Inputs of the start node, if they were asked for.
        input: Option<WorkflowInput>,
        /// Outputs of the end node, if they were asked for.
        output: Option<WorkflowOutput>,
    }
}

answer! {
    /// The inputs of a workflow's start node.
    pub struct WorkflowInput {
        /// Parameters by name.
        parameters: BTreeMap<String, RequiredParameter>,
    }
}

answer! {
    /// The outputs of a workflow's end node.
    pub struct WorkflowOutput {
        /// Variables by name.
        parameters: BTreeMap<String, RequiredParameter>,
        /// Text with `{{placeholders}}`, for a workflow that returns text.
        content: Option<String>,
        /// Whether the workflow returns variables or text.
        terminate_plan: Option<TerminatePlan>,
    }
}

open_enum! {
    /// The result of a workflow.
    pub enum TerminatePlan {
        /// Variables, as a JSON object.
        ReturnVariables = "return_variables",
        /// Text.
        UseAnswerContent = "use_answer_content",
    }
}

/// Reads an output, which is JSON text by convention only.
fn read_output<T: DeserializeOwned>(text: &str) -> Result<T, DecodeError> {
    let read = match answer_text(text) {
        // The text may be JSON again.
        Some(answer) => serde_json::from_str(&answer).or_else(|_| serde_json::from_value(answer.into())),
        None => serde_json::from_str(text),
    };
    read.map_err(|error| DecodeError::text("the output of a workflow", text, error))
}

/// Text of an end node that returns text: `{"content_type": 1, "data": "…", "type_for_model": 2}`.
fn answer_text(output: &str) -> Option<String> {
    #[derive(Deserialize)]
    struct Wire {
        #[serde(rename = "content_type")]
        _content_type: i64,
        #[serde(rename = "type_for_model")]
        _type_for_model: i64,
        data: String,
    }
    serde_json::from_str::<Wire>(output).ok().map(|wire| wire.data)
}
