//! Responses of the hosted service.

use axum::response::Response;
use http::header::AUTHORIZATION;
use http::{HeaderMap, StatusCode};
use serde_json::{Map, Value, json};

use super::workflow::{official_run, official_status};
use super::{Dialect, Shape, View};
use crate::file::sniff;
use crate::http::answer::text;
use crate::state::behavior::Behavior;
use crate::state::{Chat, Conversation, Id, Message, MetaData, Refusal, Status, StoredFile, ToolCall, Usage};

const JSON: &str = "application/json; charset=utf-8";

/// The behavior of the service.
pub(super) const BEHAVIOR: Behavior = Behavior {
    streams_by_default: false,
    one_chat_at_a_time: true,
    replaces_unknown_conversations: false,
    has_tool_outputs: true,
    cancel_lasts: true,
    verbose_first: true,
    has_failed_event: true,
    before_overrules: false,
    conversations_per_page: Some(50),
    max_resumes: Some(3),
    pings: true,
    tells_break: false,
    chatflows_are_verbose: true,
    opens_by_name: false,
    website: "https://www.coze.cn",
    function_call,
    finish,
    cost,
    workflow_code: |fault| Dialect::Official.workflow_code(fault),
};

pub(super) fn token(headers: &HeaderMap) -> Result<String, Refusal> {
    let value =
        headers.get(AUTHORIZATION).ok_or(Refusal::Unauthenticated("the Authorization header is missing"))?;
    let (scheme, token) = value
        .to_str()
        .ok()
        .and_then(|value| value.split_once(' '))
        .ok_or(Refusal::Unauthenticated("the Authorization header is not \"Bearer <token>\""))?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(Refusal::Unauthenticated("the Authorization header is not \"Bearer <token>\""));
    }
    Ok(token.trim().to_owned())
}

pub(super) fn envelope(code: &Value, msg: &str, log: &str) -> Value {
    json!({"code": code, "msg": msg, "detail": {"logid": log}})
}

pub(super) fn answer(shape: Shape, log: &str) -> Response {
    if let Shape::Run(run) = shape {
        let status = official_status(&run);
        return text(status, JSON, official_run(*run, log).to_string());
    }
    let mut envelope = Map::from_iter([
        ("code".to_owned(), json!(0)),
        ("msg".to_owned(), json!("")),
        ("detail".to_owned(), json!({"logid": log})),
    ]);
    match shape {
        // Handled above.
        Shape::Nothing | Shape::Run(_) => {}
        Shape::ModifiedMessage(message) => {
            envelope.insert("message".into(), message);
        }
        Shape::Data(value)
        | Shape::CanceledChat(value)
        | Shape::Conversation(value)
        | Shape::OnlineBot(value)
        | Shape::App(value) => {
            envelope.insert("data".into(), value);
        }
        Shape::History(history) => {
            envelope.insert("data".into(), json!([history]));
        }
        Shape::ChatMessages(messages) => {
            envelope.insert("data".into(), Value::Array(messages));
        }
        Shape::Beside(fields) => envelope.extend(fields),
        Shape::Page { items, first, last, has_more } => {
            envelope.insert("data".into(), Value::Array(items));
            envelope.insert("first_id".into(), json!(first.unwrap_or_default()));
            envelope.insert("last_id".into(), json!(last.unwrap_or_default()));
            envelope.insert("has_more".into(), json!(has_more));
        }
    }
    text(StatusCode::OK, JSON, Value::Object(envelope).to_string())
}

pub(super) fn refuse(refusal: &Refusal, log: &str) -> Response {
    let (code, msg) = code(refusal);
    let status = match refusal {
        Refusal::ForeignHost(_) => StatusCode::FORBIDDEN,
        Refusal::NoEndpoint(_) => StatusCode::NOT_FOUND,
        Refusal::WrongMethod(_) => StatusCode::METHOD_NOT_ALLOWED,
        _ => super::status(code),
    };
    text(status, JSON, envelope(&json!(code), &msg, log).to_string())
}

