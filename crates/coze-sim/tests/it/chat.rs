use std::time::Duration;

use coze_sim::{DEMO_BOT, Sim};
use serde_json::json;

use crate::support::{
    AUTH, all_of, chat, events, find, get, names, post, said, send, sim, stream, text, until, with,
};

#[tokio::test]
async fn a_stream_holds_every_documented_event_in_order() {
    let sim = sim().await;
    let events = stream(&sim, "/v3/chat", chat("2024年10月1日是星期几")).await;
    assert_eq!(said(&events), "2024年10月1日是星期二。");
    let mut order = names(&events);
    order.dedup();
    assert_eq!(
        order,
        [
            "conversation.chat.created",
            "conversation.chat.in_progress",
            "conversation.message.delta",
            "conversation.message.completed",
            "conversation.chat.completed",
            "done",
        ]
    );
    assert_eq!(events.last().unwrap().data, "\"[DONE]\"");

    let created = find(&events, "conversation.chat.created");
    let completed = find(&events, "conversation.chat.completed");
    assert_eq!((&created["status"], &completed["status"]), (&json!("created"), &json!("completed")));
    assert_eq!(created["id"], completed["id"]);
    assert_eq!(completed["last_error"], json!({"code": 0, "msg": ""}));
    assert!(completed["completed_at"].as_u64() >= created["created_at"].as_u64());
    let usage = |name: &str| completed["usage"][name].as_u64().unwrap();
    assert!(usage("input_count") > 0 && usage("output_count") > 0);
    assert_eq!(usage("token_count"), usage("input_count") + usage("output_count"));
    for id in ["id", "conversation_id", "bot_id", "section_id"] {
        assert_eq!(text(&created[id]).len(), 19, "{id}");
    }

    let messages = all_of(&events, "conversation.message.completed");
    let kinds: Vec<_> = messages.iter().map(|message| text(&message["type"])).collect();
    assert_eq!(kinds, ["answer", "verbose", "follow_up", "follow_up"]);
    let delta = find(&events, "conversation.message.delta");
    assert_eq!(delta["id"], messages[0]["id"]);
    assert_eq!(messages[0]["content"], "2024年10月1日是星期二。");
    let verbose: serde_json::Value = serde_json::from_str(messages[1]["content"].as_str().unwrap()).unwrap();
    assert_eq!(verbose["msg_type"], "generate_answer_finish");
    assert!(
        messages.iter().all(|message| message["chat_id"] == created["id"] && message["role"] == "assistant")
    );
}

#[tokio::test]
async fn a_plain_chat_answers_at_once_and_ends_in_the_background() {
    let sim = Sim::builder().pace(Duration::from_millis(20)).start().await.unwrap();
    let body = with(chat("hello"), json!({"stream": false, "meta_data": {"k": "v"}}));
    let started = post(&sim, "/v3/chat", body).await.data();
    assert_eq!(started["status"], "in_progress");
    let (conversation, id) = (text(&started["conversation_id"]), text(&started["id"]));
    let ended = until(&sim, &conversation, &id, "completed").await;
    assert_eq!(ended["meta_data"], json!({"k": "v"}));

    let path = format!("/v3/chat/message/list?conversation_id={conversation}&chat_id={id}");
    let messages = get(&sim, &path).await.data();
    let kinds: Vec<_> = messages.as_array().unwrap().iter().map(|message| text(&message["type"])).collect();
    assert_eq!(kinds, ["answer", "verbose", "follow_up", "follow_up", "follow_up"]);
    assert!(text(&messages[0]["content"]).starts_with("Hello!"));
}

#[tokio::test]
async fn stream_is_off_by_default() {
    let mut body = chat("hi");
    body.as_object_mut().unwrap().remove("stream");
    assert_eq!(post(&sim().await, "/v3/chat", body).await.data()["status"], "in_progress");
}

