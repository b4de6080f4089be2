//! Rows of the group `app`.

use coze_types::Timestamp;
use coze_types::app::{CreateAppCollaborator, DeleteAppCollaborator, ListApps, PublishStatus, RetrieveApp};
use serde_json::{Value, json};

use super::{Row, fixture};

#[test]
fn list() {
    let page = Row {
        request: ListApps::new("751543725346"),
        line: "GET /v1/apps?workspace_id=751543725346&page_num=1&page_size=20",
        body: Value::Null,
        answer: fixture!("published_apps_list"),
        payload: "/data",
    }
    .check();
    let [app] = &page.items[..] else { panic!("{page:?}") };
    assert_eq!(
        (app.id.as_str(), app.name.as_deref(), page.total),
        ("751614225987***", Some("test"), Some(1))
    );
    assert_eq!((app.is_published, app.updated_at), (Some(true), Some(Timestamp::from_unix(1_749_994_622))));
    assert_eq!(app.owner_user_id.as_ref().unwrap(), "32902037***");
    assert!(app.extra.is_empty(), "{:?}", app.extra);
}

#[test]
fn list_with_every_field() {
    let request = ListApps::new("1").publish_status(PublishStatus::All).connector_id("998");
    Row {
        request: request.page_num(2).page_size(5),
        line: "GET /v1/apps?workspace_id=1&publish_status=all&connector_id=998&page_num=2&page_size=5",
        body: Value::Null,
        answer: json!({ "code": 0, "data": { "total": 0, "items": [] } }),
        payload: "/data",
    }
    .check();
}

#[test]
fn collaborators() {
    Row {
        request: CreateAppCollaborator::new("75353861140", "411479148551"),
        line: "POST /v1/apps/75353861140/collaborators",
        body: json!({ "collaborators": [{ "user_id": "411479148551" }] }),
        answer: json!({ "code": 0, "msg": "", "detail": { "logid": "20241210152726467C48D89D6DB2****" } }),
        payload: "",
    }
    .check();
    Row {
        request: DeleteAppCollaborator::new("75353861140", "411479148551"),
        line: "DELETE /v1/apps/75353861140/collaborators/411479148551",
        body: Value::Null,
        answer: json!({ "code": 0, "msg": "", "detail": { "logid": "20241210152726467C48D89D6DB2****" } }),
        payload: "",
    }
    .check();
}

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
