use coze_sim::Sim;

use crate::support::{AUTH, get, post, send, sim};

#[tokio::test]
async fn wrong_tokens_get_4100_with_status_401() {
    let sim = sim().await;
    for headers in [
        vec![],
        vec![("authorization", "Bearer pat_other")],
        vec![("authorization", "Bearer ")],
        vec![("authorization", "pat_sim")],
        vec![("authorization", "Basic pat_sim")],
    ] {
        let reply = send(&sim, "GET", "/v1/users/me", &headers, "").await;
        let (status, code, msg) = reply.refusal();
        assert_eq!((status, code), (401, 4100), "{headers:?}");
        assert!(msg.starts_with("authentication is invalid: ") && !msg.contains("pat_other"), "{msg}");
    }
    assert_eq!(get(&sim, "/v1/users/me").await.status, 200);
}

#[tokio::test]
async fn every_answer_has_a_log_id_of_its_own() {
    let sim = sim().await;
    let mut seen = Vec::new();
    for path in ["/v1/users/me", "/v1/users/me", "/v1/bots/1", "/nope"] {
        let reply = get(&sim, path).await;
        let log = reply.header("x-tt-logid").to_owned();
        assert_eq!(log.len(), 34, "{log}");
        assert_eq!(reply.json()["detail"]["logid"], log, "{path}");
        assert!(!seen.contains(&log));
        seen.push(log);
    }
}

#[tokio::test]
async fn unknown_paths_and_methods_are_named() {
    let sim = sim().await;
    let (status, code, msg) = get(&sim, "/v1/nowhere").await.refusal();
    assert_eq!((status, code), (404, 4000));
    assert!(msg.contains("no endpoint GET /v1/nowhere"), "{msg}");
    let (status, _, msg) = send(&sim, "PATCH", "/v3/chat", &[AUTH], "").await.refusal();
    assert_eq!(status, 405);
    assert!(msg.contains("PATCH /v3/chat"), "{msg}");
}

#[tokio::test]
async fn each_token_is_a_user_who_sees_only_own_conversations() {
    let sim = Sim::builder().token("t1").token("t2").start().await.unwrap();
    assert_eq!(sim.token(), "t1");
    let as_user = |token: &'static str| [("authorization", token), ("content-type", "application/json")];
    let me = |token| {
        let sim = &sim;
        async move { send(sim, "GET", "/v1/users/me", &as_user(token), "").await.data()["user_id"].clone() }
    };
    assert_ne!(me("Bearer t1").await, me("Bearer t2").await);
    let made = send(&sim, "POST", "/v1/conversation/create", &as_user("Bearer t1"), "{}").await.data();
    let path = format!("/v1/conversation/retrieve?conversation_id={}", made["id"].as_str().unwrap());
    assert_eq!(send(&sim, "GET", &path, &as_user("Bearer t1"), "").await.status, 200);
    let (status, code, _) = send(&sim, "GET", &path, &as_user("Bearer t2"), "").await.refusal();
    assert_eq!((status, code), (403, 4101));
    assert_eq!(post(&sim, "/v1/conversation/create", serde_json::json!({})).await.status, 401);
}

#[tokio::test]
async fn users_me_has_every_field_of_the_sdks() {
    let me = get(&sim().await, "/v1/users/me").await.data();
    for field in ["user_id", "user_name", "nick_name", "avatar_url"] {
        assert!(me[field].is_string(), "{field}: {me}");
    }
}
