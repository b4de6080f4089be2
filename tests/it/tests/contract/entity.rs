//! Rows of the group `entity`.

use coze_types::entity::{CopyTaskStatus, CreateCopyTask, EntityType, RetrieveCopyTask};
use serde_json::{Value, json};

use super::{Row, fixture};

#[test]
fn create_copy_task() {
    let started = Row {
        request: CreateCopyTask::new(EntityType::Bot, "753093880875067").to_workspace_id("7498204883280"),
        line: "POST /v1/entities/copy_tasks",
        body: json!({
            "entity_id": "753093880875067", "entity_type": "bot", "to_workspace_id": "7498204883280",
        }),
        answer: fixture!("copy_resource_task"),
        payload: "/data",
    }
    .check();
    assert_eq!((started.task_id, started.copied_entity_id), (None, Some("75309388087500****".into())));
}

#[test]
fn retrieve_copy_task() {
    let task = Row {
        request: RetrieveCopyTask::new("567456700"),
        line: "GET /v1/entities/copy_tasks/567456700",
        body: Value::Null,
        answer: fixture!("query_resource_copy_execution_result"),
        payload: "/data",
    }
    .check();
    assert_eq!((task.task_id.as_str(), task.entity_type), ("123e456700***", Some(EntityType::Bot)));
    assert_eq!(task.task_status, Some(CopyTaskStatus::Successful));
    assert_eq!(task.target_entity_id, Some("7530938808750067***".into()));
    assert!(task.extra.is_empty() && task.failed_reasons.is_empty());
}

#[test]
fn retrieve_copy_task_that_failed() {
    let reason = json!({
        "entity_id": "7530938808750080", "entity_name": "单词学习助手", "entity_type": "knowledge",
        "failed_reason": "资源配额不足，无法完成复制",
    });
    let task = Row {
        request: RetrieveCopyTask::new("1"),
        line: "GET /v1/entities/copy_tasks/1",
        body: Value::Null,
        answer: json!({
            "code": 0, "data": { "task_id": "1", "task_status": "failed", "failed_reasons": [reason] },
        }),
        payload: "/data",
    }
    .check();
    assert_eq!(task.failed_reasons[0].entity_type, Some(EntityType::Knowledge));
    assert!(task.failed_reasons[0].extra.is_empty());
}
