//! Rows of the group `store`.

use coze_types::Timestamp;
use coze_types::store::{ListStoreCategories, ListStorePlugins, PaidType, PluginSort, ProductEntityType};
use serde_json::{Value, json};

use super::{Row, fixture};

#[test]
fn list_plugins() {
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
fn list_plugins_with_every_field() {
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
fn list_categories() {
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
