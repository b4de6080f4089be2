//! Workspaces and their members.

use serde::{Deserialize, Serialize};

use crate::core::paged;
use crate::core::reply::{Data, Empty};
use crate::core::validate::{ValidationError, too_long, validate_page};
use crate::model::id::{AccountId, CozeUserId, EnterpriseId, FileId, WorkspaceId};

mod member;

pub use member::{
    CreateWorkspaceMembers, CreatedWorkspaceMembers, DeleteWorkspaceMembers, DeletedWorkspaceMembers,
    ListWorkspaceMembers, NewWorkspaceMember, WorkspaceMember, WorkspaceMemberPage,
};

open_enum! {
    /// Role of a user in a workspace.
    pub enum WorkspaceRole {
        /// Owns the workspace.
        Owner = "owner",
        /// Administers it.
        Admin = "admin",
        /// Works in it.
        Member = "member",
    }
}

open_enum! {
    /// Kind of a workspace.
    pub enum WorkspaceType {
        /// Of one user alone; it cannot be renamed.
        Personal = "personal",
        /// Of a team.
        Team = "team",
    }
}

open_enum! {
    /// Whether a user has joined a workspace.
    pub enum JoinedStatus {
        /// Joined it.
        Joined = "joined",
    }
}

answer! {
    /// A workspace, as a user of it sees it.
    ///
    /// See <https://docs.coze.cn/developer_guides/list_workspace>.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Workspace {
        /// Id.
        id: WorkspaceId [required],
        /// Name.
        name: Option<String>,
        /// Description.
        description: Option<String>,
        /// Address of the icon.
        icon_url: Option<String>,
        /// Role of the user.
        role_type: Option<WorkspaceRole>,
        /// Kind.
        workspace_type: Option<WorkspaceType>,
        /// Enterprise; unset for workspaces of a personal account.
        enterprise_id: Option<EnterpriseId>,
        /// Whether the user has joined it.
        joined_status: Option<JoinedStatus>,
        /// User (UID) who owns it.
        owner_uid: Option<CozeUserId>,
        /// Users (UID) who administer it.
        admin_uids: Vec<CozeUserId> [skip_if_empty],
    }
}

/// Lists the workspaces that a user has created or joined. Needs the permission `listWorkspace`; apps of channels cannot
/// list workspaces.
///
/// See <https://docs.coze.cn/developer_guides/list_workspace>.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ListWorkspaces {
    /// Enterprise, for the workspaces of the token's user in it; enterprise plans only. Goes with no other condition.
    pub enterprise_id: Option<EnterpriseId>,
    /// User (UID) whose workspaces are listed, together with [`coze_account_id`](Self#structfield.coze_account_id); unset
    /// for the user of the token.
    pub user_id: Option<CozeUserId>,
    /// Account of the workspaces, together with [`user_id`](Self#structfield.user_id): the id of an organization, or in
    /// the personal edition that of the user.
    pub coze_account_id: Option<AccountId>,
    /// Page, from 1.
    #[serde(default = "paged::first", deserialize_with = "paged::or::<1, _>")]
    pub page_num: u32,
    /// Workspaces on a page: 1 to 50, 20 by default.
    #[serde(default = "paged::twenty", deserialize_with = "paged::or::<20, _>")]
    pub page_size: u32,
}

endpoint!(ListWorkspaces: GET "/v1/workspaces" ?enterprise_id ?user_id ?coze_account_id ?page_num ?page_size, validate => Data<WorkspacePage>);

setters!(ListWorkspaces { enterprise_id: EnterpriseId, user_id: CozeUserId, coze_account_id: AccountId });

impl Default for ListWorkspaces {
    fn default() -> Self {
        Self { enterprise_id: None, user_id: None, coze_account_id: None, page_num: 1, page_size: 20 }
    }
}

setters!(ListWorkspaces = { page_num: u32, page_size: u32 });

impl ListWorkspaces {
    /// Lists all workspaces of the token's user from the first page on.
    pub fn new() -> Self {
        Self::default()
    }

    /// Lists the workspaces of the token's user in an enterprise.
    pub fn of_enterprise(enterprise_id: impl Into<EnterpriseId>) -> Self {
        Self::new().enterprise_id(enterprise_id)
    }

