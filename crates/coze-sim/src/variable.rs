//! Variables of users: values that a bot or an app stores for each user.

use std::collections::BTreeMap;

use axum::routing::get;
use serde_json::{Value, json};

use crate::bot;
use crate::http::{Body, Call, Payload, Query, Reply, Routes, fields};
use crate::project;
use crate::state::{Id, Refusal, State};

pub(crate) fn routes(routes: Routes) -> Routes {
    routes.official("/v1/variables", get(retrieve).put(update))
}

/// The API channel.
const API: Id = Id::new(1024);

fields! {
    struct RetrieveVariables {
        app_id: Option<Id>,
        bot_id: Option<Id>,
        connector_id: Option<Id>,
        connector_uid: String => Filled,
        // Names, separated by commas.
        keywords: String; optional,
    }

    struct UpdateVariables {
        app_id: Option<Id>,
        bot_id: Option<Id>,
        connector_id: Option<Id>,
        connector_uid: String => Filled,
        data: Vec<Pair>,
    }

    struct Pair {
        keyword: String => Filled,
        value: String,
    }
}

/// Scope of a value: the owner of the token, the bot or app, the channel, and its user.
type Key = (Id, Id, Id, String);

type Variables = BTreeMap<Key, Values>;

/// The values of one user, with an id for the memory limit.
#[derive(Debug)]
pub(crate) struct Values {
    id: Id,
    kept: BTreeMap<String, Kept>,
}

#[derive(Debug)]
pub(crate) struct Kept {
    value: String,
    created_at: u64,
    updated_at: u64,
}

/// Returns the requested variables, with their defaults.
fn declared(
    call: &Call,
    state: &mut State,
    bot: Option<Id>,
    app: Option<Id>,
    channel: Id,
) -> Result<(Id, BTreeMap<String, String>), Refusal> {
    match (bot, app) {
        (Some(bot), _) => match bot::variables(call, state, bot, channel) {
            Some(variables) => Ok((bot, variables)),
            None => Err(Refusal::UnknownBot(bot.to_string())),
        },
        (None, Some(app)) if project::is_published(&call.sim, app) => Ok((app, bot::built_in_variables())),
        (None, Some(app)) => {
            Err(Refusal::invalid("app_id", format!("there is no app {app}, or it is not published")))
        }
        (None, None) => Err(Refusal::invalid("bot_id", "required, but missing, unless there is an app_id")),
    }
}

/// Returns the variables of a user for an answer of a bot.
pub(crate) fn of_user(
    call: &Call,
    state: &mut State,
    bot: Id,
    channel: Option<&str>,
    user: &str,
) -> BTreeMap<String, String> {
    let channel = channel.and_then(Id::parse).unwrap_or(API);
    let mut variables = bot::variables(call, state, bot, channel).unwrap_or_default();
    let key = (call.user, bot, channel, user.to_owned());
    for (name, kept) in state.of::<Variables>().get(&key).into_iter().flat_map(|values| &values.kept) {
        variables.insert(name.clone(), kept.value.clone());
    }
    variables
}

async fn retrieve(Query(query): Query<RetrieveVariables>, call: Call) -> Reply {
    let channel = query.connector_id.unwrap_or(API);
    let mut state = call.sim.store.lock();
    let (owner, declared) = declared(&call, &mut state, query.bot_id, query.app_id, channel)?;
    let key = (call.user, owner, channel, query.connector_uid);
    let kept = state.of::<Variables>().get(&key);
    let wanted: Vec<&str> = query.keywords.split(',').filter(|name| !name.is_empty()).collect();
    let items: Vec<Value> = declared
        .iter()
        .filter(|(name, _)| wanted.is_empty() || wanted.contains(&name.as_str()))
        .map(|(name, default)| {
            let kept = kept.and_then(|values| values.kept.get(name));
            json!({
                "keyword": name,
                "value": kept.map_or(default, |kept| &kept.value),
                "create_time": kept.map_or(0, |kept| kept.created_at),
                "update_time": kept.map_or(0, |kept| kept.updated_at),
            })
        })
        .collect();
    Ok(Payload::Data(json!({"items": items})).into())
}

async fn update(call: Call, Body(request): Body<UpdateVariables>) -> Reply {
    if request.data.is_empty() {
        return Err(Refusal::invalid("data", "expected at least one variable"));
    }
    let (channel, now) = (request.connector_id.unwrap_or(API), call.sim.now());
    let mut state = call.sim.store.lock();
    let (owner, declared) = declared(&call, &mut state, request.bot_id, request.app_id, channel)?;
    for (index, pair) in request.data.iter().enumerate() {
        if !declared.contains_key(&pair.keyword) {
            let known: Vec<&str> = declared.keys().map(String::as_str).collect();
            let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
            let problem = format!("there is no variable {:?}; known here: {known}", pair.keyword);
            return Err(Refusal::invalid(format!("data[{index}].keyword"), problem));
        }
    }
    let weight = request.data.iter().map(|pair| pair.value.len()).sum();
    let key = (call.user, owner, channel, request.connector_uid);
    let new = || Values { id: call.sim.store.mint.id(), kept: BTreeMap::new() };
    let values = state.of::<Variables>().entry(key).or_insert_with(new);
    let id = values.id;
    for Pair { keyword, value } in request.data {
        let created_at = values.kept.get(&keyword).map_or(now, |kept| kept.created_at);
        values.kept.insert(keyword, Kept { value, created_at, updated_at: now });
    }
    state.keep("variables", id, weight, |state: &mut State, id| {
        state.of::<Variables>().retain(|_, values| values.id != id);
    });
    Ok(Payload::Nothing.into())
}
