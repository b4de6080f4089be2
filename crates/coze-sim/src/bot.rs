//! The configuration of bots.

use axum::routing::get;
use serde_json::{Value, json};

use crate::agent::{DEMO_BOT, DEMO_SHORTCUT};
use crate::http::{Call, Payload, Query, Reply, Routes, StudioErrors, fields};
use crate::state::{Id, Refusal};

pub(crate) fn routes(routes: Routes) -> Routes {
    routes.both("/v1/bots/{bot_id}", StudioErrors::Plain, get(retrieve)).both(
        "/v1/bot/get_online_info",
        StudioErrors::Plain,
        get(online),
    )
}

/// What the shortcut command of the demo agent asks.
pub(crate) const SHORTCUT_TEMPLATE: &str = "{{date}}是星期几";

/// Bots show this time, in seconds since 1970, as that of their creation.
const CREATED: u64 = 1_715_689_059;

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

/// Tells whether an id is that of the demo agent.
pub(crate) fn is_demo(id: Id) -> bool {
    Id::parse(DEMO_BOT) == Some(id)
}

async fn retrieve(_: Query<RetrieveBot>, call: Call) -> Reply {
    let id = call.path_id("bot_id")?;
    Ok(Payload::Bot(describe(&call, id)?).into())
}

async fn online(Query(query): Query<OnlineBot>, call: Call) -> Reply {
    if query.connector_id.is_none() && call.sim.dialect.needs_connector() {
        return Err(Refusal::Internal);
    }
    Ok(Payload::OnlineBot(describe(&call, query.bot_id)?).into())
}

fn describe(call: &Call, id: Id) -> Result<Value, Refusal> {
    let scripted = call.sim.script.bot(id);
    if scripted.is_none() && !is_demo(id) {
        return Err(Refusal::UnknownBot(id.to_string()));
    }
    call.sim.check_scope(&call.head, id)?;
    let or = |text: Option<&String>, other: &str| {
        text.filter(|text| !text.is_empty()).cloned().unwrap_or(other.into())
    };
    let name = or(scripted.map(|bot| &bot.name), "Demo agent");
    let description = or(
        scripted.map(|bot| &bot.description),
        "Answers without any model: days of the week, word counts, tool calls, uploaded files.",
    );
    let prologue = or(
        scripted.map(|bot| &bot.prologue),
        "你好！问问我某一天是星期几。Hello! Ask me for the day of the week of a date.",
    );
    let shortcuts = if scripted.is_some() {
        json!([])
    } else {
        json!([{
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
        }])
    };
    Ok(json!({
        "bot_id": id,
        "name": name,
        "description": description,
        "icon_url": "https://example.com/icon.png",
        "create_time": CREATED,
        "update_time": CREATED,
        "version": "1716388526000",
        "prompt_info": {"prompt": ""},
        "onboarding_info": {
            "prologue": prologue,
            "suggested_questions": ["2024年10月1日是星期几？", "What day is 2024-10-01?"],
        },
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
        "shortcut_commands": shortcuts,
        "workflow_info_list": [],
        "suggest_reply_info": {"reply_mode": "enable", "customized_prompt": ""},
        "default_user_input_type": "text",
        "owner_user_id": call.user,
        "folder_id": "0",
    }))
}
