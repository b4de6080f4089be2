//! The built-in bots: the demo agent, and those of the script.

use serde_json::{Value, json};

use super::config::Config;
use super::variable;
use crate::agent::{DEMO_BOT, DEMO_SHORTCUT};
use crate::http::Call;
use crate::server::Shared;
use crate::state::{Id, Refusal};

/// Question of the shortcut command of the demo agent.
pub(crate) const SHORTCUT_TEMPLATE: &str = "{{date}}是星期几";

/// Creation time of these bots, in seconds since 1970.
pub(super) const CREATED: u64 = 1_715_689_059;

/// The version of these bots.
pub(super) const VERSION: &str = "1716388526000";

const ICON: &str = "https://example.com/icon.png";

/// Returns whether an id is that of such a bot.
pub(super) fn has(sim: &Shared, id: Id) -> bool {
    Id::parse(DEMO_BOT) == Some(id) || sim.script.bot(id).is_some()
}

/// Rejects changes of such a bot.
pub(super) fn check_not(sim: &Shared, id: Id) -> Result<(), Refusal> {
    if !has(sim, id) {
        return Ok(());
    }
    let problem = format!("the bot {id} is built in and cannot be changed; create one of your own");
    Err(Refusal::invalid("bot_id", problem))
}

/// An entry of the list of bots.
pub(super) struct Listed {
    pub(super) id: Id,
    pub(super) name: String,
    pub(super) description: String,
    pub(super) icon_url: String,
    pub(super) updated_at: u64,
    pub(super) published_at: Option<u64>,
    pub(super) owner: Id,
}

/// Returns the entries of all of them.
pub(super) fn list(sim: &Shared) -> Vec<Listed> {
    let scripted = sim.script.bots.iter().filter_map(|bot| Id::parse(&bot.id));
    let demo = Id::parse(DEMO_BOT).filter(|id| sim.script.bot(*id).is_none());
    let listed = scripted.chain(demo).map(|id| {
        let (name, description) = about(sim, id);
        let (icon_url, owner) = (ICON.to_owned(), sim.owner());
        Listed { id, name, description, icon_url, updated_at: CREATED, published_at: Some(CREATED), owner }
    });
    listed.collect()
}

/// Returns the name and the description.
fn about(sim: &Shared, id: Id) -> (String, String) {
    let scripted = sim.script.bot(id);
    let or = |text: Option<&String>, other: &str| {
        text.filter(|text| !text.is_empty()).cloned().unwrap_or(other.into())
    };
    let description = or(
        scripted.map(|bot| &bot.description),
        "Answers without any model: days of the week, word counts, tool calls, uploaded files.",
    );
    (or(scripted.map(|bot| &bot.name), "Demo agent"), description)
}

/// Returns the initial configuration of a copy of one of them; `None` if no such bot has the id.
pub(super) fn config(sim: &Shared, id: Id) -> Option<Config> {
    has(sim, id).then(|| {
        let (name, description) = about(sim, id);
        Config::new(name, description)
    })
}

/// Describes a bot without any configuration.
pub(super) fn blank(id: Id, owner: Id) -> Value {
    json!({
        "bot_id": id,
        "name": "",
        "description": "",
        "icon_url": ICON,
        "create_time": CREATED,
        "update_time": CREATED,
        "version": VERSION,
        "prompt_info": {"prompt": ""},
        "onboarding_info": {"prologue": "", "suggested_questions": []},
        "bot_mode": 0,
        "plugin_info_list": [],
        "model_info": {
            "model_id": "1706077826", "model_name": "no model", "temperature": 0, "top_p": 1, "top_k": 50,
            "context_round": 30, "max_tokens": 4096, "response_format": "text", "frequency_penalty": 0,
            "presence_penalty": 0,
        },
        "knowledge": {"knowledge_infos": []},
        "variables": [],
        "voice_info_list": [],
        "shortcut_commands": [],
        "workflow_info_list": [],
        "suggest_reply_info": {"reply_mode": "enable", "customized_prompt": ""},
        "default_user_input_type": "text",
        "owner_user_id": owner,
        "folder_id": "0",
    })
}

/// Describes one of them; `None` if no such bot has the id.
pub(super) fn describe(call: &Call, id: Id) -> Option<Value> {
    if !has(&call.sim, id) {
        return None;
    }
    let (name, description) = about(&call.sim, id);
    let scripted = call.sim.script.bot(id);
    let mut bot = blank(id, call.user);
    bot["name"] = json!(name);
    bot["description"] = json!(description);
    let variables = variable::of_built_in(&call.sim, id);
    bot["variables"] =
        variable::show(variables.iter().map(|(name, default)| (name.as_str(), default.as_str())));
    let prologue = scripted.map(|bot| bot.prologue.as_str()).filter(|prologue| !prologue.is_empty());
    bot["onboarding_info"] = json!({
        "prologue": prologue.unwrap_or("你好！问问我某一天是星期几。Hello! Ask me for the day of the week of a date."),
        "suggested_questions": ["2024年10月1日是星期几？", "What day is 2024-10-01?"],
    });
    if scripted.is_none() {
        bot["shortcut_commands"] = json!([{
            "id": DEMO_SHORTCUT,
            "name": "星期几",
            "command": "/weekday",
            "description": "Day of the week of a date",
            "query_template": SHORTCUT_TEMPLATE,
            "icon_url": "",
            "components": [{
                "name": "date", "description": "The date", "type": "text", "tool_parameter": "date",
                "default_value": "", "is_hide": false,
            }],
        }]);
    }
    Some(bot)
}
