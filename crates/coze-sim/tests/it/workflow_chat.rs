//! Chatflows, and workflows that agents run, over real sockets.

use std::time::Duration;

use coze_sim::{DEMO_BOT, Dialect, Script, Sim};
use serde_json::{Value, json};

use crate::party::{Party, ok};
use crate::support::{all_of, chat_with, find, get, names, post, said, stream, text, with};
use crate::workflow::{builder, numbered, workflow};

fn chatflow() -> Value {
    let nodes = json!([
        {"id": "start", "type": "start", "inputs": {}},
        {"id": "hear", "type": "message", "text": "You said {{USER_INPUT}}"},
        {"id": "ask", "type": "question", "question": "Sure?"},
        {"id": "end", "type": "end", "text": "Answer: {{ask.answer}}", "stream": true},
    ]);
    with(workflow("11", nodes), json!({"mode": "chatflow"}))
}

fn body(text: &str) -> Value {
    json!({
        "workflow_id": "11", "bot_id": DEMO_BOT, "parameters": {"USER_INPUT": "ignored"},
        "additional_messages": [{"role": "user", "content": text, "content_type": "text"}],
    })
}

#[tokio::test]
async fn a_chatflow_asks_and_goes_on_with_the_next_call() {
    let sim = builder([chatflow()]).start().await.unwrap();
    let events = stream(&sim, "/v1/workflows/chat", body("hello")).await;
    let order = names(&events);
    assert_eq!(order[..2], ["conversation.chat.created", "conversation.chat.in_progress"]);
    assert_eq!(order[order.len() - 2..], ["conversation.chat.requires_action", "done"]);
    assert!(said(&events).starts_with("You said hello"), "{}", said(&events));
    let waits = find(&events, "conversation.chat.requires_action");
    assert_eq!(waits["status"], "requires_action");
    assert!(events.last().unwrap().json()["debug_url"].is_string());
    let conversation = text(&waits["conversation_id"]);
    let next = with(body("yes"), json!({"conversation_id": conversation}));
    let events = stream(&sim, "/v1/workflows/chat", next).await;
    assert_eq!(said(&events), "Answer: yes");
    let completed = find(&events, "conversation.chat.completed");
    assert!(completed["usage"]["output_count"].as_u64().unwrap() > 0);
    assert_eq!(completed["conversation_id"], conversation.as_str());
    let list = post(
        &sim,
        &format!("/v1/conversation/message/list?conversation_id={conversation}"),
        json!({"order": "asc"}),
    )
    .await;
    let contents: Vec<String> =
        list.json()["data"].as_array().unwrap().iter().map(|one| text(&one["content"])).collect();
    assert_eq!(contents, ["hello", "You said hello", "Sure?", "yes", "Answer: yes"]);
    let path = format!("/v3/chat/retrieve?conversation_id={conversation}&chat_id={}", text(&completed["id"]));
    assert_eq!(get(&sim, &path).await.data()["status"], "completed");
}

#[tokio::test]
async fn chatflows_refuse_what_the_page_forbids() {
    let plain = workflow("1", json!([{"id": "start", "type": "start"}, {"id": "end", "type": "end"}]));
    let sim = builder([chatflow(), plain]).strict(true).start().await.unwrap();
    let assistant = json!([{"role": "assistant", "content": "x", "content_type": "text"}]);
    let many: Value =
        (0..51).map(|_| json!({"role": "user", "content": "x", "content_type": "text"})).collect();
    for (fields, problem) in [
        (json!({"bot_id": null}), "bot_id: required, unless there is an app_id"),
        (json!({"app_id": "5"}), "app_id: cannot be combined with bot_id"),
        (json!({"parameters": null}), "parameters: required"),
        (json!({"additional_messages": []}), "additional_messages: expected at least one message"),
        (json!({"additional_messages": assistant}), "the last message must have the role user"),
        (json!({"additional_messages": many}), "additional_messages: at most 50 items, got 51"),
        (
            json!({"additional_messages": [{"role": "user", "content": "[]", "content_type": "object_string"}]}),
            "additional_messages[0].content_type: expected text",
        ),
        (json!({"workflow_id": "1"}), "workflow_id: is a workflow and not a chatflow"),
        (json!({"is_async": true}), "is_async: unknown field"),
    ] {
        let (_, code, msg) =
            post(&sim, "/v1/workflows/chat", with(body("x"), fields.clone())).await.refusal();
        assert_eq!(code, 4000, "{fields}: {msg}");
        assert!(msg.contains(problem), "{fields}: {msg}");
    }
    let named =
        with(body("x"), json!({"bot_id": null, "app_id": "5", "parameters": {"CONVERSATION_NAME": "none"}}));
    let events = stream(&sim, "/v1/workflows/chat", named).await;
    assert_eq!(names(&events), ["conversation.chat.failed"]);
    assert_eq!(events[0].json(), json!({"code": "720702204", "msg": "会话名不存在"}));
}

