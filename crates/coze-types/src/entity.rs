//! Copies of agents, apps and workflows.

use serde::{Deserialize, Serialize};

use crate::core::reply::Data;
use crate::core::validate::ValidationError;
use crate::endpoint;
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

setters!(CreateCopyTask { to_workspace_id: WorkspaceId });

impl CreateCopyTask {
    /// Copies something within its workspace.
    pub fn new(entity_type: impl Into<EntityType>, entity_id: impl Into<EntityId>) -> Self {
        Self { entity_id: entity_id.into(), entity_type: entity_type.into(), to_workspace_id: None }
    }

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
    /// What became of a request for a copy: a task, or the copy itself.
    #[derive(Clone, Debug, Default, PartialEq)]
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
    #[serde(skip_serializing)]
    pub task_id: CopyTaskId,
}

endpoint!(RetrieveCopyTask: GET "/v1/entities/copy_tasks/{task_id}" (task_id) => Data<CopyTask>);

impl RetrieveCopyTask {
    /// Reads one task.
    pub fn new(task_id: impl Into<CopyTaskId>) -> Self {
        Self { task_id: task_id.into() }
    }
}

answer! {
    /// A task that copies something.
    #[derive(Clone, Debug, PartialEq)]
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
    #[derive(Clone, Debug, Default, PartialEq)]
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

/// How far a task is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CopyTaskStatus {
    /// In progress.
    InProgress,
    /// The copy is there.
    Successful,
    /// Something could not be copied.
    Failed,
    /// A word that this version does not know.
    Unknown(Box<str>),
}

open_enum!(CopyTaskStatus { InProgress = "in_progress", Successful = "successful", Failed = "failed" });

/// What can be copied, by itself or along with something else.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum EntityType {
    /// An app.
    App,
    /// An agent.
    Bot,
    /// A workflow.
    Workflow,
    /// A plugin.
    Plugin,
    /// The user interface of an app.
    Ui,
    /// A dataset.
    Knowledge,
    /// A database.
    Database,
    /// A variable.
    Variable,
    /// A trigger.
    Trigger,
    /// A prompt.
    Prompt,
    /// A shortcut command.
    Shortcut,
    /// A word that this version does not know.
    Unknown(Box<str>),
}

open_enum!(EntityType {
    App = "app",
    Bot = "bot",
    Workflow = "workflow",
    Plugin = "plugin",
    Ui = "ui",
    Knowledge = "knowledge",
    Database = "database",
    Variable = "variable",
    Trigger = "trigger",
    Prompt = "prompt",
    Shortcut = "shortcut",
});
