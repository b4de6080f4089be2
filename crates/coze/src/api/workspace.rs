//! Workspaces.

use coze_types::workspace::{
    CreateWorkspace, CreateWorkspaceMembers, DeleteWorkspaceMembers, ListWorkspaceMembers, ListWorkspaces,
    UpdateWorkspace,
};
use coze_types::{CozeUserId, WorkspaceId};

use crate::call::Call;
use crate::client::Coze;

handle! {
    /// Workspaces.
    #[doc(alias = "spaces")]
    Workspaces, by Coze::workspaces
}

impl Workspaces {
    /// Lists the workspaces of a user: see [`ListWorkspaces`].
    ///
    /// Awaiting the call returns one page, [`WorkspacePage`](crate::workspace::WorkspacePage); [`pages`](Call::pages) and
    /// [`items`](Call::items) read the whole list.
    pub fn list(&self, request: ListWorkspaces) -> Call<ListWorkspaces> {
        self.client.send(request)
    }

    /// Creates a workspace: see [`CreateWorkspace`].
    ///
    /// Awaiting the call returns its id, [`CreatedWorkspace`](crate::workspace::CreatedWorkspace).
    pub fn create(&self, request: CreateWorkspace) -> Call<CreateWorkspace> {
        self.client.send(request)
    }

    /// Changes name and description of a workspace: see [`UpdateWorkspace`].
    ///
    /// Awaiting the call returns nothing.
    pub fn update(&self, request: UpdateWorkspace) -> Call<UpdateWorkspace> {
        self.client.send(request)
    }
}

handle! {
    /// Members of workspaces.
    WorkspaceMembers, by Workspaces::members
}

impl WorkspaceMembers {
    /// Lists the members of a workspace: see [`ListWorkspaceMembers`].
    ///
    /// Awaiting the call returns one page, [`WorkspaceMemberPage`](crate::workspace::WorkspaceMemberPage);
    /// [`pages`](Call::pages) and [`items`](Call::items) read the whole list.
    pub fn list(&self, request: ListWorkspaceMembers) -> Call<ListWorkspaceMembers> {
        self.client.send(request)
    }

    /// Adds users to a workspace: see [`CreateWorkspaceMembers`].
    ///
    /// Awaiting the call returns [`CreatedWorkspaceMembers`](crate::workspace::CreatedWorkspaceMembers).
    pub fn create(&self, request: CreateWorkspaceMembers) -> Call<CreateWorkspaceMembers> {
        self.client.send(request)
    }

    /// Removes members from a workspace: see [`DeleteWorkspaceMembers`].
    ///
    /// Awaiting the call returns [`DeletedWorkspaceMembers`](crate::workspace::DeletedWorkspaceMembers).
    pub fn delete<U: Into<CozeUserId>>(
        &self,
        workspace_id: impl Into<WorkspaceId>,
        user_ids: impl IntoIterator<Item = U>,
    ) -> Call<DeleteWorkspaceMembers> {
        self.client.send(DeleteWorkspaceMembers::new(workspace_id, user_ids))
    }
}
