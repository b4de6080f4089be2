//! Rows of the group `app`.

use coze_types::app::RetrieveApp;
use serde_json::{Value, json};

use super::Row;

#[test]
fn retrieve_on_studio() {
    let app = Row {
        request: RetrieveApp::new("7400000000000000001").connector_id("1024"),
        line: "GET /v1/apps/7400000000000000001?connector_id=1024",
        body: Value::Null,
        answer: json!({
            "data": {
                "app_id": "7400000000000000001", "version": "v1", "name": "a", "description": "", "icon_url": "http://x/y.png",
                "variables": [{"keyword": "k"}],
            },
            "BaseResp": null,
        }),
        payload: "/data",
    }
    .check();
    assert_eq!((app.name.as_deref(), app.variables.len()), (Some("a"), 1));
}
