//! Chatflows: workflows within a conversation.

mod relay;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, Value, json};
use tokio::sync::mpsc;

use super::definition::Workflow;
use super::engine;
use super::{Asked, EXT, find};
use crate::agent::words;
use crate::chat::Running;
use crate::http::fields::read;
use crate::http::stream::{self, Signal as Written};
use crate::http::{Answer, Body, Call, Payload, Reply, Rules, StreamOf, fields};
use crate::message::content::{Content, EnterMessage};
use crate::message::draft;
use crate::script::event::Event;
use crate::state::refusal::WorkflowFault;
use crate::state::run::{Answered, Mode, Origin, RunStatus, Waiting};
use crate::state::{Chat, Conversation, Id, Refusal, Role, State};

fields! {
    pub(super) struct ChatRequest {
        workflow_id: Id,
        additional_messages: Vec<EnterMessage> => List(50, &EnterMessage::KIND),
        parameters: Map<String, Value> => Parameters; optional; required_by_page,
        app_id: Option<Id>,
        bot_id: Option<Id>,
        conversation_id: Option<Id>,
        ext: BTreeMap<String, String> => EXT; optional,
        workflow_version: Option<String>; official,
        connector_id: Option<Id>,
    }

    pub(super) struct OpenConversation {
        app_id: Option<Id>,
        conversation_name: String; optional,
        workflow_id: Option<Id>,
        get_or_create: bool; optional,
        draft_mode: Option<bool>,
        connector_id: Option<Id>,
        bot_id: Option<Id>,
    }
}

/// Default name of the conversation of an app.
const DEFAULT_CONVERSATION: &str = "Default";

pub(super) async fn create(call: Call, Body(request): Body<ChatRequest>) -> Reply {
    if call.sim.rules().strict {
        check(&call, &request)?;
    }
    let workflow = find(
        &call,
        &Asked {
            workflow_id: request.workflow_id,
            version: request.workflow_version.as_deref(),
            bot_id: request.bot_id,
            app_id: request.app_id,
        },
    )?;
    if !workflow.chatflow && call.sim.rules().strict {
        let problem =
            "is a workflow and not a chatflow; run it with /v1/workflow/run or /v1/workflow/stream_run";
        return Err(Refusal::invalid("workflow_id", problem));
    }
    let Some(Begun { debug_url, written, .. }) = begin(&call, &workflow, request)? else {
        return Ok(unknown_name(&call, &workflow).await);
    };
    tokio::time::sleep(Duration::from_millis(workflow.wire.delay_head_ms)).await;
    Ok(stream::respond(&call, workflow.wire.clone(), StreamOf::Chatflow, &debug_url, written))
}

/// A chat that a chatflow answers.
struct Begun {
    chat: Id,
    debug_url: String,
    written: mpsc::Receiver<Written>,
}

/// Starts a chat that a chatflow answers, for the session of a voice chat.
pub(crate) fn listen(call: &Call, request: Map<String, Value>) -> Result<Running, Refusal> {
    let request: ChatRequest = read(request, "", call.sim.rules())?;
    let workflow = find_chatflow(call, request.workflow_id)?;
    let begun = begin(call, &workflow, request)?;
    let begun = begun.ok_or_else(|| Refusal::invalid("parameters", "no conversation of the name"))?;
    Ok(Running::new(call, begun.chat, begun.written))
}

/// Finds the chatflow of a voice chat.
pub(crate) fn find_chatflow(call: &Call, id: Id) -> Result<Arc<Workflow>, Refusal> {
    let workflow = find(call, &Asked { workflow_id: id, version: None, bot_id: None, app_id: None })?;
    if workflow.chatflow {
        Ok(workflow)
    } else {
        Err(Refusal::invalid("workflow_id", "is a workflow and no chatflow"))
    }
}

