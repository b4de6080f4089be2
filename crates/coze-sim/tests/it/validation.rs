use serde_json::{Value, json};

use crate::support::{AUTH, JSON, chat, get, post, put, send, sim, stream, text, with};

/// Sends a body that breaks a rule, and returns what the message says about it.
async fn problem(sim: &coze_sim::Sim, path: &str, body: Value) -> String {
    let (status, code, msg) = post(sim, path, body).await.refusal();
    assert_eq!((status, code), (400, 4000), "{msg}");
    msg.strip_prefix("Request parameter error: ").unwrap_or_else(|| panic!("{msg}")).to_owned()
}

fn message(fields: Value) -> Value {
    json!({"additional_messages": [with(json!({"role": "user", "content": "x", "content_type": "text"}), fields)]})
}

#[tokio::test]
async fn chat_requests_are_checked_field_by_field() {
    let sim = sim().await;
    let many = vec![json!({"role": "user", "content": "x", "content_type": "text"}); 101];
    for (fields, expected) in [
        (json!({"bot_id": null}), "bot_id: required, but missing"),
        (json!({"bot_id": 7}), "bot_id: expected an id (a text of up to 19 digits), got 7"),
        (json!({"user_id": ""}), "user_id: expected a text that is not empty, got \"\""),
        (json!({"stream": "true"}), "stream: expected true or false, got \"true\""),
        (json!({"botid": "1"}), "botid: unknown field; known here: bot_id, user_id"),
        (
            json!({"additional_messages": "hi"}),
            "additional_messages: expected an array of at most 100 items, got \"hi\"",
        ),
        (json!({"additional_messages": many}), "additional_messages: at most 100 items, got 101"),
        (
            message(json!({"role": "system"})),
            "additional_messages[0].role: expected one of user, assistant, got \"system\"",
        ),
        (message(json!({"content": 1})), "additional_messages[0].content: expected a text, got 1"),
        (message(json!({"content": null})), "additional_messages[0].content: required, but missing"),
        (
            message(json!({"content_type": "card"})),
            "additional_messages[0].content_type: expected one of text, object_string, got \"card\"",
        ),
        (
            message(json!({"content_type": null})),
            "additional_messages[0].content_type: required when content is not empty",
        ),
        (
            message(json!({"type": "follow_up"})),
            "additional_messages[0].type: follow_up only occurs in answers",
        ),
        (
            message(json!({"type": "function_call"})),
            "additional_messages[0].type: function_call is taken only with auto_save_history=false",
        ),
        (message(json!({"type": "quest"})), "additional_messages[0].type: expected one of question"),
        (
            message(json!({"type": "question", "role": "assistant"})),
            "additional_messages[0].type: question only goes with the role user",
        ),
        (message(json!({"meta": {}})), "additional_messages[0].meta: unknown field"),
        (
            message(json!({"meta_data": {"k": 1}})),
            "additional_messages[0].meta_data.k: expected a text, got 1",
        ),
        (json!({"meta_data": {"k".repeat(65): "v"}}), "meta_data: expected keys of 1 to 64 characters"),
        (
            json!({"meta_data": {"k": "v".repeat(513)}}),
            "meta_data.k: expected a text of 1 to 512 characters, got 513",
        ),
        (json!({"custom_variables": {"a1": "v"}}), "custom_variables.a1: names consist of English letters"),
        (
            json!({"extra_params": {"altitude": "1"}}),
            "extra_params.altitude: unknown key; known here: latitude, longitude",
        ),
        (json!({"parameters": "{}"}), "parameters: expected an object, got \"{}\""),
        (
            json!({"publish_status": "draft"}),
            "publish_status: expected one of published_online, unpublished_draft",
        ),
        (
            json!({"publish_status": "unpublished_draft", "bot_version": "1"}),
            "bot_version: cannot be combined",
        ),
        (json!({"shortcut_command": {}}), "shortcut_command.command_id: required"),
        (json!({"conversation_id": "5"}), "conversation_id: belongs in the query"),
    ] {
        let problem = problem(&sim, "/v3/chat", with(chat("x"), fields.clone())).await;
        assert!(problem.starts_with(expected), "{fields}: {problem}");
    }
}

#[tokio::test]
async fn what_the_sdks_send_beyond_the_pages_is_taken() {
    let sim = sim().await;
    // Nulls of the Python SDK, empty ids of the Go SDK, the sound of the Java SDK.
    let python =
        message(json!({"meta_data": null, "id": null, "created_at": null, "reasoning_content": null}));
    let go = message(json!({"type": "", "id": "", "conversation_id": "", "section_id": "", "created_at": 0}));
    let all = json!({
        "connector_id": "", "enable_card": true, "custom_variables": {"bot_name": "x"}, "parameters": {"a": [1, null]},
        "extra_params": {"latitude": "39.98"}, "publish_status": "published_online", "bot_version": "1756277832",
        "auto_save_history": null, "meta_data": {},
    });
    let java = message(json!({"audio": ""}));
    for fields in [python, go, java, all] {
        stream(&sim, "/v3/chat", with(chat("x"), fields)).await;
    }
    let tools = message(json!({"type": "tool_response", "role": "assistant"}));
    stream(&sim, "/v3/chat", with(with(chat("x"), tools), json!({"auto_save_history": false}))).await;
}

