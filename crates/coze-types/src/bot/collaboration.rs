//! Several users who edit one agent.

use serde::{Deserialize, Serialize};

use crate::core::reply::Empty;
use crate::core::validate::{ValidationError, validate_names};
use crate::model::id::{BotId, CozeUserId};

open_enum! {
    /// Whether one user or several can edit something.
    pub enum CollaborationMode {
        /// Its owner alone.
        Single = "single",
        /// Its owner and collaborators.
        Collaboration = "collaboration",
    }
}

/// A user who can edit something that another user owns.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Collaborator {
    /// Coze user (UID): a member of the workspace.
    pub user_id: CozeUserId,
}

builder!(Collaborator(user_id: CozeUserId));

/// Lists what the documentation forbids in a list of new collaborators.
pub(crate) fn validate_collaborators(collaborators: &[Collaborator]) -> Vec<ValidationError> {
    let users = collaborators.iter().map(|user| user.user_id.as_str());
    validate_names("collaborators", ".user_id", users, 1..=1, "user")
}

/// Lets several users edit an agent, or its owner alone.
///
/// All collaborators have to be deleted before the mode is `single` again. Only the owner can switch it; tokens of OAuth JWT
/// apps and services need only the permission, and apps of channels cannot. Enterprise plans only. Needs the permission
/// `Bot.switchDevelopMode`.
///
/// See <https://docs.coze.cn/developer_guides/switch_bot_develop_mode>.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct UpdateBotCollaborationMode {
    /// Agent.
    #[serde(skip_serializing)]
    pub bot_id: BotId,
    /// Who can edit it.
    pub collaboration_mode: CollaborationMode,
}

endpoint!(UpdateBotCollaborationMode: POST "/v1/bots/{bot_id}/collaboration_mode" (bot_id), json => Empty);

builder!(UpdateBotCollaborationMode(bot_id: BotId, collaboration_mode: CollaborationMode));

/// Adds a collaborator to an agent whose mode is [`CollaborationMode::Collaboration`].
///
/// The owner and collaborators can do so; tokens of OAuth JWT apps and services need only the permission, and apps of
/// channels cannot. At most 5 requests a second for the account. Enterprise plans only. Needs the permission
/// `Bot.addCollaborator`.
///
/// See <https://docs.coze.cn/developer_guides/add_bot_collaborator>.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CreateBotCollaborator {
    /// Agent.
    #[serde(skip_serializing)]
    pub bot_id: BotId,
    /// Collaborator, exactly one.
    pub collaborators: Vec<Collaborator>,
}

endpoint!(CreateBotCollaborator: POST "/v1/bots/{bot_id}/collaborators" (bot_id), json, validate => Empty);

impl CreateBotCollaborator {
    /// Adds a user to an agent.
    pub fn new(bot_id: impl Into<BotId>, user_id: impl Into<CozeUserId>) -> Self {
        Self { bot_id: bot_id.into(), collaborators: vec![Collaborator::new(user_id)] }
    }

    /// Lists what the documentation forbids.
    pub fn validate(&self) -> Vec<ValidationError> {
        validate_collaborators(&self.collaborators)
    }
}

/// Deletes a collaborator of an agent.
///
/// The owner and collaborators can do so; tokens of OAuth JWT apps and services need only the permission, and apps of
/// channels cannot. At most 5 requests a second for the account. Needs the permission `Bot.removeCollaborator`.
///
/// See <https://docs.coze.cn/developer_guides/remove_bot_collaborator>.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DeleteBotCollaborator {
    /// Agent.
    pub bot_id: BotId,
    /// Collaborator.
    pub user_id: CozeUserId,
}

endpoint!(DeleteBotCollaborator: DELETE "/v1/bots/{bot_id}/collaborators/{user_id}" (bot_id, user_id) => Empty);

builder!(DeleteBotCollaborator(bot_id: BotId, user_id: CozeUserId));
