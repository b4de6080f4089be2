//! Templates: agents that are made to be copied.

use serde::{Deserialize, Serialize};

use crate::core::reply::Data;
use crate::core::validate::ValidationError;
use crate::model::id::{EntityId, TemplateId, WorkspaceId};

/// Copies a template into a workspace.
///
/// No official page describes it; the SDKs for Python, Node, Go and Java have it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DuplicateTemplate {
    /// Template.
    #[serde(skip_serializing)]
    pub template_id: TemplateId,
    /// Workspace that gets the copy.
    pub workspace_id: WorkspaceId,
    /// Name of the copy; by default that of the template.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

endpoint!(DuplicateTemplate: POST "/v1/templates/{template_id}/duplicate" (template_id), json, validate => Data<TemplateCopy>);

builder! {
    /// Copies a template into a workspace, under its own name.
    DuplicateTemplate(template_id: TemplateId, workspace_id: WorkspaceId) { name: String }
}

impl DuplicateTemplate {
    /// Lists what the SDKs require.
    #[inline]
    pub fn validate(&self) -> Vec<ValidationError> {
        let missing = self.workspace_id.is_empty();
        let rule = "is empty; name the workspace that gets the copy";
        missing.then(|| ValidationError::fatal("workspace_id", rule)).into_iter().collect()
    }
}

answer! {
    /// What was made from a template.
    pub struct TemplateCopy {
        /// Id of the copy: that of an agent, if `entity_type` says so.
        entity_id: EntityId [required],
        /// What the copy is.
        entity_type: Option<TemplateEntityType>,
    }
}

open_enum! {
    /// What a template makes.
    pub enum TemplateEntityType {
        /// An agent; its id is a [`BotId`](crate::BotId).
        Agent = "agent",
    }
}
