//! Several users who edit one workflow.

use serde::{Deserialize, Serialize};

use super::{CollaborationMode, Collaborator};
use crate::bot::validate_collaborators;
use crate::core::reply::Empty;
use crate::core::validate::ValidationError;
use crate::model::id::{CozeUserId, WorkflowId};

/// Lets several users edit a workflow or chatflow of the library, or its owner alone; one that belongs to an app is refused
/// (error 4000).
///
/// All collaborators have to be deleted before the mode is `single` again. Only the owner can switch it; tokens of OAuth JWT
/// apps and services need only the permission, and apps of channels cannot. Enterprise plans only. Needs the permission
/// `Workflow.switchDevelopMode`.
///
/// See <https://docs.coze.cn/developer_guides/switch_workflow_develop_mode>.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct UpdateWorkflowCollaborationMode {
    /// Workflow.
    #[serde(skip_serializing)]
    pub workflow_id: WorkflowId,
    /// Who can edit it.
    pub collaboration_mode: CollaborationMode,
}

endpoint!(UpdateWorkflowCollaborationMode: POST "/v1/workflows/{workflow_id}/collaboration_mode" (workflow_id), json => Empty);

builder!(UpdateWorkflowCollaborationMode(workflow_id: WorkflowId, collaboration_mode: CollaborationMode));

/// Adds a collaborator to a workflow whose mode is [`CollaborationMode::Collaboration`].
///
/// The owner and collaborators can do so; tokens of OAuth JWT apps and services need only the permission, and apps of
/// channels cannot. At most 5 requests a second for the account. Enterprise plans only. Needs the permission
/// `Workflow.addCollaborator`.
///
/// See <https://docs.coze.cn/developer_guides/add_workflow_collaborator>.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CreateWorkflowCollaborator {
    /// Workflow.
    #[serde(skip_serializing)]
    pub workflow_id: WorkflowId,
    /// Collaborator, exactly one.
    pub collaborators: Vec<Collaborator>,
}

endpoint!(CreateWorkflowCollaborator: POST "/v1/workflows/{workflow_id}/collaborators" (workflow_id), json, validate => Empty);

impl CreateWorkflowCollaborator {
    /// Adds a user to a workflow.
    pub fn new(workflow_id: impl Into<WorkflowId>, user_id: impl Into<CozeUserId>) -> Self {
        Self { workflow_id: workflow_id.into(), collaborators: vec![Collaborator::new(user_id)] }
    }

    /// Lists what the documentation forbids.
    pub fn validate(&self) -> Vec<ValidationError> {
        validate_collaborators(&self.collaborators)
    }
}

/// Deletes a collaborator of a workflow.
///
/// The owner and collaborators can do so; tokens of OAuth JWT apps and services need only the permission, and apps of
/// channels cannot. At most 5 requests a second for the account. Needs the permission `Workflow.removeCollaborator`.
///
/// See <https://docs.coze.cn/developer_guides/remove_workflow_collaborator>.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DeleteWorkflowCollaborator {
    /// Workflow.
    pub workflow_id: WorkflowId,
    /// Collaborator.
    pub user_id: CozeUserId,
}

endpoint!(DeleteWorkflowCollaborator: DELETE "/v1/workflows/{workflow_id}/collaborators/{user_id}" (workflow_id, user_id) => Empty);

builder!(DeleteWorkflowCollaborator(workflow_id: WorkflowId, user_id: CozeUserId));
