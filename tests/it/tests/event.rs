//! The events of a streamed chat, as every server writes them.

use coze_types::chat::{Chat, ChatEvent, ChatStatus};
use coze_types::message::{ContentType, MessageType};
use coze_types::workflow::WorkflowEvent;
use coze_types::{ApiError, ApiErrorKind, Event, Phase, RetryAdvice};
use serde_json::json;

fn parse(name: &str, data: &str) -> ChatEvent {
    ChatEvent::parse(name, data).unwrap_or_else(|error| panic!("{name}: {error}"))
}

const CHAT: &str = r#"{"id":"7382159487131697202","conversation_id":"7381473525342978089","bot_id":"7379462189365198898","completed_at":1718792949,"last_error":{"code":0,"msg":""},"status":"completed","usage":{"token_count":633,"output_count":19,"input_count":614}}"#;
const DELTA: &str = r#"{"id":"7382159494123470858","conversation_id":"7381473525342978089","bot_id":"7379462189365198898","role":"assistant","type":"answer","content":"星期三","content_type":"text","chat_id":"7382159487131697202"}"#;

#[test]
fn events_of_a_chat_carry_it() {
    for (name, phase) in [
        ("conversation.chat.created", Phase::Running),
        ("conversation.chat.in_progress", Phase::Running),
        ("conversation.chat.completed", Phase::Terminal),
        ("conversation.chat.requires_action", Phase::Terminal),
        ("conversation.chat.required_action", Phase::Terminal),
        ("conversation.chat.canceled", Phase::Terminal),
        ("conversation.chat.cancelled", Phase::Terminal),
    ] {
        let event = parse(name, CHAT);
        let chat = event.chat().unwrap_or_else(|| panic!("{name}: {event:?}"));
        assert_eq!(chat.id, "7382159487131697202");
        assert_eq!(chat.usage.as_ref().unwrap().token_count, Some(633));
        assert_eq!(event.phase(), phase, "{name}");
        assert_eq!(event.text(), None);
        assert!(event.into_result().is_ok());
    }
    assert!(matches!(parse("conversation.chat.created", CHAT), ChatEvent::Created(_)));
    assert!(matches!(parse("conversation.chat.in_progress", CHAT), ChatEvent::InProgress(_)));
    assert!(matches!(parse("conversation.chat.completed", CHAT), ChatEvent::Completed(_)));
    assert!(matches!(parse("conversation.chat.required_action", CHAT), ChatEvent::RequiresAction(_)));
    assert!(matches!(parse("conversation.chat.cancelled", CHAT), ChatEvent::Canceled(_)));
}

