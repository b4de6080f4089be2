use serde_json::{Value, json};

use crate::support::{
    chat, chat_with, find, get, names, post, said, scripted, sim, stream, text, until, with,
};

const CALL: &str = r#"调用 get_weather {"city":"杭州"}"#;

fn submit_path(chat: &Value) -> String {
    let (conversation, id) = (text(&chat["conversation_id"]), text(&chat["id"]));
    format!("/v3/chat/submit_tool_outputs?conversation_id={conversation}&chat_id={id}")
}

fn calls(chat: &Value) -> Vec<Value> {
    chat["required_action"]["submit_tool_outputs"]["tool_calls"].as_array().unwrap().clone()
}

#[tokio::test]
async fn a_streamed_chat_stops_for_a_tool_and_goes_on_with_its_output() {
    let sim = sim().await;
    let events = stream(&sim, "/v3/chat", chat(CALL)).await;
    assert_eq!(
        names(&events),
        [
            "conversation.chat.created",
            "conversation.chat.in_progress",
            "conversation.message.completed",
            "conversation.chat.requires_action",
            "done",
        ]
    );
    let message = find(&events, "conversation.message.completed");
    assert_eq!(message["type"], "function_call");
    let function: Value = serde_json::from_str(message["content"].as_str().unwrap()).unwrap();
    assert_eq!(function["name"], "get_weather");

    let waiting = find(&events, "conversation.chat.requires_action");
    assert_eq!(waiting["status"], "requires_action");
    assert_eq!(waiting["required_action"]["type"], "submit_tool_outputs");
    let call = &calls(&waiting)[0];
    assert_eq!((&call["type"], &call["function"]["name"]), (&json!("function"), &json!("get_weather")));
    let arguments: Value = serde_json::from_str(call["function"]["arguments"].as_str().unwrap()).unwrap();
    assert_eq!(arguments, json!({"city": "杭州"}));

    let (conversation, id) = (text(&waiting["conversation_id"]), text(&waiting["id"]));
    assert_eq!(
        until(&sim, &conversation, &id, "requires_action").await["required_action"],
        waiting["required_action"]
    );

    let outputs = json!({"stream": true, "tool_outputs": [{"tool_call_id": call["id"], "output": "{\"天气\":\"晴\"}"}]});
    let rest = stream(&sim, &submit_path(&waiting), outputs.clone()).await;
    assert_eq!(said(&rest), "工具 get_weather 返回的结果是：天气：晴。");
    let done = find(&rest, "conversation.chat.completed");
    assert_eq!((&done["status"], &done["id"]), (&json!("completed"), &waiting["id"]));
    assert!(done["required_action"].is_null());
    assert_eq!(rest.last().unwrap().name, "done");

    let (status, code, msg) = post(&sim, &submit_path(&waiting), outputs).await.refusal();
    assert_eq!((status, code), (400, 4000));
    assert!(msg.contains("chat_id: the chat waits for no tool outputs; its status is completed"), "{msg}");
    let list =
        get(&sim, &format!("/v3/chat/message/list?conversation_id={conversation}&chat_id={id}")).await.data();
    assert_eq!((&list[0]["type"], &list[1]["type"]), (&json!("function_call"), &json!("answer")));
}

#[tokio::test]
async fn plain_chats_and_plain_submissions_do_the_same() {
    let sim = sim().await;
    let started = post(&sim, "/v3/chat", with(chat(CALL), json!({"stream": false}))).await.data();
    let (conversation, id) = (text(&started["conversation_id"]), text(&started["id"]));
    let waiting = until(&sim, &conversation, &id, "requires_action").await;
    let outputs = json!({"tool_outputs": [{"tool_call_id": calls(&waiting)[0]["id"], "output": "21"}]});
    let answer = post(&sim, &submit_path(&waiting), outputs).await.data();
    assert_eq!(answer["status"], "in_progress");
    until(&sim, &conversation, &id, "completed").await;
}

#[tokio::test]
async fn wrong_missing_and_doubled_outputs_are_refused_and_the_chat_still_waits() {
    let script = json!({"bots": [{"id": "5", "rules": [{"reply": {"steps": [
        {"call": [{"name": "a", "arguments": {"x": 1}, "id": "call_a"}, {"name": "b", "arguments": "{}", "id": "call_b"}]},
        {"answer": "Got {output}."},
    ]}}]}]});
    let sim = scripted(script).await;
    let waiting =
        find(&stream(&sim, "/v3/chat", chat_with("5", "go")).await, "conversation.chat.requires_action");
    assert_eq!(calls(&waiting).len(), 2);
    let output = |id: &str, output: &str| json!({"tool_call_id": id, "output": output});
    for (outputs, expected) in [
        (
            json!([output("call_x", "1")]),
            "tool_outputs[0].tool_call_id: this chat has no pending tool call \"call_x\"",
        ),
        (json!([output("call_a", "1")]), "tool_outputs: the output of tool call call_b is missing"),
        (json!([output("call_a", "1"), output("call_a", "2")]), "tool_outputs[1].tool_call_id: given twice"),
        (json!([{"tool_call_id": "call_a"}]), "tool_outputs[0].output: required, but missing"),
    ] {
        let (status, code, msg) =
            post(&sim, &submit_path(&waiting), json!({"tool_outputs": outputs})).await.refusal();
        assert_eq!((status, code), (400, 4000));
        assert!(msg.contains(expected), "{msg}");
    }
    let right = json!({"stream": true, "tool_outputs": [output("call_b", "two"), output("call_a", "one")]});
    assert_eq!(said(&stream(&sim, &submit_path(&waiting), right).await), "Got one\ntwo.");
}

#[tokio::test]
async fn tool_outputs_need_a_saved_chat() {
    let sim = sim().await;
    let events = stream(&sim, "/v3/chat", with(chat(CALL), json!({"auto_save_history": false}))).await;
    let waiting = find(&events, "conversation.chat.requires_action");
    let outputs = json!({"tool_outputs": [{"tool_call_id": calls(&waiting)[0]["id"], "output": "1"}]});
    let (status, code, msg) = post(&sim, &submit_path(&waiting), outputs).await.refusal();
    assert_eq!((status, code), (200, 5000));
    assert!(msg.contains("auto_save_history=true"), "{msg}");
}

#[tokio::test]
async fn a_waiting_chat_cannot_be_canceled_and_does_not_block_its_conversation() {
    let sim = sim().await;
    let waiting = find(&stream(&sim, "/v3/chat", chat(CALL)).await, "conversation.chat.requires_action");
    let ids = json!({"conversation_id": waiting["conversation_id"], "chat_id": waiting["id"]});
    assert_eq!(post(&sim, "/v3/chat/cancel", ids).await.refusal().1, 4104);
    let path = format!("/v3/chat?conversation_id={}", text(&waiting["conversation_id"]));
    assert!(said(&stream(&sim, &path, chat("hello")).await).starts_with("Hello!"));
}

#[tokio::test]
async fn bad_arguments_are_explained() {
    let events = stream(&sim().await, "/v3/chat", chat("call get_weather {city}")).await;
    assert!(said(&events).starts_with("I cannot call get_weather: its arguments are no JSON object"));
}
