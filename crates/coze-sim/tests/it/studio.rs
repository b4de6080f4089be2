use std::time::Duration;

use coze_sim::{DEMO_BOT, Dialect, Script, Sim};
use http_body_util::BodyExt;
use serde_json::{Value, json};

use crate::support::{
    AUTH, JSON, Reply, all_of, chat, chat_with, delete, events, find, get, names, open, post, put, said,
    send, stream, studio, text, until, with,
};

fn plain(text: &str) -> Value {
    with(chat(text), json!({"stream": false}))
}

async fn finished(sim: &Sim, text_of_user: &str) -> (String, String) {
    let chat = post(sim, "/v3/chat", plain(text_of_user)).await.data();
    let (conversation, id) = (text(&chat["conversation_id"]), text(&chat["id"]));
    until(sim, &conversation, &id, "completed").await;
    (conversation, id)
}

#[tokio::test]
async fn streams_end_with_their_own_event_and_come_in_fragments() {
    let sim = studio().await;
    // No `stream` means true.
    let mut body = chat("2024年10月1日是星期几");
    body.as_object_mut().unwrap().remove("stream");
    let mut response = open(&sim, "POST", "/v3/chat", &[AUTH, JSON], body.to_string()).await.unwrap();
    let header = |name: &str| response.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
    assert_eq!(header("content-type").unwrap(), "text/event-stream");
    assert_eq!(header("x-accel-buffering").unwrap(), "no");
    assert_eq!(header("x-log-id").unwrap().len(), 36);
    assert_eq!(header("x-tt-logid"), None);
    let mut chunks = Vec::new();
    while let Some(frame) = response.body_mut().frame().await {
        chunks.push(String::from_utf8(frame.unwrap().into_data().unwrap().to_vec()).unwrap());
    }
    assert_eq!(chunks[..3], ["event:", "conversation.chat.created", "\n"]);
    let sent = chunks.concat();
    assert!(sent.ends_with("event:conversation.stream.done\ndata:\n\n"), "{sent}");
    let all = events(&sent);
    assert_eq!(said(&all), "2024年10月1日是星期二。");

    let created = all[0].json();
    assert_eq!((&created["completed_at"], &created["failed_at"]), (&json!(0), &json!(0)));
    let completed = find(&all, "conversation.chat.completed");
    for absent in ["usage", "last_error", "meta_data", "required_action"] {
        assert!(completed.get(absent).is_none(), "{absent}");
    }
    let messages = all_of(&all, "conversation.message.completed");
    let kinds: Vec<_> = messages.iter().map(|message| text(&message["type"])).collect();
    // The verbose message comes after the suggestions.
    assert_eq!(kinds, ["answer", "follow_up", "follow_up", "verbose"]);
    assert_eq!(messages[0]["reasoning_content"], "");
    assert!(
        messages[0]["meta_data"]["bot_state"].is_string() && messages[0]["meta_data"]["token"].is_string()
    );
}

#[tokio::test]
async fn payloads_have_their_own_keys() {
    let sim = studio().await;
    let (conversation, id) = finished(&sim, "hello").await;
    let ids = format!("conversation_id={conversation}&chat_id={id}");
    let retrieved = get(&sim, &format!("/v3/chat/retrieve?{ids}")).await.json();
    assert_eq!((&retrieved["data"]["status"], &retrieved["BaseResp"]), (&json!("completed"), &Value::Null));
    assert!(retrieved["data"]["usage"]["token_count"].as_u64().unwrap() > 0);
    assert!(retrieved.get("detail").is_none());

    let list = get(&sim, &format!("/v3/chat/message/list?{ids}")).await.json();
    assert!(list.get("data").is_none());
    let kinds: Vec<_> =
        list["Messages"].as_array().unwrap().iter().map(|message| text(&message["type"])).collect();
    assert_eq!(kinds, ["question", "answer", "follow_up", "follow_up", "follow_up", "verbose"]);
    let none =
        get(&sim, &format!("/v3/chat/message/list?conversation_id={conversation}&chat_id=9")).await.json();
    assert_eq!(none, json!({"code": 0, "msg": "", "BaseResp": null}));

    let one = get(&sim, &format!("/v1/conversation/retrieve?conversation_id={conversation}")).await.json();
    assert_eq!(one["ConversationData"]["id"], conversation);
    assert!(one.get("data").is_none());
    assert!(
        one["ConversationData"]["meta_data"].is_null() && one["ConversationData"]["creator_d"].is_string()
    );

    let bot = get(&sim, &format!("/v1/bot/get_online_info?bot_id={DEMO_BOT}&connector_id=1024")).await.json();
    assert_eq!(bot["bot_id"], DEMO_BOT);
    assert!(bot.get("code").is_none() && bot["plugin_info_list"].is_null());
    let failed = get(&sim, &format!("/v1/bot/get_online_info?bot_id={DEMO_BOT}")).await;
    assert_eq!(failed.refusal(), (500, 500, "internal server error".to_owned()));
    assert_eq!(get(&sim, &format!("/v1/bots/{DEMO_BOT}")).await.data()["bot_id"], DEMO_BOT);
}

