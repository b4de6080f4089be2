//! The variables of bots, with separate values for each user.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::built_in;
use crate::http::Call;
use crate::server::Shared;
use crate::state::{Id, State};

/// Variables with their defaults.
type Variables = BTreeMap<String, String>;

/// Variables of the demo agent and of apps; the agent greets a user whose name is set.
const BUILT_IN: [&str; 3] = ["age", "city", "name"];

/// Returns the variables of the demo agent and of apps.
pub(crate) fn built_in_variables() -> Variables {
    BUILT_IN.map(|name| (name.to_owned(), String::new())).into()
}

/// Returns the variables of a built-in bot.
pub(super) fn of_built_in(sim: &Shared, id: Id) -> Variables {
    sim.script.bot(id).map_or_else(built_in_variables, |bot| bot.variables.clone())
}

/// Returns the variables of a bot on a channel: for one of a user, those in double braces of its prompt.
///
/// `None` if the bot does not exist or is not on the channel.
pub(crate) fn variables(call: &Call, state: &mut State, id: Id, channel: Id) -> Option<Variables> {
    if built_in::has(&call.sim, id) {
        return Some(of_built_in(&call.sim, id));
    }
    let config = &state.bot(id).ok()?.online(channel)?.config;
    Some(config.variables().into_iter().map(|name| (name, String::new())).collect())
}

/// Describes the variables of a bot.
pub(super) fn show<'a>(variables: impl Iterator<Item = (&'a str, &'a str)>) -> Value {
    let shown = variables.map(|(name, default)| {
        json!({
            "keyword": name, "default_value": default, "variable_type": "KVVariable", "channel": "custom",
            "description": "", "enable": true, "prompt_enable": true,
        })
    });
    Value::Array(shown.collect())
}
