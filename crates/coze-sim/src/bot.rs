//! Bots: built-in ones, and those that users create.

mod built_in;
mod config;
mod list;
mod publish;
mod variable;

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::routing::{delete, get, post};
use serde_json::{Value, json};

use crate::collaboration::{self, AddCollaborators, SwitchMode, Team};
use crate::http::{Body, Call, Payload, Query, Reply, Routes, StudioErrors, fields};
use crate::state::{Id, Refusal, State};
pub(crate) use built_in::SHORTCUT_TEMPLATE;
use config::{Config, CreateBot, UpdateBot};
pub(crate) use variable::{built_in_variables, variables};

pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .both("/v1/bots/{bot_id}", StudioErrors::Plain, get(retrieve))
        .official("/v1/bot/get_online_info", get(online))
        .studio("/v1/bot/get_online_info", StudioErrors::Plain, get(online_on_channel))
        .official("/v1/bot/create", post(create))
        .official("/v1/bot/update", post(update))
        .official("/v1/bot/publish", post(publish::publish))
        .official("/v1/bots/{bot_id}/unpublish", post(publish::unpublish))
        .official("/v1/bots", get(list::all))
        .official("/v1/space/published_bots_list", get(list::published))
        .official("/v1/bots/{bot_id}/versions", get(publish::versions))
        .official("/v1/bots/{bot_id}/collaboration_mode", post(switch_mode))
        .official("/v1/bots/{bot_id}/collaborators", post(add_collaborator))
        .official("/v1/bots/{bot_id}/collaborators/{user_id}", delete(delete_collaborator))
}

/// The API channel.
const API: Id = Id::new(1024);

fields! {
    struct RetrieveBot {
        is_published: Option<bool>,
    }

    struct OnlineBot {
        bot_id: Id,
        // Not on the page, but Coze Studio fails without it.
        connector_id: Option<Id>,
        // The Go SDK sends its request type as the query of both endpoints.
        is_published: Option<bool>,
    }
}

/// Bots of users by id; ids ascend with time.
type Bots = BTreeMap<Id, Bot>;

#[derive(Debug)]
pub(crate) struct Bot {
    team: Team,
    created_at: u64,
    updated_at: u64,
    draft: Arc<Config>,
    /// Whether the draft was changed after it was published.
    changed: bool,
    /// Oldest first.
    versions: Vec<Version>,
    /// Version of each channel.
    online: BTreeMap<Id, usize>,
}

#[derive(Debug)]
struct Version {
    number: u64,
    publisher: Id,
    created_at: u64,
    config: Arc<Config>,
    channels: Vec<Id>,
}

impl Bot {
    fn new(id: Id, owner: Id, space_id: Id, now: u64, draft: Config) -> Self {
        Self {
            team: Team::new(format!("bot {id}"), owner, space_id, false),
            created_at: now,
            updated_at: now,
            draft: Arc::new(draft),
            changed: true,
            versions: Vec::new(),
            online: BTreeMap::new(),
        }
    }

    /// Returns the versions of a built-in bot.
    fn built_in(owner: Id) -> Self {
        let (space, draft) = (crate::state::WORKSPACE, Config::default());
        let mut bot = Self::new(Id::default(), owner, space, built_in::CREATED, draft);
        bot.versions.push(Version {
            number: built_in::VERSION.parse().unwrap_or_default(),
            publisher: owner,
            created_at: built_in::CREATED,
            config: Arc::clone(&bot.draft),
            channels: vec![API],
        });
        bot
    }

    /// Returns the version of a channel.
    fn online(&self, channel: Id) -> Option<&Version> {
        self.online.get(&channel).and_then(|index| self.versions.get(*index))
    }
}

impl State {
    /// Finds a bot that a user created; all users belong to one team, who may read it.
    fn bot(&mut self, id: Id) -> Result<&mut Bot, Refusal> {
        self.of::<Bots>().get_mut(&id).ok_or_else(|| Refusal::UnknownBot(id.to_string()))
    }

    /// Finds a bot that the user may edit.
    fn edited_bot(&mut self, id: Id, user: Id) -> Result<&mut Bot, Refusal> {
        let bot = self.bot(id)?;
        bot.team.check_member(user)?;
        Ok(bot)
    }

    /// Keeps a bot, as long as there is room.
    fn add_bot(&mut self, id: Id, bot: Bot) {
        self.keep("bot", id, bot.draft.weight(), forget);
        self.of::<Bots>().insert(id, bot);
    }
}

fn forget(state: &mut State, id: Id) {
    state.of::<Bots>().remove(&id);
}

/// Which version of a bot is requested.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Wanted<'a> {
    pub(crate) draft: bool,
    pub(crate) version: Option<&'a str>,
    /// Channel; by default the API.
    pub(crate) channel: Option<&'a str>,
}

/// Rejects a bot that cannot answer: one that does not exist, or is not published.
pub(crate) fn check_answers(call: &Call, id: Id, wanted: Wanted<'_>) -> Result<(), Refusal> {
    if built_in::has(&call.sim, id) {
        return Ok(());
    }
    let mut state = call.sim.store.lock();
    let bot = state.bot(id)?;
    if wanted.draft {
        return Ok(());
    }
    let channel = wanted.channel.and_then(Id::parse).unwrap_or(API);
    if bot.online(channel).is_none() {
        return Err(Refusal::UnknownBot(id.to_string()));
    }
    let Some(wanted) = wanted.version.filter(|version| !version.is_empty()) else { return Ok(()) };
    let known: Vec<String> = bot.versions.iter().map(|version| version.number.to_string()).collect();
    if known.iter().any(|version| version == wanted) {
        return Ok(());
    }
    Err(Refusal::invalid("bot_version", format!("unknown; this bot has: {}", known.join(", "))))
}