/// Starts a chat; `None` if there is no conversation of the name.
fn begin(call: &Call, workflow: &Arc<Workflow>, request: ChatRequest) -> Result<Option<Begun>, Refusal> {
    let Some(Entered { conversation, chat, waiting, text }) = enter(call, workflow, &request)? else {
        return Ok(None);
    };
    let (sender, signals) = mpsc::channel(16);
    let run = if let Some((run, waiting)) = waiting {
        // If the run was deleted, the stream closes.
        let _ = waiting.answer.send(Answered { text, listener: Some(sender) });
        run
    } else {
        let mut parameters = request.parameters;
        if !request.additional_messages.is_empty() {
            parameters.insert("USER_INPUT".into(), json!(text));
        }
        let origin = Origin {
            user: call.user,
            mode: Mode::Chat,
            bot_id: request.bot_id,
            connector_id: request.connector_id.map_or_else(|| "1024".into(), |id| id.to_string()),
            connector_uid: request.ext.get("user_id").cloned(),
            log: call.log.to_string(),
            conversation: Some(conversation),
        };
        engine::start(&call.sim, workflow, origin, parameters, Some(sender))
    };
    let (out, written) = mpsc::channel(16);
    let debug_url = call.sim.behavior.debug_url(workflow.id, workflow.workspace_id, run);
    let relay = relay::Relay::new(call.sim.clone(), chat, run, debug_url.clone(), out);
    call.sim.spawn(relay.run(signals));
    Ok(Some(Begun { chat, debug_url, written }))
}

fn check(call: &Call, request: &ChatRequest) -> Result<(), Refusal> {
    let rules = call.sim.rules();
    if request.bot_id.is_none() && request.app_id.is_none() {
        return Err(Refusal::invalid("bot_id", "required, unless there is an app_id; expected an id"));
    }
    for (index, message) in request.additional_messages.iter().enumerate() {
        let path = format!("additional_messages[{index}]");
        // Tool calls are part of the context of chatflows.
        message.check_kind(&path, false)?;
        let text = message.content.as_deref().unwrap_or_default();
        let content_type = message.content_type.as_deref().unwrap_or_default();
        if content_type == "object_string" && !rules.by_the_page {
            let content = Content::read(text, Some(content_type), &path, rules)?;
            content.check(&path, call.user, &call.sim.store.lock())?;
        } else if !text.is_empty() && content_type != "text" {
            let problem = format!("expected text, got {content_type:?}; files go into parameters");
            return Err(Refusal::invalid(format!("{path}.content_type"), problem));
        }
    }
    match request.additional_messages.last() {
        Some(message) if message.role == Role::User => Ok(()),
        Some(_) => Err(Refusal::invalid("additional_messages", "the last message must have the role user")),
        // The Python SDK sends an empty list by default.
        None if !rules.by_the_page => Ok(()),
        None => Err(Refusal::invalid("additional_messages", "expected at least one message")),
    }
}

/// A chat that was added to its conversation.
struct Entered {
    conversation: Id,
    chat: Id,
    /// The run that the input resumes.
    waiting: Option<(Id, Waiting)>,
    text: String,
}

/// Adds the chat and its messages to the conversation; `None` if the name of the conversation is unknown.
fn enter(call: &Call, workflow: &Workflow, request: &ChatRequest) -> Result<Option<Entered>, Refusal> {
    let mut guard = call.sim.store.lock();
    let state = &mut *guard;
    let Some(conversation) = conversation(call, state, request)? else { return Ok(None) };
    let mint = &call.sim.store.mint;
    let waiting = state.runs.iter_mut().find_map(|(id, record)| {
        let here = record.origin.conversation == Some(conversation) && record.workflow == workflow.id;
        let waiting = record.waiting.take_if(|_| here)?;
        record.status = RunStatus::Running;
        Some((*id, waiting))
    });
    let conversation = state.conversation_mut(conversation, call.user)?;
    let bot_id = request.bot_id.unwrap_or_default();
    let mut chat = Chat::new(mint.id(), conversation, bot_id, call.sim.now());
    let mut weight = 0;
    for message in &request.additional_messages {
        chat.usage.input += words::count(message.content.as_deref().unwrap_or_default()).words as u64;
        let message = draft(mint, conversation, Some(&chat), message);
        weight += message.weight();
        conversation.messages.push(message);
    }
    conversation.running = Some(chat.id);
    conversation.updated_at = call.sim.now();
    let text = request.additional_messages.last().map(input).unwrap_or_default();
    let entered = Entered { conversation: conversation.id, chat: chat.id, waiting, text };
    state.chats.insert(chat.id, chat);
    state.stored(weight);
    Ok(Some(entered))
}

