//! Responses of self-hosted Coze Studio, including odd ones.

use axum::response::Response;
use http::header::AUTHORIZATION;
use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};

use super::workflow::studio_run;
use super::{ChatView, Dialect, Event, Shape, View};
use crate::http::StudioErrors;
use crate::http::answer::text;
use crate::state::behavior::Behavior;
use crate::state::refusal::WorkflowFault;
use crate::state::run::RunAnswer;
use crate::state::{Chat, Conversation, Id, Message, MetaData, Refusal, Status, StoredFile, ToolCall, Usage};

const JSON: &str = "application/json; charset=utf-8";
const PLAIN: &str = "text/plain; charset=utf-8";

/// The behavior of the service.
pub(super) const BEHAVIOR: Behavior = Behavior {
    streams_by_default: true,
    one_chat_at_a_time: false,
    replaces_unknown_conversations: true,
    has_tool_outputs: false,
    cancel_lasts: false,
    verbose_first: false,
    has_failed_event: false,
    before_overrules: true,
    conversations_per_page: None,
    max_resumes: None,
    pings: false,
    tells_break: true,
    chatflows_are_verbose: false,
    opens_by_name: true,
    website: "http://localhost:8888",
    function_call,
    finish,
    cost,
    workflow_code: |fault| Dialect::Studio.workflow_code(fault),
};

/// Returns everything that follows the one `Bearer` in the header.
pub(super) fn token(headers: &HeaderMap) -> Result<String, Refusal> {
    let value = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if value.is_empty() {
        return Err(Refusal::Unauthenticated("missing authorization in header"));
    }
    let parts: Vec<&str> = value.split("Bearer").collect();
    match parts.as_slice() {
        [_, token] if !token.trim().is_empty() => Ok(token.trim().to_owned()),
        _ => Err(Refusal::Unauthenticated("missing api_key in request")),
    }
}

/// Escapes characters with a meaning in HTML, as Go does.
pub(super) fn escape_html(json: &str) -> String {
    json.replace('<', "\\u003c")
        .replace('>', "\\u003e")
        .replace('&', "\\u0026")
        .replace('\u{2028}', "\\u2028")
        .replace('\u{2029}', "\\u2029")
}

fn respond(status: StatusCode, value: &Value) -> Response {
    text(status, JSON, escape_html(&value.to_string()))
}

pub(super) fn envelope(code: &Value, msg: &str) -> Value {
    json!({"code": code, "msg": msg})
}

pub(super) fn answer(shape: Shape) -> Response {
    let value = match shape {
        Shape::Nothing => json!({"code": 0, "msg": "", "BaseResp": null}),
        Shape::Data(data) | Shape::ModifiedMessage(data) => {
            json!({"data": data, "code": 0, "msg": "", "BaseResp": null})
        }
        Shape::Beside(fields) => Value::Object(fields),
        Shape::CanceledChat(chat) => json!({"ChatV3ChatDetail": chat, "BaseResp": null}),
        Shape::ChatMessages(messages) if messages.is_empty() => {
            json!({"code": 0, "msg": "", "BaseResp": null})
        }
        Shape::ChatMessages(messages) => {
            json!({"Messages": messages, "code": 0, "msg": "", "BaseResp": null})
        }
        Shape::Conversation(conversation) => {
            json!({"ConversationData": conversation, "code": 0, "msg": "", "BaseResp": null})
        }
        Shape::Page { items, first, last, has_more } => {
            let (first, last) = (first.unwrap_or_else(|| "0".into()), last.unwrap_or_else(|| "0".into()));
            let mut page = json!({"code": 0, "msg": "", "BaseResp": null});
            page["has_more"] = json!(has_more);
            page["first_id"] = json!(first);
            page["last_id"] = json!(last);
            if !items.is_empty() {
                page["data"] = Value::Array(items);
            }
            page
        }
        Shape::OnlineBot(bot) => bot,
        Shape::Run(run) => studio_run(*run),
        Shape::History(history) => json!({"data": [history], "BaseResp": null}),
        Shape::App(Value::Null) => Value::Null,
        Shape::App(app) => json!({"data": app, "BaseResp": null}),
    };
    respond(StatusCode::OK, &value)
}

