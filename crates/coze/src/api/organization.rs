//! Organizations.

use coze_types::organization::{
    CreateOrganizationMember, DeleteOrganizationMember, ListOrganizationMembers, OrganizationRole,
    UpdateOrganization, UpdateOrganizationMember,
};
use coze_types::{CozeUserId, OrganizationId};

use crate::call::Call;
use crate::client::Coze;

handle! {
    /// Organizations of enterprises, and their members.
    Organizations, by Coze::organizations
}

impl Organizations {
    /// Changes name and description of an organization: see [`UpdateOrganization`].
    ///
    /// Awaiting the call returns nothing.
    pub fn update(&self, request: UpdateOrganization) -> Call<UpdateOrganization> {
        self.client.send(request)
    }
}

handle! {
    /// Members of organizations.
    OrganizationMembers, by Organizations::members
}

impl OrganizationMembers {
    /// Lists the members of an organization: see [`ListOrganizationMembers`].
    ///
    /// Awaiting the call returns one page, [`OrganizationMemberPage`](crate::organization::OrganizationMemberPage);
    /// [`pages`](Call::pages) and [`items`](Call::items) read the whole list.
    pub fn list(&self, request: ListOrganizationMembers) -> Call<ListOrganizationMembers> {
        self.client.send(request)
    }

    /// Adds a user to an organization: see [`CreateOrganizationMember`].
    ///
    /// Awaiting the call returns nothing.
    pub fn create(
        &self,
        organization_id: impl Into<OrganizationId>,
        user_id: impl Into<CozeUserId>,
        role: impl Into<OrganizationRole>,
    ) -> Call<CreateOrganizationMember> {
        self.client.send(CreateOrganizationMember::new(organization_id, user_id, role))
    }

    /// Changes the role of an employee: see [`UpdateOrganizationMember`].
    ///
    /// Awaiting the call returns nothing.
    pub fn update(
        &self,
        organization_id: impl Into<OrganizationId>,
        user_id: impl Into<CozeUserId>,
        role: impl Into<OrganizationRole>,
    ) -> Call<UpdateOrganizationMember> {
        self.client.send(UpdateOrganizationMember::new(organization_id, user_id, role))
    }

    /// Removes a member from an organization, whose resources go to `receiver_user_id`: see
    /// [`DeleteOrganizationMember`].
    ///
    /// Awaiting the call returns nothing.
    pub fn delete(
        &self,
        organization_id: impl Into<OrganizationId>,
        user_id: impl Into<CozeUserId>,
        receiver_user_id: impl Into<CozeUserId>,
    ) -> Call<DeleteOrganizationMember> {
        self.client.send(DeleteOrganizationMember::new(organization_id, user_id, receiver_user_id))
    }
}