#[tokio::test]
async fn cancel_answers_without_an_envelope_and_does_not_last() {
    let script = json!({"bots": [{"id": "5", "rules": [
        {"reply": {"steps": [{"answer": ["a"]}, {"wait_ms": 2000}, {"answer": ["b"]}]}},
    ]}]});
    let script = Script::parse(&script.to_string()).unwrap();
    let sim =
        Sim::builder().dialect(Dialect::Studio).pace(Duration::ZERO).script(script).start().await.unwrap();
    let chat = post(&sim, "/v3/chat", with(chat_with("5", "x"), json!({"stream": false}))).await.data();
    let ids = json!({"conversation_id": chat["conversation_id"], "chat_id": chat["id"]});
    let canceled = post(&sim, "/v3/chat/cancel", ids.clone()).await.json();
    assert_eq!(canceled["ChatV3ChatDetail"]["status"], "conversation.chat.cancelled");
    assert_eq!(canceled.as_object().unwrap().keys().collect::<Vec<_>>(), ["BaseResp", "ChatV3ChatDetail"]);
    until(&sim, &text(&chat["conversation_id"]), &text(&chat["id"]), "completed").await;
    let (status, code, msg) = post(&sim, "/v3/chat/cancel", ids).await.refusal();
    assert_eq!((status, code), (400, 400));
    assert!(msg.starts_with("code=103200005 message=in progress can not be cancelled\nstack="), "{msg}");
}

#[tokio::test]
async fn authentication_fails_with_status_200() {
    let sim = studio().await;
    for (header, why) in [
        (None, "missing authorization in header"),
        (Some("pat_sim"), "missing api_key in request"),
        (Some("bearer pat_sim"), "missing api_key in request"),
        (Some("Bearer Bearer pat_sim"), "missing api_key in request"),
        (Some("Bearer nope"), "CheckPermission failed"),
    ] {
        let headers: Vec<_> = header.map(|value| ("authorization", value)).into_iter().collect();
        let reply = send(&sim, "GET", &format!("/v1/bots/{DEMO_BOT}"), &headers, "").await;
        assert_eq!(
            reply.refusal(),
            (200, 700_012_006, format!("authentication failed: {why}")),
            "{header:?}"
        );
    }
    for odd in ["Bearerpat_sim", "foo Bearer pat_sim"] {
        let reply = send(&sim, "GET", &format!("/v1/bots/{DEMO_BOT}"), &[("authorization", odd)], "").await;
        assert_eq!(reply.data()["bot_id"], DEMO_BOT);
    }
}

#[tokio::test]
async fn missing_endpoints_ask_for_a_session() {
    let sim = studio().await;
    for (method, path) in [
        ("GET", "/v1/users/me"),
        ("POST", "/v3/chat/submit_tool_outputs"),
        ("POST", "/v1/conversation/message/create"),
        ("GET", "/v1/files/retrieve"),
        ("GET", "/v1/bots/abc"),
        ("GET", "/nope"),
    ] {
        let expected = (401, 401, "missing session_key in cookie".to_owned());
        assert_eq!(send(&sim, method, path, &[AUTH], "").await.refusal(), expected, "{path}");
        assert_eq!(send(&sim, method, path, &[], "").await.refusal(), expected, "{path}");
    }
    let posted = send(&sim, "POST", "/v3/chat/retrieve?conversation_id=1&chat_id=2", &[AUTH], "").await;
    assert_eq!(posted.refusal(), (404, 404, "not found".to_owned()));
}

#[tokio::test]
async fn errors_have_as_many_forms_as_endpoints() {
    let sim = studio().await;
    let (conversation, _) = finished(&sim, "hello").await;
    // A bot that does not exist: in a stream, and plain.
    let refused = stream(&sim, "/v3/chat", chat_with("9", "x")).await;
    assert_eq!(names(&refused), ["error"]);
    assert_eq!(refused[0].json()["code"], 103_100_001);
    assert!(text(&refused[0].json()["msg"]).starts_with("code=103100002 message=agent not exists\nstack="));
    let (status, code, msg) =
        post(&sim, "/v3/chat", with(chat_with("9", "x"), json!({"stream": false}))).await.refusal();
    assert!((status, code) == (400, 400) && msg.starts_with("code=103100002"), "{msg}");

    let plain_text = |reply: &Reply| {
        (reply.status.as_u16(), reply.header("content-type").to_owned(), reply.text().to_owned())
    };
    let of = |conversation: &str, chat: &str| format!("?conversation_id={conversation}&chat_id={chat}");
    let reply = get(&sim, &format!("/v3/chat/retrieve{}", of(&conversation, "9"))).await;
    assert_eq!(plain_text(&reply), (500, "text/plain; charset=utf-8".into(), "record not found".into()));
    for path in ["/v3/chat/retrieve", "/v3/chat/message/list"] {
        let reply = get(&sim, &format!("{path}{}", of("9", "9"))).await;
        assert_eq!((reply.status.as_u16(), reply.text()), (500, ""));
    }
    assert_eq!(get(&sim, "/v1/conversation/retrieve?conversation_id=9").await.refusal().1, 103_000_002);
}

