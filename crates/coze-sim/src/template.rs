//! Templates: there is one.

use axum::routing::post;
use serde_json::json;

use crate::agent::DEMO_BOT;
use crate::bot;
use crate::http::{Body, Call, Payload, Reply, Routes, fields};
use crate::state::{Id, Refusal};

pub(crate) fn routes(routes: Routes) -> Routes {
    routes.unofficial("/v1/templates/{template_id}/duplicate", post(duplicate))
}

/// The template of the demo agent.
const DEMO: Id = Id::new(7_400_000_000_000_000_401);

fields! {
    struct Duplicate {
        workspace_id: Id,
        name: Option<String> => Name(20),
    }
}

async fn duplicate(call: Call, Body(request): Body<Duplicate>) -> Reply {
    let id = call.path_id("template_id")?;
    if id != DEMO {
        let problem = format!("there is no template {id}; the one here is {DEMO}");
        return Err(Refusal::invalid("template_id", problem));
    }
    let demo = Id::parse(DEMO_BOT).unwrap_or_default();
    let copy = bot::duplicate(&call, demo, request.workspace_id, request.name)?;
    Ok(Payload::Data(json!({"entity_id": copy, "entity_type": "agent"})).into())
}