pub(super) fn code(refusal: &Refusal) -> (i64, String) {
    match refusal {
        Refusal::Invalid(problem) => (4000, format!("Request parameter error: {problem}")),
        Refusal::Unauthenticated(why) => (4100, format!("authentication is invalid: {why}")),
        Refusal::Forbidden(id) => (4101, format!("conversation {id} was created by another user")),
        Refusal::OutOfScope(bot) => (4101, format!("the scope of the token does not cover the bot {bot}")),
        Refusal::NotOwner(what) => (4101, format!("{what} was created by another user")),
        Refusal::Coded(code, msg) => (*code, msg.clone()),
        Refusal::UnknownBot(id) => {
            (4015, format!("the bot {id} does not exist, or is not published to the API channel (1024)"))
        }
        Refusal::UnknownConversation(id) => (4001, format!("the conversation {id} does not exist")),
        Refusal::UnknownChat(id) => {
            (4001, format!("the chat {id} does not exist in this conversation, or its history was not saved"))
        }
        Refusal::UnknownMessage(id) => {
            (4005, format!("the message {id} does not exist in this conversation"))
        }
        Refusal::Busy { conversation, running } => (
            4016,
            format!("conversation {conversation} is occupied by chat {running}; only one can run at a time"),
        ),
        Refusal::NotCancelable(status) => {
            (4104, format!("the chat cannot be canceled, since its status is {status}"))
        }
        Refusal::NotSaved => {
            (5000, "tool outputs need a chat that was started with auto_save_history=true".into())
        }
        Refusal::Workflow { fault, msg } => {
            let code = Dialect::Official.workflow_code(*fault);
            let msg = if code == 4000 { format!("Request parameter error: {msg}") } else { msg.clone() };
            (code, msg)
        }
        Refusal::BotAndApp => {
            (4000, "Request parameter error: app_id: cannot be combined with bot_id; send one of them".into())
        }
        Refusal::EmptyFile => (4300, "the uploaded file is empty".into()),
        Refusal::NoFile => {
            (4000, "Request parameter error: file: required, but the form has no such file part".into())
        }
        Refusal::SeveralFiles => (4301, "one upload takes one file".into()),
        Refusal::FileTooLarge(limit) => (4302, format!("the uploaded file has more than {limit} bytes")),
        Refusal::FileFormat(extension) => (
            4303,
            format!("files of format {extension} cannot be uploaded; known are: {}", sniff::accepted()),
        ),
        Refusal::ForeignHost(_) => (4101, refusal.foreign_host()),
        Refusal::NoEndpoint(asked) => (4000, format!("the simulator has no endpoint {asked}")),
        Refusal::WrongMethod(asked) => (4000, format!("the endpoint exists, but not as {asked}")),
        Refusal::Internal | Refusal::Crash => (5000, "internal error".into()),
    }
}

pub(super) fn chat(chat: &Chat) -> Value {
    let (code, msg) = chat.last_error.clone().unwrap_or_default();
    // Tokens are counted only at the end.
    let usage = if chat.completed_at.is_some() { chat.usage } else { Usage::default() };
    let mut value = json!({
        "id": chat.id,
        "conversation_id": chat.conversation_id,
        "bot_id": chat.bot_id,
        "section_id": chat.section_id,
        "status": chat.status.name(),
        "created_at": chat.created_at,
        "last_error": {"code": code, "msg": msg},
        "meta_data": chat.meta_data,
        "usage": {
            "token_count": usage.input + usage.output,
            "output_count": usage.output,
            "input_count": usage.input,
        },
    });
    for (name, time) in [("completed_at", chat.completed_at), ("failed_at", chat.failed_at)] {
        if let Some(time) = time {
            value[name] = json!(time);
        }
    }
    if chat.status == Status::Created && !chat.inserted.is_empty() {
        let inserted: Vec<Value> = chat.inserted.iter().map(|id| json!({"id": id})).collect();
        value["inserted_additional_messages"] = Value::Array(inserted);
    }
    if chat.status == Status::RequiresAction && !chat.tool_calls.is_empty() {
        let calls: Vec<Value> = chat
            .tool_calls
            .iter()
            .map(|call| {
                let function = json!({"name": call.name, "arguments": call.arguments});
                json!({"id": call.id, "type": call.kind, "function": function})
            })
            .collect();
        value["required_action"] =
            json!({"type": "submit_tool_outputs", "submit_tool_outputs": {"tool_calls": calls}});
    }
    value
}

pub(super) fn message(message: &Message, view: View) -> Value {
    // A message without a chat has empty ids.
    let text = |id: Option<Id>| id.map(|id| id.to_string()).unwrap_or_default();
    let mut value = json!({
        "id": message.id,
        "conversation_id": message.conversation_id,
        "bot_id": text(message.bot_id),
        "chat_id": text(message.chat_id),
        "section_id": message.section_id,
        "role": message.role,
        "type": message.kind,
        "content": message.content,
        "content_type": message.content_type,
    });
    if !message.reasoning_content.is_empty() {
        value["reasoning_content"] = json!(message.reasoning_content);
    }
    if view != View::Delta {
        value["created_at"] = json!(message.created_at);
        value["updated_at"] = json!(message.updated_at);
    }
    if matches!(view, View::Listed) || !message.meta_data.is_empty() {
        value["meta_data"] = json!(message.meta_data);
    }
    value
}

pub(super) fn conversation(conversation: &Conversation) -> Value {
    json!({
        "id": conversation.id,
        "name": conversation.name,
        "meta_data": conversation.meta_data,
        "creator_id": conversation.creator,
        "created_at": conversation.created_at,
        "updated_at": conversation.updated_at,
        "last_section_id": conversation.section_id,
        "connector_id": conversation.connector_id,
    })
}

pub(super) fn file(file: &StoredFile) -> Value {
    json!({"id": file.id, "bytes": file.bytes, "file_name": file.name, "created_at": file.created_at})
}

fn function_call(call: &ToolCall) -> String {
    // Arguments that are not JSON stay text.
    let arguments = serde_json::from_str(&call.arguments).unwrap_or_else(|_| json!(call.arguments));
    json!({"name": call.name, "arguments": arguments, "plugin_type": 1}).to_string()
}

fn cost(_: Usage) -> MetaData {
    MetaData::new()
}

fn finish() -> String {
    let data = json!({"finish_reason": 0, "FinData": ""}).to_string();
    json!({"msg_type": "generate_answer_finish", "data": data, "from_module": null, "from_unit": null})
        .to_string()
}