#[tokio::test]
async fn retrieve_takes_get_and_post() {
    let sim = sim().await;
    let chat = find(&stream(&sim, "/v3/chat", chat("hi")).await, "conversation.chat.completed");
    let path = format!(
        "/v3/chat/retrieve?conversation_id={}&chat_id={}",
        text(&chat["conversation_id"]),
        text(&chat["id"])
    );
    let got = get(&sim, &path).await.data();
    assert_eq!(got, chat);
    // The Node SDK posts no body under this content type.
    let headers = [AUTH, ("content-type", "application/x-www-form-urlencoded")];
    assert_eq!(send(&sim, "POST", &path, &headers, "").await.data(), chat);
}

#[tokio::test]
async fn a_conversation_is_remembered_until_it_is_cleared() {
    let sim = sim().await;
    let first = stream(&sim, "/v3/chat", chat("my cat is grey")).await;
    let conversation = text(&find(&first, "conversation.chat.created")["conversation_id"]);
    let path = format!("/v3/chat?conversation_id={conversation}");
    let second = stream(&sim, &path, chat("What did I say before?")).await;
    assert_eq!(said(&second), "Before that, you said: \"my cat is grey\".");
    assert_eq!(find(&second, "conversation.chat.created")["conversation_id"], conversation);

    post(&sim, &format!("/v1/conversations/{conversation}/clear"), json!({})).await.data();
    let third = stream(&sim, &path, chat("what did I say before")).await;
    assert!(said(&third).contains("you said nothing before"), "{}", said(&third));
}

#[tokio::test]
async fn context_in_the_request_counts_as_well() {
    let sim = sim().await;
    let body = with(
        chat(""),
        json!({"additional_messages": [
            {"role": "user", "content": "我喜欢杭州", "content_type": "text"},
            {"role": "assistant", "type": "answer", "content": "好的", "content_type": "text"},
            {"role": "user", "content": "我刚才说了什么", "content_type": "text"},
        ]}),
    );
    assert_eq!(said(&stream(&sim, "/v3/chat", body).await), "你刚才说的是：“我喜欢杭州”。");
}

#[tokio::test]
async fn a_conversation_with_messages_can_be_answered_without_new_ones() {
    let sim = sim().await;
    let messages = json!([{"role": "user", "content": "what day is 2000-01-01", "content_type": "text"}]);
    let made = post(&sim, "/v1/conversation/create", json!({"messages": messages})).await.data();
    let path = format!("/v3/chat?conversation_id={}", text(&made["id"]));
    let body = json!({"bot_id": DEMO_BOT, "user_id": "u", "stream": true});
    assert_eq!(said(&stream(&sim, &path, body.clone()).await), "January 1, 2000 is a Saturday.");
    // Without any message there is nothing to answer.
    let (status, code, msg) = post(&sim, "/v3/chat", body).await.refusal();
    assert_eq!((status, code), (400, 4000));
    assert!(msg.contains("additional_messages: required, since the conversation has no message"), "{msg}");
}

#[tokio::test]
async fn unsaved_chats_leave_no_trace() {
    let sim = sim().await;
    let first = stream(&sim, "/v3/chat", chat("remember the milk")).await;
    let conversation = text(&find(&first, "conversation.chat.created")["conversation_id"]);
    let path = format!("/v3/chat?conversation_id={conversation}");
    let unsaved = stream(&sim, &path, with(chat("a secret"), json!({"auto_save_history": false}))).await;
    let id = text(&find(&unsaved, "conversation.chat.completed")["id"]);
    for endpoint in ["retrieve", "message/list"] {
        let query = format!("/v3/chat/{endpoint}?conversation_id={conversation}&chat_id={id}");
        assert_eq!(get(&sim, &query).await.refusal().1, 4001, "{endpoint}");
    }
    let next = stream(&sim, &path, chat("what did I say before")).await;
    assert!(said(&next).contains("remember the milk"), "{}", said(&next));
}