#[test]
fn deltas_of_an_answer_are_text() {
    let event = parse("conversation.message.delta", DELTA);
    assert_eq!((event.text(), event.phase(), event.chat()), (Some("星期三"), Phase::Running, None));
    let ChatEvent::MessageDelta(message) = event else { panic!() };
    assert_eq!(message.chat_id.unwrap(), "7382159487131697202");
    // A piece of reasoning, an empty piece, a piece of something else, and the whole answer are not.
    for (name, data) in [
        ("conversation.message.delta", r#"{"id":"1","type":"answer","content":"","reasoning_content":"嗯"}"#),
        ("conversation.message.delta", r#"{"id":"1","type":"answer","content":null}"#),
        ("conversation.message.delta", r#"{"id":"1","type":"tool_response","content":"x"}"#),
        ("conversation.message.completed", DELTA),
    ] {
        assert_eq!(parse(name, data).text(), None, "{data}");
    }
    // Not every server names the type of a piece.
    assert_eq!(parse("conversation.message.delta", r#"{"id":"1","content":"x"}"#).text(), Some("x"));
    // Escapes, and characters beyond the basic plane.
    let event = parse(
        "conversation.message.delta",
        r#"{"id":"1","type":"answer","content":"\u003cb\u003e\n\ud83d\ude00"}"#,
    );
    assert_eq!(event.text(), Some("<b>\n😀"));
}

#[test]
fn messages_of_every_type_complete() {
    let types = [
        ("question", MessageType::Question),
        ("answer", MessageType::Answer),
        ("function_call", MessageType::FunctionCall),
        ("tool_output", MessageType::ToolOutput),
        ("tool_response", MessageType::ToolResponse),
        ("follow_up", MessageType::FollowUp),
        ("verbose", MessageType::Verbose),
        ("knowledge", MessageType::Knowledge),
        ("", MessageType::Unspecified),
        ("thought", MessageType::Unknown("thought".into())),
    ];
    for (word, kind) in types {
        let data = json!({ "id": "1", "type": word, "content": "c", "content_type": "text" }).to_string();
        let ChatEvent::MessageCompleted(message) = parse("conversation.message.completed", &data) else {
            panic!()
        };
        assert_eq!(message.kind, Some(kind));
        assert_eq!(serde_json::to_value(&message).unwrap()["type"], word);
    }
    for (word, form) in [
        ("text", ContentType::Text),
        ("object_string", ContentType::ObjectString),
        ("card", ContentType::Card),
        ("audio", ContentType::Audio),
        ("mix", ContentType::Mix),
    ] {
        let data = json!({ "id": "1", "content_type": word }).to_string();
        let ChatEvent::MessageCompleted(message) = parse("conversation.message.completed", &data) else {
            panic!()
        };
        assert_eq!(message.content_type, Some(form));
    }
}

#[test]
fn json_within_messages_is_read() {
    let completed = |kind: &str, content: &str| {
        let data = json!({ "id": "1", "type": kind, "content": content }).to_string();
        let ChatEvent::MessageCompleted(message) = parse("conversation.message.completed", &data) else {
            panic!()
        };
        message
    };
    let finish = r#"{"msg_type":"generate_answer_finish","data":"{\"finish_reason\":0}","from_module":null}"#;
    let verbose = completed("verbose", finish).verbose().unwrap();
    assert!(verbose.is_answer_finish());
    assert_eq!(
        (verbose.data.as_str(), verbose.extra.contains_key("from_module")),
        (r#"{"finish_reason":0}"#, true)
    );
    let recall = completed("knowledge", r#"{"msg_type":"knowledge_recall","data":"{}"}"#).verbose().unwrap();
    assert_eq!((recall.msg_type.as_str(), recall.is_answer_finish()), ("knowledge_recall", false));

    // The hosted service has the arguments as an object and ids as numbers, Coze Studio the form of a tool call.
    let hosted =
        r#"{"name":"search","arguments":{"q":"天气"},"plugin_id":7379227414322217010,"plugin_type":1}"#;
    let call = completed("function_call", hosted).function_call().unwrap();
    assert_eq!((call.id, call.name.as_str(), call.arguments.as_str()), (None, "search", r#"{"q":"天气"}"#));
    assert_eq!(call.extra["plugin_id"], 7_379_227_414_322_217_010_u64);
    let studio =
        r#"{"id":"call_1","type":"function","function":{"name":"search","arguments":"{\"q\":\"天气\"}"}}"#;
    let call = completed("function_call", studio).function_call().unwrap();
    assert_eq!((call.id.unwrap().as_str(), call.name.as_str()), ("call_1", "search"));
    assert_eq!((call.arguments.as_str(), &call.extra["type"]), (r#"{"q":"天气"}"#, &json!("function")));

    // What is cut off, as in the example of the official page, is an error that shows it.
    let error = completed("function_call", r#"{"name":"search","arguments":{"#).function_call().unwrap_err();
    assert!(error.to_string().contains("function call") && error.excerpt().contains("search"), "{error}");
    assert!(completed("verbose", "").verbose().is_err());
    assert!(completed("answer", "[1]").parts().is_err());
}

#[test]
fn audio_is_a_message_and_may_come_late() {
    let data = r#"{"id":"1","role":"assistant","type":"answer","content":"UklGRg==","content_type":"audio","chat_id":"2"}"#;
    let event = parse("conversation.audio.delta", data);
    // Neither text, nor the end of anything.
    assert_eq!((event.text(), event.phase()), (None, Phase::Running));
    let ChatEvent::AudioDelta(message) = event else { panic!() };
    assert_eq!((message.content.as_str(), message.content_type), ("UklGRg==", Some(ContentType::Audio)));
}

#[test]
fn done_is_done_in_every_spelling() {
    for name in ["done", "Done", "conversation.stream.done"] {
        for data in [
            "[DONE]",
            "\"[DONE]\"",
            "{}",
            "",
            "null",
            "{\"debug_url\":\"\"}",
            "{\"debug_url\":null}",
            "whatever",
            "{",
        ] {
            let event = parse(name, data);
            assert_eq!(event.phase(), Phase::Done, "{name} {data}");
            let ChatEvent::Done(done) = event else { panic!("{name} {data}") };
            assert_eq!(done.debug_url, None);
        }
        let ChatEvent::Done(done) = parse(name, r#"{"debug_url":"https://www.coze.cn/work_flow?x=1","y":2}"#)
        else {
            panic!()
        };
        assert_eq!(done.debug_url.as_deref(), Some("https://www.coze.cn/work_flow?x=1"));
    }
    // Without a name of its own.
    for name in ["", "message"] {
        assert_eq!(parse(name, "[DONE]").phase(), Phase::Done);
        assert_eq!(parse(name, "\"[DONE]\"").phase(), Phase::Done);
    }
}

fn failure(data: &str) -> ApiError {
    let event = parse("conversation.chat.failed", data);
    assert_eq!(event.phase(), Phase::Terminal);
    let ChatEvent::Failed { error, .. } = &event else { panic!("{event:?}") };
    let error = error.clone();
    assert_eq!(event.into_result(), Err(error.clone()));
    error
}

#[test]
fn a_failed_chat_says_why() {
    // The chat, as the service sends it.
    let data = r#"{"id":"7390342853760696354","failed_at":1720698286,"last_error":{"code":5000,"msg":"event interval error"},"status":"failed"}"#;
    let error = failure(data);
    assert_eq!(
        (error.code.as_i64(), error.msg.as_str(), error.kind()),
        (Some(5000), "event interval error", ApiErrorKind::Server)
    );
    let chat = parse("conversation.chat.failed", data).chat().cloned().unwrap();
    assert_eq!((chat.status, chat.failed_at.unwrap().as_unix()), (Some(ChatStatus::Failed), 1_720_698_286));
    // The error alone, as the pages show it; the code may be a string.
    let error = failure(r#"{"code":701231,"msg":"error"}"#);
    assert_eq!((error.code.as_i64(), error.msg.as_str()), (Some(701_231), "error"));
    assert_eq!(parse("conversation.chat.failed", r#"{"code":701231,"msg":"error"}"#).chat(), None);
    let error = failure(r#"{"code":"720702204","msg":"会话名不存在"}"#);
    assert_eq!((error.code.as_i64(), error.kind()), (Some(720_702_204), ApiErrorKind::NotFound));
    // Nothing of use: it has failed all the same.
    for data in [
        "{}",
        "",
        "null",
        "[]",
        r#"{"id":"1"}"#,
        r#"{"id":"1","last_error":null}"#,
        r#"{"id":"1","last_error":{"code":0,"msg":""}}"#,
    ] {
        let error = failure(data);
        assert!(error.code.is_success() && !error.msg.is_empty(), "{data}: {error}");
    }
    assert_eq!(failure("out of memory").msg, "out of memory");
}

fn stream_error(data: &str) -> ApiError {
    for name in ["error", "Error"] {
        assert_eq!(parse(name, data).phase(), Phase::Terminal, "{data}");
    }
    parse("error", data).into_result().unwrap_err()
}

#[test]
fn errors_are_read_in_every_form() {
    let error = stream_error(r#"{"code":4016,"msg":"busy"}"#);
    assert_eq!(
        (error.kind(), error.retry_advice(), error.status),
        (ApiErrorKind::Busy, RetryAdvice::Wait, None)
    );
    let error = stream_error(r#"{"code":"720701013","msg":"workflow failed","debug_url":"https://x"}"#);
    assert_eq!((error.code.as_i64(), error.debug_url.as_deref()), (Some(720_701_013), Some("https://x")));
    let error = stream_error(r#"{"error_code":4000,"error_message":"Request parameter error"}"#);
    assert_eq!((error.kind(), error.msg.as_str()), (ApiErrorKind::InvalidRequest, "Request parameter error"));
    let error =
        stream_error(r#"{"code":103100001,"msg":"code=103100002 message=agent not exists\nstack=x"}"#);
    assert_eq!((error.code.as_i64(), error.msg.as_str()), (Some(103_100_002), "agent not exists"));
    let error = stream_error(r#"{"code":500,"msg":null}"#);
    assert_eq!((error.kind(), error.msg.as_str()), (ApiErrorKind::Server, ""));
    // Without a code, and without anything.
    let error = stream_error(r#"{"msg":"sorry"}"#);
    assert_eq!((error.kind(), error.msg.as_str()), (ApiErrorKind::Other, "sorry"));
    for data in ["{}", "", "null", " "] {
        let error = stream_error(data);
        assert!(error.to_string().contains("without details"), "{data}: {error}");
    }
    // Plain text, of one line or more, as Coze Studio sends it.
    assert_eq!(stream_error("stream closed\nat x").msg, "stream closed\nat x");
    let error = stream_error("code=720702085 message=timed out\nstack=x");
    assert_eq!((error.kind(), error.msg.as_str()), (ApiErrorKind::Timeout, "timed out"));
    assert_eq!(stream_error("{\"code\":").msg, "{\"code\":");
}

#[test]
fn the_log_id_of_an_error_is_kept() {
    let data = r#"{"code":4016,"msg":"busy","detail":{"logid":"2024"}}"#;
    for name in ["error", "Error", "conversation.chat.failed"] {
        let error = parse(name, data).into_result().unwrap_err();
        assert_eq!((error.code.as_i64(), error.log_id), (Some(4016), Some("2024".into())), "{name}");
        let error = parse(name, r#"{"detail":{"logid":"2024"}}"#).into_result().unwrap_err();
        assert_eq!(error.log_id, Some("2024".into()), "{name}");
    }
    let data = r#"{"id":"1","last_error":{"code":5000,"msg":"no"},"detail":{"logid":"2024"}}"#;
    let error = parse("conversation.chat.failed", data).into_result().unwrap_err();
    assert_eq!((error.code.as_i64(), error.log_id), (Some(5000), Some("2024".into())));
}

#[test]
fn the_error_object_of_a_gateway_is_told() {
    let error = stream_error(r#"{"error":{"message":"upstream overloaded","code":"overloaded"}}"#);
    assert_eq!((error.code.as_word(), error.msg.as_str()), (Some("overloaded"), "upstream overloaded"));
    assert_eq!(stream_error(r#"{"detail":"half a pair: \ud83d"}"#).msg, "half a pair: \u{fffd}");
}

#[test]
fn names_are_read_without_regard_to_case() {
    assert_eq!(parse("Conversation.Message.DELTA", DELTA).text(), Some("星期三"));
    assert!(matches!(parse("CONVERSATION.CHAT.COMPLETED", CHAT), ChatEvent::Completed(_)));
    assert!(matches!(parse("ERROR", "no"), ChatEvent::Error(_)));
    assert_eq!(parse("DONE", "").phase(), Phase::Done);
}

#[test]
fn the_first_releases_of_studio_call_a_chat_a_run() {
    assert!(matches!(parse("conversation.run.created", CHAT), ChatEvent::Created(_)));
    assert!(matches!(parse("conversation.run.in_progress", CHAT), ChatEvent::InProgress(_)));
    assert!(matches!(parse("conversation.run.completed", CHAT), ChatEvent::Completed(_)));
    assert!(matches!(parse("conversation.run.requires_action", CHAT), ChatEvent::RequiresAction(_)));
    assert!(matches!(parse("conversation.run.cancelled", CHAT), ChatEvent::Canceled(_)));
    let data = r#"{"id":"1","last_error":{"code":5000,"msg":"model failed"}}"#;
    let error = parse("conversation.run.failed", data).into_result().unwrap_err();
    assert_eq!((error.code.as_i64(), error.msg.as_str()), (Some(5000), "model failed"));
}

#[test]
fn an_error_without_a_name_is_one() {
    for (data, msg) in [
        (r#"{"error":{"message":"no credits"}}"#, "no credits"),
        (r#"{"code":4028,"msg":"no credits"}"#, "no credits"),
        // As lenient as the reader of events: control characters in a text, a field that comes twice.
        ("{\"error_code\":4028,\"error_message\":\"no\0credits\"}", "no\0credits"),
        (r#"{"error_code":4028,"error_message":"no credits","debug_url":"a","debug_url":"b"}"#, "no credits"),
    ] {
        let event = parse("message", data);
        assert_eq!(event.phase(), Phase::Terminal);
        assert_eq!(event.into_result().unwrap_err().msg, msg);
        assert_eq!(WorkflowEvent::parse("message", data).unwrap().into_result().unwrap_err().msg, msg);
    }
    for data in ["hello", "{}", r#"{"id":"1","content":"c"}"#, r#"{"code":0}"#] {
        assert!(matches!(parse("message", data), ChatEvent::Unknown(_)), "{data}");
    }
    let event = WorkflowEvent::parse("message", r#"{"content":"hello"}"#).unwrap();
    assert!(matches!(event, WorkflowEvent::Message(_)));
}

#[test]
fn no_unknown_end_is_taken_for_a_success() {
    for name in [
        "conversation.chat.expired",
        "conversation.run.expired",
        "response.failed",
        "Workflow.Failed",
        "conversation.chat.timeout",
        "conversation.run.timed_out",
        "conversation.chat.rejected",
        "task_failed",
    ] {
        for data in
            [r#"{"id":"1","status":"in_progress"}"#, r#"{"id":"1","status":"expired"}"#, "{}", "", "[DONE"]
        {
            let event = parse(name, data);
            assert_eq!(event.phase(), Phase::Terminal, "{name} {data}");
            let error = event.into_result().unwrap_err();
            assert!(error.msg.contains(name), "{error}");
        }
        let error = parse(name, r#"{"code":4011,"msg":"no tokens left"}"#).into_result().unwrap_err();
        assert_eq!((error.kind(), error.msg.as_str()), (ApiErrorKind::Quota, "no tokens left"));
        let event = WorkflowEvent::parse(name, r#"{"code":4011,"msg":"no tokens left"}"#).unwrap();
        assert_eq!(event.into_result().unwrap_err().kind(), ApiErrorKind::Quota, "{name}");
    }
    // Nor is a chat that says what went wrong, whatever the word for it.
    let data = r#"{"id":"1","status":"paused","last_error":{"code":5000,"msg":"model failed"}}"#;
    let error = parse("conversation.run.interrupted", data).into_result().unwrap_err();
    assert_eq!((error.code.as_i64(), error.msg.as_str()), (Some(5000), "model failed"));
    for data in [r#"{"id":"1","last_error":{"code":0,"msg":""}}"#, r#"{"id":"1"}"#, "[]"] {
        assert!(matches!(parse("conversation.run.interrupted", data), ChatEvent::Unknown(_)), "{data}");
    }
    // Nor is such a status in an event that tells an end.
    let event = parse("conversation.chat.completed", r#"{"id":"1","status":"expired"}"#);
    assert!(event.into_result().unwrap_err().msg.contains("expired"));
}

#[test]
fn a_field_that_is_unknown_never_costs_its_event() {
    let deep = format!("{}{}", "[".repeat(400), "]".repeat(400));
    let values = [
        r#""\ud83d""#,
        "1e999",
        "-1e999",
        "NaN",
        "-Infinity",
        &deep,
        "[{\"a\":1e400}]",
        "{\"\\udc00\":null}",
        "\"\t\"",
    ];
    for value in values {
        let with = |data: &str| format!(r#"{},"new_field":{value}}}"#, data.strip_suffix('}').unwrap());
        assert_eq!(parse("conversation.message.delta", &with(DELTA)).text(), Some("星期三"), "{value}");
        for name in ["created", "completed", "failed", "canceled", "requires_action"] {
            let event = parse(&format!("conversation.chat.{name}"), &with(CHAT));
            assert_eq!(event.chat().unwrap().id, "7382159487131697202", "{value}");
        }
        assert_eq!(stream_error(&with(r#"{"code":4016,"msg":"busy"}"#)).code, 4016, "{value}");
        let data = with(r#"{"interrupt_data":{"event_id":"1/2"},"node_title":"q"}"#);
        let event = WorkflowEvent::parse("Interrupt", &data).unwrap();
        assert!(matches!(event, WorkflowEvent::Interrupt { interrupt, .. } if interrupt.event_id == "1/2"));
        let event = WorkflowEvent::parse("Message", &with(r#"{"content":"x"}"#)).unwrap();
        assert!(matches!(event, WorkflowEvent::Message(message) if message.content == "x"));
        let event = WorkflowEvent::parse("Done", &with(r#"{"debug_url":"https://x"}"#)).unwrap();
        assert!(matches!(event, WorkflowEvent::Done(done) if done.debug_url.as_deref() == Some("https://x")));
    }
    // Half a pair in the text itself becomes the sign for what cannot be shown.
    let half = r#"{"id":"1","type":"answer","content":"a\ud83d"}"#;
    assert_eq!(parse("conversation.message.delta", half).text(), Some("a\u{fffd}"));
}

#[test]
fn an_interrupt_without_its_data_is_one() {
    for data in [
        r#"{"node_title":"q"}"#,
        r#"{"interrupt_data":null,"node_title":"q"}"#,
        r#"{"interrupt_data":7,"node_title":"q"}"#,
    ] {
        let event = WorkflowEvent::parse("Interrupt", data).unwrap();
        assert_eq!(event.phase(), Phase::Terminal);
        let WorkflowEvent::Interrupt { interrupt, node_title, extra, .. } = event else {
            panic!("{event:?}")
        };
        assert!(interrupt.event_id.is_empty() && interrupt.kind.is_none());
        assert_eq!(node_title.as_deref(), Some("q"));
        let kept = extra.get("interrupt_data");
        assert_eq!(kept.is_some(), data.contains('7'), "{kept:?}");
    }
}

#[test]
fn a_value_of_another_kind_costs_its_own_field() {
    let data = r#"{"id":"1","status":{"x":1},"created_at":"soon","usage":"much","meta_data":["k"],"bot_id":true,
        "required_action":{"submit_tool_outputs":{"tool_calls":[null,7,{"function":{"name":"f","arguments":{"a":1}}}]}}}"#;
    let ChatEvent::RequiresAction(chat) = parse("conversation.chat.requires_action", data) else { panic!() };
    assert_eq!((chat.status.as_ref(), chat.created_at, chat.usage.as_ref()), (None, None, None));
    assert!(chat.meta_data.is_empty() && chat.bot_id.is_none());
    let [call] = chat.tool_calls() else { panic!("{:?}", chat.tool_calls()) };
    assert_eq!((call.id.as_str(), call.name()), ("", "f"));
    assert_eq!(call.arguments::<serde_json::Value>().unwrap(), json!({"a": 1}));
    // The value is there still, and goes out as it came.
    let stored = serde_json::to_value(&chat).unwrap();
    assert_eq!((&stored["status"], &stored["created_at"]), (&json!({"x": 1}), &json!("soon")));
    assert_eq!(serde_json::from_value::<Chat>(stored).unwrap(), chat);
    // An empty text is no number.
    let data = r#"{"id":"1","created_at":"","usage":{"token_count":""}}"#;
    let ChatEvent::Created(chat) = parse("conversation.chat.created", data) else { panic!() };
    assert_eq!((chat.created_at, chat.usage.unwrap().token_count), (None, None));
}

#[test]
fn an_unknown_event_is_kept_as_it_came() {
    for (name, data) in [
        ("conversation.chat.paused", CHAT),
        ("PING", "{}"),
        ("invalid", ""),
        ("", "not json"),
        ("conversation.message", DELTA),
        ("conversation.run", CHAT),
    ] {
        let event = parse(name, data);
        assert_eq!(event.phase(), Phase::Running);
        let ChatEvent::Unknown(unknown) = &event else { panic!("{event:?}") };
        assert_eq!((unknown.name.as_str(), unknown.data.as_str()), (name, data));
        assert!(event.into_result().is_ok());
    }
}

#[test]
fn unknown_words_and_fields_are_kept() {
    let data = r#"{"id":1,"status":"sleeping","section_id":7381473525342978089,"execute_id":"9","meta_data":{"n":5,"s":"x"},
        "required_action":{"type":"dance","who":"me","submit_tool_outputs":{"tool_calls":null,"a":1}}}"#;
    let ChatEvent::Created(chat) = parse("conversation.chat.created", data) else { panic!() };
    assert_eq!(chat.status, Some(ChatStatus::Unknown("sleeping".into())));
    assert!(!chat.status.as_ref().unwrap().is_terminal());
    assert_eq!(chat.section_id.as_ref().unwrap(), "7381473525342978089");
    assert_eq!(chat.meta_data["n"], "5");
    let stored = serde_json::to_value(&chat).unwrap();
    assert_eq!(stored["execute_id"], "9");
    assert_eq!(stored["status"], "sleeping");
    assert_eq!(stored["required_action"]["type"], "dance");
    assert_eq!(stored["required_action"]["who"], "me");
    assert_eq!(stored["required_action"]["submit_tool_outputs"]["a"], 1);
    // Misspelt by the page: a word like any other.
    let ChatEvent::Completed(chat) =
        parse("conversation.chat.completed", r#"{"id":"1","status":"compleated"}"#)
    else {
        panic!()
    };
    assert_eq!(chat.status.unwrap().as_str(), "compleated");
}

#[test]
fn data_that_does_not_read_is_an_error_that_names_the_event() {
    for name in [
        "conversation.message.delta",
        "conversation.message.completed",
        "conversation.chat.created",
        "conversation.audio.delta",
    ] {
        for data in
            ["", "null", "{}", "[]", "{\"id\":", "text", "{\"id\":null}", "{\"id\":\"1\",\"content\":5}x"]
        {
            let error = ChatEvent::parse(name, data).unwrap_err();
            assert!(error.to_string().contains(name), "{error}");
            assert_eq!(error.excerpt(), data);
        }
    }
    let error = ChatEvent::parse("conversation.message.delta", &"x".repeat(1 << 20)).unwrap_err();
    assert!(error.to_string().len() < 600);
}
