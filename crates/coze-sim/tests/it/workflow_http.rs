//! HTTP nodes of workflows, against a third party over real sockets.

use std::time::Duration;

use coze_sim::{Sim, SimBuilder, Workflow};
use serde_json::{Value, json};

use crate::party::{Party, Said, ok};
use crate::support::{Reply, post};

const ID: &str = "7400000000000000031";

/// Makes a workflow of a start node, one HTTP node and an end.
fn calls(node: Value) -> Workflow {
    let mut http = json!({"id": "call", "type": "http", "title": "Call B", "retry_delay_ms": 1});
    for (name, value) in node.as_object().unwrap() {
        http[name] = value.clone();
    }
    let file = json!({
        "id": ID,
        "constants": {"base": null, "token": null},
        "nodes": [
            {"id": "start", "type": "start", "inputs": {
                "user": {"type": "string"}, "score": {"type": "number"}, "any": {"type": "object"},
            }},
            http,
            {"id": "end", "type": "end", "outputs": {"status": "{{call.status}}", "body": "{{call.body}}"}},
        ],
    });
    Workflow::parse(&file.to_string()).unwrap()
}

fn builder(party: &Party) -> SimBuilder {
    Sim::builder()
        .pace(Duration::ZERO)
        .constant("base", format!("http://{}", party.host))
        .constant("token", "b-secret")
        .allow_host(party.host.clone())
}

async fn run(sim: &Sim, parameters: Value) -> Reply {
    post(sim, "/v1/workflow/run", json!({"workflow_id": ID, "parameters": parameters})).await
}

/// Runs the node against a third party, and returns what that saw and what came out.
async fn run_once(
    node: Value,
    parameters: Value,
    answer: impl Fn(&crate::party::Seen, usize) -> Said + Send + Sync + 'static,
) -> (Vec<crate::party::Seen>, Value) {
    let party = Party::start(answer).await;
    let sim = builder(&party).workflow(calls(node)).start().await.unwrap();
    let reply = run(&sim, parameters).await.json();
    (party.seen(), reply)
}

fn get() -> Value {
    json!({"url": "{{constants.base}}/api/jobs", "headers": {"Authorization": "Bearer {{constants.token}}"}})
}

#[tokio::test]
async fn a_call_goes_well() {
    let (seen, reply) = run_once(get(), json!({}), |_, _| ok(&json!({"jobs": [1, 2]}))).await;
    assert_eq!(reply["code"], 0, "{reply}");
    let data: Value = serde_json::from_str(reply["data"].as_str().unwrap()).unwrap();
    assert_eq!(data, json!({"status": 200, "body": {"jobs": [1, 2]}}));
    assert_eq!((seen[0].method.as_str(), seen[0].uri.as_str()), ("GET", "/api/jobs"));
    assert_eq!(seen[0].headers["authorization"], "Bearer b-secret");
}

