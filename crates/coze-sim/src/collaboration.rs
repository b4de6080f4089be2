//! Collaboration on bots, apps and workflows.

use std::collections::{BTreeMap, BTreeSet};

use crate::http::{Call, Payload, Reply, fields};
use crate::state::{Id, Refusal, State};
use crate::workspace::people::has_member;

fields! {
    pub(crate) struct SwitchMode {
        collaboration_mode: Option<String> => OneOf(&["single", "collaboration"]),
    }

    pub(crate) struct AddCollaborators {
        // One per request.
        collaborators: Vec<Collaborator> => List(1, &Collaborator::KIND),
    }

    struct Collaborator {
        user_id: Id,
    }
}

/// Users who can edit an object besides its owner.
#[derive(Debug)]
pub(crate) struct Team {
    /// What it edits, for errors.
    what: String,
    pub(crate) owner: Id,
    pub(crate) workspace: Id,
    /// Whether collaborators are allowed.
    open: bool,
    members: BTreeSet<Id>,
}

/// The teams of apps and workflows.
pub(crate) type Teams = BTreeMap<Id, Team>;

/// Finds the team of what the path names.
type Find = for<'s> fn(&'s mut State, &Call) -> Result<&'s mut Team, Refusal>;

impl Team {
    /// Creates the team of an owner without collaborators.
    pub(crate) fn new(what: String, owner: Id, workspace: Id, open: bool) -> Self {
        Self { what, owner, workspace, open, members: BTreeSet::new() }
    }

    /// Rejects users who are neither owner nor collaborator.
    pub(crate) fn check_member(&self, user: Id) -> Result<(), Refusal> {
        if self.members.contains(&user) { Ok(()) } else { self.check_owner(user) }
    }

    /// Rejects users who are not the owner.
    pub(crate) fn check_owner(&self, user: Id) -> Result<(), Refusal> {
        if self.owner == user { Ok(()) } else { Err(Refusal::NotOwner(self.what.clone())) }
    }

    /// Takes out a user who leaves a workspace, in favour of another one.
    pub(crate) fn leave(&mut self, workspace: Id, user: Id, heir: Id) {
        if self.workspace == workspace {
            self.members.remove(&user);
            if self.owner == user {
                self.owner = heir;
                self.members.remove(&heir);
            }
        }
    }
}

/// Lets a team have members, or none.
pub(crate) fn switch(call: &Call, request: &SwitchMode, team: Find) -> Reply {
    let mut state = call.sim.store.lock();
    let team = team(&mut state, call)?;
    team.check_owner(call.user)?;
    let open = request.collaboration_mode.as_deref() == Some("collaboration");
    if !open && !team.members.is_empty() {
        let (what, count) = (&team.what, team.members.len());
        let problem = format!("{what} has {count} collaborators; delete them before the mode is single");
        return Err(Refusal::invalid("collaboration_mode", problem));
    }
    team.open = open;
    Ok(Payload::Nothing.into())
}

/// Adds a member to a team.
pub(crate) fn add(call: &Call, request: &AddCollaborators, find: Find) -> Reply {
    let mut state = call.sim.store.lock();
    let team = find(&mut state, call)?;
    team.check_member(call.user)?;
    if !team.open {
        let problem =
            format!("{} is edited by its owner alone; switch its collaboration_mode first", team.what);
        return Err(Refusal::invalid("collaborators", problem));
    }
    let [Collaborator { user_id }] = request.collaborators[..] else {
        return Err(Refusal::invalid("collaborators", "expected one user"));
    };
    let (workspace, is_owner) = (team.workspace, user_id == team.owner);
    if is_owner || !has_member(&mut state, &call.sim, workspace, user_id) {
        let problem = if is_owner { "owns it" } else { "is not in its workspace" };
        return Err(Refusal::invalid("collaborators[0].user_id", format!("{user_id} {problem}")));
    }
    find(&mut state, call)?.members.insert(user_id);
    Ok(Payload::Nothing.into())
}

/// Deletes the member of a team that the path names.
pub(crate) fn delete(call: &Call, team: Find) -> Reply {
    let mut state = call.sim.store.lock();
    let team = team(&mut state, call)?;
    team.check_member(call.user)?;
    let member = call.path_id("user_id")?;
    if team.members.remove(&member) {
        return Ok(Payload::Nothing.into());
    }
    Err(Refusal::invalid("user_id", format!("{member} is no collaborator of {}", team.what)))
}
