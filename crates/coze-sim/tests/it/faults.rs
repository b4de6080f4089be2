use std::time::{Duration, Instant};

use http::StatusCode;
use http_body_util::BodyExt;
use serde_json::json;

use crate::support::{AUTH, JSON, chat, get, open, scripted, stream};

#[tokio::test]
async fn faults_answer_in_place_of_any_endpoint() {
    let limited = json!({"status": 429, "headers": {"retry-after": "2"}, "code": 4013, "msg": "slow"});
    let html = json!({"status": 502, "headers": {"content-type": "text/html"}, "body": "<html>"});
    let sim = scripted(json!({"faults": [
        {"on": "GET /v1/users/me", "times": 1, "answer": limited},
        {"on": "GET /v1/users/me", "times": 1, "answer": html},
        {"on": "GET /v1/users/me", "times": 1, "answer": {"body": {"code": "4000", "msg": null}}},
        {"on": "GET /v1/users/me", "times": 1, "answer": {}},
    ]}))
    .await;
    let first = get(&sim, "/v1/users/me").await;
    assert_eq!(first.refusal(), (429, 4013, "slow".to_owned()));
    assert_eq!(first.header("retry-after"), "2");
    let second = get(&sim, "/v1/users/me").await;
    assert_eq!(
        (second.status.as_u16(), second.text(), second.header("content-type")),
        (502, "<html>", "text/html")
    );
    assert_eq!(get(&sim, "/v1/users/me").await.json(), json!({"code": "4000", "msg": null}));
    assert_eq!(get(&sim, "/v1/users/me").await.text(), "");
    assert_eq!(get(&sim, "/v1/users/me").await.data()["nick_name"], "Simulated user");
}

#[tokio::test]
async fn what_was_sent_in_vain_is_recorded() {
    let sim =
        scripted(json!({"faults": [{"on": "POST /v3/chat", "times": 2, "answer": {"close": true}}]})).await;
    for _ in 0..2 {
        let sent = open(&sim, "POST", "/v3/chat", &[AUTH, JSON], chat("hi").to_string()).await;
        assert!(sent.is_err());
    }
    stream(&sim, "/v3/chat", chat("hi")).await;
    let requests = sim.requests();
    assert_eq!(requests.len(), 3);
    assert!(requests.iter().all(|request| request.body == requests[2].body && !request.body.is_empty()));
    assert_eq!((requests[0].status, requests[2].status), (None, Some(StatusCode::OK)));
}

#[tokio::test]
async fn faults_close_cut_and_delay() {
    let sim = scripted(json!({"faults": [
        {"on": "* /v1/users/*", "times": 1, "answer": {"close": true}},
        {"on": "* /v1/users/*", "times": 1, "answer": {"body": "0123456789", "cut_after_bytes": 4}},
        {"on": "* /v1/users/*", "times": 1, "delay_ms": 200},
    ]}))
    .await;
    assert!(open(&sim, "GET", "/v1/users/me", &[AUTH], "").await.is_err());
    let mut response = open(&sim, "GET", "/v1/users/me", &[AUTH], "").await.unwrap();
    assert_eq!(response.headers()["content-length"], "10");
    assert_eq!(response.body_mut().frame().await.unwrap().unwrap().into_data().unwrap(), "0123");
    assert!(response.body_mut().frame().await.unwrap().is_err());
    assert!(sim.disconnects().is_empty());
    let started = Instant::now();
    assert_eq!(get(&sim, "/v1/users/me").await.status, 200);
    assert!(started.elapsed() >= Duration::from_millis(200));
}
