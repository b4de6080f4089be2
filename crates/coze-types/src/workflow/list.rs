//! Finding workflows and their versions.

use serde::{Deserialize, Serialize};

use super::{Creator, PublishStatus, Workflow, WorkflowInfo, WorkflowInput, WorkflowOutput};
use crate::core::paged::{self, Page, Paged, Position};
use crate::core::reply::Data;
use crate::core::validate::{ValidationError, validate_page};
use crate::model::id::{AppId, WorkflowId, WorkspaceId};
use crate::model::timestamp::Timestamp;

/// Lists the workflows of a workspace. Needs the permission `listWorkflow`.
///
/// See <https://docs.coze.cn/developer_guides/get_workflow_list>.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ListWorkflows {
    /// Workspace.
    pub workspace_id: WorkspaceId,
    /// Page, from 1.
    #[serde(default = "paged::first", deserialize_with = "paged::or::<1, _>")]
    pub page_num: u32,
    /// Workflows on a page: 1 to 30, 10 by default.
    #[serde(default = "paged::ten", deserialize_with = "paged::or::<10, _>")]
    pub page_size: u32,
    /// Only workflows, or only chatflows; both by default.
    pub workflow_mode: Option<WorkflowMode>,
    /// Only those of an app.
    pub app_id: Option<AppId>,
    /// Only those that are published, the default, or drafts, or all.
    pub publish_status: Option<PublishStatus>,
}

endpoint!(ListWorkflows: GET "/v1/workflows" ?workspace_id ?page_num ?page_size ?workflow_mode ?app_id ?publish_status, validate => Data<WorkflowPage>);

builder!(ListWorkflows(workspace_id: WorkspaceId) {
    workflow_mode: WorkflowMode, app_id: AppId, publish_status: PublishStatus,
} = { page_num: u32 = 1, page_size: u32 = 10 });

impl ListWorkflows {
    /// Lists what the documentation forbids.
    pub fn validate(&self) -> Vec<ValidationError> {
        let errors = validate_page(self.page_num, self.page_size, 30).into_iter();
        errors.chain(validate_status(self.publish_status.as_ref())).collect()
    }
}

/// The rule of the status of workflows.
fn validate_status(status: Option<&PublishStatus>) -> Option<ValidationError> {
    let rule = "is published_draft; all, published_online and unpublished_draft are allowed";
    let is_allowed = status != Some(&PublishStatus::PublishedDraft);
    (!is_allowed).then(|| ValidationError::limit("publish_status", rule))
}

paged!(ListWorkflows { page_num, page_size } => WorkflowPage { items, has_more: has_more } of Workflow { workflow_id });

answer! {
    /// A page of workflows.
    pub struct WorkflowPage {
        /// Workflows.
        items: Vec<Workflow>,
        /// Whether more pages follow.
        has_more: bool,
    }
}

open_enum! {
    /// What a workflow is for.
    pub enum WorkflowMode {
        /// A job.
        Workflow = "workflow",
        /// A conversation.
        Chatflow = "chatflow",
    }
}

/// Reads one workflow. Needs the permission `getMetaData`.
///
/// See <https://docs.coze.cn/developer_guides/get_workflow_info>.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RetrieveWorkflow {
    /// Workflow.
    pub workflow_id: WorkflowId,
    /// Whether to tell its inputs and outputs; false by default.
    pub include_input_output: Option<bool>,
}

endpoint!(RetrieveWorkflow: GET "/v1/workflows/{workflow_id}" (workflow_id) ?include_input_output => Data<WorkflowInfo>);

builder!(RetrieveWorkflow(workflow_id: WorkflowId) { include_input_output: bool });

/// Lists the versions of a workflow. Needs the permission `listVersion`.
///
/// See <https://docs.coze.cn/developer_guides/list_workflow_version>.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ListWorkflowVersions {
    /// Workflow.
    pub workflow_id: WorkflowId,
    /// Only published versions, the default, or drafts, or all.
    pub publish_status: Option<PublishStatus>,
    /// Versions on a page: 1 to 30, 10 by default.
    #[serde(default = "paged::ten", deserialize_with = "paged::or::<10, _>")]
    pub page_size: u32,
    /// Where the page starts, as the page before it said; the first when unset.
    pub page_token: Option<String>,
    /// Whether to tell inputs and outputs; false by default.
    pub include_input_output: Option<bool>,
}

endpoint!(ListWorkflowVersions: GET "/v1/workflows/{workflow_id}/versions" (workflow_id) ?publish_status ?page_size ?page_token ?include_input_output, validate => Data<WorkflowVersionPage>);

builder!(ListWorkflowVersions(workflow_id: WorkflowId) {
    publish_status: PublishStatus, page_token: String, include_input_output: bool,
} = { page_size: u32 = 10 });

impl ListWorkflowVersions {
    /// Lists what the documentation forbids.
    pub fn validate(&self) -> Vec<ValidationError> {
        let errors = validate_page(1, self.page_size, 30).into_iter();
        errors.chain(validate_status(self.publish_status.as_ref())).collect()
    }
}

impl Paged for ListWorkflowVersions {
    type Item = WorkflowVersion;

    fn page(answer: WorkflowVersionPage) -> Page<WorkflowVersion> {
        Page::new(answer.items).has_more(answer.has_more).next(answer.next_page_token)
    }

    fn position(&mut self) -> Position<'_> {
        Position::Token(&mut self.page_token)
    }

    fn key(item: &WorkflowVersion) -> Option<&str> {
        item.version.as_deref()
    }
}

answer! {
    /// A page of versions.
    pub struct WorkflowVersionPage {
        /// Versions.
        items: Vec<WorkflowVersion>,
        /// Whether more pages follow.
        has_more: bool,
        /// Where the next page starts.
        next_page_token: Option<String>,
    }
}

answer! {
    /// A version of a workflow.
    pub struct WorkflowVersion {
        /// Workflow.
        workflow_id: WorkflowId [required],
        /// Version, such as `v0.0.2`.
        version: Option<String>,
        /// Description.
        description: Option<String>,
        /// Who published it.
        creator: Option<Creator>,
        /// Inputs, if they were asked for.
        input: Option<WorkflowInput>,
        /// Outputs, if they were asked for.
        output: Option<WorkflowOutput>,
        /// Time of creation.
        created_at: Option<Timestamp>,
        /// Time of the last change.
        updated_at: Option<Timestamp>,
    }
}
