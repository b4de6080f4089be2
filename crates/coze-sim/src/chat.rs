//! Chats: one run of an agent within a conversation.

mod run;
mod start;

use std::collections::BTreeMap;

use std::time::Duration;

use axum::routing::{get, post};
use serde_json::{Map, Value};
use tokio::sync::mpsc;

use crate::http::answer::ChatView;
use crate::http::fields::read;
use crate::http::stream::{self, Signal};
use crate::http::{Answer, Body, Call, Payload, Query, Reply, Routes, StreamOf, StudioErrors, fields};
use crate::message::content::EnterMessage;
use crate::script::step::Turn;
use crate::state::{Chat, Id, Message, Refusal, State, Status, ToolCall};
use start::{Started, start};

pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .both("/v3/chat", StudioErrors::InMessage, post(create))
        .both("/v3/chat/retrieve", StudioErrors::Text, get(retrieve))
        // The Python and Node SDKs send POST.
        .official("/v3/chat/retrieve", post(retrieve))
        .both("/v3/chat/cancel", StudioErrors::InMessage, post(cancel))
        .both("/v3/chat/message/list", StudioErrors::Crash, get(messages))
        .official("/v3/chat/submit_tool_outputs", post(submit))
}

fields! {
    struct ChatQuery {
        conversation_id: Option<Id>,
    }

    struct CreateChat {
        bot_id: Id,
        user_id: String => Filled,
        additional_messages: Vec<EnterMessage> => List(100, &EnterMessage::KIND); optional,
        stream: Option<bool>,
        custom_variables: Option<BTreeMap<String, String>> => Pairs(&[]),
        auto_save_history: Option<bool>; official,
        meta_data: BTreeMap<String, String> => MetaData; optional,
        extra_params: Option<BTreeMap<String, String>> => Pairs(&["latitude", "longitude"]),
        shortcut_command: Option<ShortcutCommand>,
        parameters: Option<Map<String, Value>>,
        enable_card: Option<bool>; official,
        publish_status: Option<String> => OneOf(&["published_online", "unpublished_draft"]); official,
        bot_version: Option<String>; official,
        // Sent by the Go SDK.
        connector_id: Option<String>,
        // Sent by the Java SDK, which has it in the query, too.
        conversation_id: Option<Id>; official,
    }

    struct ShortcutCommand {
        command_id: Id,
        parameters: BTreeMap<String, String>; optional,
    }

    struct ChatIds {
        conversation_id: Id,
        chat_id: Id,
    }

    struct SubmitToolOutputs {
        tool_outputs: Vec<ToolOutput> => List(100, &ToolOutput::KIND),
        stream: bool; optional,
        // Sent by the Go SDK.
        connector_id: Option<String>,
        // Part of the Node SDK's type.
        auto_save_history: Option<bool>,
        // Sent by the Java SDK, which has them in the query, too.
        conversation_id: Option<Id>,
        chat_id: Option<Id>,
    }

    pub(crate) struct ToolOutput {
        tool_call_id: String => Filled,
        output: String,
    }
}

async fn create(Query(query): Query<ChatQuery>, call: Call, Body(request): Body<CreateChat>) -> Reply {
    let streamed = request.stream.unwrap_or(call.sim.behavior.streams_by_default);
    match start(&call, query, request) {
        Ok(Started::Refused(refuse)) => Ok(Answer::Scripted(refuse)),
        Ok(Started::Chat(chat, turn)) => Ok(go(&call, chat, *turn, streamed).await),
        Err(refusal) if streamed => stream::refuse(&call, refusal).await,
        Err(refusal) => Err(refusal),
    }
}

/// Runs the agent, and returns the stream or the current state of the chat.
async fn go(call: &Call, chat: Id, turn: Turn, streamed: bool) -> Answer {
    let sim = &call.sim;
    let wire = turn.wire.clone();
    let delay = Duration::from_millis(wire.delay_head_ms);
    if streamed {
        let signals = run(call, chat, turn);
        tokio::time::sleep(delay).await;
        return stream::respond(call, wire, StreamOf::Chat, "", signals);
    }
    let answer = {
        let mut state = sim.store.lock();
        state.chats.get_mut(&chat).map(|chat| {
            chat.status = Status::InProgress;
            Payload::Chat(Box::new(chat.clone()), ChatView::Event)
        })
    };
    sim.spawn(run::run(sim.clone(), chat, turn, None));
    tokio::time::sleep(delay).await;
    answer.unwrap_or(Payload::Data(Value::Null)).into()
}

/// Lets the agent run for a listener; one that reads slowly holds the agent back after so many events.
fn run(call: &Call, chat: Id, turn: Turn) -> mpsc::Receiver<Signal> {
    let (sender, signals) = mpsc::channel(16);
    call.sim.spawn(run::run(call.sim.clone(), chat, turn, Some(sender)));
    signals
}

/// A chat that runs for the session of a voice chat.
pub(crate) struct Running {
    pub(crate) conversation: Id,
    pub(crate) chat: Id,
    /// The last message of the request, unless the history is not saved.
    pub(crate) question: Option<Message>,
    pub(crate) signals: mpsc::Receiver<Signal>,
}

impl Running {
    /// Finds the question of a chat that runs.
    pub(crate) fn new(call: &Call, chat: Id, signals: mpsc::Receiver<Signal>) -> Self {
        let state = call.sim.store.lock();
        let conversation = state.chats.get(&chat).map(|chat| chat.conversation_id).unwrap_or_default();
        let messages =
            state.conversations.get(&conversation).map(|one| &one.messages[..]).unwrap_or_default();
        let question =
            messages.iter().rfind(|message| message.input && message.chat_id == Some(chat)).cloned();
        Self { conversation, chat, question, signals }
    }
}

