use coze_sim::{Id, Sim};
use serde_json::{Value, json};

use crate::support::{AUTH, chat, delete, find, get, post, send, sim, stream, text};

async fn conversation(sim: &Sim) -> String {
    text(&post(sim, "/v1/conversation/create", json!({})).await.data()["id"])
}

async fn add(sim: &Sim, conversation: &str, content: &str) -> Value {
    let path = format!("/v1/conversation/message/create?conversation_id={conversation}");
    post(sim, &path, json!({"role": "user", "content": content, "content_type": "text", "meta_data": null}))
        .await
        .data()
}

async fn list(sim: &Sim, conversation: &str, body: Value) -> Value {
    let path = format!("/v1/conversation/message/list?conversation_id={conversation}");
    let reply = post(sim, &path, body).await.json();
    assert_eq!(reply["code"], 0, "{reply}");
    reply
}

fn contents(page: &Value) -> Vec<String> {
    page["data"].as_array().unwrap().iter().map(|message| text(&message["content"])).collect()
}

#[tokio::test]
async fn messages_are_created_retrieved_modified_and_deleted() {
    let sim = sim().await;
    let conversation = conversation(&sim).await;
    let made = add(&sim, &conversation, "早上好").await;
    assert_eq!(
        (&made["role"], &made["type"], &made["content"]),
        (&json!("user"), &json!("question"), &json!("早上好"))
    );
    assert_eq!((&made["bot_id"], &made["chat_id"], &made["meta_data"]), (&json!(""), &json!(""), &json!({})));
    let query = format!("?conversation_id={conversation}&message_id={}", text(&made["id"]));
    let retrieve = format!("/v1/conversation/message/retrieve{query}");
    assert_eq!(get(&sim, &retrieve).await.data(), made);
    assert_eq!(send(&sim, "POST", &retrieve, &[AUTH], "").await.data(), made);

    let modify = format!("/v1/conversation/message/modify{query}");
    let reply = post(&sim, &modify, json!({"content": "晚上好", "content_type": "text", "meta_data": null}))
        .await
        .json();
    assert!(reply.get("data").is_none(), "{reply}");
    assert_eq!((&reply["message"]["content"], &reply["message"]["id"]), (&json!("晚上好"), &made["id"]));
    let reply = post(&sim, &modify, json!({"meta_data": {"k": "v"}})).await.json();
    assert_eq!(
        (&reply["message"]["content"], &reply["message"]["meta_data"]),
        (&json!("晚上好"), &json!({"k": "v"}))
    );
    for (body, expected) in [
        (json!({}), "content: content and meta_data must not both be empty"),
        (json!({"content": "x"}), "content_type: required when content is not empty"),
        (json!({"contents": "x"}), "contents: unknown field"),
    ] {
        let (_, code, msg) = post(&sim, &modify, body).await.refusal();
        assert!(code == 4000 && msg.contains(expected), "{msg}");
    }

    let remove = format!("/v1/conversation/message/delete{query}");
    assert_eq!(send(&sim, "POST", &remove, &[AUTH], "").await.data()["content"], "晚上好");
    let (status, code, _) = get(&sim, &retrieve).await.refusal();
    assert_eq!((status, code), (200, 4005));
    assert_eq!(send(&sim, "POST", &remove, &[AUTH], "").await.refusal().1, 4005);
}

#[tokio::test]
async fn lists_page_in_both_directions() {
    let sim = sim().await;
    let conversation = conversation(&sim).await;
    let mut ids = Vec::new();
    for content in ["1", "2", "3", "4", "5"] {
        ids.push(text(&add(&sim, &conversation, content).await["id"]));
    }
    let page = list(&sim, &conversation, json!({"limit": 2})).await;
    assert_eq!((contents(&page), &page["has_more"]), (vec!["5".into(), "4".into()], &json!(true)));
    assert_eq!((&page["first_id"], &page["last_id"]), (&json!(ids[4]), &json!(ids[3])));
    let page = list(&sim, &conversation, json!({"limit": 2, "after_id": page["last_id"]})).await;
    assert_eq!((contents(&page), &page["has_more"]), (vec!["3".into(), "2".into()], &json!(true)));
    let last = list(&sim, &conversation, json!({"limit": 2, "after_id": page["last_id"]})).await;
    assert_eq!((contents(&last), &last["has_more"]), (vec!["1".into()], &json!(false)));
    let back = list(&sim, &conversation, json!({"limit": 2, "before_id": page["first_id"]})).await;
    assert_eq!((contents(&back), &back["has_more"]), (vec!["5".into(), "4".into()], &json!(false)));
    let ascending = list(&sim, &conversation, json!({"order": "asc", "limit": 3, "after_id": ids[0]})).await;
    assert_eq!(contents(&ascending), ["2", "3", "4"]);
    let all =
        list(&sim, &conversation, json!({"before_id": "0", "after_id": null, "chat_id": "", "limit": 50}))
            .await;
    assert_eq!((contents(&all).len(), &all["has_more"]), (5, &json!(false)));
}

