//! Workspaces and their members.

use serde::{Deserialize, Serialize};

use crate::core::reply::Data;
use crate::endpoint;
use crate::model::id::{CozeUserId, WorkspaceId};

/// Role of a user in a workspace.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum WorkspaceRole {
    /// Owns the workspace.
    Owner,
    /// Administers it.
    Admin,
    /// Works in it.
    Member,
    /// A word that this version does not know.
    Unknown(Box<str>),
}

open_enum!(WorkspaceRole { Owner = "owner", Admin = "admin", Member = "member" });

/// Adds users to a workspace, as an administrator of it.
///
/// In an enterprise they are members at once, otherwise they are invited. Needs the permission `addMember`.
///
/// See <https://docs.coze.cn/developer_guides/add_space_member>.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CreateWorkspaceMembers {
    /// Workspace.
    #[serde(skip_serializing)]
    pub workspace_id: WorkspaceId,
    /// Users and their roles, 1 to 20.
    pub users: Vec<NewWorkspaceMember>,
}

endpoint!(CreateWorkspaceMembers: POST "/v1/workspaces/{workspace_id}/members" (workspace_id), json => Data<CreatedWorkspaceMembers>);

impl CreateWorkspaceMembers {
    /// Adds users to a workspace.
    pub fn new(
        workspace: impl Into<WorkspaceId>,
        users: impl IntoIterator<Item = NewWorkspaceMember>,
    ) -> Self {
        Self { workspace_id: workspace.into(), users: users.into_iter().collect() }
    }
}

/// A user who becomes a member of a workspace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewWorkspaceMember {
    /// Coze user (UID).
    pub user_id: CozeUserId,
    /// Role; a workspace gets no second owner.
    pub role_type: WorkspaceRole,
}

answer! {
    /// What became of users who were to be members.
    #[derive(Clone, Debug, Default, PartialEq)]
    pub struct CreatedWorkspaceMembers {
        /// Members from now on, in an enterprise.
        added_success_user_ids: Vec<CozeUserId>,
        /// Invited, in the personal edition.
        invited_success_user_ids: Vec<CozeUserId>,
        /// Unknown to Coze.
        not_exist_user_ids: Vec<CozeUserId>,
        /// Members before.
        already_joined_user_ids: Vec<CozeUserId>,
        /// Invited before, without having agreed yet.
        already_invited_user_ids: Vec<CozeUserId>,
    }
}
