//! Enterprises.

use coze_types::enterprise::{
    CreateEnterpriseMember, CreateOrganization, DeleteEnterpriseMember, EnterpriseRole, ListOrganizations,
    UpdateEnterpriseMember,
};
use coze_types::{CozeUserId, EnterpriseId};

use crate::call::Call;
use crate::client::Coze;

handle! {
    /// Enterprises: their members and organizations.
    Enterprises, by Coze::enterprises
}

handle! {
    /// Members of enterprises.
    EnterpriseMembers, by Enterprises::members
}

impl EnterpriseMembers {
    /// Adds an employee to an enterprise: see [`CreateEnterpriseMember`].
    ///
    /// Awaiting the call returns nothing.
    pub fn create(
        &self,
        enterprise_id: impl Into<EnterpriseId>,
        user_id: impl Into<CozeUserId>,
        role: impl Into<EnterpriseRole>,
    ) -> Call<CreateEnterpriseMember> {
        self.client.send(CreateEnterpriseMember::new(enterprise_id, user_id, role))
    }

    /// Changes the role of an employee: see [`UpdateEnterpriseMember`].
    ///
    /// Awaiting the call returns nothing.
    pub fn update(
        &self,
        enterprise_id: impl Into<EnterpriseId>,
        user_id: impl Into<CozeUserId>,
        role: impl Into<EnterpriseRole>,
    ) -> Call<UpdateEnterpriseMember> {
        self.client.send(UpdateEnterpriseMember::new(enterprise_id, user_id, role))
    }

    /// Removes a member from an enterprise, whose resources go to `receiver_user_id`: see [`DeleteEnterpriseMember`].
    ///
    /// Awaiting the call returns nothing.
    pub fn delete(
        &self,
        enterprise_id: impl Into<EnterpriseId>,
        user_id: impl Into<CozeUserId>,
        receiver_user_id: impl Into<CozeUserId>,
    ) -> Call<DeleteEnterpriseMember> {
        self.client.send(DeleteEnterpriseMember::new(enterprise_id, user_id, receiver_user_id))
    }
}

handle! {
    /// Organizations of enterprises.
    EnterpriseOrganizations, by Enterprises::organizations
}

impl EnterpriseOrganizations {
    /// Lists the organizations of an enterprise: see [`ListOrganizations`].
    ///
    /// Awaiting the call returns one page, [`OrganizationPage`](crate::enterprise::OrganizationPage); [`pages`](Call::pages)
    /// and [`items`](Call::items) read the whole list.
    pub fn list(&self, request: ListOrganizations) -> Call<ListOrganizations> {
        self.client.send(request)
    }

    /// Creates an organization: see [`CreateOrganization`].
    ///
    /// Awaiting the call returns its id, [`CreatedOrganization`](crate::enterprise::CreatedOrganization).
    pub fn create(&self, request: CreateOrganization) -> Call<CreateOrganization> {
        self.client.send(request)
    }
}
