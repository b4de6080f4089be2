//! Copies of agents, apps and workflows.

use serde::{Deserialize, Serialize};

use crate::core::reply::Data;
use crate::core::validate::ValidationError;
use crate::model::id::{CopyTaskId, EntityId, WorkspaceId};

/// Copies an agent, an app or a workflow, within its workspace or to another.
///
/// An agent is copied within its workspace immediately: the response has the id of the copy. Everything else takes a while: the response has a
/// task, which [`RetrieveCopyTask`] asks about. A copy is a draft; what an agent or app needs of another workspace, such as
/// workflows and plugins, is copied along. The owner of the token must belong to both workspaces, and both to one enterprise;
/// what lies in a personal workspace stays there.
///
/// Needs the permissions `Bot.duplicate` and `Workspace.createBot`, `Project.copy` and `Workspace.createProject`, or
/// `Workflow.copy` and `Workspace.createWorkflow`.
///
/// See <https://docs.coze.cn/developer_guides/copy_resource_task>.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CreateCopyTask {
    /// What is copied.
    pub entity_id: EntityId,
    /// Kind of the entity.
    pub entity_type: EntityType,
    /// Workspace that gets the copy; by default the one in which the original is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to_workspace_id: Option<WorkspaceId>,
}

endpoint!(CreateCopyTask: POST "/v1/entities/copy_tasks", json, validate => Data<CopyTaskStarted>);

builder!(CreateCopyTask(entity_type: EntityType, entity_id: EntityId) { to_workspace_id: WorkspaceId });

impl CreateCopyTask {
    /// Lists what the documentation forbids.
    #[inline]
    pub fn validate(&self) -> Vec<ValidationError> {
        let mut errors = Vec::new();
        if self.entity_id.is_empty() {
            errors.push(ValidationError::fatal("entity_id", "is empty; name what is to be copied"));
        }
        if !matches!(self.entity_type, EntityType::App | EntityType::Bot | EntityType::Workflow) {
            let rule = format!("is {}; app, bot and workflow can be copied", self.entity_type);
            errors.push(ValidationError::limit("entity_type", rule));
        }
        errors
    }
}

answer! {
    /// Result of a request for a copy: a task, or the copy itself.
    pub struct CopyTaskStarted {
        /// Task that makes the copy; not set where the copy is there already.
        task_id: Option<CopyTaskId>,
        /// Copy of an agent within its workspace.
        copied_entity_id: Option<EntityId>,
    }
}

/// Reads how the copying goes that [`CreateCopyTask`] has started.
///
/// See <https://docs.coze.cn/developer_guides/query_resource_copy_execution_result>.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RetrieveCopyTask {
    /// Task.
    pub task_id: CopyTaskId,
}

endpoint!(RetrieveCopyTask: GET "/v1/entities/copy_tasks/{task_id}" (task_id) => Data<CopyTask>);

builder!(RetrieveCopyTask(task_id: CopyTaskId));

answer! {
    /// A task that copies something.
    pub struct CopyTask {
        /// Task.
        task_id: CopyTaskId [required],
        /// Kind of the entity that is copied.
        entity_type: Option<EntityType>,
        /// How far it is.
        task_status: Option<CopyTaskStatus>,
        /// Why it failed, for each thing that could not be copied.
        failed_reasons: Vec<CopyFailure> [skip_if_empty],
        /// Original.
        source_entity_id: Option<EntityId>,
        /// Copy.
        target_entity_id: Option<EntityId>,
        /// Workspace that gets the copy.
        target_workspace_id: Option<WorkspaceId>,
    }
}

answer! {
    /// Why something could not be copied.
    pub struct CopyFailure {
        /// What could not be copied.
        entity_id: Option<EntityId>,
        /// Its name.
        entity_name: Option<String>,
        /// Kind of the entity.
        entity_type: Option<EntityType>,
        /// Reason, for people.
        failed_reason: Option<String>,
    }
}

open_enum! {
    /// How far a task is.
    pub enum CopyTaskStatus {
        /// In progress.
        InProgress = "in_progress",
        /// The copy is there.
        Successful = "successful",
        /// Something could not be copied.
        Failed = "failed",
    }
}

open_enum! {
    /// What can be copied, by itself or along with something else.
    pub enum EntityType {
        /// An app.
        App = "app",
        /// An agent.
        Bot = "bot",
        /// A workflow.
        Workflow = "workflow",
        /// A plugin.
        Plugin = "plugin",
        /// The user interface of an app.
        Ui = "ui",
        /// A dataset.
        Knowledge = "knowledge",
        /// A database.
        Database = "database",
        /// A variable.
        Variable = "variable",
        /// A trigger.
        Trigger = "trigger",
        /// A prompt.
        Prompt = "prompt",
        /// A shortcut command.
        Shortcut = "shortcut",
    }
}
