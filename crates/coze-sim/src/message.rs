//! The messages of conversations.

pub(crate) mod content;
mod feedback;

use std::collections::BTreeMap;

use axum::routing::{get, post};

use crate::http::{Body, Call, Payload, Query, Reply, Routes, StudioErrors, fields};
use crate::state::id::{Id, Mint};
use crate::state::{Chat, Conversation, Message, Refusal, Role, State};
use content::{Content, EnterMessage};

pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .official("/v1/conversation/message/create", post(create))
        .both("/v1/conversation/message/list", StudioErrors::Plain, post(list))
        // The Java SDK sends POST.
        .official("/v1/conversation/message/retrieve", get(retrieve).post(retrieve))
        .official("/v1/conversation/message/modify", post(modify))
        .official("/v1/conversation/message/delete", post(delete))
        .official(feedback::PATH, post(feedback::create).delete(feedback::delete))
}

fields! {
    struct InConversation {
        conversation_id: Id,
    }

    struct MessageIds {
        conversation_id: Id,
        message_id: Id,
    }

    struct CreateMessage {
        role: Role,
        content: String => Filled,
        content_type: String => Filled,
        meta_data: BTreeMap<String, String> => MetaData; optional,
        // The Java SDK sends it here and in the query.
        conversation_id: Option<Id>,
    }

    struct ListMessages {
        order: Option<String> => OneOf(&["desc", "asc"]); official,
        chat_id: Option<Id>,
        before_id: Option<Id>,
        after_id: Option<Id>,
        limit: Option<i64> => Int(1, 50),
        include_middle_message: bool; optional; official,
        // Part of the Go and Java types.
        bot_id: Option<Id>; official,
        conversation_id: Option<Id>; official,
    }

    struct ModifyMessage {
        content: String; optional,
        content_type: Option<String>,
        meta_data: Option<BTreeMap<String, String>> => MetaData,
        // The Java SDK sends them here and in the query.
        conversation_id: Option<Id>,
        message_id: Option<Id>,
    }
}

/// Converts a message of a request to a message of a conversation.
pub(crate) fn draft(
    mint: &Mint,
    conversation: &Conversation,
    chat: Option<&Chat>,
    message: &EnterMessage,
) -> Message {
    Message {
        id: mint.id(),
        conversation_id: conversation.id,
        section_id: conversation.section_id,
        bot_id: chat.map(|chat| chat.bot_id),
        chat_id: chat.map(|chat| chat.id),
        role: message.role,
        kind: message.kind().to_owned(),
        content: message.content.clone().unwrap_or_default(),
        content_type: message
            .content_type
            .clone()
            .filter(|text| !text.is_empty())
            .unwrap_or_else(|| "text".into()),
        meta_data: message.meta_data.clone(),
        created_at: mint.now(),
        updated_at: mint.now(),
        input: true,
        ..Message::default()
    }
}

async fn create(
    Query(InConversation { conversation_id }): Query<InConversation>,
    call: Call,
    Body(request): Body<CreateMessage>,
) -> Reply {
    let CreateMessage { role, content, content_type, meta_data, .. } = request;
    let message = EnterMessage::new(role, content, content_type, meta_data);
    let mut state = call.sim.store.lock();
    state.conversation(conversation_id, call.user)?;
    check_content(&call, &state, message.content.as_deref(), message.content_type.as_deref())?;
    let conversation = state.conversation(conversation_id, call.user)?;
    let message = draft(&call.sim.store.mint, conversation, None, &message);
    state.add(message.clone());
    Ok(Payload::Message(Box::new(message)).into())
}

fn check_content(
    call: &Call,
    state: &State,
    content: Option<&str>,
    content_type: Option<&str>,
) -> Result<(), Refusal> {
    let content = Content::read(content.unwrap_or_default(), content_type, "", call.sim.rules())?;
    content.check("", call.user, state)
}

async fn retrieve(Query(ids): Query<MessageIds>, call: Call) -> Reply {
    let mut state = call.sim.store.lock();
    let message = state.message(ids.conversation_id, ids.message_id, call.user)?;
    Ok(Payload::Message(Box::new(message.clone())).into())
}

