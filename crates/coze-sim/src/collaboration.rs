//! Several users who edit one bot, app or workflow.

use std::collections::BTreeSet;

use crate::http::{Call, fields};
use crate::state::{Id, Refusal};

fields! {
    pub(crate) struct SwitchMode {
        collaboration_mode: Option<String> => OneOf(&["single", "collaboration"]),
    }

    pub(crate) struct AddCollaborators {
        // One with each request.
        collaborators: Vec<Collaborator> => List(1, &Collaborator::KIND),
    }

    struct Collaborator {
        user_id: Id,
    }
}

/// Who can edit something beside its owner.
#[derive(Debug)]
pub(crate) struct Team {
    pub(crate) owner: Id,
    /// Whether it can have members.
    pub(crate) open: bool,
    members: BTreeSet<Id>,
}

impl Team {
    /// Makes the team of an owner alone.
    pub(crate) fn new(owner: Id, open: bool) -> Self {
        Self { owner, open, members: BTreeSet::new() }
    }

    /// Refuses whoever is neither the owner nor a member.
    pub(crate) fn check_member(&self, user: Id, what: &str) -> Result<(), Refusal> {
        if self.members.contains(&user) { Ok(()) } else { self.check_owner(user, what) }
    }

    /// Refuses whoever is not the owner.
    pub(crate) fn check_owner(&self, user: Id, what: &str) -> Result<(), Refusal> {
        if self.owner == user { Ok(()) } else { Err(Refusal::NotOwner(what.to_owned())) }
    }

    /// Lets it have members, or none.
    pub(crate) fn switch(&mut self, user: Id, what: &str, request: &SwitchMode) -> Result<(), Refusal> {
        self.check_owner(user, what)?;
        let open = request.collaboration_mode.as_deref() == Some("collaboration");
        if !open && !self.members.is_empty() {
            let count = self.members.len();
            let problem = format!("{what} has {count} collaborators; delete them before the mode is single");
            return Err(Refusal::invalid("collaboration_mode", problem));
        }
        self.open = open;
        Ok(())
    }

    /// Adds a member.
    pub(crate) fn add(&mut self, user: Id, what: &str, request: &AddCollaborators) -> Result<(), Refusal> {
        self.check_member(user, what)?;
        if !self.open {
            let problem = format!("{what} is edited by its owner alone; switch its collaboration_mode first");
            return Err(Refusal::invalid("collaborators", problem));
        }
        let [Collaborator { user_id }] = request.collaborators[..] else {
            return Err(Refusal::invalid("collaborators", "expected one user"));
        };
        if user_id == self.owner {
            return Err(Refusal::invalid("collaborators[0].user_id", format!("{user_id} owns {what}")));
        }
        self.members.insert(user_id);
        Ok(())
    }

    /// Deletes the member that the path names.
    pub(crate) fn delete(&mut self, call: &Call, what: &str) -> Result<(), Refusal> {
        self.check_member(call.user, what)?;
        let member = call.path_id("user_id")?;
        if self.members.remove(&member) {
            Ok(())
        } else {
            Err(Refusal::invalid("user_id", format!("{member} is no collaborator of {what}")))
        }
    }
}
