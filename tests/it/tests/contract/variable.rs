//! Rows of the group `variable`.

use coze_types::Timestamp;
use coze_types::variable::{RetrieveVariables, UpdateVariables, VariableValue};
use serde_json::{Value, json};

use super::{Row, done, fixture};

#[test]
fn retrieve() {
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
fn retrieve_some() {
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
fn update() {
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
