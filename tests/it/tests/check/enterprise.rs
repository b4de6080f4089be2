//! Limits of workspaces, enterprises and organizations.

use coze_types::enterprise::{
    CreateEnterpriseMember, CreateOrganization, DeleteEnterpriseMember, ListOrganizations,
};
use coze_types::organization::{
    CreateOrganizationMember, DeleteOrganizationMember, ListOrganizationMembers, UpdateOrganization,
    UpdateOrganizationMember,
};
use coze_types::workspace::{
    CreateWorkspace, CreateWorkspaceMembers, DeleteWorkspaceMembers, ListWorkspaceMembers, ListWorkspaces,
    NewWorkspaceMember, UpdateWorkspace,
};

use super::{complains, fatal};

#[test]
fn workspaces_have_limits() {
    complains(&ListWorkspaces::of_user("1", "2").page_size(50), &[]);
    complains(&ListWorkspaces::of_enterprise("1").page_size(51), &["page_size"]);
    complains(&ListWorkspaces::new().user_id("1"), &["coze_account_id"]);
    complains(&ListWorkspaces::new().coze_account_id("1"), &["user_id"]);
    complains(&ListWorkspaces::of_user("1", "2").enterprise_id("3"), &["enterprise_id"]);
    complains(&CreateWorkspace::new("空".repeat(50), "间".repeat(2000)), &[]);
    complains(&CreateWorkspace::new("空".repeat(51), "间".repeat(2001)), &["name", "description"]);
    complains(&CreateWorkspace::new("", ""), &["name", "description"]);
    complains(&UpdateWorkspace::new("1").name("").description(""), &[]);
    complains(&UpdateWorkspace::new("1").name("空".repeat(51)), &["name"]);
}

#[test]
fn members_of_workspaces_have_limits() {
    let members = |count: u64| {
        CreateWorkspaceMembers::new("1", (1..=count).map(|id| NewWorkspaceMember::new(id, "member")))
    };
    complains(&members(20), &[]);
    let errors = complains(&members(21), &["users"]);
    assert_eq!(errors[0].to_string(), "`users` has 21 users; at most 20 are allowed");
    assert!(fatal(&complains(&members(0), &["users"])));
    let owner = CreateWorkspaceMembers::new("1", [NewWorkspaceMember::new("2", "owner")]);
    complains(&owner, &["users[0].role_type"]);
    complains(&ListWorkspaceMembers::new("1").page_num(0), &["page_num"]);
    complains(&DeleteWorkspaceMembers::new("1", 1..=5_u64), &[]);
    complains(&DeleteWorkspaceMembers::new("1", 1..=6_u64), &["user_ids"]);
    assert!(fatal(&complains(&DeleteWorkspaceMembers::new("1", [""; 0]), &["user_ids"])));
    let errors = complains(&DeleteWorkspaceMembers::new("1", ["2", ""]), &["user_ids[1]"]);
    assert!(fatal(&errors) && errors[0].to_string() == "`user_ids[1]` is empty; name the user", "{errors:?}");
}

#[test]
fn enterprises_and_organizations_have_limits() {
    let mut member = CreateEnterpriseMember::new("1", "2", "enterprise_member");
    complains(&member, &[]);
    member.users.clear();
    complains(&member, &["users"]);
    assert!(fatal(&complains(
        &CreateEnterpriseMember::new("1", "", "enterprise_member"),
        &["users[0].user_id"]
    )));
    assert!(fatal(&complains(&DeleteEnterpriseMember::new("1", "2", ""), &["receiver_user_id"])));
    complains(&ListOrganizations::new("1").page_size(21), &["page_size"]);
    complains(
        &CreateOrganization::new("1", "组".repeat(31), "2").description("织".repeat(101)),
        &["name", "description"],
    );
    assert!(fatal(&complains(&CreateOrganization::new("1", "组", ""), &["super_admin_user_id"])));
    complains(&UpdateOrganization::new("1").name("组".repeat(31)), &["name"]);
    let mut member = CreateOrganizationMember::new("1", "2", "organization_guest");
    complains(&member, &[]);
    member.organization_people.push(member.organization_people[0].clone());
    complains(&member, &["organization_people"]);
    complains(&ListOrganizationMembers::new("1").page_size(51), &["page_size"]);
    complains(&UpdateOrganizationMember::new("1", "2", "organization_guest"), &["organization_role_type"]);
    assert!(fatal(&complains(&DeleteOrganizationMember::new("1", "2", ""), &["receiver_user_id"])));
}
