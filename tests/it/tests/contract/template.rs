//! Rows of the group `template`.

use coze_types::template::{DuplicateTemplate, TemplateEntityType};
use serde_json::json;

use super::Row;

#[test]
fn duplicate() {
    let copy = Row {
        request: DuplicateTemplate::new("7400000000000000401", "7316121948439879").name("copy"),
        line: "POST /v1/templates/7400000000000000401/duplicate",
        body: json!({ "workspace_id": "7316121948439879", "name": "copy" }),
        // No page describes it: this is what the SDKs read.
        answer: json!({ "code": 0, "msg": "", "data": { "entity_id": "7530938808750067", "entity_type": "agent" } }),
        payload: "/data",
    }
    .check();
    assert_eq!(copy.entity_id, "7530938808750067");
    assert_eq!(copy.entity_type, Some(TemplateEntityType::Agent));
}
