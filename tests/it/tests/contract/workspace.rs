//! Rows of the group `workspace`.

use coze_types::workspace::{CreateWorkspaceMembers, NewWorkspaceMember};
use serde_json::json;

use super::Row;

#[test]
fn create_members() {
    let member = NewWorkspaceMember { user_id: "213571".into(), role_type: "member".into() };
    let created = Row {
        request: CreateWorkspaceMembers::new("7515267805", [member]),
        line: "POST /v1/workspaces/7515267805/members",
        body: json!({ "users": [{ "role_type": "member", "user_id": "213571" }] }),
        answer: json!({ "data": {
            "already_joined_user_ids": ["2135714797****"], "already_invited_user_ids": [],
            "added_success_user_ids": ["55242585****"], "invited_success_user_ids": [], "not_exist_user_ids": [],
        }, "code": 0 }),
        payload: "/data",
    }
    .check();
    assert_eq!(created.already_joined_user_ids, ["2135714797****"]);
}
