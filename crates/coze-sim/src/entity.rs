//! Copies of bots, apps and workflows. A copy of a bot is a normal draft; for everything else only an id is created.

use std::collections::BTreeMap;

use axum::routing::{get, post};
use serde_json::json;

use crate::http::{Body, Call, Payload, Reply, Routes, fields};
use crate::state::{Id, Refusal, State};
use crate::{bot, project};

pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .official("/v1/entities/copy_tasks", post(create))
        .official("/v1/entities/copy_tasks/{task_id}", get(retrieve))
}

fields! {
    struct CreateTask {
        // Optional on the page, but nothing can be copied without them.
        entity_id: Id,
        entity_type: String => OneOf(&["app", "bot", "workflow"]),
        to_workspace_id: Option<Id>,
    }
}

type Tasks = BTreeMap<Id, Task>;

#[derive(Debug)]
pub(crate) struct Task {
    owner: Id,
    kind: String,
    source: Id,
    target: Id,
    workspace: Id,
    /// Whether it was retrieved; until then it is in progress.
    looked_at: bool,
}

async fn create(call: Call, Body(request): Body<CreateTask>) -> Reply {
    let (source, kind) = (request.entity_id, request.entity_type);
    let home = match kind.as_str() {
        "bot" => bot::workspace(&call, source)?,
        "app" => project::workspace(&call.sim, source)
            .ok_or_else(|| Refusal::invalid("entity_id", format!("there is no app {source}")))?,
        _ => match call.sim.workflows.get(&source) {
            Some(workflow) => workflow.workspace_id(),
            None => return Err(Refusal::invalid("entity_id", format!("there is no workflow {source}"))),
        },
    };
    let workspace = request.to_workspace_id.unwrap_or(home);
    let target = match kind.as_str() {
        "bot" => bot::duplicate(&call, source, workspace, None)?,
        _ => call.sim.store.mint.id(),
    };
    if kind == "bot" && workspace == home {
        return Ok(Payload::Data(json!({"copied_entity_id": target})).into());
    }
    let id = call.sim.store.mint.id();
    let task = Task { owner: call.user, kind, source, target, workspace, looked_at: false };
    let mut state = call.sim.store.lock();
    state.keep("copy task", id, 0, |state: &mut State, id| drop(state.of::<Tasks>().remove(&id)));
    state.of::<Tasks>().insert(id, task);
    drop(state);
    Ok(Payload::Data(json!({"task_id": id})).into())
}

async fn retrieve(call: Call) -> Reply {
    let id = call.path_id("task_id")?;
    let mut state = call.sim.store.lock();
    let task = match state.of::<Tasks>().get_mut(&id) {
        Some(task) if task.owner == call.user => task,
        Some(_) => return Err(Refusal::NotOwner(format!("copy task {id}"))),
        None => return Err(Refusal::invalid("task_id", format!("there is no copy task {id}"))),
    };
    let mut answer = json!({
        "task_id": id,
        "entity_type": task.kind,
        "task_status": if task.looked_at { "successful" } else { "in_progress" },
        "source_entity_id": task.source,
        "target_workspace_id": task.workspace,
    });
    if task.looked_at {
        answer["target_entity_id"] = json!(task.target);
    }
    task.looked_at = true;
    Ok(Payload::Data(answer).into())
}
