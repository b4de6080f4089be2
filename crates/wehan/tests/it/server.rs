//! The server, as other clients than ours meet it, and its database.

use coze_transport::http::{Request, header};
use coze_transport::{Body, HyperTransport, Transport};
use serde_json::{Value, json};
use wehan::server::{Fault, Server, demo_jobs};
use wehan::{CreateApplication, Job};

use crate::support::{TOKEN, b_side, client};

/// Sends a request as it is and returns status and JSON.
async fn raw(server: &Server, method: &str, path: &str, kind: &str, body: &str) -> (u16, Value) {
    let request = Request::builder()
        .method(method)
        .uri(format!("{}{path}", server.url()))
        .header(header::AUTHORIZATION, format!("Bearer {TOKEN}"))
        .header(header::CONTENT_TYPE, kind)
        .body(Body::from(body.to_owned()))
        .unwrap();
    let response = HyperTransport::new().unwrap().send(request).await.unwrap();
    let status = response.status().as_u16();
    let body = response.into_body().bytes(1 << 20).await.unwrap();
    (status, serde_json::from_slice(&body).unwrap())
}

async fn post(server: &Server, body: &str) -> (u16, Value) {
    raw(server, "POST", "/api/applications", "application/json", body).await
}

#[tokio::test]
async fn every_request_needs_the_token() {
    let server = b_side().start().await.unwrap();
    let transport = HyperTransport::new().unwrap();
    for value in
        ["", "Bearer", "Bearer ", "Bearer b-side", "Bearer b-side-secretx", "Basic b-side-secret", TOKEN]
    {
        for path in ["/api/jobs", "/nothing"] {
            let request =
                Request::get(format!("{}{path}", server.url())).header(header::AUTHORIZATION, value);
            let response = transport.send(request.body(Body::empty()).unwrap()).await.unwrap();
            assert_eq!(response.status(), 401, "{value:?} {path}");
            assert_eq!(response.headers()[header::WWW_AUTHENTICATE], "Bearer");
        }
    }
}

#[tokio::test]
async fn a_refusal_names_the_field_and_stores_nothing() {
    let server = b_side().start().await.unwrap();
    let good = json!({"userId": "u", "jobId": "job-1", "interviewId": "i", "matchScore": 50});
    for (field, value, status) in [
        ("matchScore", json!("50"), 422),
        ("matchScore", json!(100.5), 422),
        ("matchScore", Value::Null, 422),
        ("userId", json!(7), 422),
        ("interviewId", json!(""), 422),
        ("jobId", json!("job-1 OR 1=1"), 422),
        ("admin", json!(true), 422),
    ] {
        let mut body = good.clone();
        body[field] = value;
        let (answered, refusal) = post(&server, &body.to_string()).await;
        assert_eq!((answered, &refusal["field"]), (status, &json!(field)), "{refusal}");
        assert!(refusal["message"].as_str().unwrap().contains(field), "{refusal}");
    }
    for field in ["userId", "jobId", "interviewId", "matchScore"] {
        let mut body = good.clone();
        body.as_object_mut().unwrap().remove(field);
        let (status, refusal) = post(&server, &body.to_string()).await;
        assert_eq!((status, &refusal["field"]), (422, &json!(field)), "{refusal}");
    }
    assert_eq!(post(&server, "{").await.0, 400);
    let huge = good.to_string().replace("\"u\"", &format!("\"{}\"", "u".repeat(70_000)));
    assert_eq!(post(&server, &huge).await.0, 413);
    assert_eq!(raw(&server, "POST", "/api/applications", "text/plain", &good.to_string()).await.0, 415);
    assert_eq!(raw(&server, "DELETE", "/api/jobs", "application/json", "").await.0, 405);
    assert_eq!(raw(&server, "GET", "/api/applications", "application/json", "").await.0, 405);
    assert_eq!(raw(&server, "GET", "/", "application/json", "").await.0, 404);
    assert!(server.applications().unwrap().is_empty());
    assert_eq!(post(&server, &good.to_string()).await.0, 200);
}

