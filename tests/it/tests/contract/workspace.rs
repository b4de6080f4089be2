//! Rows of the group `workspace`.

use coze_types::workspace::{
    CreateWorkspace, CreateWorkspaceMembers, DeleteWorkspaceMembers, DeletedWorkspaceMembers, JoinedStatus,
    ListWorkspaceMembers, ListWorkspaces, NewWorkspaceMember, UpdateWorkspace, WorkspaceRole, WorkspaceType,
};
use serde_json::{Value, json};

use super::{Row, done, fixture};

#[test]
fn list() {
    let page = Row {
        request: ListWorkspaces::new(),
        line: "GET /v1/workspaces?page_num=1&page_size=20",
        body: Value::Null,
        answer: fixture!("list_workspace"),
        payload: "/data",
    }
    .check();
    let [team, personal] = &page.workspaces[..] else { panic!("{page:?}") };
    assert_eq!((page.total_count, team.name.as_deref()), (Some(2), Some("test")));
    assert_eq!(team.role_type, Some(WorkspaceRole::Member));
    assert_eq!(team.workspace_type, Some(WorkspaceType::Team));
    assert_eq!(team.enterprise_id.as_ref().unwrap(), "volcano_2105850***");
    assert_eq!(team.joined_status, Some(JoinedStatus::Joined));
    assert_eq!(team.admin_uids, ["24787743932***"]);
    assert_eq!((&personal.enterprise_id, &personal.owner_uid), (&None, &None));
    assert!(team.extra.is_empty(), "{:?}", team.extra);
}

#[test]
fn list_with_every_field() {
    Row {
        request: ListWorkspaces::of_user("385", "7486").enterprise_id("volcano_1").page_num(2).page_size(50),
        line: "GET /v1/workspaces?enterprise_id=volcano_1&user_id=385&coze_account_id=7486&page_num=2&page_size=50",
        body: Value::Null,
        answer: json!({ "code": 0, "data": { "workspaces": [], "total_count": 0 } }),
        payload: "/data",
    }
    .check();
}

#[test]
fn create() {
    let request = CreateWorkspace::new("文档组的工作空间", "文档组内部使用的工作空间。");
    let created = Row {
        request: request.icon_file_id("73694959811").coze_account_id("749088814445").owner_uid("2478"),
        line: "POST /v1/workspaces",
        body: json!({
            "name": "文档组的工作空间",
            "description": "文档组内部使用的工作空间。",
            "icon_file_id": "73694959811",
            "coze_account_id": "749088814445",
            "owner_uid": "2478",
        }),
        answer: json!({
            "data": { "id": "753232939603****" },
            "code": 0,
            "msg": "",
            "detail": { "logid": "20241210152726467C48D89D6DB2****" },
        }),
        payload: "/data",
    }
    .check();
    assert_eq!(created.id, "753232939603****");
}

#[test]
fn update() {
    Row {
        request: UpdateWorkspace::new("736163827687053").name("文档组").description("内部使用。"),
        line: "PUT /v1/workspaces/736163827687053",
        body: json!({ "name": "文档组", "description": "内部使用。" }),
        answer: done(),
        payload: "",
    }
    .check();
}

#[test]
fn create_members() {
    let members = [("213571", WorkspaceRole::Member), ("552425", WorkspaceRole::Admin)];
    let created = Row {
        request: CreateWorkspaceMembers::new(
            "7515267805",
            members.map(|(id, role)| NewWorkspaceMember::new(id, role).user_nickname(format!("n{id}"))),
        ),
        line: "POST /v1/workspaces/7515267805/members",
        body: json!({ "users": [
            { "role_type": "member", "user_id": "213571", "user_nickname": "n213571" },
            { "role_type": "admin", "user_id": "552425", "user_nickname": "n552425" },
        ] }),
        answer: json!({ "data": {
            "already_joined_user_ids": ["2135714797****"], "already_invited_user_ids": [],
            "added_success_user_ids": ["55242585****"], "invited_success_user_ids": [], "not_exist_user_ids": [],
        }, "code": 0 }),
        payload: "/data",
    }
    .check();
    assert_eq!(created.already_joined_user_ids, ["2135714797****"]);
    assert_eq!(created.added_success_user_ids, ["55242585****"]);
}

#[test]
fn list_members() {
    let page = Row {
        request: ListWorkspaceMembers::new("7515267805").page_num(2).page_size(50),
        line: "GET /v1/workspaces/7515267805/members?page_num=2&page_size=50",
        body: Value::Null,
        answer: fixture!("list_space_member"),
        payload: "/data",
    }
    .check();
    let owner = &page.items[0];
    assert_eq!((page.items.len(), page.total_count), (4, Some(4)));
    assert_eq!((owner.user_id.as_str(), &owner.role_type), ("2135714797***", &Some(WorkspaceRole::Owner)));
    assert_eq!(owner.user_nickname.as_deref(), Some("RootUser_210202***"));
    assert!(owner.extra.is_empty(), "{:?}", owner.extra);
}

#[test]
fn delete_members() {
    let deleted = Row {
        request: DeleteWorkspaceMembers::new("751526780526", ["206972", "213571", "552425"]),
        line: "DELETE /v1/workspaces/751526780526/members",
        body: json!({ "user_ids": ["206972", "213571", "552425"] }),
        answer: json!({ "code": 0, "msg": "", "data": {
            "removed_success_user_ids": ["552425858****"],
            "not_in_workspace_user_ids": ["2069720125****"],
            "owner_not_support_remove_user_ids": ["21357147977***"],
        } }),
        payload: "/data",
    }
    .check();
    assert_eq!(deleted.removed_success_user_ids, ["552425858****"]);
    assert_eq!(deleted.owner_not_support_remove_user_ids, ["21357147977***"]);
    // The example of the page has another name than its table.
    let deleted: DeletedWorkspaceMembers =
        serde_json::from_value(json!({ "not_in_space_user_ids": ["1"] })).unwrap();
    assert_eq!(deleted.not_in_workspace_user_ids, ["1"]);
}
