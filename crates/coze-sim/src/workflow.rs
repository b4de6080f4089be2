//! Workflows: defined by files, and run by an engine.

mod catalog;
mod chat;
mod collaboration;
mod compare;
mod definition;
pub(crate) mod engine;
mod fields;
mod history;
mod http;
mod input;
mod node;
mod run;
mod stream;
pub(crate) mod template;

use std::sync::Arc;

use axum::routing::{delete, get, post};
use serde_json::{Map, Value};

use crate::bot;
use crate::http::{Call, Kind, Routes, StudioErrors};
use crate::server::Shared;
use crate::state::refusal::WorkflowFault;
use crate::state::run::{Mode, Origin};
use crate::state::{Id, Refusal};
pub(crate) use chat::{find_chatflow, listen};
pub use definition::{Workflow, WorkflowError};

pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .both("/v1/workflow/run", StudioErrors::Run, post(run::run))
        .both("/v1/workflow/stream_run", StudioErrors::Plain, post(stream::run))
        .both("/v1/workflow/stream_resume", StudioErrors::Plain, post(stream::resume))
        .official("/v1/workflows/resume", post(run::resume))
        .both("/v1/workflows/chat", StudioErrors::Plain, post(chat::create))
        .official("/v1/workflows/{workflow_id}/run_histories/{execute_id}", get(history::run))
        .official(
            "/v1/workflows/{workflow_id}/run_histories/{execute_id}/execute_nodes/{node_execute_uuid}",
            get(history::node),
        )
        .studio("/v1/workflow/get_run_history", StudioErrors::Run, get(history::by_query))
        .official("/v1/workflows", get(catalog::list))
        .official("/v1/workflows/{workflow_id}", get(catalog::retrieve))
        .studio("/v1/workflows/{workflow_id}", StudioErrors::Plain, get(catalog::retrieve_role))
        .official("/v1/workflows/{workflow_id}/versions", get(catalog::versions))
        .official("/v1/workflows/{workflow_id}/collaboration_mode", post(collaboration::switch_mode))
        .official("/v1/workflows/{workflow_id}/collaborators", post(collaboration::add))
        .official("/v1/workflows/{workflow_id}/collaborators/{user_id}", delete(collaboration::delete))
        .studio("/v1/workflow/conversation/create", StudioErrors::Plain, post(chat::open))
        .studio("/v1/apps/{app_id}", StudioErrors::Plain, get(catalog::app))
}

/// Keys of `ext`.
const EXT: Kind = Kind::Pairs(&["latitude", "longitude", "user_id"]);

/// Common fields of requests for a run.
#[derive(Debug)]
struct Asked<'a> {
    workflow_id: Id,
    version: Option<&'a str>,
    bot_id: Option<Id>,
    app_id: Option<Id>,
}

/// Finds the workflow of a request, and validates that it can be run so.
fn find(call: &Call, asked: &Asked<'_>) -> Result<Arc<Workflow>, Refusal> {
    let strict = call.sim.rules().strict;
    if let (Some(_), Some(_)) = (asked.bot_id, asked.app_id) {
        return Err(Refusal::BotAndApp);
    }
    let workflow = by_id(call, asked.workflow_id)?;
    if !workflow.published {
        let msg = format!("workflow {} is not published; only published ones can be run", workflow.id);
        return Err(Refusal::workflow(WorkflowFault::Unpublished, msg));
    }
    if !strict {
        return Ok(workflow);
    }
    if let Some(version) = asked.version.filter(|version| !version.is_empty())
        && !workflow.versions.iter().any(|known| known == version)
    {
        let known = workflow.versions.join(", ");
        return Err(Refusal::invalid("workflow_version", format!("unknown; this workflow has: {known}")));
    }
    if let Some(bot_id) = asked.bot_id {
        bot::check_answers(call, bot_id, bot::Wanted::default())?;
    }
    if let Some(app_id) = workflow.app_id
        && asked.app_id != Some(app_id)
    {
        return Err(Refusal::invalid(
            "app_id",
            format!("required, since the workflow belongs to the app {app_id}"),
        ));
    }
    Ok(workflow)
}

fn by_id(call: &Call, id: Id) -> Result<Arc<Workflow>, Refusal> {
    let found = call.sim.workflows.get(&id);
    found
        .cloned()
        .ok_or_else(|| Refusal::workflow(WorkflowFault::Unknown, format!("the workflow {id} does not exist")))
}

/// Runs a workflow for an agent, and returns its output.
pub(crate) async fn run_for_agent(
    sim: &Arc<Shared>,
    id: &str,
    user: Id,
    bot_id: Id,
    parameters: Map<String, Value>,
) -> Result<String, (i64, String)> {
    let fault = |fault, msg| Err(((sim.behavior.workflow_code)(fault), msg));
    let workflow = match Id::parse(id).and_then(|id| sim.workflows.get(&id)) {
        None => return fault(WorkflowFault::Unknown, format!("the workflow {id} does not exist")),
        Some(workflow) if !workflow.published => {
            return fault(WorkflowFault::Unpublished, format!("workflow {id} is not published"));
        }
        Some(workflow) => workflow,
    };
    let origin = Origin {
        user,
        mode: Mode::Agent,
        bot_id: Some(bot_id),
        connector_id: "1024".into(),
        connector_uid: None,
        log: sim.log_id(),
        conversation: None,
    };
    let (sender, signals) = tokio::sync::mpsc::channel(16);
    engine::start(sim, workflow, origin, parameters, Some(sender));
    match engine::last_signal(signals).await {
        Some(engine::Signal::Done(output)) => Ok(output.plain()),
        Some(engine::Signal::Failed { code, message }) => Err((code, message)),
        Some(engine::Signal::Message(_) | engine::Signal::Interrupt(_)) | None => {
            fault(WorkflowFault::Operation, format!("the run of workflow {id} was aborted"))
        }
    }
}