/// Returns the input of the workflow from a message.
fn input(message: &EnterMessage) -> String {
    let text = message.content.as_deref().unwrap_or_default();
    let rules = Rules { strict: false, empty_is_absent: false, by_the_page: false };
    // It was validated; if validation is off, invalid content is text.
    Content::read(text, message.content_type.as_deref(), "", rules)
        .map_or_else(|_| text.to_owned(), |content| content.text())
}

/// Finds or creates the conversation of a request; `None` if its name is unknown.
fn conversation(call: &Call, state: &mut State, request: &ChatRequest) -> Result<Option<Id>, Refusal> {
    let behavior = call.sim.behavior;
    if let Some(id) = request.conversation_id {
        let conversation = state.conversation(id, call.user)?;
        if let Some(running) = conversation.running
            && behavior.one_chat_at_a_time
        {
            return Err(Refusal::Busy { conversation: id, running });
        }
        return Ok(Some(id));
    }
    let connector = request.connector_id;
    let name = request.parameters.get("CONVERSATION_NAME").and_then(Value::as_str).unwrap_or_default();
    match (behavior.opens_by_name, name) {
        (true, "") => {
            let msg = "Workflow operation failure: conversation name is requried";
            Err(Refusal::workflow(WorkflowFault::Operation, msg))
        }
        (false, _) if request.bot_id.is_some() => Ok(Some(opened(call, state, "", connector))),
        (_, name) => {
            let name = if name.is_empty() { DEFAULT_CONVERSATION } else { name };
            match named(call, state, name) {
                Some(id) => Ok(Some(id)),
                None if behavior.opens_by_name || name == DEFAULT_CONVERSATION => {
                    Ok(Some(opened(call, state, name, connector)))
                }
                None => Ok(None),
            }
        }
    }
}

fn named(call: &Call, state: &State, name: &str) -> Option<Id> {
    let mut own = state.conversations.values().filter(|one| one.creator == call.user);
    own.find(|conversation| conversation.name == name).map(|conversation| conversation.id)
}

fn opened(call: &Call, state: &mut State, name: &str, connector_id: Option<Id>) -> Id {
    let id = call.sim.store.mint.id();
    let mut conversation = Conversation::new(id, call.user, call.sim.now());
    name.clone_into(&mut conversation.name);
    if let Some(connector) = connector_id {
        conversation.connector_id = connector.to_string();
    }
    state.stored(0);
    state.conversations.insert(id, conversation);
    id
}

/// Responds to a chat in a conversation with an unknown name: the stream contains only the failure.
async fn unknown_name(call: &Call, workflow: &Workflow) -> Answer {
    let code = (call.sim.behavior.workflow_code)(WorkflowFault::UnknownConversation);
    let failed = json!({"code": code.to_string(), "msg": "会话名不存在"});
    let failed = Written::Last(Event::new("conversation.chat.failed", &failed).into());
    stream::only(call, workflow.wire.clone(), StreamOf::Chatflow, failed).await
}

/// Creates a named conversation of an app, as Coze Studio does.
pub(super) async fn open(call: Call, Body(request): Body<OpenConversation>) -> Reply {
    if request.app_id.is_none() {
        let msg =
            "Workflow operation failure: panic error: invalid memory address or nil pointer dereference";
        return Err(Refusal::workflow(WorkflowFault::Operation, msg));
    }
    let mut state = call.sim.store.lock();
    let known = named(&call, &state, &request.conversation_name);
    let id = match known {
        Some(id) => id,
        // In spite of its name, the flag requires an existing conversation.
        None if request.get_or_create => {
            return Err(Refusal::workflow(WorkflowFault::UnknownConversation, "conversation not found"));
        }
        None => opened(&call, &mut state, &request.conversation_name, request.connector_id),
    };
    let section = state.conversation(id, call.user)?.section_id;
    Ok(Payload::Data(json!({"id": id, "last_section_id": section, "created_at": 0, "meta_data": null}))
        .into())
}
