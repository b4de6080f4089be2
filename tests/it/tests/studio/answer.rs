//! Plain answers of Coze Studio.

use coze::http::Method;
use coze::types::conversation::{CreateConversation, ListConversations, ListMessages};
use coze::types::file::UploadFile;
use coze::types::message::ContentType;
use coze::types::{MessageId, Timestamp};
use coze::{ChatStatus, ContentPart, CreateChat, ErrorKind, Message};
use coze_sim::{DEMO_BOT, Dialect};
use serde_json::{Value, json};

use super::with_steps;
use crate::mock::{Mock, Reply};
use crate::served::{Served, ask, ask_bot, builder, patiently, serve};

async fn served() -> Served {
    serve(Dialect::Studio).await
}

/// A bot that says nothing for an hour.
async fn silent() -> Served {
    with_steps(json!([{"wait_ms": 3_600_000}]), json!({})).await
}

/// The body of an answer as it came.
async fn body(call: coze::RawCall) -> Value {
    call.await.unwrap().json().unwrap()
}

#[tokio::test]
async fn point_06_the_payload_stands_where_each_endpoint_puts_it() {
    patiently(async {
        let served = served().await;
        let client = &served.client;
        let chat = client.chat().create_and_poll(ask("hi")).await.unwrap().chat;
        let (conversation_id, chat_id) = (chat.conversation_id.unwrap(), chat.id);

        let messages = client.request(Method::GET, "/v3/chat/message/list");
        let messages =
            body(messages.query("conversation_id", &conversation_id).query("chat_id", &chat_id)).await;
        assert!(messages["Messages"].is_array() && messages.get("data").is_none(), "{messages}");
        assert!(!client.chat().messages(&conversation_id, &chat_id).await.unwrap().is_empty());

        let conversation = client.request(Method::GET, "/v1/conversation/retrieve");
        let conversation = body(conversation.query("conversation_id", &conversation_id)).await;
        assert!(conversation["ConversationData"].is_object(), "{conversation}");
        assert_eq!(client.conversations().retrieve(&conversation_id).await.unwrap().id, conversation_id);

        let online = client.request(Method::GET, "/v1/bot/get_online_info");
        let online = body(online.query("bot_id", DEMO_BOT).query("connector_id", "1024")).await;
        assert!(online["bot_id"].is_string() && online.get("data").is_none(), "{online}");
        assert_eq!(client.bots().retrieve(DEMO_BOT).await.unwrap().bot_id, DEMO_BOT);

        let silent = silent().await;
        let running = silent.client.chat().create(ask_bot("1", "hi")).await.unwrap();
        let ids = json!({"conversation_id": running.conversation_id, "chat_id": running.id});
        let canceled = body(silent.client.request(Method::POST, "/v3/chat/cancel").json(&ids)).await;
        assert!(canceled["ChatV3ChatDetail"].is_object() && canceled.get("data").is_none(), "{canceled}");
        let running = silent.client.chat().create(ask_bot("1", "hi")).await.unwrap();
        let canceled =
            silent.client.chat().cancel(running.conversation_id.unwrap(), &running.id).await.unwrap();
        assert_eq!(canceled.unwrap().id, running.id);
    })
    .await;
}

#[tokio::test]
async fn point_06_both_keys_at_once_are_no_contradiction() {
    for list in
        [json!({"data": null, "Messages": [{"id": "3"}]}), json!({"data": [{"id": "3"}], "Messages": null})]
    {
        let messages = Mock::always(Reply::json(&list)).client().chat().messages("1", "2").await.unwrap();
        assert_eq!(messages.len(), 1, "{list}");
    }
    let chat = json!({"data": null, "ChatV3ChatDetail": {"id": "2"}});
    let canceled = Mock::always(Reply::json(&chat)).client().chat().cancel("1", "2").await.unwrap();
    assert_eq!(canceled.unwrap().id, "2");
}