#[tokio::test]
async fn empty_lists_are_lists() {
    let sim = sim().await;
    let page = list(&sim, &conversation(&sim).await, json!({})).await;
    assert_eq!(page["data"], json!([]));
    assert_eq!(
        (&page["first_id"], &page["last_id"], &page["has_more"]),
        (&json!(""), &json!(""), &json!(false))
    );
}

#[tokio::test]
async fn intermediate_messages_are_listed_only_on_demand_and_go_with_their_answer() {
    let sim = sim().await;
    let events = stream(&sim, "/v3/chat", chat("hello")).await;
    let chat = find(&events, "conversation.chat.completed");
    let conversation = text(&chat["conversation_id"]);
    let kinds = |page: &Value| -> Vec<String> {
        page["data"].as_array().unwrap().iter().map(|message| text(&message["type"])).collect()
    };
    let plain = list(&sim, &conversation, json!({"order": "asc"})).await;
    assert_eq!(kinds(&plain), ["question", "answer"]);
    let middle = json!({"order": "asc", "include_middle_message": true, "chat_id": chat["id"]});
    let all = list(&sim, &conversation, middle.clone()).await;
    assert_eq!(kinds(&all), ["question", "answer", "verbose", "follow_up", "follow_up", "follow_up"]);
    assert!(kinds(&list(&sim, &conversation, json!({"chat_id": "9"})).await).is_empty());

    let path = |id: &Value| {
        format!("/v1/conversation/message/delete?conversation_id={conversation}&message_id={}", text(id))
    };
    let (_, code, msg) = send(&sim, "POST", &path(&all["data"][2]["id"]), &[AUTH], "").await.refusal();
    assert!(code == 4000 && msg.contains("message_id: only messages of type question and answer"), "{msg}");
    send(&sim, "POST", &path(&all["data"][1]["id"]), &[AUTH], "").await.data();
    assert_eq!(kinds(&list(&sim, &conversation, middle).await), ["question"]);
}

#[tokio::test]
async fn feedback_goes_on_answers_of_chats_and_the_last_one_wins() {
    let sim = sim().await;
    let events = stream(&sim, "/v3/chat", chat("hello")).await;
    let answer = find(&events, "conversation.message.completed");
    let conversation = text(&answer["conversation_id"]);
    let path = |id: &str| format!("/v1/conversations/{conversation}/messages/{id}/feedback");
    let id = text(&answer["id"]);
    let stored = || sim.feedback(Id::parse(&id).unwrap());

    let first = json!({"feedback_type": "like"});
    let reply = post(&sim, &path(&id), first).await.json();
    assert_eq!((&reply["code"], reply.get("data")), (&json!(0), None));
    let second = json!({"feedback_type": "unlike", "reason_types": ["事实性错误"], "comment": "5.0"});
    post(&sim, &path(&id), second).await.data();
    let feedback = stored().unwrap();
    assert_eq!((feedback.feedback_type.as_str(), feedback.comment.as_str()), ("unlike", "5.0"));
    assert_eq!(feedback.reason_types, ["事实性错误"]);
    delete(&sim, &path(&id)).await.data();
    assert!(stored().is_none());

    for (body, expected) in [
        (json!({"feedback_type": "love"}), "feedback_type: expected one of like, unlike"),
        (
            json!({"feedback_type": "like", "comment": "x".repeat(251)}),
            "comment: at most 250 characters, got 251",
        ),
        (
            json!({"feedback_type": "like", "reason_types": vec!["x"; 11]}),
            "reason_types: at most 10 items, got 11",
        ),
        (
            json!({"feedback_type": "like", "reason_types": ["x".repeat(31)]}),
            "reason_types[0]: at most 30 characters",
        ),
    ] {
        let (_, code, msg) = post(&sim, &path(&id), body).await.refusal();
        assert!(code == 4000 && msg.contains(expected), "{msg}");
    }
    let question = list(&sim, &conversation, json!({"order": "asc"})).await["data"][0]["id"].clone();
    let (_, code, msg) =
        post(&sim, &path(&text(&question)), json!({"feedback_type": "like"})).await.refusal();
    assert!(code == 4000 && msg.contains("message_id: feedback is possible only on text answers"), "{msg}");
    assert_eq!(post(&sim, &path("9"), json!({"feedback_type": "like"})).await.refusal().1, 4005);
}