async fn modify(
    Query(MessageIds { conversation_id: conversation, message_id: id }): Query<MessageIds>,
    call: Call,
    Body(ModifyMessage { content, content_type, meta_data, .. }): Body<ModifyMessage>,
) -> Reply {
    if content.is_empty() && meta_data.is_none() {
        return Err(Refusal::invalid("content", "content and meta_data must not both be empty"));
    }
    let mut state = call.sim.store.lock();
    state.message(conversation, id, call.user)?;
    if !content.is_empty() {
        check_content(&call, &state, Some(&content), content_type.as_deref())?;
    }
    let message = state.message(conversation, id, call.user)?;
    if !content.is_empty() {
        message.content = content;
        message.content_type = content_type.unwrap_or_else(|| "text".into());
    }
    if let Some(meta_data) = meta_data {
        message.meta_data = meta_data;
    }
    message.updated_at = call.sim.now();
    Ok(Payload::ModifiedMessage(Box::new(message.clone())).into())
}

async fn delete(
    Query(MessageIds { conversation_id: conversation, message_id: id }): Query<MessageIds>,
    call: Call,
) -> Reply {
    let mut state = call.sim.store.lock();
    let deleted = state.message(conversation, id, call.user)?.clone();
    if !deleted.is_dialog() {
        let problem =
            format!("only messages of type question and answer can be deleted, this is a {}", deleted.kind);
        return Err(Refusal::invalid("message_id", problem));
    }
    // The intermediate messages are deleted with their answer.
    let with_it = |message: &Message| {
        deleted.kind == "answer"
            && deleted.chat_id.is_some()
            && message.chat_id == deleted.chat_id
            && !message.is_dialog()
    };
    let conversation = state.conversation_mut(conversation, call.user)?;
    conversation.messages.retain(|message| message.id != id && !with_it(message));
    Ok(Payload::Message(Box::new(deleted)).into())
}

async fn list(
    Query(InConversation { conversation_id: conversation }): Query<InConversation>,
    call: Call,
    Body(request): Body<ListMessages>,
) -> Reply {
    let limit = request.limit.unwrap_or(50);
    // A negative limit gets here only if limits are not validated.
    let limit = usize::try_from(limit).map_err(|_| Refusal::Crash)?;
    let position = |id: Option<Id>| id.filter(|id| *id != Id::new(0));
    let chat = position(request.chat_id);
    let before_overrules = call.sim.behavior.before_overrules;
    let state = call.sim.store.lock();
    let mut messages: Vec<&Message> = state
        .conversation(conversation, call.user)?
        .messages
        .iter()
        .filter(|message| request.include_middle_message || message.is_dialog())
        .filter(|message| chat.is_none() || message.chat_id == chat)
        .collect();
    if request.order.as_deref() != Some("asc") {
        messages.reverse();
    }
    let find = |name: &str, id: Id| {
        let found = messages.iter().position(|message| message.id == id);
        found.ok_or_else(|| {
            if call.sim.rules().strict {
                Refusal::invalid(name, format!("no message {id} is in this list"))
            } else {
                Refusal::UnknownMessage(id)
            }
        })
    };
    let before = position(request.before_id);
    let after = position(request.after_id).filter(|_| before.is_none() || !before_overrules);
    // After: what follows in the order of the list. Before: the page that ends there.
    let start = after.map(|id| find("after_id", id)).transpose()?.map_or(0, |at| at + 1);
    let end = before.map(|id| find("before_id", id)).transpose()?.unwrap_or(messages.len());
    let mut page = messages.get(start..end).unwrap_or_default().to_vec();
    let has_more = page.len() > limit;
    if before.is_some() {
        page.drain(..page.len().saturating_sub(limit));
        if before_overrules {
            page.reverse();
        }
    } else {
        page.truncate(limit);
    }
    Ok(Payload::Messages { items: page.into_iter().cloned().collect(), has_more }.into())
}