#[tokio::test]
async fn the_same_application_is_stored_once_and_answered_the_same() {
    let server = b_side().start().await.unwrap();
    let body = json!({"userId": "u", "jobId": "job-1", "interviewId": "i", "matchScore": 50});
    let first = post(&server, &body.to_string()).await;
    assert_eq!(first.0, 200);
    assert_eq!(post(&server, &body.to_string()).await, first);
    // Another score does not change what is stored.
    let mut other = body.clone();
    other["matchScore"] = json!(99);
    assert_eq!(post(&server, &other.to_string()).await, first);
    for (field, value) in [("userId", "u2"), ("jobId", "job-2"), ("interviewId", "i2")] {
        let mut other = body.clone();
        other[field] = json!(value);
        assert_ne!(post(&server, &other.to_string()).await, first);
    }
    assert_eq!(server.applications().unwrap().len(), 4);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_same_application_at_the_same_time_is_stored_once_across_servers() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("wehan.db");
    let one = b_side().database(&file).start().await.unwrap();
    let two = b_side().database(&file).start().await.unwrap();
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..40 {
        let wehan = client(if number % 2 == 0 { one.url() } else { two.url() });
        // Five applications, each sent eight times, with another score each time.
        let interview = format!("interview-{}", number % 5);
        let request = CreateApplication::new("u", "job-1", interview, f64::from(number));
        tasks.spawn(async move { wehan.create_application(request).await.unwrap() });
    }
    let answers = tasks.join_all().await;
    let stored = two.applications().unwrap();
    assert_eq!(stored.len(), 5);
    assert!(answers.iter().all(|answer| stored.contains(answer)));
    assert_eq!(one.applications().unwrap(), stored);
}

#[tokio::test]
async fn the_database_outlives_the_server() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("wehan.db");
    let server = b_side().database(&file).start().await.unwrap();
    let request = CreateApplication::new("u", "job-1", "i", 12.5);
    let stored = client(server.url()).create_application(request.clone()).await.unwrap();
    server.shutdown().await;

    let mut changed = Job::new("job-1", "Renamed");
    changed.extra.insert("salary".to_owned(), json!({"from": 1}));
    let server =
        Server::builder().token(TOKEN).database(&file).jobs([changed.clone()]).start().await.unwrap();
    let wehan = client(server.url());
    assert_eq!(wehan.create_application(request).await.unwrap(), stored);
    let jobs = wehan.list_jobs().await.unwrap();
    assert_eq!((jobs.len(), &jobs[0]), (demo_jobs().len(), &changed));
}

#[tokio::test]
async fn a_database_that_is_none_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("notes.txt");
    std::fs::write(&file, "this is no database, and longer than the header of one would be".repeat(20))
        .unwrap();
    let error = b_side().database(&file).start().await.unwrap_err();
    assert!(error.to_string().contains("notes.txt"), "{error}");
    let error = b_side().database(folder.path().join("no/such/folder.db")).start().await.unwrap_err();
    assert!(error.to_string().contains("folder.db"), "{error}");
}

#[tokio::test]
async fn a_database_that_fails_is_told_without_its_insides() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("wehan.db");
    let server = b_side().database(&file).start().await.unwrap();
    rusqlite::Connection::open(&file).unwrap().execute_batch("DROP TABLE applications").unwrap();
    let body = json!({"userId": "u", "jobId": "job-1", "interviewId": "i", "matchScore": 50});
    let (status, refusal) = post(&server, &body.to_string()).await;
    assert_eq!((status, refusal), (500, json!({"message": "the database failed; try again"})));
    assert!(server.applications().unwrap_err().to_string().contains("applications"));
}

#[tokio::test]
async fn faults_come_in_order_and_can_be_forgotten() {
    let server = b_side().start().await.unwrap();
    let wehan = client(server.url());
    server.inject(Fault::Refuse(500), 1);
    server.inject(Fault::Refuse(401), 2);
    for status in [500, 401] {
        assert_eq!(wehan.list_jobs().await.unwrap_err().status(), Some(status));
    }
    server.heal();
    assert_eq!(wehan.list_jobs().await.unwrap(), demo_jobs());
}
