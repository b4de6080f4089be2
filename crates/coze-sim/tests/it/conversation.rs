use coze_sim::DEMO_BOT;
use serde_json::{Value, json};

use crate::support::{chat, delete, find, get, post, put, sim, stream, text};

#[tokio::test]
async fn conversations_are_created_retrieved_renamed_cleared_and_deleted() {
    let sim = sim().await;
    let body = json!({
        "bot_id": DEMO_BOT, "name": "杭州美食", "meta_data": {"uuid": "n1"}, "connector_id": "",
        "messages": [
            {"role": "user", "type": "question", "content": "one", "content_type": "text", "meta_data": {"a": "b"}},
            {"role": "assistant", "type": "answer", "content": "two", "content_type": "text"},
        ],
    });
    let made = post(&sim, "/v1/conversation/create", body).await.data();
    let id = text(&made["id"]);
    assert_eq!((id.len(), &made["name"], &made["connector_id"]), (19, &json!("杭州美食"), &json!("1024")));
    assert_eq!(made["meta_data"], json!({"uuid": "n1"}));
    let retrieve = format!("/v1/conversation/retrieve?conversation_id={id}");
    assert_eq!(get(&sim, &retrieve).await.data(), made);

    let path = format!("/v1/conversations/{id}");
    let renamed = put(&sim, &path, json!({"name": "上海美食"})).await.data();
    assert_eq!((&renamed["name"], &renamed["id"]), (&json!("上海美食"), &made["id"]));

    let section = post(&sim, &format!("{path}/clear"), json!({})).await.data();
    assert_eq!(section["conversation_id"], made["id"]);
    assert_ne!(section["id"], made["last_section_id"]);
    assert_eq!(get(&sim, &retrieve).await.data()["last_section_id"], section["id"]);
    // Clearing hides messages from the agent, not from the list.
    let list = format!("/v1/conversation/message/list?conversation_id={id}");
    assert_eq!(post(&sim, &list, json!({})).await.json()["data"].as_array().unwrap().len(), 2);

    let deleted = delete(&sim, &path).await;
    assert_eq!((deleted.json()["code"].clone(), deleted.json().get("data")), (json!(0), None));
    let (status, code, _) = get(&sim, &retrieve).await.refusal();
    assert_eq!((status, code), (200, 4001));
    assert_eq!(delete(&sim, &path).await.refusal().1, 4001);
}

#[tokio::test]
async fn a_conversation_needs_no_body_and_takes_its_name_from_the_first_question() {
    let sim = sim().await;
    let made = crate::support::send(&sim, "POST", "/v1/conversation/create", &[crate::support::AUTH], "")
        .await
        .data();
    assert_eq!((&made["name"], &made["meta_data"]), (&json!(""), &json!({})));
    let id = text(&made["id"]);
    stream(&sim, &format!("/v3/chat?conversation_id={id}"), chat("what is up")).await;
    let named = get(&sim, &format!("/v1/conversation/retrieve?conversation_id={id}")).await.data();
    assert_eq!(named["name"], "what is up");
}

async fn list(sim: &coze_sim::Sim, query: &str) -> (Vec<String>, bool) {
    let data = get(sim, &format!("/v1/conversations?bot_id={DEMO_BOT}{query}")).await.data();
    let names = data["conversations"].as_array().unwrap().iter().map(|one| text(&one["name"])).collect();
    (names, data["has_more"].as_bool().unwrap())
}

#[tokio::test]
async fn lists_are_paged_and_ordered() {
    let sim = sim().await;
    for name in ["a", "b", "c", "d", "e"] {
        post(&sim, "/v1/conversation/create", json!({"bot_id": DEMO_BOT, "name": name})).await.data();
    }
    // Without a bot, and of another channel: not in the list.
    post(&sim, "/v1/conversation/create", json!({"name": "x"})).await.data();
    post(&sim, "/v1/conversation/create", json!({"bot_id": DEMO_BOT, "name": "sdk", "connector_id": "999"}))
        .await
        .data();
    let of = |names: &str| names.chars().map(String::from).collect::<Vec<_>>();
    assert_eq!(list(&sim, "").await, (of("edcba"), false));
    assert_eq!(list(&sim, "&sort_order=ASC&page_size=2").await, (of("ab"), true));
    assert_eq!(list(&sim, "&sort_order=ASC&page_size=2&page_num=3").await, (of("e"), false));
    assert_eq!(list(&sim, "&page_size=5").await, (of("edcba"), false));
    assert_eq!(list(&sim, "&page_num=9").await, (vec![], false));
    assert_eq!(list(&sim, "&connector_id=999").await, (vec!["sdk".to_owned()], false));
}

#[tokio::test]
async fn conversations_that_chats_opened_are_listed_with_their_bot() {
    let sim = sim().await;
    let events = stream(&sim, "/v3/chat", chat("first words")).await;
    let opened: Value = find(&events, "conversation.chat.created")["conversation_id"].clone();
    let data = get(&sim, &format!("/v1/conversations?bot_id={DEMO_BOT}")).await.data();
    assert_eq!(data["conversations"][0]["id"], opened);
    assert_eq!(data["conversations"][0]["name"], "first words");
}