#[tokio::test]
async fn ids_must_be_texts_and_empty_queries_are_wrong_but_unknown_fields_pass() {
    let sim = studio().await;
    for (path, body) in [
        ("/v3/chat", with(chat("x"), json!({"bot_id": 5}))),
        ("/v3/chat", with(chat("x"), json!({"bot_id": ""}))),
        ("/v3/chat?conversation_id=", chat("x")),
        ("/v1/conversation/create", json!({"connector_id": ""})),
    ] {
        let (status, code, _) = post(&sim, path, body.clone()).await.refusal();
        assert_eq!((status, code), (400, 400), "{path} {body}");
    }
    let odd = json!({"unknown": 1, "auto_save_history": "ignored", "meta_data": {"k": "v".repeat(1000)}});
    assert_eq!(names(&stream(&sim, "/v3/chat", with(chat("x"), odd)).await)[0], "conversation.chat.created");
}

#[tokio::test]
async fn an_unknown_conversation_is_replaced_and_chats_run_side_by_side() {
    let sim = Sim::builder().dialect(Dialect::Studio).pace(Duration::from_secs(3600)).start().await.unwrap();
    let chat = post(&sim, "/v3/chat?conversation_id=42", plain("hi")).await.data();
    assert_ne!(chat["conversation_id"], "42");
    let path = format!("/v3/chat?conversation_id={}", text(&chat["conversation_id"]));
    let second = post(&sim, &path, plain("hi")).await.data();
    assert_eq!(second["conversation_id"], chat["conversation_id"]);
    assert_ne!(second["id"], chat["id"]);
}