#[tokio::test]
async fn point_07_code_msg_and_data_may_be_missing_on_success() {
    patiently(async {
        // A cancel has neither code nor msg; an empty list of messages has no data.
        let silent = silent().await;
        let running = silent.client.chat().create(ask_bot("1", "hi")).await.unwrap();
        silent.client.chat().cancel(running.conversation_id.unwrap(), &running.id).await.unwrap();

        let served = served().await;
        let client = &served.client;
        let made = client.conversations().create(CreateConversation::new()).await.unwrap();
        let list = client.request(Method::POST, "/v1/conversation/message/list").json(&json!({}));
        let list = body(list.query("conversation_id", &made.id)).await;
        assert!(list.get("data").is_none() && list["BaseResp"].is_null(), "{list}");
        let page = client.conversations().messages().list(ListMessages::new(&made.id)).await.unwrap();
        assert!(page.messages.is_empty());
        let none = client.chat().messages(&made.id, "7499999999999999999").await.unwrap();
        assert!(none.is_empty());

        for envelope in [
            json!({"data": {"id": "2"}, "code": 0, "msg": null, "BaseResp": null}),
            json!({"data": {"id": "2"}, "msg": "success"}),
            json!({"data": {"id": "2"}, "BaseResp": null}),
            json!({"data": {"id": "2"}, "code": null}),
        ] {
            let client = Mock::always(Reply::json(&envelope)).client();
            assert_eq!(client.chat().retrieve("1", "2").await.unwrap().id, "2", "{envelope}");
        }
    })
    .await;
}

#[tokio::test]
async fn point_08_a_bad_token_comes_with_200_and_a_missing_endpoint_with_401() {
    patiently(async {
        let served = served().await;
        let wrong = builder(&served.sim).token("pat_wrong").build().unwrap();
        let error = wrong.chat().retrieve("1", "2").await.unwrap_err();
        assert_eq!((error.kind(), error.status().unwrap().as_u16()), (ErrorKind::Authentication, 200));
        let error = served.client.users().me().await.unwrap_err();
        assert_eq!((error.kind(), error.status().unwrap().as_u16()), (ErrorKind::Unsupported, 401));
        assert!(error.to_string().contains("does not offer") && !error.is_retryable(), "{error}");
        let post = served.client.request(Method::POST, "/v3/chat/retrieve");
        let error = post.query("conversation_id", "1").query("chat_id", "2").await.unwrap_err();
        assert_eq!((error.kind(), error.status().unwrap().as_u16()), (ErrorKind::Unsupported, 404));
    })
    .await;
}

#[tokio::test]
async fn point_09_errors_come_as_plain_text_or_as_nothing() {
    patiently(async {
        let served = served().await;
        let client = &served.client;
        let conversation_id = client.conversations().create(CreateConversation::new()).await.unwrap().id;
        // An unknown chat: 500 and text. An unknown conversation: 500 and nothing.
        let error = client.chat().retrieve(&conversation_id, "7499999999999999999").await.unwrap_err();
        assert_eq!((error.kind(), error.status().unwrap().as_u16()), (ErrorKind::Server, 500));
        assert!(error.to_string().contains("record not found"), "{error}");
        let error = client.chat().retrieve("7499999999999999999", "7499999999999999999").await.unwrap_err();
        assert_eq!((error.kind(), error.status().unwrap().as_u16()), (ErrorKind::Server, 500));
        assert!(error.to_string().contains("without a message"), "{error}");
        assert!(error.log_id().is_some());
    })
    .await;
}

#[tokio::test]
async fn point_10_the_log_id_stands_in_a_header_of_its_own() {
    patiently(async {
        let served = served().await;
        let client = &served.client;
        let answer = client.bots().retrieve(DEMO_BOT).with_response().await.unwrap();
        assert!(answer.headers.get("x-tt-logid").is_none());
        let log_id = answer.log_id.unwrap();
        assert_eq!(answer.headers["x-log-id"], log_id.as_str());
        assert_eq!(log_id.as_str().len(), 36, "a UUID: {log_id}");
        let error = client.chat().retrieve("1", "2").await.unwrap_err();
        assert_eq!(error.log_id().unwrap().as_str().len(), 36);
        assert!(client.chat().stream(ask("hi")).await.unwrap().log_id().is_some());
    })
    .await;
}