#[tokio::test]
async fn unknown_bots_conversations_and_chats_are_named() {
    let sim = sim().await;
    let (status, code, msg) =
        post(&sim, "/v3/chat", with(chat("hi"), json!({"bot_id": "42"}))).await.refusal();
    assert_eq!((status, code), (200, 4015));
    assert!(msg.contains("bot 42"), "{msg}");
    let (status, code, msg) = post(&sim, "/v3/chat?conversation_id=42", chat("hi")).await.refusal();
    assert_eq!((status, code), (200, 4001));
    assert!(msg.contains("conversation 42"), "{msg}");
    let made = post(&sim, "/v1/conversation/create", json!({})).await.data();
    let path = format!("/v3/chat/retrieve?conversation_id={}&chat_id=42", text(&made["id"]));
    let (_, code, msg) = get(&sim, &path).await.refusal();
    assert_eq!(code, 4001);
    assert!(msg.contains("chat 42"), "{msg}");
}

#[tokio::test]
async fn an_empty_conversation_id_is_an_absent_one() {
    let events = stream(&sim().await, "/v3/chat?conversation_id=", chat("hi")).await;
    assert_eq!(text(&find(&events, "conversation.chat.created")["conversation_id"]).len(), 19);
}

/// A simulator whose answers take longer than any test waits.
async fn slow() -> Sim {
    Sim::builder().pace(Duration::from_secs(3600)).start().await.unwrap()
}

#[tokio::test]
async fn a_busy_conversation_refuses_a_second_chat_until_the_first_is_canceled() {
    let sim = slow().await;
    let first = post(&sim, "/v3/chat", with(chat("one"), json!({"stream": false}))).await.data();
    let (conversation, id) = (text(&first["conversation_id"]), text(&first["id"]));
    let path = format!("/v3/chat?conversation_id={conversation}");
    let second = || with(chat("two"), json!({"stream": false}));
    let (status, code, msg) = post(&sim, &path, second()).await.refusal();
    assert_eq!((status, code), (200, 4016));
    assert!(msg.contains(&id), "{msg}");
    // A stream is refused in the same way, by JSON.
    assert_eq!(post(&sim, &path, chat("two")).await.refusal().1, 4016);

    let ids = json!({"conversation_id": conversation, "chat_id": id});
    let canceled = post(&sim, "/v3/chat/cancel", ids.clone()).await.data();
    assert_eq!((&canceled["status"], &canceled["id"]), (&json!("canceled"), &json!(id)));
    let (status, code, msg) = post(&sim, "/v3/chat/cancel", ids).await.refusal();
    assert_eq!((status, code), (200, 4104));
    assert!(msg.contains("canceled"), "{msg}");
    assert_eq!(post(&sim, &path, second()).await.data()["status"], "in_progress");
}

#[tokio::test]
async fn a_finished_chat_cannot_be_canceled() {
    let sim = sim().await;
    let done = find(&stream(&sim, "/v3/chat", chat("hi")).await, "conversation.chat.completed");
    let ids = json!({"conversation_id": done["conversation_id"], "chat_id": done["id"]});
    assert_eq!(post(&sim, "/v3/chat/cancel", ids).await.refusal().1, 4104);
}

