//! Rows of the group `chat`.

use std::fmt::Debug;

use coze_types::chat::{
    CancelChat, Chat, ChatStatus, CreateChat, ListChatMessages, PublishStatus, RequiredActionType,
    RetrieveChat, ShortcutCommand, SubmitToolOutputs, ToolCallType,
};
use coze_types::message::{ContentPart, Message, MessageType};
use coze_types::{Body, Endpoint, Streamable, Streamed, Timestamp, encode};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::{Row, again, fixture, received};

/// Asserts how the streamed form of a request differs from the plain one: in `stream` and in what it accepts.
fn assert_streamed<E>(request: &E)
where
    E: Streamable + DeserializeOwned + Clone + PartialEq + Debug,
{
    let streamed = Streamed(request.clone());
    again(&streamed, Some(&streamed));
    let error = E::read(&received(&encode(&streamed).unwrap())).unwrap_err().to_string();
    assert!(error.contains("`stream`"), "{error}");

    let [plain, streamed] = [encode(request).unwrap(), encode(&Streamed(request.clone())).unwrap()];
    assert_eq!(streamed.to_string(), plain.to_string());
    assert_eq!(streamed.template, plain.template);
    assert_eq!((plain.accept, streamed.accept), ("application/json", "text/event-stream"));
    let [mut plain, streamed] = [plain, streamed].map(|encoded| match encoded.body {
        Body::Json(json) => serde_json::from_slice::<Value>(&json).unwrap(),
        other => panic!("{other:?}"),
    });
    assert_eq!(plain["stream"], false);
    plain["stream"] = json!(true);
    assert_eq!(plain, streamed);
    assert_eq!(Streamed(request.clone()).validate(), Endpoint::validate(request));
}

fn usage(token_count: i64, input_count: i64, output_count: i64) -> coze_types::chat::Usage {
    serde_json::from_value(json!({
        "token_count": token_count, "input_count": input_count, "output_count": output_count,
    }))
    .unwrap()
}

#[test]
fn create() {
    let request =
        CreateChat::new("734829333445931****", "123456789").message(Message::user("2024年10月1日是星期几"));
    assert_streamed(&request);
    let chat = Row {
        request,
        line: "POST /v3/chat",
        body: json!({
            "stream": false,
            "bot_id": "734829333445931****",
            "user_id": "123456789",
            "additional_messages": [
                { "role": "user", "content": "2024年10月1日是星期几", "content_type": "text" },
            ],
        }),
        // The example of the page, without its comment.
        answer: json!({
            "data": {
                "id": "123",
                "conversation_id": "123456",
                "bot_id": "222",
                "created_at": 1_710_348_675,
                "completed_at": 1_710_348_675,
                "last_error": null,
                "meta_data": {},
                "status": "completed",
                "usage": { "token_count": 3397, "output_count": 1173, "input_count": 2224 },
            },
            "code": 0,
            "msg": "",
        }),
        payload: "/data",
    }
    .check();
    let mut expected = Chat::new("123");
    expected.conversation_id = Some("123456".into());
    expected.bot_id = Some("222".into());
    expected.created_at = Some(Timestamp::from_unix(1_710_348_675));
    expected.completed_at = Some(Timestamp::from_unix(1_710_348_675));
    expected.status = Some(ChatStatus::Completed);
    expected.usage = Some(usage(3397, 2224, 1173));
    assert_eq!(chat, expected);
    assert_eq!(chat.error(), None);
}

#[test]
fn create_with_every_field() {
    let objects = || {
        [
            ContentPart::text("帮我看看"),
            ContentPart::image("112233"),
            ContentPart::file_url("https://example.com/a.png"),
        ]
    };
    let request = CreateChat::new("7379462189365198898", "user/1")
        .conversation_id("7374752000116113452")
        .messages([
            Message::user("你可以读懂图片中的内容吗").meta("uuid", "1"),
            Message::assistant("没问题！你想查看什么图片呢？"),
            Message::user_parts(objects()),
        ])
        .custom_variable("bot_name", "小助手")
        .auto_save_history(true)
        .meta("uuid", "newid1234")
        .extra_param("latitude", "39.9800718")
        .shortcut_command(
            ShortcutCommand::new("745701083352557").parameter("query", [ContentPart::text("娱乐新闻")]),
        )
        .parameter("user", json!([{ "user_id": "123456", "user_name": "user" }]))
        .enable_card(false)
        .publish_status(PublishStatus::PublishedOnline)
        .bot_version("1716388526")
        .connector_id("1024");
    assert_eq!(request.validate(), []);
    assert_streamed(&request);
    let chat = Row {
        request,
        line: "POST /v3/chat?conversation_id=7374752000116113452",
        body: json!({
            "stream": false,
            "bot_id": "7379462189365198898",
            "user_id": "user/1",
            "additional_messages": [
                {
                    "role": "user",
                    "content": "你可以读懂图片中的内容吗",
                    "content_type": "text",
                    "meta_data": { "uuid": "1" },
                },
                {
                    "role": "assistant",
                    "type": "answer",
                    "content": "没问题！你想查看什么图片呢？",
                    "content_type": "text",
                },
                {
                    "role": "user",
                    "content": "[{\"type\":\"text\",\"text\":\"帮我看看\"},\
                        {\"type\":\"image\",\"file_id\":\"112233\"},\
                        {\"type\":\"file\",\"file_url\":\"https://example.com/a.png\"}]",
                    "content_type": "object_string",
                },
            ],
            "custom_variables": { "bot_name": "小助手" },
            "auto_save_history": true,
            "meta_data": { "uuid": "newid1234" },
            "extra_params": { "latitude": "39.9800718" },
            "shortcut_command": {
                "command_id": "745701083352557",
                "parameters": { "query": "[{\"type\":\"text\",\"text\":\"娱乐新闻\"}]" },
            },
            "parameters": { "user": [{ "user_id": "123456", "user_name": "user" }] },
            "enable_card": false,
            "publish_status": "published_online",
            "bot_version": "1716388526",
            "connector_id": "1024",
        }),
        answer: fixture!("retrieve_chat"),
        payload: "/data",
    }
    .check();
    assert_eq!(chat.id, "738137187639794****");
}