#[tokio::test]
async fn an_answer_without_json_is_a_text() {
    let (_, reply) = run_once(get(), json!({}), |_, _| (200, "all well".into(), Duration::ZERO)).await;
    assert_eq!(reply["data"], r#"{"body":"all well","status":200}"#);
}

#[tokio::test]
async fn a_refused_token_fails_the_node_at_once() {
    let node = json!({"retries": 3});
    let node = crate::support::with(get(), node);
    let (seen, reply) =
        run_once(node, json!({}), |_, _| (401, r#"{"error":"bad token"}"#.into(), Duration::ZERO)).await;
    let msg = reply["msg"].as_str().unwrap();
    assert_eq!(
        msg,
        "node call (Call B) failed: GET {{constants.base}}/api/jobs: answered 401 Unauthorized: {\"error\":\"bad token\"}"
    );
    assert_eq!(reply["code"], 720_701_013);
    assert!(reply["debug_url"].as_str().unwrap().contains(ID), "{reply}");
    assert!(!reply.to_string().contains("b-secret"));
    assert_eq!(seen.len(), 1);
}

#[tokio::test]
async fn a_server_that_fails_is_asked_again() {
    let answer = |_: &crate::party::Seen, number| {
        if number < 2 { (500, "oops".into(), Duration::ZERO) } else { ok(&json!(1)) }
    };
    let (seen, reply) = run_once(crate::support::with(get(), json!({"retries": 2})), json!({}), answer).await;
    assert_eq!((reply["code"].as_i64(), seen.len()), (Some(0), 3), "{reply}");
    let (seen, reply) = run_once(crate::support::with(get(), json!({"retries": 1})), json!({}), answer).await;
    let msg = reply["msg"].as_str().unwrap();
    assert!(msg.ends_with("answered 500 Internal Server Error: oops (after 2 attempts)"), "{msg}");
    assert_eq!(seen.len(), 2);
}

#[tokio::test]
async fn a_slow_server_is_given_up() {
    let node = crate::support::with(get(), json!({"timeout_ms": 20, "retries": 1}));
    let (seen, reply) = run_once(node, json!({}), |_, _| (200, "late".into(), Duration::from_secs(60))).await;
    let msg = reply["msg"].as_str().unwrap();
    assert!(msg.ends_with("no answer within 20 ms (after 2 attempts)"), "{msg}");
    assert!(seen.len() <= 2, "{seen:?}");
}

#[tokio::test]
async fn a_server_that_is_down_is_named() {
    let party = Party::start(|_, _| ok(&json!(1))).await;
    let sim = builder(&party).workflow(calls(get())).start().await.unwrap();
    let host = party.host.clone();
    drop(party);
    // The listener closes when its task has noticed.
    let failed = async {
        loop {
            let reply = run(&sim, json!({})).await.json();
            if reply["code"] != 0 {
                return reply;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    let reply = tokio::time::timeout(crate::support::LONG, failed).await.unwrap();
    assert!(reply["msg"].as_str().unwrap().contains(&host), "{reply}");
}

#[tokio::test]
async fn only_allowed_hosts_are_reached() {
    let party = Party::start(|_, _| ok(&json!(1))).await;
    let other = Party::start(|_, _| ok(&json!(1))).await;
    for (base, problem) in [
        (format!("http://{}", other.host), format!("the host {} is not allowed", other.host)),
        (format!("http://{}@{}", party.host, other.host), "a user in the URL is not supported".to_owned()),
        (format!("https://{}", party.host), "plain http only".to_owned()),
        ("http://example.com".to_owned(), "the host example.com:80 is not allowed".to_owned()),
        ("file:///etc".to_owned(), "no URL".to_owned()),
        (String::new(), "no URL".to_owned()),
    ] {
        let sim =
            builder(&party).constant("base", base.clone()).workflow(calls(get())).start().await.unwrap();
        let reply = run(&sim, json!({})).await.json();
        assert!(reply["msg"].as_str().unwrap().contains(&problem), "{base}: {reply}");
        assert_eq!(reply["code"], 720_701_013, "{reply}");
    }
    assert!(party.seen().is_empty() && other.seen().is_empty());
}

#[tokio::test]
async fn redirects_are_not_followed() {
    let (seen, reply) = run_once(get(), json!({}), |_, _| (302, String::new(), Duration::ZERO)).await;
    assert!(reply["msg"].as_str().unwrap().ends_with("answered 302 Found"), "{reply}");
    assert_eq!(seen.len(), 1);
}

#[tokio::test]
async fn no_value_breaks_the_json_of_a_body() {
    let body =
        ["{\"userId\": \"{{user}}\",", " \"matchScore\": {{score}}, \"any\": {{any}}, \"user\": {{user}}}"];
    let node = json!({"url": "{{constants.base}}/api/applications", "method": "POST", "body": body});
    let party = Party::start(|_, _| ok(&json!({"id": 1}))).await;
    let sim = builder(&party).workflow(calls(node)).start().await.unwrap();
    let users = [
        "plain",
        "with \"quotes\" and \\backslashes\\",
        "张三，“引号”",
        "two\nlines\r\n\ttab \u{0} nul \u{2028}",
        "\", \"matchScore\": 100, \"x\": \"",
        "{{constants.token}} {{score}}",
    ];
    for (number, user) in users.into_iter().enumerate() {
        let reply =
            run(&sim, json!({"user": user, "score": 87.5, "any": {"deep": [true, null]}})).await.json();
        assert_eq!(reply["code"], 0, "{reply}");
        let seen = party.seen();
        assert_eq!(
            seen[number].json(),
            json!({"userId": user, "matchScore": 87.5, "any": {"deep": [true, null]}, "user": user})
        );
        assert_eq!(seen[number].headers["content-type"], "application/json");
        assert_eq!(seen[number].body.windows(12).filter(|part| *part == b"\"matchScore\"").count(), 1);
    }
}

#[tokio::test]
async fn no_value_leaves_its_place_in_a_url_or_header() {
    let node = json!({
        "url": "{{constants.base}}/users/{{user}}/jobs?q={{user}}",
        "headers": {"X-User": "{{user}}"},
    });
    let party = Party::start(|_, _| ok(&json!(1))).await;
    let sim = builder(&party).workflow(calls(node)).start().await.unwrap();
    let reply = run(&sim, json!({"user": "a/../b?x=1#y&z 张"})).await.json();
    assert_eq!(reply["code"], 0, "{reply}");
    let encoded = "a%2F..%2Fb%3Fx%3D1%23y%26z%20%E5%BC%A0";
    assert_eq!(party.seen()[0].uri, format!("/users/{encoded}/jobs?q={encoded}"));
    for (user, problem) in [
        ("x\r\nX-Admin: 1", "the header x-user would contain a control character"),
        ("..", "would change the path of the URL"),
    ] {
        let reply = run(&sim, json!({"user": user})).await.json();
        assert!(reply["msg"].as_str().unwrap().contains(problem), "{reply}");
    }
    assert_eq!(party.seen().len(), 1);
}

#[tokio::test]
async fn other_statuses_may_be_accepted() {
    let node = crate::support::with(get(), json!({"statuses": [200, 409]}));
    let (_, reply) =
        run_once(node, json!({}), |_, _| (409, "\"there already\"".into(), Duration::ZERO)).await;
    assert_eq!(reply["data"], r#"{"body":"there already","status":409}"#);
}