/// Starts a chat as its endpoint does, for a session.
pub(crate) fn listen(
    call: &Call,
    conversation: Option<Id>,
    request: Map<String, Value>,
) -> Result<Running, Refusal> {
    let request = read(request, "", call.sim.rules())?;
    match start(call, ChatQuery { conversation_id: conversation }, request)? {
        Started::Chat(chat, turn) => Ok(Running::new(call, chat, run(call, chat, *turn))),
        Started::Refused(refuse) => {
            let code = refuse.code.as_ref().and_then(Value::as_i64).unwrap_or(5000);
            Err(Refusal::coded(code, refuse.msg))
        }
    }
}

/// Continues a chat of a session that waits for tool outputs.
pub(crate) fn listen_on(
    call: &Call,
    conversation: Id,
    chat: Id,
    outputs: &[ToolOutput],
) -> Result<mpsc::Receiver<Signal>, Refusal> {
    let turn = resume(call, conversation, chat, outputs)?;
    Ok(run(call, chat, turn))
}

async fn retrieve(Query(ids): Query<ChatIds>, call: Call) -> Reply {
    let mut state = call.sim.store.lock();
    let chat = state.chat(ids.conversation_id, ids.chat_id, call.user)?;
    if !chat.saved {
        return Err(Refusal::UnknownChat(chat.id));
    }
    Ok(Payload::Chat(Box::new(chat.clone()), ChatView::Retrieved).into())
}

async fn messages(
    Query(ChatIds { conversation_id: conversation, chat_id: chat }): Query<ChatIds>,
    call: Call,
) -> Reply {
    let mut state = call.sim.store.lock();
    if !state.chat(conversation, chat, call.user)?.saved {
        return Err(Refusal::UnknownChat(chat));
    }
    let messages = &state.conversation(conversation, call.user)?.messages;
    let of_chat = messages.iter().filter(|message| message.chat_id == Some(chat));
    Ok(Payload::ChatMessages(of_chat.cloned().collect()).into())
}

async fn cancel(
    call: Call,
    Body(ChatIds { conversation_id: conversation, chat_id: id }): Body<ChatIds>,
) -> Reply {
    let mut state = call.sim.store.lock();
    let chat = state.chat(conversation, id, call.user)?;
    if !matches!(chat.status, Status::Created | Status::InProgress) {
        return Err(Refusal::NotCancelable(chat.status.name()));
    }
    Ok(Payload::CanceledChat(Box::new(stop(call.sim.behavior.cancel_lasts, &mut state, id)?)).into())
}

/// Marks a chat as canceled; if that lasts, the conversation is free at once, and neither question nor answer is context from
/// now on.
pub(crate) fn stop(lasts: bool, state: &mut State, id: Id) -> Result<Chat, Refusal> {
    let chat = state.chats.get_mut(&id).ok_or(Refusal::UnknownChat(id))?;
    chat.status = Status::Canceled;
    let chat = chat.clone();
    if let Some(conversation) = state.conversations.get_mut(&chat.conversation_id).filter(|_| lasts) {
        conversation.running = conversation.running.filter(|running| *running != id);
        let of_chat = conversation.messages.iter_mut().filter(|message| message.chat_id == Some(id));
        of_chat.for_each(|message| message.forgotten = true);
    }
    Ok(chat)
}

async fn submit(
    Query(ChatIds { conversation_id: conversation, chat_id: id }): Query<ChatIds>,
    call: Call,
    Body(request): Body<SubmitToolOutputs>,
) -> Reply {
    let turn = resume(&call, conversation, id, &request.tool_outputs)?;
    Ok(go(&call, id, turn, request.stream).await)
}

/// Submits the outputs of a chat, and returns the rest of its run.
fn resume(call: &Call, conversation: Id, id: Id, outputs: &[ToolOutput]) -> Result<Turn, Refusal> {
    let mut state = call.sim.store.lock();
    let chat = state.chat(conversation, id, call.user)?;
    if !chat.saved {
        return Err(Refusal::NotSaved);
    }
    if chat.status != Status::RequiresAction {
        let problem = format!("the chat waits for no tool outputs; its status is {}", chat.status.name());
        return Err(Refusal::invalid("chat_id", problem));
    }
    let outputs = outputs_in_order(chat, outputs)?;
    if let Some(running) = state.conversation(conversation, call.user)?.running {
        return Err(Refusal::Busy { conversation, running });
    }
    state.conversation_mut(conversation, call.user)?.running = Some(id);
    let chat = state.chat(conversation, id, call.user)?;
    chat.status = Status::InProgress;
    chat.tool_calls.clear();
    let mut turn = chat.resume.take().unwrap_or_default();
    turn.output = outputs.join("\n");
    Ok(turn)
}

/// Matches the outputs with the calls that wait for them, in the order of the calls.
fn outputs_in_order(chat: &Chat, outputs: &[ToolOutput]) -> Result<Vec<String>, Refusal> {
    for (index, output) in outputs.iter().enumerate() {
        let path = format!("tool_outputs[{index}].tool_call_id");
        if chat.tool_calls.iter().all(|call| call.id != output.tool_call_id) {
            return Err(Refusal::invalid(
                path,
                format!("this chat has no pending tool call {:?}", output.tool_call_id),
            ));
        }
        if outputs[..index].iter().any(|other| other.tool_call_id == output.tool_call_id) {
            return Err(Refusal::invalid(path, "given twice"));
        }
    }
    let output_of = |call: &ToolCall| {
        let output = outputs.iter().find(|output| output.tool_call_id == call.id);
        output.map(|output| output.output.clone()).ok_or_else(|| {
            Refusal::invalid("tool_outputs", format!("the output of tool call {} is missing", call.id))
        })
    };
    chat.tool_calls.iter().map(output_of).collect()
}
