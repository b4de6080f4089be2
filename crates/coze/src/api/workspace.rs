//! Workspaces.

use coze_types::workspace::CreateWorkspaceMembers;

use crate::call::Call;
use crate::client::Coze;

handle! {
    /// Workspaces.
    Workspaces, by Coze::workspaces
}

handle! {
    /// Members of workspaces.
    WorkspaceMembers, by Workspaces::members
}

impl WorkspaceMembers {
    /// Adds users to a workspace: see [`CreateWorkspaceMembers`].
    ///
    /// Awaiting the call returns [`CreatedWorkspaceMembers`](crate::workspace::CreatedWorkspaceMembers).
    pub fn create(&self, request: CreateWorkspaceMembers) -> Call<CreateWorkspaceMembers> {
        self.client.send(request)
    }
}
