//! Several users who edit one app.

use serde::{Deserialize, Serialize};

use super::Collaborator;
use crate::bot::validate_collaborators;
use crate::core::reply::Empty;
use crate::core::validate::ValidationError;
use crate::model::id::{AppId, CozeUserId};

/// Adds a collaborator to a low-code app.
///
/// The owner and collaborators can do so; tokens of OAuth JWT apps and services need only the permission, and apps of
/// channels cannot. At most 5 requests a second for the account. Enterprise plans only. Needs the permission
/// `Project.addCollaborator`.
///
/// See <https://docs.coze.cn/developer_guides/add_app_collaborator>.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CreateAppCollaborator {
    /// App.
    #[serde(skip_serializing)]
    pub app_id: AppId,
    /// Collaborator, exactly one.
    pub collaborators: Vec<Collaborator>,
}

endpoint!(CreateAppCollaborator: POST "/v1/apps/{app_id}/collaborators" (app_id), json, validate => Empty);

impl CreateAppCollaborator {
    /// Adds a user to an app.
    pub fn new(app_id: impl Into<AppId>, user_id: impl Into<CozeUserId>) -> Self {
        Self { app_id: app_id.into(), collaborators: vec![Collaborator::new(user_id)] }
    }

    /// Lists what the documentation forbids.
    pub fn validate(&self) -> Vec<ValidationError> {
        validate_collaborators(&self.collaborators)
    }
}

/// Deletes a collaborator of a low-code app; the workflows, plugins and other resources that the user created there are
/// transferred to its owner.
///
/// The owner and collaborators can do so; tokens of OAuth JWT apps and services need only the permission, and apps of
/// channels cannot. At most 5 requests a second for the account. Needs the permission `Project.removeCollaborator`.
///
/// See <https://docs.coze.cn/developer_guides/remove_app_collaborator>.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DeleteAppCollaborator {
    /// App.
    pub app_id: AppId,
    /// Collaborator.
    pub user_id: CozeUserId,
}

endpoint!(DeleteAppCollaborator: DELETE "/v1/apps/{app_id}/collaborators/{user_id}" (app_id, user_id) => Empty);

builder!(DeleteAppCollaborator(app_id: AppId, user_id: CozeUserId));