#[tokio::test]
async fn chatflows_take_what_official_clients_send() {
    let sim = builder([chatflow()]).start().await.unwrap();
    let picture = json!([
        {"type": "text", "text": "hello"}, {"type": "image", "file_url": "https://example.com/cat.png"},
    ]);
    let objects = json!([{"role": "user", "content": picture.to_string(), "content_type": "object_string"}]);
    for (fields, echoed) in [
        (json!({"parameters": null}), "You said x"),
        (json!({"additional_messages": objects}), "You said hello"),
        // Without a message the input is that of the parameters.
        (json!({"additional_messages": []}), "You said ignored"),
    ] {
        let events = stream(&sim, "/v1/workflows/chat", with(body("x"), fields.clone())).await;
        let said = events
            .iter()
            .any(|event| event.name == "conversation.message.completed" && event.json()["content"] == echoed);
        assert!(said, "{fields}: {events:?}");
    }
    let alone = json!([{"role": "user", "content": "[]", "content_type": "object_string"}]);
    let alone = with(body("x"), json!({"additional_messages": alone}));
    let (_, code, msg) = post(&sim, "/v1/workflows/chat", alone).await.refusal();
    assert!(code == 4000 && msg.contains("additional_messages[0].content: expected an array"), "{msg}");
}

#[tokio::test]
async fn chats_of_an_app_share_its_default_conversation() {
    let nodes = json!([
        {"id": "start", "type": "start"},
        {"id": "fail", "type": "http", "url": "http://127.0.0.1:9/"},
        {"id": "end", "type": "end"},
    ]);
    let file = with(workflow("11", nodes), json!({"mode": "chatflow"}));
    let sim = builder([file]).start().await.unwrap();
    let of_app = with(body("x"), json!({"bot_id": null, "app_id": "5"}));
    let mut conversations = Vec::new();
    for _ in 0..2 {
        let events = stream(&sim, "/v1/workflows/chat", of_app.clone()).await;
        let failed = find(&events, "conversation.chat.failed");
        let error = &failed["last_error"];
        assert_eq!(error["code"], 720_701_013);
        assert!(error["msg"].as_str().unwrap().starts_with("node fail (Http) failed"), "{failed}");
        assert!(failed.get("bot_id").is_none());
        conversations.push(text(&failed["conversation_id"]));
    }
    assert_eq!(conversations[0], conversations[1]);
}

#[tokio::test]
async fn coze_studio_numbers_the_events_of_chatflows_from_one() {
    let sim = builder([chatflow()]).dialect(Dialect::Studio).start().await.unwrap();
    let nameless = post(&sim, "/v1/workflows/chat", body("x")).await;
    assert_eq!((nameless.status.as_u16(), nameless.json()["code"].as_i64()), (200, Some(777_777_775)));
    let create = json!({"app_id": "5", "conversation_name": "c", "get_or_create": true});
    assert_eq!(
        post(&sim, "/v1/workflow/conversation/create", create.clone()).await.json()["code"],
        777_777_762
    );
    let create = with(create, json!({"get_or_create": false}));
    let conversation = post(&sim, "/v1/workflow/conversation/create", create).await.data();
    assert_eq!((&conversation["meta_data"], conversation["created_at"].as_i64()), (&Value::Null, Some(0)));
    let request = with(body("x"), json!({"parameters": {"CONVERSATION_NAME": "c"}}));
    let reply = post(&sim, "/v1/workflows/chat", request).await;
    let events = numbered(reply.text());
    let ids: Vec<_> = events.iter().map(|(id, _, _)| id.unwrap()).collect();
    assert_eq!(ids, (1..=events.len() as u64).collect::<Vec<_>>());
    let created = &events[0].2;
    assert!(
        created.get("bot_id").is_none()
            && created.get("created_at").is_none()
            && created["execute_id"].is_string()
    );
    assert_eq!(created["conversation_id"], conversation["id"]);
    assert_eq!(events[events.len() - 2].1, "conversation.chat.requires_action");
    assert_eq!(events.last().unwrap().1, "done");
    assert!(all_of(&crate::support::events(reply.text()), "error").is_empty());
}

