//! Conversations.

use std::collections::BTreeMap;

use axum::routing::{get, post, put};
use serde_json::json;

use crate::http::{Body, Call, Payload, Query, Reply, Routes, StudioErrors, fields, page};
use crate::message::content::{Content, EnterMessage};
use crate::message::draft;
use crate::state::{Conversation, Id, Message, Refusal, State};

pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .both("/v1/conversation/create", StudioErrors::Plain, post(create))
        .both("/v1/conversation/retrieve", StudioErrors::Plain, get(retrieve))
        .both("/v1/conversations", StudioErrors::Plain, get(list))
        .both("/v1/conversations/{conversation_id}", StudioErrors::Plain, put(update).delete(delete))
        .both("/v1/conversations/{conversation_id}/clear", StudioErrors::Plain, post(clear))
}

fields! {
    struct CreateConversation {
        bot_id: Option<Id>,
        name: String => Short(100); optional,
        messages: Vec<EnterMessage> => List(16, &EnterMessage::KIND); optional; official,
        connector_id: Option<Id>,
        meta_data: BTreeMap<String, String> => MetaData; optional,
    }

    struct RetrieveConversation {
        conversation_id: Id,
    }

    struct ListConversations {
        bot_id: Id,
        page_num: Option<usize> => Int(1, i64::MAX),
        page_size: Option<usize> => Int(1, 50),
        sort_order: Option<String> => OneOf(&["ASC", "DESC"]),
        connector_id: Option<String> => OneOf(&["1024", "999"]),
    }

    struct UpdateConversation {
        name: String => Short(100),
    }
}

async fn create(call: Call, Body(request): Body<CreateConversation>) -> Reply {
    let mut state = call.sim.store.lock();
    check_messages(&call, &state, &request.messages)?;
    let mint = &call.sim.store.mint;
    let id = mint.id();
    let mut conversation = Conversation {
        bot_id: request.bot_id,
        name: request.name,
        meta_data: request.meta_data,
        ..Conversation::new(id, call.user, call.sim.now())
    };
    if let Some(connector) = request.connector_id {
        conversation.connector_id = connector.to_string();
    }
    for message in &request.messages {
        let message = draft(mint, &conversation, None, message);
        conversation.messages.push(message);
    }
    let answer = Payload::Conversation(Box::new(conversation.cover()));
    state.stored(conversation.messages.iter().map(Message::weight).sum());
    state.conversations.insert(id, conversation);
    Ok(answer.into())
}

fn check_messages(call: &Call, state: &State, messages: &[EnterMessage]) -> Result<(), Refusal> {
    for (index, message) in messages.iter().enumerate() {
        let path = format!("messages[{index}]");
        message.check_kind(&path, true)?;
        let text = message.content.as_deref().unwrap_or_default();
        let content = Content::read(text, message.content_type.as_deref(), &path, call.sim.rules())?;
        content.check(&path, call.user, state)?;
    }
    Ok(())
}

async fn retrieve(Query(query): Query<RetrieveConversation>, call: Call) -> Reply {
    let state = call.sim.store.lock();
    let conversation = state.conversation(query.conversation_id, call.user)?;
    Ok(Payload::AskedConversation(Box::new(conversation.cover())).into())
}

async fn list(Query(query): Query<ListConversations>, call: Call) -> Reply {
    let bot = Some(query.bot_id);
    let connector = query.connector_id.as_deref().unwrap_or("1024");
    let state = call.sim.store.lock();
    let mut found: Vec<&Conversation> = state
        .conversations
        .values()
        .filter(|one| one.creator == call.user && one.bot_id == bot && one.connector_id == connector)
        .collect();
    if !query.sort_order.is_some_and(|order| order.eq_ignore_ascii_case("asc")) {
        found.reverse();
    }
    let all_but_one = found.len().saturating_sub(1);
    let (page, has_more) = match query.page_size.or(call.sim.behavior.conversations_per_page) {
        Some(size) => page(found, query.page_num, size),
        None => page(found, None, all_but_one),
    };
    let items = page.into_iter().map(Conversation::cover).collect();
    Ok(Payload::Conversations { items, has_more }.into())
}

async fn update(call: Call, Body(request): Body<UpdateConversation>) -> Reply {
    let id = call.path_id("conversation_id")?;
    let mut state = call.sim.store.lock();
    let conversation = state.conversation_mut(id, call.user)?;
    if !request.name.is_empty() {
        conversation.name = request.name;
        conversation.updated_at = call.sim.now();
    } else if call.sim.rules().strict {
        return Err(Refusal::invalid("name", "required, but empty"));
    }
    Ok(Payload::Conversation(Box::new(conversation.cover())).into())
}

async fn delete(call: Call) -> Reply {
    let id = call.path_id("conversation_id")?;
    let mut state = call.sim.store.lock();
    state.conversation(id, call.user)?;
    state.delete_conversation(id);
    Ok(Payload::Nothing.into())
}

async fn clear(call: Call) -> Reply {
    let id = call.path_id("conversation_id")?;
    let mut state = call.sim.store.lock();
    let conversation = state.conversation_mut(id, call.user)?;
    conversation.section_id = call.sim.store.mint.id();
    conversation.updated_at = call.sim.now();
    Ok(Payload::Data(json!({"id": conversation.section_id, "conversation_id": id})).into())
}