#[tokio::test]
async fn object_strings_follow_the_rules_between_messages() {
    let sim = sim().await;
    let image = json!({"role": "user", "content_type": "object_string",
        "content": "[{\"type\":\"image\",\"file_url\":\"https://example.com/a.png\"}]"});
    let text = json!({"role": "user", "content_type": "text", "content": "look"});
    let messages = |messages: Vec<&Value>| with(chat("x"), json!({"additional_messages": messages}));
    for alone in [vec![&image], vec![&image, &image, &text]] {
        let problem = problem(&sim, "/v3/chat", messages(alone)).await;
        let expected =
            "additional_messages[0].content: a message of only files or images needs a text message";
        assert!(problem.starts_with(expected), "{problem}");
    }
    stream(&sim, "/v3/chat", messages(vec![&image, &text])).await;
    let events = stream(&sim, "/v3/chat", messages(vec![&text, &image])).await;
    assert!(crate::support::said(&events).contains("a.png: PNG image"));
}

#[tokio::test]
async fn queries_are_checked() {
    let sim = sim().await;
    for (path, expected) in [
        ("/v3/chat/retrieve", "conversation_id: required"),
        ("/v3/chat/retrieve?conversation_id=1", "chat_id: required"),
        ("/v3/chat/retrieve?conversation_id=1&chat_id=", "chat_id: required"),
        ("/v3/chat/retrieve?conversation_id=1&chat_id=x", "chat_id: expected an id"),
        (
            "/v3/chat/retrieve?conversation_id=1&chat_id=2&x=3",
            "x: unknown field; known here: conversation_id, chat_id",
        ),
        ("/v3/chat/retrieve?chat_id=1&chat_id=2", "chat_id: given more than once"),
        ("/v1/users/me?x=1", "x: unknown field"),
        ("/v1/conversations", "bot_id: required"),
        ("/v1/conversations?bot_id=1&page_size=51", "page_size: expected an integer from 1 to 50, got 51"),
        ("/v1/conversations?bot_id=1&page_num=0", "page_num: expected an integer of at least 1, got 0"),
        ("/v1/conversations?bot_id=1&sort_order=desc", "sort_order: expected one of ASC, DESC, got \"desc\""),
        ("/v1/conversations?bot_id=1&connector_id=1", "connector_id: expected one of 1024, 999"),
        ("/v1/bots/x", "bot_id: expected an id (up to 19 digits) in the path, got \"x\""),
        ("/v1/bots/1?is_published=maybe", "is_published: expected true or false"),
    ] {
        let (status, code, msg) = get(&sim, path).await.refusal();
        assert_eq!((status, code), (400, 4000), "{path}");
        assert!(msg.contains(expected), "{path}: {msg}");
    }
}

#[tokio::test]
async fn other_bodies_are_checked() {
    let sim = sim().await;
    let conversation = text(&post(&sim, "/v1/conversation/create", json!({})).await.data()["id"]);
    let in_conversation =
        |name: &str| format!("/v1/conversation/message/{name}?conversation_id={conversation}");
    let too_many = vec![json!({"role": "user"}); 17];
    for (path, body, expected) in [
        ("/v3/chat/cancel".to_owned(), json!({"chat_id": "1"}), "conversation_id: required"),
        (
            "/v1/conversation/create".into(),
            json!({"name": "n".repeat(101)}),
            "name: at most 100 characters, got 101",
        ),
        (
            "/v1/conversation/create".into(),
            json!({"messages": too_many}),
            "messages: at most 16 items, got 17",
        ),
        (
            "/v1/conversation/create".into(),
            json!({"messages": [{"role": "user", "type": "verbose"}]}),
            "messages[0].type: verbose",
        ),
        (in_conversation("create"), json!({"role": "user", "content": "x"}), "content_type: required"),
        (
            in_conversation("create"),
            json!({"role": "user", "content": "", "content_type": "text"}),
            "content: expected a text that is not empty",
        ),
        (
            in_conversation("create"),
            json!({"role": "user", "content": "x", "content_type": "card"}),
            "content_type: expected one of text",
        ),
        (
            in_conversation("create"),
            json!({"role": "user", "content": [{}], "content_type": "object_string"}),
            "content: expected a text",
        ),
        (in_conversation("list"), json!({"limit": 0}), "limit: expected an integer from 1 to 50, got 0"),
        (in_conversation("list"), json!({"order": "up"}), "order: expected one of desc, asc"),
        (in_conversation("list"), json!({"after_id": "5"}), "after_id: no message 5 is in this list"),
    ] {
        let problem = problem(&sim, &path, body.clone()).await;
        assert!(problem.starts_with(expected), "{path} {body}: {problem}");
    }
    let (_, _, msg) =
        put(&sim, &format!("/v1/conversations/{conversation}"), json!({"name": ""})).await.refusal();
    assert!(msg.contains("name: required, but empty"), "{msg}");
}

#[tokio::test]
async fn bodies_that_are_no_json_objects_are_refused() {
    let sim = sim().await;
    for (headers, body, expected) in [
        (vec![AUTH, JSON], "{", "body: not JSON"),
        (vec![AUTH, JSON], "[]", "body: expected a JSON object"),
        (vec![AUTH, JSON], "\u{feff}{}", "body: not JSON"),
        (vec![AUTH, ("content-type", "text/plain")], "{}", "Content-Type: expected application/json"),
        (vec![AUTH], "{}", "Content-Type: expected application/json"),
    ] {
        let (status, code, msg) = send(&sim, "POST", "/v3/chat", &headers, body).await.refusal();
        assert_eq!((status, code), (400, 4000));
        assert!(msg.contains(expected), "{body:?}: {msg}");
    }
    let charset = [AUTH, ("content-type", "Application/JSON; charset=utf-8")];
    assert_eq!(send(&sim, "POST", "/v1/conversation/create", &charset, "{}").await.status, 200);
    let large = format!("{{\"user_id\":\"{}\"}}", "x".repeat(9 << 20));
    let (status, _, msg) = send(&sim, "POST", "/v3/chat", &[AUTH, JSON], large).await.refusal();
    assert_eq!(status, 400);
    assert!(msg.contains("body: is truncated, or larger than"), "{msg}");
}