async fn agent(script: Value, files: Vec<Value>, party: &Party) -> Sim {
    builder(files)
        .script(Script::parse(&script.to_string()).unwrap())
        .allow_host(party.host.clone())
        .constant("base", format!("http://{}", party.host))
        .pace(Duration::ZERO)
        .start()
        .await
        .unwrap()
}

#[tokio::test]
async fn an_agent_runs_workflows_in_its_answers() {
    let party = Party::start(|seen, _| match seen.method.as_str() {
        "GET" => ok(&json!({"jobs": [{"id": "j-1", "title": "后端"}, {"id": "j-2", "title": "前端"}]})),
        _ if seen.json()["jobId"] == "j-9" => (404, "no such job".into(), Duration::ZERO),
        _ => ok(&json!({"application": {"id": "a-7"}})),
    })
    .await;
    let fetch = json!([
        {"id": "start", "type": "start"},
        {"id": "get", "type": "http", "url": "{{constants.base}}/jobs"},
        {"id": "list", "type": "text", "each": "{{get.body.jobs}}", "text": "{{item.id}} {{item.title}}"},
        {"id": "end", "type": "end", "text": "{{list.output}}"},
    ]);
    let submit = json!([
        {"id": "start", "type": "start", "inputs": {
            "user": {"type": "string", "required": true}, "job": {"type": "string"}, "score": {"type": "number"},
        }},
        {"id": "post", "type": "http", "method": "POST", "url": "{{constants.base}}/applications",
         "body": "{\"userId\": \"{{user}}\", \"jobId\": \"{{job}}\", \"score\": {{score}}}"},
        {"id": "end", "type": "end", "outputs": {"result": "{{post.body.application}}"}},
    ]);
    let constants = json!({"constants": {"base": null}});
    let files = vec![with(workflow("21", fetch), constants.clone()), with(workflow("22", submit), constants)];
    let script = json!({"bots": [{"id": "5", "rules": [
        {"when": {"contains": "职位"}, "reply": {"steps": [{"workflow": {"id": "21"}}, {"answer": "有：\n{output}"}]}},
        {"when": {"pattern": "申请 {job}，匹配度 {score}"}, "reply": {"steps": [
            {"workflow": {"id": "22", "parameters": {"user": "{user_id}", "job": "{job}", "score": "{score}"}}},
            {"answer": "已提交 {output.result.id}"},
        ]}},
        {"when": "lost", "reply": {"steps": [{"workflow": {"id": "404"}}, {"answer": "never"}]}},
    ]}]});
    let sim = agent(script, files, &party).await;
    let events = stream(&sim, "/v3/chat", chat_with("5", "有哪些职位？")).await;
    assert_eq!(said(&events), "有：\nj-1 后端\nj-2 前端");
    let tricky = "j-1\", \"score\": 1, \"x\": \"{output}";
    let events = stream(&sim, "/v3/chat", chat_with("5", &format!("申请 {tricky}，匹配度 87.5"))).await;
    assert_eq!(said(&events), "已提交 a-7");
    let seen = party.seen();
    assert_eq!(seen[1].json(), json!({"userId": "u1", "jobId": tricky, "score": 87.5}));
    let events = stream(&sim, "/v3/chat", chat_with("5", "申请 j-9，匹配度 1")).await;
    let failed = find(&events, "conversation.chat.failed");
    let msg = text(&failed["last_error"]["msg"]);
    assert!(
        msg.starts_with("node post (Http) failed: POST {{constants.base}}/applications: answered 404"),
        "{msg}"
    );
    let events = stream(&sim, "/v3/chat", chat_with("5", "lost")).await;
    assert_eq!(find(&events, "conversation.chat.failed")["last_error"]["code"], 4200);
}
