//! Plugins and their tools, and the store that lists them.

mod catalog;
pub(crate) mod store;

use axum::routing::{get, post};
use serde_json::{Map, Value, json};

use crate::http::{Body, Call, Payload, Query, Reply, Routes, fields};
use crate::state::refusal::WorkflowFault;
use crate::state::{Id, Refusal};
use catalog::{PLUGINS, Plugin};

pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .official("/v1/plugins/mget", get(batch_retrieve))
        .official("/v1/plugins/{plugin_id}", get(retrieve))
        .official("/v1/plugins/{plugin_id}/tools/call", post(call_tool))
}

/// Maximum number of ids in one request.
const MAX_BATCH: usize = 20;

fields! {
    struct BatchRetrieve {
        // Ids, separated by commas.
        ids: String => Filled,
    }

    struct CallTool {
        tool_name: String => Filled,
        arguments: Map<String, Value>,
    }
}

fn find(id: Id) -> Result<&'static Plugin, Refusal> {
    PLUGINS.iter().find(|plugin| plugin.id == id).ok_or_else(|| {
        let known: Vec<String> = PLUGINS.iter().map(|plugin| plugin.id.to_string()).collect();
        Refusal::invalid("plugin_id", format!("there is no plugin {id}; known here: {}", known.join(", ")))
    })
}

async fn retrieve(call: Call) -> Reply {
    Ok(Payload::Data(find(call.path_id("plugin_id")?)?.show()).into())
}

async fn batch_retrieve(Query(query): Query<BatchRetrieve>, call: Call) -> Reply {
    let ids: Vec<&str> = query.ids.split(',').collect();
    if call.sim.rules().strict && ids.len() > MAX_BATCH {
        return Err(Refusal::invalid("ids", format!("at most {MAX_BATCH} ids, got {}", ids.len())));
    }
    let mut items = Vec::new();
    for id in ids {
        let id = Id::parse(id).ok_or_else(|| {
            Refusal::invalid("ids", format!("expected ids of up to 19 digits, got {id:?} among them"))
        })?;
        // Unknown ids are omitted, as in the list.
        items.extend(find(id).ok().map(Plugin::show));
    }
    Ok(Payload::Data(json!({"items": items})).into())
}

async fn call_tool(call: Call, Body(request): Body<CallTool>) -> Reply {
    let plugin = find(call.path_id("plugin_id")?)?;
    if !call.sim.paid {
        let msg = "Calling tools of plugins is available to paid plans only";
        return Err(Refusal::workflow(WorkflowFault::Premium, msg));
    }
    if !plugin.is_call_available {
        let problem = format!("{} cannot be called before its terms are accepted", plugin.name);
        return Err(Refusal::invalid("plugin_id", problem));
    }
    let tool = plugin.tools.iter().find(|tool| tool.name == request.tool_name).ok_or_else(|| {
        let known: Vec<&str> = plugin.tools.iter().map(|tool| tool.name).collect();
        let problem = format!("there is no tool {:?}; known here: {}", request.tool_name, known.join(", "));
        Refusal::invalid("tool_name", problem)
    })?;
    let text = match request.arguments.get(tool.argument) {
        Some(Value::String(text)) => text,
        other => {
            let got = other.map_or("nothing".to_owned(), Value::to_string);
            let problem = format!("expected a text, got {got}");
            return Err(Refusal::invalid(format!("arguments.{}", tool.argument), problem));
        }
    };
    if let Some(name) = request.arguments.keys().find(|name| *name != tool.argument) {
        let problem = format!("unknown; known here: {}", tool.argument);
        return Err(Refusal::invalid(format!("arguments.{name}"), problem));
    }
    let result = (tool.run)(text)
        .map_err(|problem| Refusal::invalid(format!("arguments.{}", tool.argument), problem))?;
    Ok(Payload::Data(json!({"result": result})).into())
}
