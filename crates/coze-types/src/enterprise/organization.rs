//! Organizations of enterprises.

use serde::{Deserialize, Serialize};

use crate::core::paged;
use crate::core::reply::Data;
use crate::core::validate::{ValidationError, too_long};
use crate::model::id::{CozeUserId, EnterpriseId, OrganizationId};

/// Lists the organizations of an enterprise.
///
/// Enterprise plans only. Needs a token of an enterprise-privileged app with the permission
/// `Enterprise.listOrganization`.
///
/// See <https://docs.coze.cn/developer_guides/list_organization>.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ListOrganizations {
    /// Enterprise.
    pub enterprise_id: EnterpriseId,
    /// Page, from 1.
    #[serde(default = "paged::first", deserialize_with = "paged::or::<1, _>")]
    pub page_num: u32,
    /// Organizations on a page: 1 to 20, 20 by default.
    #[serde(default = "paged::twenty", deserialize_with = "paged::or::<20, _>")]
    pub page_size: u32,
}

endpoint!(ListOrganizations: GET "/v1/enterprises/{enterprise_id}/organizations" (enterprise_id) ?page_num ?page_size, validate => Data<OrganizationPage>);

builder!(ListOrganizations(enterprise_id: EnterpriseId) = { page_num: u32 = 1, page_size: u32 = 20 });

paged!(ListOrganizations { page_num, page_size <= 20 } => OrganizationPage { items, total: total_count } of Organization { organization_id });

answer! {
    /// A page of organizations.
    pub struct OrganizationPage {
        /// Organizations.
        items: Vec<Organization>,
        /// Organizations on all pages.
        total_count: Option<i64>,
    }
}

answer! {
    /// An organization of an enterprise.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Organization {
        /// Id; other endpoints take it as `coze_account_id` too.
        organization_id: OrganizationId [required],
        /// Name.
        organization_name: Option<String>,
        /// Address of the icon.
        organization_icon_url: Option<String>,
        /// Whether it is the one that users join with the enterprise.
        is_default_organization: Option<bool>,
    }
}

/// Creates an organization in an enterprise, which can have 20.
///
/// Flagship plan only. Needs a token of an enterprise-privileged app with the permission `Enterprise.createOrganization`.
///
/// See <https://docs.coze.cn/developer_guides/create_organization>.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CreateOrganization {
    /// Enterprise.
    #[serde(skip_serializing)]
    pub enterprise_id: EnterpriseId,
    /// Name, at most 30 characters.
    pub name: String,
    /// Coze user (UID) who becomes its super administrator: an employee who has joined the enterprise.
    pub super_admin_user_id: CozeUserId,
    /// Description, at most 100 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

endpoint!(CreateOrganization: POST "/v1/enterprises/{enterprise_id}/organizations" (enterprise_id), json, validate => Data<CreatedOrganization>);

builder!(CreateOrganization(enterprise_id: EnterpriseId, name: String, super_admin_user_id: CozeUserId) {
    description: String,
});

impl CreateOrganization {
    /// Lists what the documentation forbids.
    #[inline]
    pub fn validate(&self) -> Vec<ValidationError> {
        let mut errors = Vec::from_iter(too_long("name", &self.name, 30));
        if self.name.is_empty() {
            errors.push(ValidationError::limit("name", "is empty; it is required"));
        }
        if self.super_admin_user_id.is_empty() {
            let rule = "is empty; name an employee of the enterprise";
            errors.push(ValidationError::fatal("super_admin_user_id", rule));
        }
        errors.extend(self.description.as_deref().and_then(|text| too_long("description", text, 100)));
        errors
    }
}

answer! {
    /// Id of an organization that was created.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct CreatedOrganization {
        /// Id.
        organization_id: OrganizationId [required],
    }
}