/// Rejects a bot that does not exist, published or not.
pub(crate) fn check_exists(call: &Call, id: Id) -> Result<(), Refusal> {
    if built_in::has(&call.sim, id) {
        return Ok(());
    }
    call.sim.store.lock().bot(id).map(drop)
}

/// Returns what a built-in bot says first; others need it to be given.
pub(crate) fn prologue(call: &Call, id: Id) -> String {
    let described = built_in::describe(call, id).unwrap_or_default();
    described["onboarding_info"]["prologue"].as_str().unwrap_or_default().to_owned()
}

/// Returns the workspace of a bot.
pub(crate) fn workspace(call: &Call, id: Id) -> Result<Id, Refusal> {
    if built_in::has(&call.sim, id) {
        return Ok(crate::state::WORKSPACE);
    }
    call.sim.store.lock().bot(id).map(|bot| bot.team.workspace)
}

/// Copies the draft of a bot into a workspace, under its own name or another.
pub(crate) fn duplicate(call: &Call, id: Id, space_id: Id, name: Option<String>) -> Result<Id, Refusal> {
    let mut state = call.sim.store.lock();
    let mut draft = match built_in::config(&call.sim, id) {
        Some(config) => config,
        None => Config::clone(&state.bot(id)?.draft),
    };
    draft.name = name.unwrap_or(draft.name);
    let copy = call.sim.store.mint.id();
    state.add_bot(copy, Bot::new(copy, call.user, space_id, call.sim.now(), draft));
    Ok(copy)
}

async fn create(call: Call, Body(request): Body<CreateBot>) -> Reply {
    let (id, now) = (call.sim.store.mint.id(), call.sim.now());
    let space_id = request.space_id;
    let mut state = call.sim.store.lock();
    let request = UpdateBot::from(request);
    request.check(&state, call.user)?;
    let mut draft = Config::default();
    draft.update(request);
    state.add_bot(id, Bot::new(id, call.user, space_id, now, draft));
    Ok(Payload::Data(json!({"bot_id": id})).into())
}

async fn update(call: Call, Body(request): Body<UpdateBot>) -> Reply {
    let id = request.bot_id;
    built_in::check_not(&call.sim, id)?;
    let mut state = call.sim.store.lock();
    state.edited_bot(id, call.user)?;
    request.check(&state, call.user)?;
    let bot = state.bot(id)?;
    let before = bot.draft.weight();
    Arc::make_mut(&mut bot.draft).update(request);
    bot.updated_at = call.sim.now();
    bot.changed = true;
    let more = bot.draft.weight().saturating_sub(before);
    if more > 0 {
        state.keep("bot", id, more, forget);
    }
    Ok(Payload::Nothing.into())
}

async fn retrieve(Query(query): Query<RetrieveBot>, call: Call) -> Reply {
    let id = call.path_id("bot_id")?;
    Ok(Payload::Bot(describe(&call, id, query.is_published == Some(false))?).into())
}

/// Responds like Coze Studio, which fails if no channel is named.
async fn online_on_channel(Query(query): Query<OnlineBot>, call: Call) -> Reply {
    if query.connector_id.is_none() { Err(Refusal::Internal) } else { online(Query(query), call).await }
}

async fn online(Query(query): Query<OnlineBot>, call: Call) -> Reply {
    Ok(Payload::OnlineBot(describe(&call, query.bot_id, false)?).into())
}

/// Describes a bot as published to the API, or its draft.
fn describe(call: &Call, id: Id, draft: bool) -> Result<Value, Refusal> {
    if let Some(built_in) = built_in::describe(call, id) {
        call.sim.check_scope(&call.head, id)?;
        return Ok(built_in);
    }
    let mut state = call.sim.store.lock();
    let bot = state.bot(id)?;
    call.sim.check_scope(&call.head, id)?;
    let online = if draft { None } else { bot.online(API) };
    if !draft && online.is_none() {
        return Err(Refusal::UnknownBot(id.to_string()));
    }
    let mut shown = built_in::blank(id, bot.team.owner);
    shown["create_time"] = json!(bot.created_at);
    shown["update_time"] = json!(bot.updated_at);
    shown["version"] = json!(online.map(|version| version.number.to_string()).unwrap_or_default());
    let config = Arc::clone(online.map_or(&bot.draft, |version| &version.config));
    config.show(call, &mut state, &mut shown);
    Ok(shown)
}

/// Finds the team of the bot that the path names.
fn team<'s>(state: &'s mut State, call: &Call) -> Result<&'s mut Team, Refusal> {
    let id = call.path_id("bot_id")?;
    built_in::check_not(&call.sim, id)?;
    Ok(&mut state.bot(id)?.team)
}

/// The teams of all bots that users created.
pub(crate) fn teams(state: &mut State) -> impl Iterator<Item = &mut Team> {
    state.of::<Bots>().values_mut().map(|bot| &mut bot.team)
}

async fn switch_mode(call: Call, Body(request): Body<SwitchMode>) -> Reply {
    collaboration::switch(&call, &request, team)
}

async fn add_collaborator(call: Call, Body(request): Body<AddCollaborators>) -> Reply {
    collaboration::add(&call, &request, team)
}

async fn delete_collaborator(call: Call) -> Reply {
    collaboration::delete(&call, team)
}