#[tokio::test]
async fn point_11_ids_are_read_in_any_form_and_sent_as_strings_or_not_at_all() {
    patiently(async {
        let numbers =
            json!({"id": 7_400_000_000_000_000_123_u64, "conversation_id": 7_400_000_000_000_000_124_u64});
        let chat = Mock::always(Reply::data(&numbers)).client().chat().retrieve("1", "2").await.unwrap();
        assert_eq!(
            (chat.id.as_str(), chat.conversation_id.unwrap().as_str()),
            ("7400000000000000123", "7400000000000000124")
        );

        let served = served().await;
        let client = &served.client;
        let chat = client.chat().create_and_poll(ask("hi")).await.unwrap().chat;
        let conversation_id = chat.conversation_id.unwrap();
        client
            .chat()
            .stream(ask("hi").conversation_id(&conversation_id))
            .await
            .unwrap()
            .collect()
            .await
            .unwrap();
        client.conversations().list(ListConversations::new(DEMO_BOT)).await.unwrap();
        client.conversations().messages().list(ListMessages::new(&conversation_id)).await.unwrap();
        client.conversations().create(CreateConversation::new().bot_id(DEMO_BOT)).await.unwrap();
        for request in served.sim.requests() {
            let (query, line) =
                (&request.query, format!("{} {}?{}", request.method, request.path, request.query));
            assert!(query.split('&').all(|pair| pair.is_empty() || !pair.ends_with('=')), "{line}");
            if request.body.is_empty() {
                continue;
            }
            let body: Value = serde_json::from_slice(&request.body).unwrap();
            for (name, value) in body.as_object().unwrap() {
                let id = name.ends_with("_id");
                assert!(
                    !id || value.as_str().is_some_and(|text| !text.is_empty()),
                    "{line}: {name} is {value}"
                );
                assert!(!value.is_null(), "{line}: {name} is null");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn point_12_what_is_unset_is_missing_or_zero_and_statuses_are_its_own() {
    patiently(async {
        let served = silent().await;
        let chat = served.client.chat().create(ask_bot("1", "hi")).await.unwrap();
        assert!(chat.usage.is_none() && chat.last_error.is_none() && chat.error().is_none());
        assert_eq!(
            (chat.completed_at, chat.failed_at),
            (Some(Timestamp::from_unix(0)), Some(Timestamp::from_unix(0)))
        );
        assert!(!chat.completed_at.unwrap().is_set());
        let conversation_id = chat.conversation_id.unwrap();
        let canceled = served.client.chat().cancel(&conversation_id, &chat.id).await.unwrap();
        assert_eq!(canceled.unwrap().status, Some(ChatStatus::Canceled));
        let raw = served.client.request(Method::GET, "/v3/chat/retrieve");
        let raw = body(raw.query("conversation_id", &conversation_id).query("chat_id", &chat.id)).await;
        assert_eq!(raw["data"]["status"], "conversation.chat.cancelled");
        let retrieved = served.client.chat().retrieve(&conversation_id, &chat.id).await.unwrap();
        assert!(retrieved.status.unwrap().is_terminal());
    })
    .await;
}

#[tokio::test]
async fn point_13_nulls_and_misspelt_names_are_read() {
    patiently(async {
        let served = served().await;
        let client = &served.client;
        let conversations = client.conversations();
        assert!(conversations.list(ListConversations::new(DEMO_BOT)).await.unwrap().conversations.is_empty());
        let made = conversations.create(CreateConversation::new().bot_id(DEMO_BOT)).await.unwrap();
        assert!(made.meta_data.is_empty());
        assert!(conversations.retrieve(&made.id).await.unwrap().creator_id.is_some());
        let file = client.files().upload(UploadFile::new("a.pdf", "x")).await.unwrap();
        assert!(file.created_at.unwrap().is_set() && file.uri.is_some() && file.url.is_some(), "{file:?}");
        let bot = client.bots().retrieve(DEMO_BOT).await.unwrap();
        assert!(serde_json::to_value(&bot).unwrap()["bot_id"].is_string());
    })
    .await;
}

#[tokio::test]
async fn point_14_positions_may_be_zero_and_the_order_is_fixed() {
    patiently(async {
        let served = served().await;
        let client = &served.client;
        let messages = client.conversations().messages();
        let empty = client.conversations().create(CreateConversation::new()).await.unwrap().id;
        let page = messages.list(ListMessages::new(&empty)).await.unwrap();
        assert_eq!((page.first_id, page.last_id), (Some(MessageId::from("0")), Some(MessageId::from("0"))));
        assert!(messages.list(ListMessages::new(&empty)).items().collect().await.unwrap().is_empty());

        let chat = client.chat().create_and_poll(ask("hi")).await.unwrap().chat;
        let conversation_id = chat.conversation_id.unwrap();
        let list =
            ListMessages::new(&conversation_id).order(coze::types::conversation::MessageOrder::Ascending);
        let all = messages.list(list).items().collect().await.unwrap();
        assert!(all.first().unwrap().is_answer(), "newest first, whatever was asked for: {all:?}");
        // A server that says "more" for ever is not asked for ever.
        let more = Reply::json(&json!({"has_more": true, "first_id": "0", "last_id": "0"}));
        let mock = Mock::always(more);
        assert!(
            mock.client()
                .conversations()
                .messages()
                .list(ListMessages::new("1"))
                .items()
                .collect()
                .await
                .unwrap()
                .is_empty()
        );
        assert_eq!(mock.sent().len(), 1);
        let same = json!({"data": [{"id": "5"}], "has_more": true, "first_id": "5", "last_id": "5"});
        let mock = Mock::always(Reply::json(&same));
        let items = mock
            .client()
            .conversations()
            .messages()
            .list(ListMessages::new("1"))
            .items()
            .collect()
            .await
            .unwrap();
        assert_eq!((items.len(), mock.sent().len()), (1, 2));
        let same = json!({"code": 0, "data": {"conversations": [{"id": "5"}], "has_more": true}});
        let mock = Mock::always(Reply::json(&same));
        let items =
            mock.client().conversations().list(ListConversations::new("1")).items().collect().await.unwrap();
        assert_eq!((items.len(), mock.sent().len()), (1, 2));
    })
    .await;
}

#[tokio::test]
async fn point_15_the_content_type_mix_is_a_list_of_objects() {
    patiently(async {
        let served = served().await;
        let client = &served.client;
        let file = client.files().upload(UploadFile::new("a.pdf", "x")).await.unwrap();
        let objects = [ContentPart::text("what is it?"), ContentPart::file(&file.id)];
        let request = CreateChat::new(DEMO_BOT, "u").message(Message::user_parts(objects));
        let answer = client.chat().stream(request).await.unwrap().collect().await.unwrap();
        let conversation_id = answer.chat.conversation_id.unwrap();
        let messages = client.chat().messages(&conversation_id, &answer.chat.id).await.unwrap();
        let question =
            messages.iter().find(|message| message.content_type == Some(ContentType::Mix)).unwrap();
        assert_eq!(question.parts().unwrap().len(), 2);
        // It goes back as context in the word that requests have for it.
        let again = CreateChat::new(DEMO_BOT, "u").messages(messages.clone());
        assert_eq!(again.additional_messages[0].content_type, ContentType::ObjectString);
    })
    .await;
}

#[tokio::test]
async fn point_16_requests_are_such_that_this_server_takes_them() {
    patiently(async {
        let served = served().await;
        assert!(served.client.base_url().starts_with("http://127.0.0.1:"));
        served.client.chat().create_and_poll(ask("hi")).await.unwrap();
        served.client.chat().stream(ask("hi")).await.unwrap().collect().await.unwrap();
        served.client.conversations().list(ListConversations::new(DEMO_BOT)).await.unwrap();
        for request in served.sim.requests() {
            match request.path.as_str() {
                "/v3/chat" => {
                    let body: Value = serde_json::from_slice(&request.body).unwrap();
                    assert!(body["stream"].is_boolean(), "{body}");
                }
                "/v3/chat/retrieve" => assert_eq!(request.method, Method::GET),
                "/v1/conversations" => {
                    assert!(
                        request.query.contains("page_num=1") && request.query.contains("page_size="),
                        "{request:?}"
                    );
                }
                _ => {}
            }
            assert!(request.status.unwrap().is_success(), "{request:?}");
        }
    })
    .await;
}