pub(super) fn refuse(refusal: &Refusal, errors: StudioErrors) -> Response {
    let failed =
        |status: StatusCode, msg: &str| respond(status, &json!({"code": status.as_u16(), "msg": msg}));
    let crash = || text(StatusCode::INTERNAL_SERVER_ERROR, PLAIN, "");
    match (refusal, errors) {
        (Refusal::ForeignHost(_), _) => failed(StatusCode::FORBIDDEN, &refusal.foreign_host()),
        (Refusal::NoEndpoint(_), _) => failed(StatusCode::UNAUTHORIZED, "missing session_key in cookie"),
        (Refusal::WrongMethod(_), _) => failed(StatusCode::NOT_FOUND, "not found"),
        (Refusal::Unauthenticated(why), _) => respond(
            StatusCode::OK,
            &json!({"code": 700_012_006, "msg": format!("authentication failed: {why}")}),
        ),
        (Refusal::BotAndApp, _) => {
            let msg = "project_id and bot_id cannot be set at the same time";
            refuse(&Refusal::workflow(WorkflowFault::Node, msg), errors)
        }
        // The response of the endpoint, with a mapped code.
        (Refusal::Workflow { fault, msg }, StudioErrors::Run) => {
            let error = Some((Dialect::Studio.workflow_code(*fault), msg.clone()));
            answer(Shape::Run(Box::new(RunAnswer { error, ..RunAnswer::default() })))
        }
        (Refusal::Workflow { fault, msg }, _) => {
            respond(StatusCode::OK, &json!({"code": Dialect::Studio.workflow_code(*fault), "msg": msg}))
        }
        (Refusal::Invalid(problem), _) => failed(StatusCode::BAD_REQUEST, problem),
        (Refusal::FileTooLarge(_), _) => {
            text(StatusCode::PAYLOAD_TOO_LARGE, PLAIN, "Request Entity Too Large")
        }
        (Refusal::Crash, _)
        | (
            Refusal::UnknownConversation(_),
            StudioErrors::InMessage | StudioErrors::Text | StudioErrors::Crash,
        ) => crash(),
        // An unknown chat has no messages.
        (Refusal::UnknownChat(_), StudioErrors::Crash) => answer(Shape::ChatMessages(Vec::new())),
        (Refusal::Internal | Refusal::UnknownMessage(_), _) => {
            failed(StatusCode::INTERNAL_SERVER_ERROR, "internal server error")
        }
        (_, StudioErrors::InMessage) => failed(StatusCode::BAD_REQUEST, &in_message(refusal)),
        (_, StudioErrors::Text) => text(StatusCode::INTERNAL_SERVER_ERROR, PLAIN, code(refusal).1),
        (_, StudioErrors::Plain | StudioErrors::Crash | StudioErrors::Run) => {
            let (code, msg) = code(refusal);
            respond(StatusCode::OK, &json!({"code": code, "msg": msg}))
        }
    }
}

/// Reports a rejected stream with an event, unless the request itself is malformed.
pub(super) fn refusal_in_stream(refusal: &Refusal) -> Option<Event> {
    match refusal {
        Refusal::Invalid(_) => None,
        _ => Some(Event::new("error", &json!({"code": 103_100_001, "msg": in_message(refusal)}))),
    }
}

/// The code is part of the message, with a Go stack trace.
fn in_message(refusal: &Refusal) -> String {
    let (code, msg) = code(refusal);
    format!("code={code} message={msg}\nstack=goroutine 1 [running]:\n\tmain.main()")
}

fn code(refusal: &Refusal) -> (i64, &'static str) {
    match refusal {
        Refusal::UnknownBot(_) => (103_100_002, "agent not exists"),
        Refusal::UnknownConversation(_) => (103_000_002, "conversation not found"),
        Refusal::Forbidden(_) => (103_000_001, "unauthorized access"),
        Refusal::UnknownChat(_) => (103_200_003, "record not found"),
        Refusal::NotCancelable(_) => (103_200_005, "in progress can not be cancelled"),
        Refusal::NoFile | Refusal::EmptyFile => (104_000_006, "no file uploaded"),
        Refusal::SeveralFiles => (104_000_007, "only one file can be uploaded"),
        _ => (103_200_002, "Interal Server Error"),
    }
}

