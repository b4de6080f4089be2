//! Rows of the groups that have one or two endpoints.

use coze_types::Timestamp;
use coze_types::entity::{CopyTaskStatus, CreateCopyTask, EntityType, RetrieveCopyTask};
use coze_types::folder::{FolderType, ListFolders, RetrieveFolder};
use coze_types::store::{ListStoreCategories, ListStorePlugins, PaidType, PluginSort, ProductEntityType};
use coze_types::template::{DuplicateTemplate, TemplateEntityType};
use coze_types::user::{RetrieveMe, User};
use coze_types::variable::{RetrieveVariables, UpdateVariables, VariableValue};
use serde_json::{Value, json};

use super::{Row, done, fixture};

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

#[test]
fn list_folders() {
    let page = Row {
        request: ListFolders::new("75060471874"),
        line: "GET /v1/folders?workspace_id=75060471874&folder_type=development&page_num=1&page_size=20",
        body: Value::Null,
        answer: fixture!("workspace_list_folder"),
        payload: "/data",
    }
    .check();
    let [_, folder] = &page.items[..] else { panic!("{page:?}") };
    assert_eq!((folder.id.as_str(), folder.name.as_deref()), ("7523161237887238182", Some("项目文件夹1")));
    assert_eq!((page.total_count, page.has_more, folder.children_count), (Some(2), Some(false), Some(0)));
    assert_eq!(folder.folder_type, Some(FolderType::Development));
    assert_eq!(folder.parent_folder_id.as_ref().unwrap(), "752316125533****");
    assert!(folder.extra.is_empty(), "{:?}", folder.extra);
}

#[test]
fn list_folders_with_every_field() {
    let request = ListFolders::new("1").folder_type(FolderType::Library).parent_folder_id("2");
    Row {
        request: request.page_num(3).page_size(50),
        line: "GET /v1/folders?workspace_id=1&folder_type=library&parent_folder_id=2&page_num=3&page_size=50",
        body: Value::Null,
        answer: json!({ "code": 0, "data": { "items": [], "total_count": 0, "has_more": false } }),
        payload: "/data",
    }
    .check();
}

#[test]
fn retrieve_folder() {
    let folder = Row {
        request: RetrieveFolder::new("752316125533"),
        line: "GET /v1/folders/752316125533",
        body: Value::Null,
        answer: fixture!("workspace_read_folder"),
        payload: "/data",
    }
    .check();
    assert_eq!((folder.id.as_str(), folder.children_count), ("752316131905***", None));
    assert_eq!(folder.workspace_id.as_ref().unwrap(), "7506047187433***");
    assert_eq!(folder.creator_user_id.as_ref().unwrap(), "14232418519***");
}

#[test]
fn list_store_plugins() {
    let page = Row {
        request: ListStorePlugins::new(),
        line: "GET /v1/stores/plugins?page_num=1&page_size=20",
        body: Value::Null,
        answer: fixture!("list_plugin"),
        payload: "/data",
    }
    .check();
    let [plugin] = &page.items[..] else { panic!("{page:?}") };
    let (meta, info) = (plugin.metainfo.as_ref().unwrap(), plugin.plugin_info.as_ref().unwrap());
    assert_eq!(meta.entity_id.as_ref().unwrap(), "75464997639954***");
    assert_eq!(meta.category.as_ref().unwrap().name.as_deref(), Some("社交"));
    assert_eq!(meta.user_info.as_ref().unwrap().user_id.as_ref().unwrap(), "32351795934732");
    assert_eq!(meta.listed_at, Some(Timestamp::from_unix(1_757_474_787)));
    assert_eq!(
        (meta.paid_type.as_ref(), meta.entity_type.as_ref()),
        (Some(&PaidType::Paid), Some(&ProductEntityType::Plugin))
    );
    assert_eq!((info.success_rate, info.avg_exec_duration_ms), (Some(0.95), Some(120.0)));
    assert!(meta.extra.is_empty() && info.extra.is_empty() && plugin.extra.is_empty());
}