#[tokio::test]
async fn tools_are_asked_for_by_a_question_and_the_next_input_answers() {
    let sim = studio().await;
    let first = stream(&sim, "/v3/chat", chat(r#"call get_weather {"city":"Paris"}"#)).await;
    assert!(!names(&first).contains(&"conversation.chat.requires_action"));
    assert_eq!(first.last().unwrap().name, "conversation.stream.done");
    let verbose =
        first.iter().find(|event| event.data.contains(r#"\"msg_type\":\"interrupt\""#)).unwrap().json();
    for key in ["requires_action", "resume_info", "tool_calls_ids"] {
        assert!(verbose["meta_data"][key].is_string(), "{key}");
    }
    let path = format!("/v3/chat?conversation_id={}", text(&verbose["conversation_id"]));
    assert_eq!(said(&stream(&sim, &path, chat("rainy")).await), "The tool get_weather returned: rainy.");
    assert!(said(&stream(&sim, &path, chat("hello")).await).starts_with("Hello!"));
}

#[tokio::test]
async fn failures_midway_end_as_if_all_were_well() {
    let steps = json!([{"answer": ["a"]}, {"fail": {"code": 103_200_002, "msg": "x"}}]);
    let script = json!({"bots": [{"id": "5", "rules": [{"reply": {"steps": steps}}]}]});
    let script = Script::parse(&script.to_string()).unwrap();
    let sim =
        Sim::builder().dialect(Dialect::Studio).pace(Duration::ZERO).script(script).start().await.unwrap();
    let all = stream(&sim, "/v3/chat", chat_with("5", "x")).await;
    let order = names(&all);
    assert!(order.ends_with(&[
        "conversation.message.completed",
        "conversation.chat.completed",
        "conversation.stream.done"
    ]));
    assert_eq!(find(&all, "error"), json!({"code": 103_200_002, "msg": "x"}));
}

#[tokio::test]
async fn message_lists_ignore_the_order_and_have_no_limit() {
    let sim = studio().await;
    let (conversation, _) = finished(&sim, "one").await;
    let empty = text(
        &post(&sim, "/v1/conversation/create", json!({"messages": [{"role": "user"}]})).await.data()["id"],
    );
    let list = |conversation: String, body: Value| {
        let sim = &sim;
        async move {
            post(sim, &format!("/v1/conversation/message/list?conversation_id={conversation}"), body)
                .await
                .json()
        }
    };
    let none = list(empty, json!({})).await;
    assert!(none.get("data").is_none());
    assert_eq!(
        (&none["first_id"], &none["last_id"], &none["has_more"]),
        (&json!("0"), &json!("0"), &json!(false))
    );

    let path = format!("/v3/chat?conversation_id={conversation}");
    stream(&sim, &path, chat("two")).await;
    let contents = |page: &Value| -> Vec<String> {
        page["data"].as_array().unwrap().iter().map(|message| text(&message["content"])).collect()
    };
    let all = list(conversation.clone(), json!({"order": "asc", "limit": 500, "bot_id": 7})).await;
    let newest_first = contents(&all);
    assert_eq!((newest_first.len(), newest_first[1].as_str(), newest_first[3].as_str()), (4, "two", "one"));
    let older = list(conversation.clone(), json!({"after_id": all["data"][1]["id"], "limit": 1})).await;
    assert_eq!((contents(&older), &older["has_more"]), (vec![newest_first[2].clone()], &json!(true)));
    let newer = list(
        conversation.clone(),
        json!({"before_id": all["data"][2]["id"], "after_id": all["data"][0]["id"]}),
    )
    .await;
    // Oldest first, and before_id wins.
    assert_eq!(contents(&newer), [newest_first[1].clone(), newest_first[0].clone()]);
    let zero = list(conversation.clone(), json!({"limit": 0})).await;
    assert!(zero.get("data").is_none() && zero["has_more"] == true);
    let unknown = post(
        &sim,
        &format!("/v1/conversation/message/list?conversation_id={conversation}"),
        json!({"after_id": "9"}),
    )
    .await;
    assert_eq!(unknown.refusal(), (500, 500, "internal server error".to_owned()));
    let negative = post(
        &sim,
        &format!("/v1/conversation/message/list?conversation_id={conversation}"),
        json!({"limit": -1}),
    )
    .await;
    assert_eq!((negative.status.as_u16(), negative.text()), (500, ""));
}

#[tokio::test]
async fn conversation_lists_without_a_size_lose_their_last_item() {
    let sim = studio().await;
    for name in ["a", "b"] {
        post(&sim, "/v1/conversation/create", json!({"bot_id": DEMO_BOT, "name": name})).await.data();
    }
    let list = |query: &'static str| {
        let sim = &sim;
        async move {
            let data = get(sim, &format!("/v1/conversations?bot_id={DEMO_BOT}{query}")).await.data();
            (data["conversations"].as_array().map(Vec::len), data["has_more"].as_bool().unwrap())
        }
    };
    assert_eq!(list("").await, (Some(1), true));
    assert_eq!(list("&page_num=1&page_size=2").await, (Some(2), false));
    assert_eq!(list("&page_num=2&page_size=2").await, (None, false));
    let made = post(&sim, "/v1/conversation/create", json!({})).await.data();
    let path = format!("/v1/conversations/{}", text(&made["id"]));
    assert_eq!(put(&sim, &path, json!({"name": ""})).await.data()["name"], "");
    assert_eq!(delete(&sim, &path).await.json(), json!({"code": 0, "msg": "", "BaseResp": null}));
}

#[tokio::test]
async fn uploads_show_a_capital_letter_and_escaped_urls() {
    let sim = studio().await;
    let upload = |parts: &'static str| {
        let sim = &sim;
        async move {
            let body = parts.replace(
                "PART",
                "--XX\r\nContent-Disposition: form-data; name=\"file\"; filename=\"n.txt\"\r\n\r\nhello\r\n",
            );
            send(
                sim,
                "POST",
                "/v1/files/upload",
                &[AUTH, ("content-type", "multipart/form-data; boundary=XX")],
                body,
            )
            .await
        }
    };
    let reply = upload("PART--XX--\r\n").await;
    let file = reply.data();
    assert!(file["CreatedAt"].is_u64() && file.get("created_at").is_none());
    assert_eq!((&file["bytes"], &file["file_name"]), (&json!(5), &json!("n.txt")));
    assert!(reply.text().contains("\\u0026") && text(&file["url"]).contains('&'));
    assert_eq!(upload("--XX--\r\n").await.refusal().1, 104_000_006);
    assert_eq!(upload("PARTPART--XX--\r\n").await.refusal().1, 104_000_007);
    let small = Sim::builder().dialect(Dialect::Studio).upload_limit(3).start().await.unwrap();
    let body =
        "--XX\r\nContent-Disposition: form-data; name=\"file\"; filename=\"n\"\r\n\r\nhello\r\n--XX--\r\n";
    let headers = [AUTH, ("content-type", "multipart/form-data; boundary=XX")];
    let reply = send(&small, "POST", "/v1/files/upload", &headers, body).await;
    assert_eq!((reply.status.as_u16(), reply.text()), (413, "Request Entity Too Large"));
}
