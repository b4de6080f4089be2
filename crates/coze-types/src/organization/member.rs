//! Members of organizations.

use serde::{Deserialize, Serialize};

use crate::core::paged;
use crate::core::reply::{Data, Empty};
use crate::core::validate::{ValidationError, validate_names};
use crate::model::id::{CozeUserId, OrganizationId};
use crate::model::timestamp::Timestamp;

open_enum! {
    /// Role of a user in an organization.
    pub enum OrganizationRole {
        /// Administers the organization and its administrators.
        SuperAdmin = "organization_super_admin",
        /// Administers it.
        Admin = "organization_admin",
        /// Works in it.
        Member = "organization_member",
        /// Comes from outside of the enterprise; the only role of guests.
        Guest = "organization_guest",
    }
}

open_enum! {
    /// What a user is to the enterprise.
    pub enum PeopleType {
        /// An employee.
        Employee = "employee",
        /// A guest.
        Guest = "guest",
    }
}

/// Adds a user of the enterprise to an organization; everybody who joins the enterprise is in its default one.
///
/// Enterprise plans only, and one request at a time: concurrent ones fail. Needs a token of an enterprise-privileged app with
/// the permission `batchAddOrganizationPeople`.
///
/// See <https://docs.coze.cn/developer_guides/add_organization_people>.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CreateOrganizationMember {
    /// Organization.
    #[serde(skip_serializing)]
    pub organization_id: OrganizationId,
    /// User and role; exactly 1.
    pub organization_people: Vec<NewOrganizationMember>,
}

endpoint!(CreateOrganizationMember: POST "/v1/organizations/{organization_id}/members" (organization_id), json, validate => Empty);

impl CreateOrganizationMember {
    /// Adds a user to an organization.
    pub fn new(
        organization_id: impl Into<OrganizationId>,
        user_id: impl Into<CozeUserId>,
        role: impl Into<OrganizationRole>,
    ) -> Self {
        let organization_people = vec![NewOrganizationMember::new(user_id, role)];
        Self { organization_id: organization_id.into(), organization_people }
    }

    /// Lists what the documentation forbids.
    #[inline]
    pub fn validate(&self) -> Vec<ValidationError> {
        let users = self.organization_people.iter().map(|user| user.user_id.as_str());
        validate_names("organization_people", ".user_id", users, 1..=1, "user")
    }
}

/// A user who becomes a member of an organization.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct NewOrganizationMember {
    /// Coze user (UID): the `CozeUserId` that `ListCozeUser` of Volcengine returns.
    pub user_id: CozeUserId,
    /// Role; guests of the enterprise are guests here, too.
    pub organization_role_type: OrganizationRole,
}

builder!(NewOrganizationMember(user_id: CozeUserId, organization_role_type: OrganizationRole));

/// Lists the members of an organization.
///
/// Needs a token of an enterprise-privileged app with the permission `Account.listOrganizationPeople`.
///
/// See <https://docs.coze.cn/developer_guides/list_organization_people>.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ListOrganizationMembers {
    /// Organization.
    pub organization_id: OrganizationId,
    /// Page, from 1.
    #[serde(default = "paged::first", deserialize_with = "paged::or::<1, _>")]
    pub page_num: u32,
    /// Members on a page: 1 to 50, 20 by default.
    #[serde(default = "paged::twenty", deserialize_with = "paged::or::<20, _>")]
    pub page_size: u32,
}

endpoint!(ListOrganizationMembers: GET "/v1/organizations/{organization_id}/members" (organization_id) ?page_num ?page_size, validate => Data<OrganizationMemberPage>);

builder!(ListOrganizationMembers(organization_id: OrganizationId) = { page_num: u32 = 1, page_size: u32 = 20 });

paged!(ListOrganizationMembers { page_num, page_size <= 50 } => OrganizationMemberPage { items, total: total_count } of OrganizationMember { user_id });

answer! {
    /// A page of members of an organization.
    pub struct OrganizationMemberPage {
        /// Members.
        items: Vec<OrganizationMember>,
        /// Members on all pages.
        total_count: Option<i64>,
    }
}

answer! {
    /// A member of an organization.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct OrganizationMember {
        /// Coze user (UID).
        user_id: CozeUserId [required],
        /// Role in the organization.
        organization_role_type: Option<OrganizationRole>,
        /// What the user is to the enterprise.
        people_type: Option<PeopleType>,
        /// Whether the account works; false once the user was deleted in Volcengine.
        is_valid: Option<bool>,
        /// Time at which the user joined the organization, in seconds.
        created_at: Option<Timestamp>,
        /// Nickname.
        user_nickname: Option<String>,
        /// Name of the account.
        user_unique_name: Option<String>,
        /// Address of the avatar.
        avatar_url: Option<String>,
    }
}

/// Changes the role of an employee in an organization.
///
/// Guests stay guests, and no employee becomes one. Only a token of a super administrator makes others super administrators.
/// Needs a token of an enterprise-privileged app with the permission `updateOrganizationPeople`.
///
/// See <https://docs.coze.cn/developer_guides/update_organization_people>.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct UpdateOrganizationMember {
    /// Organization.
    #[serde(skip_serializing)]
    pub organization_id: OrganizationId,
    /// Coze user (UID).
    #[serde(skip_serializing)]
    pub user_id: CozeUserId,
    /// Role from now on: any but [`OrganizationRole::Guest`].
    pub organization_role_type: OrganizationRole,
}

endpoint!(UpdateOrganizationMember: PUT "/v1/organizations/{organization_id}/members/{user_id}" (organization_id, user_id), json, validate => Empty);

builder!(UpdateOrganizationMember(organization_id: OrganizationId, user_id: CozeUserId, organization_role_type: OrganizationRole));

impl UpdateOrganizationMember {
    /// Lists what the documentation forbids.
    #[inline]
    pub fn validate(&self) -> Vec<ValidationError> {
        let is_guest = self.organization_role_type == OrganizationRole::Guest;
        let rule = "is organization_guest; no employee becomes a guest";
        is_guest.then(|| ValidationError::limit("organization_role_type", rule)).into_iter().collect()
    }
}

/// Removes a member from an organization and its workspaces; the user stays in the enterprise.
///
/// Enterprise plans only, and one request at a time: concurrent ones fail. Error 777074044 says that the user is the last super
/// administrator. Needs a token of an enterprise-privileged app with the permission `Account.removeOrganizationPeople`.
///
/// See <https://docs.coze.cn/developer_guides/remove_organization_member>.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DeleteOrganizationMember {
    /// Organization.
    #[serde(skip_serializing)]
    pub organization_id: OrganizationId,
    /// Coze user (UID) to remove.
    #[serde(skip_serializing)]
    pub user_id: CozeUserId,
    /// Coze user (UID) who gets the workspaces, agents and workflows: a super administrator of the organization.
    pub receiver_user_id: CozeUserId,
}

endpoint!(DeleteOrganizationMember: DELETE "/v1/organizations/{organization_id}/members/{user_id}" (organization_id, user_id), json, validate => Empty);

builder!(DeleteOrganizationMember(organization_id: OrganizationId, user_id: CozeUserId, receiver_user_id: CozeUserId));

impl DeleteOrganizationMember {
    /// Lists what the documentation forbids.
    #[inline]
    pub fn validate(&self) -> Vec<ValidationError> {
        let rule = "is empty; name a super administrator of the organization";
        let missing = self.receiver_user_id.is_empty();
        missing.then(|| ValidationError::fatal("receiver_user_id", rule)).into_iter().collect()
    }
}
