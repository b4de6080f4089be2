//! Collaboration on workflows.

use crate::collaboration::{self, AddCollaborators, SwitchMode, Team, Teams};
use crate::http::{Body, Call, Reply};
use crate::state::{Refusal, State};

/// Finds the collaborators of the workflow in the path; initially there is only its owner.
fn team<'s>(state: &'s mut State, call: &Call) -> Result<&'s mut Team, Refusal> {
    let workflow = super::by_id(call, call.path_id("workflow_id")?)?;
    if let Some(app) = workflow.app_id {
        let problem = format!("the workflow belongs to the app {app}; only those of the library have a mode");
        return Err(Refusal::invalid("workflow_id", problem));
    }
    let (what, workspace) = (format!("workflow {}", workflow.id), workflow.workspace_id);
    let new = || Team::new(what, call.sim.owner(), workspace, false);
    Ok(state.of::<Teams>().entry(workflow.id).or_insert_with(new))
}

pub(super) async fn switch_mode(call: Call, Body(request): Body<SwitchMode>) -> Reply {
    collaboration::switch(&call, &request, team)
}

pub(super) async fn add(call: Call, Body(request): Body<AddCollaborators>) -> Reply {
    collaboration::add(&call, &request, team)
}

pub(super) async fn delete(call: Call) -> Reply {
    collaboration::delete(&call, team)
}
