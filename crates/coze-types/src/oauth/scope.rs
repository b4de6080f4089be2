//! What an access token of a service app is restricted to.

use serde::{Deserialize, Serialize};

use crate::model::id::{BotId, WorkflowId, WorkspaceId};

/// What an access token may do, if that is less than its app may.
///
/// For channel apps: see <https://docs.coze.cn/developer_guides/oauth_jwt_channel>. The permissions for workspaces and workflows
/// are those of the official SDK for Go; no page describes them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Scope {
    /// Permissions of the account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account_permission: Option<AccountPermission>,
    /// Objects to which the permissions are restricted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attribute_constraint: Option<AttributeConstraint>,
    /// Permissions within some workspaces.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workspace_permission: Option<WorkspacePermission>,
    /// Permissions for some workflows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workflow_permission: Option<WorkflowPermission>,
}

setters!(Scope {
    account_permission: AccountPermission,
    attribute_constraint: AttributeConstraint,
    workspace_permission: WorkspacePermission,
    workflow_permission: WorkflowPermission,
});

impl Scope {
    /// No restriction yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Nothing but chats (`Connector.botChat`) with these agents, which must be published as API.
    pub fn bot_chat(bots: impl IntoIterator<Item = impl Into<BotId>>) -> Self {
        Self::new().account_permission(AccountPermission::new(["Connector.botChat"])).attribute_constraint(
            AttributeConstraint::new().connector_bot_chat_attribute(BotChatAttribute::new(bots)),
        )
    }
}

fn collect<T>(items: impl IntoIterator<Item = impl Into<T>>) -> Vec<T> {
    items.into_iter().map(Into::into).collect()
}

/// Permissions of an account.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct AccountPermission {
    /// Permissions, such as `Connector.botChat`.
    pub permission_list: Vec<String>,
}

impl AccountPermission {
    /// These permissions.
    pub fn new(permissions: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self { permission_list: collect(permissions) }
    }
}

/// Objects to which permissions are restricted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct AttributeConstraint {
    /// Agents for chats.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connector_bot_chat_attribute: Option<BotChatAttribute>,
}

setters!(AttributeConstraint { connector_bot_chat_attribute: BotChatAttribute });

impl AttributeConstraint {
    /// No restriction yet.
    pub fn new() -> Self {
        Self::default()
    }
}

/// Agents for chats.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct BotChatAttribute {
    /// Agents.
    pub bot_id_list: Vec<BotId>,
}

impl BotChatAttribute {
    /// These agents.
    pub fn new(bots: impl IntoIterator<Item = impl Into<BotId>>) -> Self {
        Self { bot_id_list: collect(bots) }
    }
}

/// Permissions within some workspaces.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct WorkspacePermission {
    /// Workspaces.
    pub workspace_id_list: Vec<WorkspaceId>,
    /// Permissions.
    pub permission_list: Vec<String>,
}

impl WorkspacePermission {
    /// These permissions within these workspaces.
    pub fn new(
        workspaces: impl IntoIterator<Item = impl Into<WorkspaceId>>,
        permissions: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        Self { workspace_id_list: collect(workspaces), permission_list: collect(permissions) }
    }
}

/// Permissions for some workflows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct WorkflowPermission {
    /// Workflows.
    pub workflow_id_list: Vec<WorkflowId>,
    /// Permissions.
    pub permission_list: Vec<String>,
}

impl WorkflowPermission {
    /// These permissions for these workflows.
    pub fn new(
        workflows: impl IntoIterator<Item = impl Into<WorkflowId>>,
        permissions: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        Self { workflow_id_list: collect(workflows), permission_list: collect(permissions) }
    }
}
