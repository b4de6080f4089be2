//! Rows of the group `api_app`.

use coze_types::api_app::{
    ApiAppEventType, ApiAppType, CreateApiApp, CreateApiAppEvents, DeleteApiApp, DeleteApiAppEvents,
    ListApiAppEvents, ListApiApps, UpdateApiApp,
};
use serde_json::{Value, json};

use super::{Row, done, fixture};

#[test]
fn create() {
    let app = Row {
        request: CreateApiApp::normal("sample api app"),
        line: "POST /v1/api_apps",
        body: json!({ "app_type": "normal", "name": "sample api app" }),
        answer: fixture!("create_callback_app"),
        payload: "/data",
    }
    .check();
    assert_eq!((app.id.as_str(), app.name.as_deref()), ("752195368553526****", Some("sample api app")));
    assert!(app.verify_token.as_ref().unwrap().expose().starts_with("XzHka769"));
    assert!(!format!("{app:?}").contains("XzHka769"));
    assert_eq!(CreateApiApp::new("normal").name("sample api app"), CreateApiApp::normal("sample api app"));
}

#[test]
fn create_of_a_connector() {
    let app = Row {
        request: CreateApiApp::of_connector("1056899"),
        line: "POST /v1/api_apps",
        body: json!({ "app_type": "connector", "connector_id": "1056899" }),
        answer: json!({ "code": 0, "data": {
            "id": "74876004423701", "name": "渠道", "app_type": "connector", "connector_id": "1056899",
            "callback_url": "https://example.com/api/callback", "verify_token": "abc123",
        } }),
        payload: "/data",
    }
    .check();
    assert_eq!((app.app_type, app.connector_id), (Some(ApiAppType::Connector), Some("1056899".into())));
    assert!(app.extra.is_empty());
}

#[test]
fn update() {
    Row {
        request: UpdateApiApp::new("752688153695671")
            .name("智能客服回调应用")
            .callback_url("https://a.example"),
        line: "PUT /v1/api_apps/752688153695671",
        body: json!({ "name": "智能客服回调应用", "callback_url": "https://a.example" }),
        answer: done(),
        payload: "",
    }
    .check();
}

#[test]
fn delete() {
    Row {
        request: DeleteApiApp::new("75268815369567"),
        line: "DELETE /v1/api_apps/75268815369567",
        body: Value::Null,
        answer: done(),
        payload: "",
    }
    .check();
}

#[test]
fn list() {
    let page = Row {
        request: ListApiApps::new(),
        line: "GET /v1/api_apps?page_size=50",
        body: Value::Null,
        answer: fixture!("list_callback_app"),
        payload: "/data",
    }
    .check();
    let names: Vec<_> = page.items.iter().map(|app| app.name.as_deref().unwrap()).collect();
    assert_eq!((names, page.has_more), (vec!["api app 1", "api app 2"], false));
    Row {
        request: ListApiApps::new().page_token("t1752492196").page_size(20).app_type(ApiAppType::Normal),
        line: "GET /v1/api_apps?page_token=t1752492196&page_size=20&app_type=normal",
        body: Value::Null,
        answer: json!({ "code": 0, "data": { "items": [], "has_more": false, "next_page_token": "" } }),
        payload: "/data",
    }
    .check();
}

#[test]
fn create_events() {
    Row {
        request: CreateApiAppEvents::new(
            "752690322532938",
            [ApiAppEventType::BotPublished, ApiAppEventType::BotDeleted],
        ),
        line: "POST /v1/api_apps/752690322532938/events",
        body: json!({ "event_types": ["bot.published", "bot.deleted"] }),
        answer: done(),
        payload: "",
    }
    .check();
}

#[test]
fn delete_events() {
    Row {
        request: DeleteApiAppEvents::new("7526903225329385", ["bot.published"]),
        line: "DELETE /v1/api_apps/7526903225329385/events",
        body: json!({ "event_types": ["bot.published"] }),
        answer: done(),
        payload: "",
    }
    .check();
}

#[test]
fn list_events() {
    let page = Row {
        request: ListApiAppEvents::new("752690322532938"),
        line: "GET /v1/api_apps/752690322532938/events?page_size=50",
        body: Value::Null,
        answer: fixture!("list_subscribed_callback_message"),
        payload: "/data",
    }
    .check();
    let [event] = &page.items[..] else { panic!("{page:?}") };
    assert_eq!(event.event_type, Some(ApiAppEventType::BotDeleted));
    assert_eq!(event.description.as_deref(), Some("智能体已被所有者删除"));
    assert!(event.extra.is_empty());
    Row {
        request: ListApiAppEvents::new("7").page_token("t").page_size(1),
        line: "GET /v1/api_apps/7/events?page_token=t&page_size=1",
        body: Value::Null,
        answer: json!({ "code": 0, "data": { "items": [], "has_more": true, "next_page_token": "t" } }),
        payload: "/data",
    }
    .check();
}