#[test]
fn retrieve() {
    let chat = Row {
        request: RetrieveChat::new("738137187639794****", "738136585609548****"),
        line: "GET /v3/chat/retrieve?conversation_id=738137187639794%2A%2A%2A%2A&chat_id=738136585609548%2A%2A%2A%2A",
        body: Value::Null,
        answer: fixture!("retrieve_chat"),
        payload: "/data",
    }
    .check();
    let mut expected = Chat::new("738137187639794****");
    expected.conversation_id = Some("738136585609548****".into());
    expected.bot_id = Some("737946218936519****".into());
    expected.created_at = Some(Timestamp::from_unix(1_718_609_571));
    expected.completed_at = Some(Timestamp::from_unix(1_718_609_575));
    expected.status = Some(ChatStatus::Completed);
    expected.usage = Some(usage(298, 242, 56));
    assert_eq!(chat, expected);
}

#[test]
fn retrieve_one_that_waits() {
    let chat = Row {
        request: RetrieveChat::new("737666232053956", "737666232053959"),
        line: "GET /v3/chat/retrieve?conversation_id=737666232053956&chat_id=737666232053959",
        body: Value::Null,
        answer: fixture!("retrieve_chat_requires_action"),
        payload: "/data",
    }
    .check();
    assert_eq!(chat.status, Some(ChatStatus::RequiresAction));
    assert!(chat.status.as_ref().is_some_and(ChatStatus::is_terminal));
    let action = chat.required_action.as_ref().unwrap();
    assert_eq!(action.kind, Some(RequiredActionType::SubmitToolOutputs));
    let [call] = chat.tool_calls() else { panic!("{:?}", chat.tool_calls()) };
    assert_eq!(call.id, "BUJJF0dAQ0NAEBVeQkVKEV5HFURFXhFCEhFeFxdHShcS****");
    assert_eq!(call.kind, Some(ToolCallType::Function));
    let function = call.function.as_ref().unwrap();
    assert_eq!(function.name, "local_data_assistant");
    assert_eq!(function.arguments::<Value>().unwrap(), json!({ "location": "南京", "type": 0 }));
}

#[test]
fn cancel() {
    let chat = Row {
        request: CancelChat::new("739778749439***", "73980486691***"),
        line: "POST /v3/chat/cancel",
        body: json!({ "chat_id": "73980486691***", "conversation_id": "739778749439***" }),
        answer: fixture!("chat_cancel"),
        payload: "/data",
    }
    .check()
    .unwrap();
    assert_eq!(chat.conversation_id.as_ref().unwrap(), "739778749439***");
    assert_eq!(chat.failed_at, None);
    // A code that is null is none.
    assert_eq!(chat.error(), None);
}

#[test]
fn submit_tool_outputs() {
    let request = SubmitToolOutputs::new("738136585609548", "738137187639794")
        .output("BUJJF0dAQ0NA", "Tokyo")
        .output("call 2", r#"{"file": "12345"}"#)
        .connector_id("1024")
        .auto_save_history(true);
    assert_eq!(request.validate(), []);
    assert_streamed(&request);
    let chat = Row {
        request,
        line: "POST /v3/chat/submit_tool_outputs?conversation_id=738136585609548&chat_id=738137187639794",
        body: json!({
            "stream": false,
            "tool_outputs": [
                { "tool_call_id": "BUJJF0dAQ0NA", "output": "Tokyo" },
                { "tool_call_id": "call 2", "output": "{\"file\": \"12345\"}" },
            ],
            "connector_id": "1024",
            "auto_save_history": true,
        }),
        answer: fixture!("chat_submit_tool_outputs"),
        payload: "/data",
    }
    .check();
    assert_eq!(chat.status, Some(ChatStatus::Completed));
    let usage = chat.usage.unwrap();
    assert_eq!(usage.token_count, Some(3397));
    // The page names two fields otherwise than the service does; what is not known is kept.
    assert_eq!((usage.output_count, &usage.extra["output_tokens"]), (None, &json!(1173)));
}

#[test]
fn list_messages() {
    let messages = Row {
        request: ListChatMessages::new("738216760624714", "738147352534297"),
        line: "GET /v3/chat/message/list?conversation_id=738216760624714&chat_id=738147352534297",
        body: Value::Null,
        answer: fixture!("list_chat_messages"),
        payload: "/data",
    }
    .check();
    let kinds: Vec<_> = messages.iter().map(|message| message.kind.clone().unwrap()).collect();
    let expected =
        [MessageType::FunctionCall, MessageType::ToolResponse, MessageType::Verbose, MessageType::Answer];
    assert_eq!(kinds, expected);
    let call = messages[0].function_call().unwrap();
    assert_eq!(call.name, "ts-byteartist-text2image");
    assert_eq!(call.arguments::<Value>().unwrap(), json!({ "prompt": "美丽的风景照" }));
    assert_eq!(call.extra["plugin_id"], 7_257_418_203_524_284_472_u64);
    assert!(messages[2].verbose().unwrap().is_answer_finish());
    assert!(messages[3].is_answer() && messages[3].content.starts_with("为您生成了"));
}
