//! Several users who edit one workflow.

use std::collections::BTreeMap;

use crate::collaboration::{AddCollaborators, SwitchMode, Team};
use crate::http::{Body, Call, Payload, Reply};
use crate::state::{Id, Refusal};

/// Teams of the workflows whose mode was looked at; the others have their owner alone.
#[derive(Debug, Default)]
struct Teams(BTreeMap<Id, Team>);

/// Changes the team of the workflow that the path names.
fn with_team(call: &Call, change: impl FnOnce(&mut Team, &str) -> Result<(), Refusal>) -> Reply {
    let workflow = super::by_id(call, call.path_id("workflow_id")?)?;
    if let Some(app) = workflow.app_id {
        let problem = format!("the workflow belongs to the app {app}; only those of the library have a mode");
        return Err(Refusal::invalid("workflow_id", problem));
    }
    let mut state = call.sim.store.lock();
    let teams = &mut state.of::<Teams>().0;
    let team = teams.entry(workflow.id).or_insert_with(|| Team::new(call.sim.owner(), false));
    change(team, &format!("workflow {}", workflow.id))?;
    Ok(Payload::Nothing.into())
}

pub(super) async fn switch_mode(call: Call, Body(request): Body<SwitchMode>) -> Reply {
    with_team(&call, |team, workflow| team.switch(call.user, workflow, &request))
}

pub(super) async fn add(call: Call, Body(request): Body<AddCollaborators>) -> Reply {
    with_team(&call, |team, workflow| team.add(call.user, workflow, &request))
}

pub(super) async fn delete(call: Call) -> Reply {
    with_team(&call, |team, workflow| team.delete(&call, workflow))
}
