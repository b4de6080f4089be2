//! Organizations and their members.

use serde::{Deserialize, Serialize};

use crate::core::reply::Empty;
use crate::core::validate::{ValidationError, too_long};
use crate::model::id::OrganizationId;

mod member;

pub use member::{
    CreateOrganizationMember, DeleteOrganizationMember, ListOrganizationMembers, NewOrganizationMember,
    OrganizationMember, OrganizationMemberPage, OrganizationRole, PeopleType, UpdateOrganizationMember,
};

/// Changes name and description of an organization.
///
/// Flagship plan only. Error 4102 says that a text breaks the rules of the service for content. Needs the permission
/// `Account.updateOrganization`.
///
/// See <https://docs.coze.cn/developer_guides/update_organization_info>.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct UpdateOrganization {
    /// Organization.
    #[serde(skip_serializing)]
    pub organization_id: OrganizationId,
    /// Name, at most 30 characters; unset or empty to leave it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Description, at most 100 characters; unset or empty to leave it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

endpoint!(UpdateOrganization: PUT "/v1/organizations/{organization_id}" (organization_id), json, validate => Empty);

builder!(UpdateOrganization(organization_id: OrganizationId) { name: String, description: String });

impl UpdateOrganization {
    /// Lists what the documentation forbids.
    #[inline]
    pub fn validate(&self) -> Vec<ValidationError> {
        let name = self.name.as_deref().and_then(|name| too_long("name", name, 30));
        let description = self.description.as_deref().and_then(|text| too_long("description", text, 100));
        name.into_iter().chain(description).collect()
    }
}
