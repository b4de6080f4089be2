//! Enterprises: their members and organizations.

mod member;
mod organization;

pub use member::{
    CreateEnterpriseMember, DeleteEnterpriseMember, EnterpriseRole, NewEnterpriseMember,
    UpdateEnterpriseMember,
};
pub use organization::{
    CreateOrganization, CreatedOrganization, ListOrganizations, Organization, OrganizationPage,
};