#[tokio::test]
async fn canceling_does_not_stop_the_stream_but_the_chat_stays_canceled_and_is_no_context() {
    let script = json!({"bots": [{"id": "5", "rules": [
        {"when": "slow", "reply": {"steps": [{"answer": ["a"]}, {"wait_ms": 2000}, {"answer": ["b"]}]}},
    ]}]});
    let sim = crate::support::scripted(script).await;
    let body = crate::support::chat_with("5", "slow");
    let mut response =
        crate::support::open(&sim, "POST", "/v3/chat", &[AUTH, crate::support::JSON], body.to_string())
            .await
            .unwrap();
    let mut seen = String::new();
    while !seen.contains("conversation.message.delta") {
        seen.push_str(&chunk(&mut response).await.unwrap());
    }
    let created = find(&events(&seen), "conversation.chat.created");
    let ids = json!({"conversation_id": created["conversation_id"], "chat_id": created["id"]});
    post(&sim, "/v3/chat/cancel", ids).await.data();
    while let Some(more) = chunk(&mut response).await {
        seen.push_str(&more);
    }
    let all = events(&seen);
    assert_eq!(said(&all), "ab");
    assert_eq!(find(&all, "conversation.chat.completed")["status"], "canceled");
    assert_eq!(all.last().unwrap().name, "done");
    let conversation = text(&created["conversation_id"]);
    until(&sim, &conversation, &text(&created["id"]), "canceled").await;
    let next =
        stream(&sim, &format!("/v3/chat?conversation_id={conversation}"), chat("what did I say before"))
            .await;
    assert!(said(&next).contains("you said nothing before"), "{}", said(&next));
}

async fn chunk(response: &mut http::Response<hyper::body::Incoming>) -> Option<String> {
    use http_body_util::BodyExt;
    let frame = response.body_mut().frame().await?.unwrap();
    Some(String::from_utf8(frame.into_data().unwrap().to_vec()).unwrap())
}

#[tokio::test]
async fn a_dropped_stream_leaves_the_chat_running_to_its_end() {
    let sim = Sim::builder().pace(Duration::from_millis(100)).start().await.unwrap();
    let body = chat("one two three four five six seven eight nine ten");
    let mut response =
        crate::support::open(&sim, "POST", "/v3/chat", &[AUTH, crate::support::JSON], body.to_string())
            .await
            .unwrap();
    let seen = chunk(&mut response).await.unwrap();
    let created = find(&events(&seen), "conversation.chat.created");
    drop(response);
    tokio::time::timeout(crate::support::LONG, sim.disconnected(1)).await.unwrap();
    let (conversation, id) = (text(&created["conversation_id"]), text(&created["id"]));
    until(&sim, &conversation, &id, "completed").await;
    let path = format!("/v3/chat/message/list?conversation_id={conversation}&chat_id={id}");
    let messages = get(&sim, &path).await.data();
    assert!(text(&messages[0]["content"]).contains("10 words"), "{messages}");
}

#[tokio::test]
async fn a_shortcut_command_becomes_the_question() {
    let sim = sim().await;
    let shortcut = |id: &str| {
        json!({
            "bot_id": DEMO_BOT, "user_id": "u", "stream": true, "additional_messages": [],
            "shortcut_command": {"command_id": id, "parameters": {"date": "[{\"type\":\"text\",\"text\":\"2000年1月1日\"}]"}},
        })
    };
    let events = stream(&sim, "/v3/chat", shortcut("7400000000000000101")).await;
    assert_eq!(said(&events), "2000年1月1日是星期六。");
    let (_, code, msg) = post(&sim, "/v3/chat", shortcut("9")).await.refusal();
    assert_eq!(code, 4000);
    assert!(msg.contains("shortcut_command.command_id: the bot has no shortcut command 9"), "{msg}");
}

#[tokio::test]
async fn bots_are_described_by_both_endpoints() {
    let sim = sim().await;
    let new = get(&sim, &format!("/v1/bots/{DEMO_BOT}?is_published=true")).await.data();
    let old = get(&sim, &format!("/v1/bot/get_online_info?bot_id={DEMO_BOT}")).await.data();
    assert_eq!(new, old);
    assert_eq!(new["bot_id"], DEMO_BOT);
    for field in ["name", "description", "version"] {
        assert!(!text(&new[field]).is_empty(), "{field}");
    }
    assert!(new["onboarding_info"]["prologue"].is_string() && new["bot_mode"] == 0);
    assert_eq!(get(&sim, "/v1/bots/42").await.refusal().1, 4015);
    assert_eq!(get(&sim, "/v1/bot/get_online_info?bot_id=42").await.refusal().1, 4015);
}
