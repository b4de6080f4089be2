//! Rows of the group `organization`.

use coze_types::Timestamp;
use coze_types::organization::{
    CreateOrganizationMember, DeleteOrganizationMember, ListOrganizationMembers, OrganizationRole,
    PeopleType, UpdateOrganization, UpdateOrganizationMember,
};
use serde_json::{Value, json};

use super::{Row, done, fixture};

#[test]
fn update() {
    Row {
        request: UpdateOrganization::new("7559861372637").name("研发部").description("内部使用"),
        line: "PUT /v1/organizations/7559861372637",
        body: json!({ "name": "研发部", "description": "内部使用" }),
        answer: done(),
        payload: "",
    }
    .check();
}

#[test]
fn create_member() {
    Row {
        request: CreateOrganizationMember::new("7490888144456", "41135614833", OrganizationRole::Admin),
        line: "POST /v1/organizations/7490888144456/members",
        body: json!({ "organization_people": [
            { "user_id": "41135614833", "organization_role_type": "organization_admin" },
        ] }),
        answer: done(),
        payload: "",
    }
    .check();
}

#[test]
fn list_members() {
    let page = Row {
        request: ListOrganizationMembers::new("7559861372637"),
        line: "GET /v1/organizations/7559861372637/members?page_num=1&page_size=20",
        body: Value::Null,
        answer: fixture!("list_organization_people"),
        payload: "/data",
    }
    .check();
    let [member] = &page.items[..] else { panic!("{page:?}") };
    assert_eq!((page.total_count, member.is_valid), (Some(1), Some(true)));
    assert_eq!(member.organization_role_type, Some(OrganizationRole::Admin));
    assert_eq!(member.people_type, Some(PeopleType::Employee));
    assert_eq!(member.created_at, Some(Timestamp::from_unix(1_715_000_000)));
    assert_eq!(member.user_unique_name.as_deref(), Some("John_123"));
    assert!(member.extra.is_empty(), "{:?}", member.extra);
}

#[test]
fn update_member() {
    Row {
        request: UpdateOrganizationMember::new("74908881444562", "41135614833", OrganizationRole::Member),
        line: "PUT /v1/organizations/74908881444562/members/41135614833",
        body: json!({ "organization_role_type": "organization_member" }),
        answer: done(),
        payload: "",
    }
    .check();
}

#[test]
fn delete_member() {
    Row {
        request: DeleteOrganizationMember::new("74908881444562", "411356148551", "411379148551"),
        line: "DELETE /v1/organizations/74908881444562/members/411356148551",
        body: json!({ "receiver_user_id": "411379148551" }),
        answer: done(),
        payload: "",
    }
    .check();
}