    /// Lists the workspaces of a user in an account.
    pub fn of_user(user_id: impl Into<CozeUserId>, account_id: impl Into<AccountId>) -> Self {
        Self::new().user_id(user_id).coze_account_id(account_id)
    }

    /// Lists what the documentation forbids.
    #[inline]
    pub fn validate(&self) -> Vec<ValidationError> {
        let mut errors = validate_page(self.page_num, self.page_size, 50);
        match (&self.user_id, &self.coze_account_id) {
            (Some(_), None) => {
                let rule = "is missing; `user_id` alone names no workspaces";
                errors.push(ValidationError::limit("coze_account_id", rule));
            }
            (None, Some(_)) => {
                let rule = "is missing; `coze_account_id` alone names no workspaces";
                errors.push(ValidationError::limit("user_id", rule));
            }
            (Some(_), Some(_)) if self.enterprise_id.is_some() => {
                let rule = "is set together with `user_id` and `coze_account_id`; omit one of them";
                errors.push(ValidationError::limit("enterprise_id", rule));
            }
            _ => {}
        }
        errors
    }
}

paged!(ListWorkspaces { page_num, page_size } => WorkspacePage { workspaces, total: total_count } of Workspace { id });

answer! {
    /// A page of workspaces.
    pub struct WorkspacePage {
        /// Workspaces.
        workspaces: Vec<Workspace>,
        /// Workspaces on all pages.
        total_count: Option<i64>,
    }
}

/// Creates a workspace. Needs the permission `createWorkspace`.
///
/// See <https://docs.coze.cn/developer_guides/create_workspace>.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CreateWorkspace {
    /// Name, at most 50 characters.
    pub name: String,
    /// What it is for, at most 2000 characters.
    pub description: String,
    /// Uploaded file of its icon, which is kept for good; unset for the icon of Coze.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub icon_file_id: Option<FileId>,
    /// Organization of an enterprise to create it in; unset for the personal account.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub coze_account_id: Option<AccountId>,
    /// User (UID) who owns it, an employee in the organization; unset for the user of the token. Enterprise plans only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner_uid: Option<CozeUserId>,
}

endpoint!(CreateWorkspace: POST "/v1/workspaces", json, validate => Data<CreatedWorkspace>);

builder!(CreateWorkspace(name: String, description: String) {
    icon_file_id: FileId, coze_account_id: AccountId, owner_uid: CozeUserId,
});

impl CreateWorkspace {
    /// Lists what the documentation forbids.
    #[inline]
    pub fn validate(&self) -> Vec<ValidationError> {
        let empty = |field: &str, text: &str| {
            text.is_empty().then(|| ValidationError::limit(field, "is empty; it is required"))
        };
        let name = empty("name", &self.name).or_else(|| too_long("name", &self.name, 50));
        let description = empty("description", &self.description);
        let description = description.or_else(|| too_long("description", &self.description, 2000));
        name.into_iter().chain(description).collect()
    }
}

answer! {
    /// Id of a workspace that was created.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct CreatedWorkspace {
        /// Id.
        id: WorkspaceId [required],
    }
}

/// Changes name and description of a workspace that is not personal.
///
/// Error 4014 says that a text breaks the rules of the service for content. Needs the permission `Workspace.update`.
///
/// See <https://docs.coze.cn/developer_guides/update_workspace_info>.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct UpdateWorkspace {
    /// Workspace.
    #[serde(skip_serializing)]
    pub workspace_id: WorkspaceId,
    /// Name, at most 50 characters; unset or empty to leave it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Description, at most 2000 characters; unset or empty to leave it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

endpoint!(UpdateWorkspace: PUT "/v1/workspaces/{workspace_id}" (workspace_id), json, validate => Empty);

builder!(UpdateWorkspace(workspace_id: WorkspaceId) { name: String, description: String });

impl UpdateWorkspace {
    /// Lists what the documentation forbids.
    #[inline]
    pub fn validate(&self) -> Vec<ValidationError> {
        let name = self.name.as_deref().and_then(|name| too_long("name", name, 50));
        let description = self.description.as_deref().and_then(|text| too_long("description", text, 2000));
        name.into_iter().chain(description).collect()
    }
}
