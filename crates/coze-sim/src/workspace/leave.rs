//! Transfer of the objects of a user who leaves a workspace.

use super::people::{Workspaces, workspaces};
use crate::bot;
use crate::collaboration::Teams;
use crate::server::Shared;
use crate::state::{Id, State};

/// Takes a user out of a workspace, and out of all teams in it; another user gets what the user owns there.
pub(crate) fn leave(state: &mut State, workspace: Id, user: Id, heir: Id) {
    if let Some(workspace) = state.of::<Workspaces>().get_mut(&workspace)
        && workspace.members.remove(&user).is_some_and(|role| role == "owner")
    {
        workspace.members.insert(heir, "owner".to_owned());
    }
    state.of::<Teams>().values_mut().for_each(|team| team.leave(workspace, user, heir));
    bot::teams(state).for_each(|team| team.leave(workspace, user, heir));
}

/// Takes a user out of all workspaces of an organization.
pub(crate) fn leave_all(state: &mut State, sim: &Shared, organization: Id, user: Id, heir: Id) {
    let of = workspaces(state, sim).iter().filter(|(_, workspace)| workspace.account == Some(organization));
    let of: Vec<Id> =
        of.filter(|(_, workspace)| workspace.members.contains_key(&user)).map(|(id, _)| *id).collect();
    for workspace in of {
        leave(state, workspace, user, heir);
    }
}
