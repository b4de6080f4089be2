//! `coze api`.

use serde_json::{Value, json};

use crate::support::{coze, coze_at, events, run, run_with, scripted, sim};

#[tokio::test(flavor = "multi_thread")]
async fn the_answer_is_printed_as_it_came() {
    let sim =
        scripted(r#"{"faults":[{"on":"GET /v1/x","answer":{"body":{"z":1,"a":[1.50],"code":0}}}]}"#).await;
    let ran = run(coze_at(&sim, &["api", "get", "/v1/x"]));
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
    let answer: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(answer["a"][0], 1.5);
    assert!(!ran.stdout.contains('\n'), "not spread over lines in a file");
}

#[tokio::test(flavor = "multi_thread")]
async fn queries_headers_and_bodies_are_sent() {
    let sim = sim().await;
    let args = [
        "api",
        "POST",
        "/v1/conversation/create",
        "--json",
        r#"{"meta_data":{"k":"v"}}"#,
        "--header",
        "X-One: 1",
    ];
    let created: Value = serde_json::from_str(&run(coze_at(&sim, &args)).ok()).unwrap();
    assert_eq!(created["data"]["meta_data"]["k"], "v");
    assert_eq!(sim.requests()[0].headers["x-one"], "1");
    let id = created["data"]["id"].as_str().unwrap();
    let read = run(coze_at(
        &sim,
        &["api", "GET", "/v1/conversation/retrieve", "--query", &format!("conversation_id={id}")],
    ))
    .ok();
    assert_eq!(serde_json::from_str::<Value>(&read).unwrap()["data"]["id"], id);
    let message = json!({"role": "user", "content": "a&b=c 中", "content_type": "text"}).to_string();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("body.json");
    std::fs::write(&file, &message).unwrap();
    let query = format!("conversation_id={id}");
    let path = "/v1/conversation/message/create";
    for (json, input) in [(format!("@{}", file.display()), ""), ("-".to_owned(), message.as_str())] {
        let command = coze_at(&sim, &["api", "POST", path, "--query", &query, "--json", &json]);
        let answer: Value = serde_json::from_str(&run_with(command, input).ok()).unwrap();
        assert_eq!(answer["data"]["content"], "a&b=c 中");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_error_is_printed_and_told_by_the_exit_code() {
    let sim = scripted(
        r#"{"faults":[{"on":"GET /v1/refused","answer":{"status":200,"body":{"code":4000,"msg":"wrong","more":[1]}}},
            {"on":"GET /v1/down","answer":{"status":404,"body":"gone","headers":{"content-type":"text/plain"}}}]}"#,
    )
    .await;
    let ran = run(coze_at(&sim, &["api", "GET", "/v1/refused"])).fails(4, &["4000", "wrong", "log id "]);
    assert_eq!(serde_json::from_str::<Value>(&ran.stdout).unwrap()["more"], json!([1]));
    let ran = run(coze_at(&sim, &["api", "GET", "/v1/down"])).fails(4, &["gone"]);
    assert_eq!(ran.stdout, "gone");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_is_printed_event_by_event() {
    let sim = scripted(
        r#"{"bots":[{"id":"1","rules":[{"reply":{"steps":[{"error":{"code":4028,"msg":"no credits left"}}]}}]}]}"#,
    )
    .await;
    let body = |bot: &str| {
        json!({"bot_id": bot, "user_id": "u", "stream": true,
            "additional_messages": [{"role": "user", "content": "hi", "content_type": "text"}]})
        .to_string()
    };
    let ran = run(coze_at(&sim, &["api", "POST", "/v3/chat", "--json", &body(coze_sim::DEMO_BOT)]));
    let names: Vec<_> = ran.events().into_iter().map(|(name, _)| name).collect();
    assert_eq!(names[0], "conversation.chat.created");
    assert_eq!(names.last().unwrap(), "done");
    assert_eq!(ran.code, 0);
    let ran = run(coze_at(&sim, &["api", "POST", "/v3/chat", "--json", &body("1")]));
    assert!(ran.events().iter().any(|(name, data)| name == "error" && data["code"] == 4028));
    ran.fails(4, &["4028", "log id "]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_text_is_printed_byte_by_byte() {
    let sim = scripted(
        r#"{"faults":[{"on":"GET /v1/sound","answer":{"body":"{\"code\":4000,","headers":{"content-type":"audio/mpeg"}}},
            {"on":"GET /v1/cut","answer":{"body":"0123456789","cut_after_bytes":4,"headers":{"content-type":"audio/mpeg"}}}]}"#,
    )
    .await;
    assert_eq!(run(coze_at(&sim, &["api", "GET", "/v1/sound"])).ok(), "{\"code\":4000,");
    let ran = run(coze_at(&sim, &["api", "GET", "/v1/cut"])).fails(5, &["hint: "]);
    assert_eq!(ran.stdout, "0123");
}

#[test]
fn the_built_in_simulator_answers_when_it_is_asked_for() {
    run(coze(&["api", "GET", "/v1/users/me"])).fails(3, &["no token", "--sim"]);
    let ran = run(coze(&["api", "GET", "/v1/users/me", "--sim"]));
    assert_eq!(ran.stderr, "");
    assert_eq!(serde_json::from_str::<Value>(&ran.ok()).unwrap()["code"], 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_query_may_stand_in_the_path() {
    let sim = scripted(r#"{"faults":[{"on":"GET /v1/x","answer":{"body":{"code":0}}}]}"#).await;
    run(coze_at(&sim, &["api", "GET", "/v1/x?id=1&note=%E4%BD%A0+a%26b&", "--query", "more=1"])).ok();
    let sent = sim.requests().pop().unwrap();
    assert_eq!((sent.path.as_str(), sent.query.as_str()), ("/v1/x", "id=1&note=%E4%BD%A0%20a%26b&more=1"));
    run(coze_at(&sim, &["api", "GET", "/v1/x?a=%FF"])).fails(2, &["%FF", "UTF-8"]);
    run(coze_at(&sim, &["api", "GET", "/v1/x?flag"])).fails(2, &["`flag`"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_pass_as_they_are_written() {
    let number = "[12345678901234567890123,0.12345678901234567891,1.0E+2,-0.0]";
    let sim = scripted(&format!(
        r#"{{"faults":[{{"on":"POST /v1/x","answer":{{"body":"{{\"code\":0,\"data\":{number}}}"}}}}]}}"#
    ))
    .await;
    let printed = run(coze_at(&sim, &["api", "POST", "/v1/x", "--json", number])).ok();
    assert_eq!(printed.trim_end(), format!("{{\"code\":0,\"data\":{number}}}"));
    assert_eq!(sim.requests()[0].body, number.as_bytes());
}

#[test]
fn mistakes_are_named_before_anything_is_sent() {
    for (args, words) in [
        (["GET", "v1/x"].as_slice(), ["begins with one `/`", "v1/x"]),
        (&["GET", "/v1/../x"], ["..", "/v1/../x"]),
        (&["GET", "https://api.coze.cn/v1/x"], ["complete URL", "--base-url"]),
        (&["POST", "/v1/x", "--json", "{"], ["--json", "JSON"]),
        (&["POST", "/v1/x", "--json", "@/nonexistent.json"], ["cannot read", "/nonexistent.json"]),
        (&["GET", "/v1/x", "--header", "authorization: Bearer x"], ["authorization", "client"]),
    ] {
        run(coze(&[&["api", "--sim"], args].concat())).fails(2, &words);
    }
}

#[test]
fn events_are_told_from_other_lines() {
    assert!(std::panic::catch_unwind(|| events("plain text")).is_err());
}
