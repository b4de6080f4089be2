//! Rows of the group `enterprise`.

use coze_types::enterprise::{
    CreateEnterpriseMember, CreateOrganization, DeleteEnterpriseMember, EnterpriseRole, ListOrganizations,
    UpdateEnterpriseMember,
};
use serde_json::{Value, json};

use super::{Row, done, fixture};

#[test]
fn create_member() {
    Row {
        request: CreateEnterpriseMember::new("volcano_210195", "247877439325", EnterpriseRole::Member),
        line: "POST /v1/enterprises/volcano_210195/members",
        body: json!({ "users": [{ "user_id": "247877439325", "role": "enterprise_member" }] }),
        answer: done(),
        payload: "",
    }
    .check();
}

#[test]
fn update_member() {
    Row {
        request: UpdateEnterpriseMember::new("volcano_210195", "247877439325", EnterpriseRole::Admin),
        line: "PUT /v1/enterprises/volcano_210195/members/247877439325",
        body: json!({ "role": "enterprise_admin" }),
        answer: done(),
        payload: "",
    }
    .check();
}

#[test]
fn delete_member() {
    Row {
        request: DeleteEnterpriseMember::new("volcano_210195", "247877439325", "41134548551"),
        line: "DELETE /v1/enterprises/volcano_210195/members/247877439325",
        body: json!({ "receiver_user_id": "41134548551" }),
        answer: done(),
        payload: "",
    }
    .check();
}

#[test]
fn list_organizations() {
    let page = Row {
        request: ListOrganizations::new("volcano_210195"),
        line: "GET /v1/enterprises/volcano_210195/organizations?page_num=1&page_size=20",
        body: Value::Null,
        answer: fixture!("list_organization"),
        payload: "/data",
    }
    .check();
    let [default, marketing] = &page.items[..] else { panic!("{page:?}") };
    assert_eq!((page.total_count, default.is_default_organization), (Some(2), Some(true)));
    assert_eq!(marketing.organization_id, "7490888144457***");
    assert_eq!(marketing.organization_name.as_deref(), Some("市场部"));
    assert!(marketing.organization_icon_url.is_some() && marketing.extra.is_empty());
}

#[test]
fn create_organization() {
    let request = CreateOrganization::new("volcano_210195", "研发部", "411345614833");
    let created = Row {
        request: request.description("研发部内部使用的组织"),
        line: "POST /v1/enterprises/volcano_210195/organizations",
        body: json!({
            "name": "研发部",
            "super_admin_user_id": "411345614833",
            "description": "研发部内部使用的组织",
        }),
        answer: json!({ "code": 0, "msg": "", "data": { "organization_id": "74908881444562***" } }),
        payload: "/data",
    }
    .check();
    assert_eq!(created.organization_id, "74908881444562***");
}