#[test]
fn list_store_plugins_with_every_field() {
    Row {
        request: ListStorePlugins::new()
            .keyword("语音")
            .is_official(false)
            .category("7475930039976984614")
            .category("7327137275714732069")
            .page_num(2)
            .page_size(100)
            .sort_type(PluginSort::Relative),
        line: "GET /v1/stores/plugins?keyword=%E8%AF%AD%E9%9F%B3&is_official=false\
            &category_ids=7475930039976984614%2C7327137275714732069&page_num=2&page_size=100&sort_type=relative",
        body: Value::Null,
        answer: json!({ "code": 0, "data": { "items": [], "has_more": false } }),
        payload: "/data",
    }
    .check();
}

#[test]
fn list_store_categories() {
    let page = Row {
        request: ListStoreCategories::new("plugin"),
        line: "GET /v1/stores/categories?entity_type=plugin&page_num=1&page_size=20",
        body: Value::Null,
        answer: fixture!("list_plugin_category"),
        payload: "/data",
    }
    .check();
    assert_eq!(page.items.len(), 8);
    assert_eq!((page.items[0].id.as_str(), page.has_more), ("7475930039976984614", false));
    assert_eq!(ListStoreCategories::of_plugins(), ListStoreCategories::new("plugin"));
}

#[test]
fn duplicate_template() {
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

#[test]
fn retrieve_me() {
    let user = Row {
        request: RetrieveMe::new(),
        line: "GET /v1/users/me",
        body: Value::Null,
        // From the tests of the official SDKs: no page shows one.
        answer: json!({
            "code": 0,
            "msg": "",
            "data": { "user_id": "2478774393254", "user_name": "user_1", "nick_name": "小明", "avatar_url": "https://a" },
        }),
        payload: "/data",
    }
    .check();
    let mut expected = User::new("2478774393254");
    expected.user_name = Some("user_1".to_owned());
    expected.nick_name = Some("小明".to_owned());
    expected.avatar_url = Some("https://a".to_owned());
    assert_eq!(user, expected);
}

#[test]
fn retrieve_variables() {
    let values = Row {
        request: RetrieveVariables::new("7432567").bot_id("74931510").app_id("744885").connector_id("1024"),
        line: "GET /v1/variables?app_id=744885&bot_id=74931510&connector_id=1024&connector_uid=7432567",
        body: Value::Null,
        answer: fixture!("read_variable"),
        payload: "/data",
    }
    .check();
    assert_eq!((values.get("name"), values.get("age"), values.get("city")), (Some("小王"), Some("18"), None));
    assert_eq!(values.items[1].update_time, Some(Timestamp::from_unix(1_744_637_812)));
    assert!(values.items[0].is_default() && !values.items[1].is_default());
    assert!(values.items[0].extra.is_empty());
}

#[test]
fn retrieve_some_variables() {
    Row {
        request: RetrieveVariables::of_app("7", "小王").keywords(["name", "age"]),
        line: "GET /v1/variables?app_id=7&connector_uid=%E5%B0%8F%E7%8E%8B&keywords=name%2Cage",
        body: Value::Null,
        answer: json!({ "code": 0, "data": { "items": [] } }),
        payload: "/data",
    }
    .check();
}

#[test]
fn update_variables() {
    Row {
        request: UpdateVariables::of_bot("749315102740009", "7432567", [("name", "小王"), ("age", "18")])
            .connector_id("1024"),
        line: "PUT /v1/variables",
        body: json!({
            "bot_id": "749315102740009",
            "connector_id": "1024",
            "connector_uid": "7432567",
            "data": [{ "keyword": "name", "value": "小王" }, { "keyword": "age", "value": "18" }],
        }),
        answer: done(),
        payload: "",
    }
    .check();
    let values = [VariableValue::new("name", "")];
    Row {
        request: UpdateVariables::new("u", values).app_id("7"),
        line: "PUT /v1/variables",
        body: json!({ "app_id": "7", "connector_uid": "u", "data": [{ "keyword": "name", "value": "" }] }),
        answer: done(),
        payload: "",
    }
    .check();
}
