//! The messages of conversations.

pub(crate) mod content;
mod feedback;

use axum::routing::{get, post};
use serde::Deserialize;

use crate::dialect::View;
use crate::http::answer::{Answer, Payload};
use crate::http::call::Call;
use crate::http::routes::{Routes, StudioErrors};
use crate::http::schema::{Field, Kind};
use crate::id::{Id, Mint, now};
use crate::refusal::Refusal;
use crate::store::{Chat, Conversation, Message, MetaData, State};
use content::{Content, EnterMessage, ROLES};

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

const IN_CONVERSATION: &[Field] = &[Field::required("conversation_id", Kind::Id)];

const MESSAGE_IDS: &[Field] =
    &[Field::required("conversation_id", Kind::Id), Field::required("message_id", Kind::Id)];

const CREATE: &[Field] = &[
    Field::required("role", ROLES),
    Field::required("content", Kind::Filled),
    Field::required("content_type", Kind::Filled),
    Field::optional("meta_data", Kind::MetaData),
    // Sent by the Java SDK, which has it in the query as well.
    Field::optional("conversation_id", Kind::Id),
];

const LIST: &[Field] = &[
    Field::optional("order", Kind::OneOf(&["desc", "asc"])).official(),
    Field::optional("chat_id", Kind::Id),
    Field::optional("before_id", Kind::Id),
    Field::optional("after_id", Kind::Id),
    Field::optional("limit", Kind::Int(1, 50)),
    Field::optional("include_middle_message", Kind::Bool).official(),
    // Part of the Go and Java types.
    Field::optional("bot_id", Kind::Id).official(),
    Field::optional("conversation_id", Kind::Id).official(),
];

const MODIFY: &[Field] = &[
    Field::optional("content", Kind::Text),
    Field::optional("content_type", Kind::Text),
    Field::optional("meta_data", Kind::MetaData),
    // Sent by the Java SDK, which has them in the query as well.
    Field::optional("conversation_id", Kind::Id),
    Field::optional("message_id", Kind::Id),
];

#[derive(Debug, Deserialize)]
struct InConversation {
    conversation_id: String,
}

#[derive(Debug, Deserialize)]
struct MessageIds {
    conversation_id: String,
    message_id: String,
}

impl MessageIds {
    fn ids(&self) -> Result<(Id, Id), Refusal> {
        Ok((id("conversation_id", &self.conversation_id)?, id("message_id", &self.message_id)?))
    }
}

fn id(name: &str, text: &str) -> Result<Id, Refusal> {
    Id::parse(text).ok_or_else(|| Refusal::invalid(name, "expected an id"))
}

#[derive(Debug, Deserialize)]
struct ListMessages {
    order: Option<String>,
    chat_id: Option<String>,
    before_id: Option<String>,
    after_id: Option<String>,
    limit: Option<i64>,
    #[serde(default)]
    include_middle_message: bool,
}

#[derive(Debug, Deserialize)]
struct ModifyMessage {
    #[serde(default)]
    content: String,
    content_type: Option<String>,
    meta_data: Option<MetaData>,
}

/// Makes a message of a conversation out of one of a request.
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
        reasoning_content: String::new(),
        meta_data: message.meta_data.clone(),
        created_at: now(),
        updated_at: now(),
        input: true,
        forgotten: false,
        feedback: None,
    }
}

async fn create(mut call: Call) -> Result<Answer, Refusal> {
    let query: InConversation = call.query(IN_CONVERSATION)?;
    let conversation = id("conversation_id", &query.conversation_id)?;
    let message: EnterMessage = call.json(CREATE).await?;
    let mut state = call.sim.store.lock();
    state.conversation(conversation, call.user)?;
    check_content(&call, &state, message.content.as_deref(), message.content_type.as_deref())?;
    let message = draft(&call.sim.store.mint, state.conversation(conversation, call.user)?, None, &message);
    let answer = call.sim.dialect.message(&message, View::Listed);
    state.add(message);
    Ok(Payload::Data(answer).into())
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

async fn retrieve(call: Call) -> Result<Answer, Refusal> {
    let (conversation, message) = call.query::<MessageIds>(MESSAGE_IDS)?.ids()?;
    let mut state = call.sim.store.lock();
    let message = state.message(conversation, message, call.user)?;
    Ok(Payload::Data(call.sim.dialect.message(message, View::Listed)).into())
}

async fn modify(mut call: Call) -> Result<Answer, Refusal> {
    let (conversation, id) = call.query::<MessageIds>(MESSAGE_IDS)?.ids()?;
    let ModifyMessage { content, content_type, meta_data } = call.json(MODIFY).await?;
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
    message.updated_at = now();
    Ok(Payload::ModifiedMessage(call.sim.dialect.message(message, View::Listed)).into())
}

async fn delete(call: Call) -> Result<Answer, Refusal> {
    let (conversation, id) = call.query::<MessageIds>(MESSAGE_IDS)?.ids()?;
    let mut state = call.sim.store.lock();
    let deleted = state.message(conversation, id, call.user)?.clone();
    if !deleted.is_dialog() {
        let problem =
            format!("only messages of type question and answer can be deleted, this is a {}", deleted.kind);
        return Err(Refusal::invalid("message_id", problem));
    }
    // The intermediate messages go with their answer.
    let with_it = |message: &Message| {
        deleted.kind == "answer"
            && deleted.chat_id.is_some()
            && message.chat_id == deleted.chat_id
            && !message.is_dialog()
    };
    let conversation = state.conversation_mut(conversation, call.user)?;
    conversation.messages.retain(|message| message.id != id && !with_it(message));
    Ok(Payload::Data(call.sim.dialect.message(&deleted, View::Listed)).into())
}

async fn list(mut call: Call) -> Result<Answer, Refusal> {
    let query: InConversation = call.query(IN_CONVERSATION)?;
    let conversation = id("conversation_id", &query.conversation_id)?;
    let request: ListMessages = call.json(LIST).await?;
    let limit = request.limit.unwrap_or(50);
    // Only a dialect that checks no limits gets this far with a negative one.
    let limit = usize::try_from(limit).map_err(|_| Refusal::Crash)?;
    let position = |text: &Option<String>| text.as_deref().and_then(Id::parse).filter(|id| *id != Id::new(0));
    let chat = position(&request.chat_id);
    let dialect = call.sim.dialect;
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
    let before = position(&request.before_id);
    let after = position(&request.after_id).filter(|_| before.is_none() || !dialect.before_overrules());
    // After: what follows in the order of the list. Before: the page that ends there.
    let start = after.map(|id| find("after_id", id)).transpose()?.map_or(0, |at| at + 1);
    let end = before.map(|id| find("before_id", id)).transpose()?.unwrap_or(messages.len());
    let mut page = messages.get(start..end).unwrap_or_default().to_vec();
    let has_more = page.len() > limit;
    if before.is_some() {
        page.drain(..page.len().saturating_sub(limit));
        if dialect.before_overrules() {
            page.reverse();
        }
    } else {
        page.truncate(limit);
    }
    let edge = |message: Option<&&Message>| message.map(|message| message.id.to_string());
    let page = Payload::Page {
        first: edge(page.first()),
        last: edge(page.last()),
        has_more,
        items: page.into_iter().map(|message| dialect.message(message, View::Listed)).collect(),
    };
    Ok(page.into())
}
