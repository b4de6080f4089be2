//! Conversations.

use axum::routing::{get, post, put};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::http::answer::{Answer, Payload};
use crate::http::call::Call;
use crate::http::routes::{Routes, StudioErrors};
use crate::http::schema::{Field, Kind};
use crate::id::{Id, now};
use crate::message::content::{Content, ENTER_MESSAGE, EnterMessage};
use crate::message::draft;
use crate::refusal::Refusal;
use crate::store::{Conversation, MetaData, State};

pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .both("/v1/conversation/create", StudioErrors::Plain, post(create))
        .both("/v1/conversation/retrieve", StudioErrors::Plain, get(retrieve))
        .both("/v1/conversations", StudioErrors::Plain, get(list))
        .both("/v1/conversations/{conversation_id}", StudioErrors::Plain, put(update).delete(delete))
        .both("/v1/conversations/{conversation_id}/clear", StudioErrors::Plain, post(clear))
}

const CREATE: &[Field] = &[
    Field::optional("bot_id", Kind::Id),
    Field::optional("name", Kind::Short(100)),
    Field::optional("messages", Kind::List(16, &Kind::Object(ENTER_MESSAGE))).official(),
    Field::optional("connector_id", Kind::Id),
    Field::optional("meta_data", Kind::MetaData),
];

const RETRIEVE: &[Field] = &[Field::required("conversation_id", Kind::Id)];

const LIST: &[Field] = &[
    Field::required("bot_id", Kind::Id),
    Field::optional("page_num", Kind::Int(1, i64::MAX)),
    Field::optional("page_size", Kind::Int(1, 50)),
    Field::optional("sort_order", Kind::OneOf(&["ASC", "DESC"])),
    Field::optional("connector_id", Kind::OneOf(&["1024", "999"])),
];

const UPDATE: &[Field] = &[Field::required("name", Kind::Short(100))];

#[derive(Debug, Deserialize)]
struct CreateConversation {
    bot_id: Option<String>,
    #[serde(default)]
    name: String,
    #[serde(default)]
    messages: Vec<EnterMessage>,
    connector_id: Option<String>,
    #[serde(default)]
    meta_data: MetaData,
}

#[derive(Debug, Deserialize)]
struct RetrieveConversation {
    conversation_id: String,
}

#[derive(Debug, Deserialize)]
struct ListConversations {
    bot_id: String,
    page_num: Option<usize>,
    page_size: Option<usize>,
    sort_order: Option<String>,
    connector_id: Option<String>,
}

#[derive(Debug, Deserialize)]
struct UpdateConversation {
    name: String,
}

async fn create(mut call: Call) -> Result<Answer, Refusal> {
    call.no_query()?;
    let request: CreateConversation = call.json(CREATE).await?;
    let mut state = call.sim.store.lock();
    check_messages(&call, &state, &request.messages)?;
    let mint = &call.sim.store.mint;
    let id = mint.id();
    let mut conversation = Conversation {
        id,
        creator: call.user,
        bot_id: request.bot_id.as_deref().and_then(Id::parse),
        connector_id: request.connector_id.unwrap_or_else(|| "1024".into()),
        name: request.name,
        meta_data: request.meta_data,
        created_at: now(),
        updated_at: now(),
        section_id: id,
        messages: Vec::new(),
        running: None,
        interrupted: None,
    };
    for message in &request.messages {
        let message = draft(mint, &conversation, None, message);
        conversation.messages.push(message);
    }
    let answer = call.sim.dialect.conversation(&conversation);
    state.conversations.insert(id, conversation);
    Ok(Payload::Data(answer).into())
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

async fn retrieve(call: Call) -> Result<Answer, Refusal> {
    let query: RetrieveConversation = call.query(RETRIEVE)?;
    let id = Id::parse(&query.conversation_id).unwrap_or(Id::new(0));
    let state = call.sim.store.lock();
    let conversation = state.conversation(id, call.user)?;
    Ok(Payload::Conversation(call.sim.dialect.conversation(conversation)).into())
}

async fn list(call: Call) -> Result<Answer, Refusal> {
    let query: ListConversations = call.query(LIST)?;
    let bot = Id::parse(&query.bot_id);
    let connector = query.connector_id.as_deref().unwrap_or("1024");
    let dialect = call.sim.dialect;
    let state = call.sim.store.lock();
    let mut found: Vec<Value> = state
        .conversations
        .values()
        .filter(|one| one.creator == call.user && one.bot_id == bot && one.connector_id == connector)
        .map(|conversation| dialect.conversation(conversation))
        .collect();
    if !query.sort_order.is_some_and(|order| order.eq_ignore_ascii_case("asc")) {
        found.reverse();
    }
    let (page, has_more) = dialect.page(found, query.page_num, query.page_size);
    Ok(Payload::Data(json!({"has_more": has_more, "conversations": dialect.list(page)})).into())
}

async fn update(mut call: Call) -> Result<Answer, Refusal> {
    call.no_query()?;
    let id = call.path_id("conversation_id")?;
    let request: UpdateConversation = call.json(UPDATE).await?;
    let mut state = call.sim.store.lock();
    let conversation = state.conversation_mut(id, call.user)?;
    if !request.name.is_empty() {
        conversation.name = request.name;
        conversation.updated_at = now();
    } else if call.sim.rules().strict {
        return Err(Refusal::invalid("name", "required, but empty"));
    }
    Ok(Payload::Data(call.sim.dialect.conversation(conversation)).into())
}

async fn delete(call: Call) -> Result<Answer, Refusal> {
    call.no_query()?;
    let id = call.path_id("conversation_id")?;
    let mut state = call.sim.store.lock();
    state.conversation(id, call.user)?;
    state.conversations.remove(&id);
    Ok(Payload::Nothing.into())
}

async fn clear(call: Call) -> Result<Answer, Refusal> {
    call.no_query()?;
    let id = call.path_id("conversation_id")?;
    let mut state = call.sim.store.lock();
    let conversation = state.conversation_mut(id, call.user)?;
    conversation.section_id = call.sim.store.mint.id();
    conversation.updated_at = now();
    Ok(Payload::Data(json!({"id": conversation.section_id, "conversation_id": id})).into())
}