pub(super) fn chat(chat: &Chat, view: ChatView) -> Value {
    let status = match chat.status {
        Status::Canceled => "conversation.chat.cancelled",
        // A run that waits for the next input is over.
        Status::RequiresAction => Status::Completed.name(),
        status => status.name(),
    };
    let mut value = json!({
        "id": chat.id,
        "conversation_id": chat.conversation_id,
        "bot_id": chat.bot_id,
        "created_at": chat.created_at,
        "completed_at": chat.completed_at.unwrap_or_default(),
        "failed_at": chat.failed_at.unwrap_or_default(),
        "status": status,
        "section_id": chat.section_id,
    });
    if view == ChatView::Retrieved && chat.completed_at.is_some() {
        value["usage"] = json!({
            "token_count": chat.usage.input + chat.usage.output,
            "output_count": chat.usage.output,
            "input_count": chat.usage.input,
        });
    }
    value
}

pub(super) fn message(message: &Message, view: View) -> Value {
    let id = |id: Option<Id>| id.map_or_else(|| "0".to_owned(), |id| id.to_string());
    let content_type = match (view, message.content_type.as_str()) {
        (View::OfChat, "object_string") => "mix",
        (_, content_type) => content_type,
    };
    let mut meta_data = message.meta_data.clone();
    if !message.input {
        let state = json!({"bot_id": id(message.bot_id), "agent_name": "", "agent_id": ""}).to_string();
        meta_data.insert("bot_state".into(), state);
    }
    // The reasoning is only in the deltas.
    let reasoning = if view == View::Delta { message.reasoning_content.as_str() } else { "" };
    let mut value = json!({
        "id": message.id,
        "conversation_id": message.conversation_id,
        "bot_id": id(message.bot_id),
        "chat_id": id(message.chat_id),
        "section_id": message.section_id,
        "role": message.role,
        "type": message.kind,
        "content": message.content,
        "content_type": content_type,
        "created_at": message.created_at,
        "reasoning_content": reasoning,
    });
    if view == View::Listed {
        value["updated_at"] = json!(message.updated_at);
    }
    if view == View::Listed || !meta_data.is_empty() {
        value["meta_data"] = map_or_null(&meta_data);
    }
    value
}

fn map_or_null(pairs: &MetaData) -> Value {
    if pairs.is_empty() { Value::Null } else { json!(pairs) }
}

pub(super) fn conversation(conversation: &Conversation) -> Value {
    json!({
        "id": conversation.id,
        "name": conversation.name,
        "meta_data": map_or_null(&conversation.meta_data),
        "creator_d": conversation.creator,
        "created_at": conversation.created_at,
        "last_section_id": conversation.section_id,
        "connector_id": conversation.connector_id,
    })
}

pub(super) fn file(file: &StoredFile) -> Value {
    let uri = format!("bot_files/{}/{}", file.owner, file.id);
    json!({
        "id": file.id,
        "bytes": file.bytes,
        "CreatedAt": file.created_at,
        "file_name": file.name,
        "uri": uri,
        "url": format!("http://127.0.0.1/{uri}?x-expires=1&x-signature=simulated"),
    })
}

fn function_call(call: &ToolCall) -> String {
    let function = json!({"name": call.name, "arguments": call.arguments});
    json!({"id": call.id, "type": call.kind, "function": function}).to_string()
}

fn cost(usage: Usage) -> MetaData {
    let total = (usage.input + usage.output).to_string();
    [
        ("token", total),
        ("input_tokens", usage.input.to_string()),
        ("output_tokens", usage.output.to_string()),
        ("time_cost", "0.1".to_owned()),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into()
}

pub(super) fn bot(mut bot: Value) -> Value {
    for name in ["create_time", "update_time"] {
        bot[name] = json!(0);
    }
    for name in ["suggest_reply_info", "background_image_info", "variables", "plugin_info_list"] {
        bot[name] = Value::Null;
    }
    bot["default_user_input_type"] = json!("");
    if let Some(bot) = bot.as_object_mut() {
        for name in ["knowledge", "voice_info_list", "owner_user_id", "folder_id"] {
            bot.remove(name);
        }
    }
    bot
}

fn finish() -> String {
    let data = json!({"finish_reason": 0, "fin_data": ""}).to_string();
    json!({"msg_type": "generate_answer_finish", "data": data, "from_unit": ""}).to_string()
}
