//! What is stored of workspaces: above all, who is in them.

use std::collections::{BTreeMap, BTreeSet};

use crate::server::Shared;
use crate::state::{Id, State, WORKSPACE};

#[derive(Debug, Default)]
pub(crate) struct Workspace {
    pub(crate) name: String,
    pub(crate) description: String,
    /// Organization; without one it belongs to a personal account, and users are invited.
    pub(crate) account: Option<Id>,
    /// Roles of the members.
    pub(crate) members: BTreeMap<Id, String>,
    pub(crate) invited: BTreeSet<Id>,
}

pub(crate) type Workspaces = BTreeMap<Id, Workspace>;

/// All workspaces; everybody who has a token is in the one that comes with the simulator.
pub(crate) fn workspaces<'s>(state: &'s mut State, sim: &Shared) -> &'s mut Workspaces {
    let all = state.of::<Workspaces>();
    all.entry(WORKSPACE).or_insert_with(|| {
        let users = sim.tokens.iter().map(|(_, user)| (*user, "member".to_owned()));
        let mut members: BTreeMap<Id, String> = users.collect();
        members.insert(sim.owner(), "owner".to_owned());
        Workspace { name: "Demo workspace".to_owned(), members, ..Workspace::default() }
    });
    all
}

/// Returns whether a user is in a workspace. Bots may be created in any, and an unknown one is like the built-in one.
pub(crate) fn has_member(state: &mut State, sim: &Shared, id: Id, user: Id) -> bool {
    let all = workspaces(state, sim);
    let id = if all.contains_key(&id) { id } else { WORKSPACE };
    all.get(&id).is_some_and(|workspace| workspace.members.contains_key(&user))
}
