//! Answers and events that users build for tests of their own.

use coze_types::chat::{
    Chat, ChatEvent, ChatStatus, Done, InsertedMessage, LastError, ToolCall, ToolCalls, Usage,
};
use coze_types::dataset::{Dataset, Document, DocumentProgress, Image, ImagePage};
use coze_types::message::Message;
use coze_types::workflow::{
    Interrupt, NodeExecution, Workflow, WorkflowEvent, WorkflowExecution, WorkflowVersion,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// What is built writes and reads as what a server sends.
fn same<T: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug>(built: &T, sent: Value) {
    assert_eq!(serde_json::to_value(built).unwrap(), sent);
    assert_eq!(serde_json::from_value::<T>(sent).unwrap(), *built);
}

#[test]
fn answers_are_built_from_what_they_require() {
    same(&Dataset::new("1"), json!({"dataset_id": "1"}));
    same(&Document::new("1"), json!({"document_id": "1"}));
    same(&DocumentProgress::new("1"), json!({"document_id": "1"}));
    same(&InsertedMessage::new("1"), json!({"id": "1"}));
    same(&Interrupt::new("1"), json!({"event_id": "1", "data": ""}));
    same(&Workflow::new("1"), json!({"workflow_id": "1"}));
    same(&WorkflowExecution::new("1"), json!({"execute_id": "1"}));
    same(&WorkflowVersion::new("1"), json!({"workflow_id": "1"}));
    same(&NodeExecution::default(), json!({}));
    let mut page = ImagePage::default();
    page.images = vec![Image::new("2")];
    page.extra.insert("new".into(), json!([1]));
    same(&page, json!({"photo_infos": [{"document_id": "2"}], "new": [1]}));
}

#[test]
fn answers_are_built_with_all_that_they_hold() {
    let mut call = ToolCall::new("call-1");
    call.kind = Some("function".into());
    let mut calls = ToolCalls::default();
    calls.tool_calls = vec![call];
    same(&calls, json!({"tool_calls": [{"id": "call-1", "type": "function"}]}));

    let mut question = Message::new("1");
    question.kind = Some(coze_types::message::MessageType::Question);
    let answer = coze::Answer::new(Chat::new("7"), vec![question, Message::new("2")]);
    assert_eq!(answer.messages, [Message::new("2")]);

    let (mut error, mut usage, mut chat) = (LastError::default(), Usage::default(), Chat::new("7"));
    error.code = Some(4016.into());
    error.msg = "busy".into();
    usage.token_count = Some(5);
    chat.status = Some(ChatStatus::Failed);
    (chat.last_error, chat.usage) = (Some(error), Some(usage));
    assert_eq!(chat.error().unwrap().msg, "busy");
    same(
        &chat,
        json!({
            "id": "7", "status": "failed", "last_error": {"code": 4016, "msg": "busy"}, "usage": {"token_count": 5},
        }),
    );
}

#[test]
fn events_are_built_too() {
    let mut delta = Message::new("1");
    delta.content = "星期二".into();
    let events = [
        ChatEvent::MessageDelta(delta),
        ChatEvent::Completed(Chat::new("7")),
        ChatEvent::Done(Done::default()),
    ];
    assert_eq!(events.iter().filter_map(ChatEvent::text).collect::<String>(), "星期二");
    let mut message = coze_types::workflow::WorkflowMessage::default();
    message.content = "x".into();
    assert!(
        matches!(WorkflowEvent::Message(message), WorkflowEvent::Message(message) if message.content == "x")
    );
}

/// Words, numbers and ids serve wherever a text or a number does.
#[test]
fn words_numbers_and_ids_convert_both_ways() {
    use std::collections::HashMap;

    use coze_types::ChatId;
    use coze_types::dataset::DocumentStatus;

    let status: ChatStatus = "in_progress".parse().unwrap();
    assert_eq!((&status, status.as_ref()), (&ChatStatus::InProgress, "in_progress"));
    assert!(status == "in_progress" && status != *"completed");
    let unknown = ChatStatus::from("asleep".to_owned());
    assert_eq!(
        (unknown == "asleep", unknown.is_known(), format!("{unknown:>8}")),
        (true, false, "  asleep".into())
    );
    assert_eq!((DocumentStatus::Failed == 9, i64::from(DocumentStatus::Unknown(77))), (true, 77));
    let known = HashMap::from([(ChatId::new("7"), 1)]);
    assert_eq!((known.get("7"), String::from(ChatId::new("7"))), (Some(&1), "7".to_owned()));
}
