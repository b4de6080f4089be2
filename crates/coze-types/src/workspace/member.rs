//! Members of workspaces.

use serde::{Deserialize, Serialize};

use super::WorkspaceRole;
use crate::core::paged;
use crate::core::reply::Data;
use crate::core::validate::{ValidationError, validate_names};
use crate::model::id::{CozeUserId, WorkspaceId};

/// Adds users to a workspace.
///
/// In an enterprise, users who have joined it are members at once; in the personal edition they are invited and have to agree.
/// The response groups the users by result; a user whose account forbids workspaces of others is an error. Error
/// 702042162 says that a user has not joined the enterprise, 702042018 that the workspace would have too many members.
/// Needs the permission `addMember`.
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

endpoint!(CreateWorkspaceMembers: POST "/v1/workspaces/{workspace_id}/members" (workspace_id), json, validate => Data<CreatedWorkspaceMembers>);

impl CreateWorkspaceMembers {
    /// Adds users to a workspace.
    pub fn new(
        workspace_id: impl Into<WorkspaceId>,
        users: impl IntoIterator<Item = NewWorkspaceMember>,
    ) -> Self {
        Self { workspace_id: workspace_id.into(), users: users.into_iter().collect() }
    }

    /// Lists what the documentation forbids.
    #[inline]
    pub fn validate(&self) -> Vec<ValidationError> {
        let users = self.users.iter().map(|user| user.user_id.as_str());
        let mut errors = validate_names("users", ".user_id", users, 1..=20, "user");
        let owners = self.users.iter().enumerate().filter(|(_, user)| user.role_type == WorkspaceRole::Owner);
        errors.extend(owners.map(|(index, _)| {
            let field = format!("users[{index}].role_type");
            ValidationError::limit(field, "is owner; admin and member are allowed")
        }));
        errors
    }
}

/// A user who becomes a member of a workspace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct NewWorkspaceMember {
    /// Coze user (UID).
    pub user_id: CozeUserId,
    /// Role; nobody can be added as the owner.
    pub role_type: WorkspaceRole,
    /// Nickname. Not on the page, as the next fields; the Go SDK knows them, and that they need not be set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_nickname: Option<String>,
    /// Name of the account.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_unique_name: Option<String>,
    /// Address of the avatar.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub avatar_url: Option<String>,
}

builder!(NewWorkspaceMember(user_id: CozeUserId, role_type: WorkspaceRole) {
    user_nickname: String, user_unique_name: String, avatar_url: String,
});

answer! {
    /// Results of the invitation of members.
    pub struct CreatedWorkspaceMembers {
        /// Members from now on, in an enterprise.
        added_success_user_ids: Vec<CozeUserId>,
        /// Invited, in the personal edition; the page adds that they have agreed.
        invited_success_user_ids: Vec<CozeUserId>,
        /// Unknown to Coze.
        not_exist_user_ids: Vec<CozeUserId>,
        /// Members before.
        already_joined_user_ids: Vec<CozeUserId>,
        /// Invited before, without having agreed yet; in the personal edition.
        already_invited_user_ids: Vec<CozeUserId>,
    }
}

/// Lists the members of a workspace. Needs the permission `readMember`.
///
/// See <https://docs.coze.cn/developer_guides/list_space_member>.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ListWorkspaceMembers {
    /// Workspace.
    pub workspace_id: WorkspaceId,
    /// Page, from 1.
    #[serde(default = "paged::first", deserialize_with = "paged::or::<1, _>")]
    pub page_num: u32,
    /// Members on a page: 1 to 50, 20 by default.
    #[serde(default = "paged::twenty", deserialize_with = "paged::or::<20, _>")]
    pub page_size: u32,
}

endpoint!(ListWorkspaceMembers: GET "/v1/workspaces/{workspace_id}/members" (workspace_id) ?page_num ?page_size, validate => Data<WorkspaceMemberPage>);

builder!(ListWorkspaceMembers(workspace_id: WorkspaceId) = { page_num: u32 = 1, page_size: u32 = 20 });

paged!(ListWorkspaceMembers { page_num, page_size <= 50 } => WorkspaceMemberPage { items, total: total_count } of WorkspaceMember { user_id });

answer! {
    /// A page of members of a workspace.
    pub struct WorkspaceMemberPage {
        /// Members.
        items: Vec<WorkspaceMember>,
        /// Members on all pages.
        total_count: Option<i64>,
    }
}

answer! {
    /// A member of a workspace.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct WorkspaceMember {
        /// Coze user (UID).
        user_id: CozeUserId [required],
        /// Role.
        role_type: Option<WorkspaceRole>,
        /// Nickname.
        user_nickname: Option<String>,
        /// Name of the account.
        user_unique_name: Option<String>,
        /// Address of the avatar.
        avatar_url: Option<String>,
    }
}

/// Removes members from a workspace; its owner gets what they own in it.
///
/// The owner cannot be removed. The response groups the users by result. Requires the permission `removeMember`.
///
/// See <https://docs.coze.cn/developer_guides/remove_space_member>.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DeleteWorkspaceMembers {
    /// Workspace.
    #[serde(skip_serializing)]
    pub workspace_id: WorkspaceId,
    /// Coze users (UID), 1 to 5.
    pub user_ids: Vec<CozeUserId>,
}

endpoint!(DeleteWorkspaceMembers: DELETE "/v1/workspaces/{workspace_id}/members" (workspace_id), json, validate => Data<DeletedWorkspaceMembers>);

impl DeleteWorkspaceMembers {
    /// Removes members from a workspace.
    pub fn new<U: Into<CozeUserId>>(
        workspace_id: impl Into<WorkspaceId>,
        user_ids: impl IntoIterator<Item = U>,
    ) -> Self {
        let user_ids = user_ids.into_iter().map(Into::into).collect();
        Self { workspace_id: workspace_id.into(), user_ids }
    }

    /// Lists what the documentation forbids.
    #[inline]
    pub fn validate(&self) -> Vec<ValidationError> {
        validate_names("user_ids", "", self.user_ids.iter().map(CozeUserId::as_str), 1..=5, "user")
    }
}

answer! {
    /// Results of the removal of members.
    pub struct DeletedWorkspaceMembers {
        /// Removed.
        removed_success_user_ids: Vec<CozeUserId>,
        /// No members; the example of the page calls them `not_in_space_user_ids`.
        not_in_workspace_user_ids: Vec<CozeUserId> [rename = "not_in_workspace_user_ids", alias = "not_in_space_user_ids"],
        /// Not removed, as it is the owner.
        owner_not_support_remove_user_ids: Vec<CozeUserId>,
    }
}
