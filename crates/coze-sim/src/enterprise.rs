//! The one enterprise: its employees and organizations.

use std::collections::BTreeMap;

use axum::routing::{delete, get, post, put};
use serde_json::{Value, json};

use crate::http::{Body, Call, Payload, Query, Reply, Routes, fields, page};
use crate::server::Shared;
use crate::state::{Id, Refusal, State};
use crate::workspace::leave::leave_all;

pub(crate) const SUPER_ADMIN: &str = "organization_super_admin";
pub(crate) const ADMIN: &str = "organization_admin";
pub(crate) const MEMBER: &str = "organization_member";

pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .official("/v1/enterprises/{enterprise_id}/members", post(add_member))
        .official("/v1/enterprises/{enterprise_id}/members/{user_id}", put(update_member))
        .official("/v1/enterprises/{enterprise_id}/members/{user_id}", delete(remove_member))
        .official("/v1/enterprises/{enterprise_id}/organizations", get(list_organizations))
        .official("/v1/enterprises/{enterprise_id}/organizations", post(create_organization))
}

/// Id of the enterprise.
pub(crate) const ENTERPRISE: &str = "7400000000000000701";

/// The organization that every employee is in.
const DEFAULT: Id = Id::new(7_400_000_000_000_000_801);

fields! {
    struct AddMember {
        users: Vec<NewMember> => List(1, &NewMember::KIND),
    }

    struct NewMember {
        user_id: Id,
        role: String => OneOf(&["enterprise_admin", "enterprise_member"]),
    }

    struct UpdateMember {
        role: String => OneOf(&["enterprise_admin", "enterprise_member"]),
    }

    struct RemoveMember {
        receiver_user_id: Id,
    }

    struct ListOrganizations {
        page_num: Option<usize> => Int(1, i64::MAX),
        page_size: Option<usize> => Int(1, 20),
    }

    struct CreateOrganization {
        name: String => Name(30),
        super_admin_user_id: Id,
        description: Option<String> => Short(100),
    }
}

#[derive(Debug, Default)]
pub(crate) struct Enterprise {
    /// Roles of the employees.
    pub(crate) members: BTreeMap<Id, String>,
    pub(crate) organizations: BTreeMap<Id, Organization>,
}

#[derive(Debug, Default)]
pub(crate) struct Organization {
    pub(crate) name: String,
    pub(crate) description: String,
    /// Role of each member, and when the member joined.
    pub(crate) members: BTreeMap<Id, (String, u64)>,
}

/// The enterprise, which the user of the first token administers.
pub(crate) fn enterprise<'s>(state: &'s mut State, sim: &Shared) -> &'s mut Enterprise {
    let (owner, now) = (sim.owner(), sim.now());
    let all = state.of::<Enterprise>();
    if all.organizations.is_empty() {
        all.members.insert(owner, "enterprise_admin".to_owned());
        let members = BTreeMap::from([(owner, (SUPER_ADMIN.to_owned(), now))]);
        let default = Organization { name: "默认组织".to_owned(), description: String::new(), members };
        all.organizations.insert(DEFAULT, default);
    }
    all
}

/// Whether Coze has a user: here those with an id of ten digits or more.
pub(crate) fn exists(user: Id) -> bool {
    user.number() >= 1_000_000_000
}

impl Organization {
    pub(crate) fn role(&self, user: Id) -> Option<&str> {
        self.members.get(&user).map(|(role, _)| role.as_str())
    }

    /// Returns whether a user administers it.
    pub(crate) fn is_run_by(&self, user: Id) -> bool {
        matches!(self.role(user), Some(SUPER_ADMIN | ADMIN))
    }

    /// Refuses to take away the last super administrator.
    pub(crate) fn keep_head(&self, user: Id) -> Result<(), Refusal> {
        let others = self.members.iter().filter(|(id, (role, _))| **id != user && role == SUPER_ADMIN);
        if self.role(user) == Some(SUPER_ADMIN) && others.count() == 0 {
            let problem = format!("{user} is the only super administrator; make another one first");
            return Err(Refusal::coded(777_074_044, problem));
        }
        Ok(())
    }
}

impl Enterprise {
    /// Sets the role of an employee, old or new; the last administrator stays one.
    fn set(&mut self, user: Id, role: String, field: &str) -> Result<(), Refusal> {
        let others = self.members.iter().filter(|(id, role)| **id != user && *role == "enterprise_admin");
        let is_head = self.members.get(&user).is_some_and(|role| role == "enterprise_admin");
        if role != "enterprise_admin" && is_head && others.count() == 0 {
            let problem =
                format!("{user} is the only administrator of the enterprise; make another one first");
            return Err(Refusal::invalid(field, problem));
        }
        self.members.insert(user, role);
        Ok(())
    }

    /// Rejects other enterprises, and users who do not administer it.
    fn admit(&self, call: &Call) -> Result<(), Refusal> {
        let id = call.path("enterprise_id");
        if id != ENTERPRISE {
            return Err(Refusal::invalid("enterprise_id", format!("there is no enterprise {id}")));
        }
        match self.members.get(&call.user).map(String::as_str) {
            Some("enterprise_admin") => Ok(()),
            _ => Err(Refusal::NotOwner(format!("enterprise {id}"))),
        }
    }

    fn member(&self, call: &Call) -> Result<Id, Refusal> {
        let user = call.path_id("user_id")?;
        let is_known = self.members.contains_key(&user);
        let unknown = || Refusal::invalid("user_id", format!("{user} is not in the enterprise"));
        is_known.then_some(user).ok_or_else(unknown)
    }
}

async fn add_member(call: Call, Body(request): Body<AddMember>) -> Reply {
    let now = call.sim.now();
    let mut state = call.sim.store.lock();
    let all = enterprise(&mut state, &call.sim);
    all.admit(&call)?;
    let [NewMember { user_id, role }] = &request.users[..] else {
        return Err(Refusal::invalid("users", "expected one user"));
    };
    if !exists(*user_id) {
        return Err(Refusal::invalid("users[0].user_id", format!("there is no user {user_id}")));
    }
    if all.members.len() >= 100 && !all.members.contains_key(user_id) {
        return Err(Refusal::coded(
            777_074_011,
            "the enterprise has 100 members, which is the limit of its plan",
        ));
    }
    all.set(*user_id, role.clone(), "users[0].role")?;
    if let Some(default) = all.organizations.get_mut(&DEFAULT) {
        default.members.entry(*user_id).or_insert_with(|| (MEMBER.to_owned(), now));
    }
    Ok(Payload::Nothing.into())
}

async fn update_member(call: Call, Body(request): Body<UpdateMember>) -> Reply {
    let mut state = call.sim.store.lock();
    let all = enterprise(&mut state, &call.sim);
    all.admit(&call)?;
    let user = all.member(&call)?;
    all.set(user, request.role, "role")?;
    Ok(Payload::Nothing.into())
}

async fn remove_member(call: Call, Body(request): Body<RemoveMember>) -> Reply {
    let mut state = call.sim.store.lock();
    let all = enterprise(&mut state, &call.sim);
    all.admit(&call)?;
    let user = all.member(&call)?;
    let receiver = request.receiver_user_id;
    if receiver == user || all.members.get(&receiver).is_none_or(|role| role != "enterprise_admin") {
        let problem = format!("{receiver} is no other administrator of the enterprise");
        return Err(Refusal::invalid("receiver_user_id", problem));
    }
    // Everybody is in the default organization, and leaves it with the enterprise.
    let mut others = all.organizations.iter().filter(|(id, _)| **id != DEFAULT);
    if let Some((id, _)) = others.find(|(_, organization)| organization.members.contains_key(&user)) {
        let problem = format!("{user} is in the organization {id}; remove the member there first");
        return Err(Refusal::invalid("user_id", problem));
    }
    if let Some(default) = all.organizations.get_mut(&DEFAULT) {
        default.keep_head(user)?;
        default.members.remove(&user);
    }
    all.members.remove(&user);
    leave_all(&mut state, &call.sim, DEFAULT, user, receiver);
    Ok(Payload::Nothing.into())
}

async fn list_organizations(Query(query): Query<ListOrganizations>, call: Call) -> Reply {
    let mut state = call.sim.store.lock();
    let all = enterprise(&mut state, &call.sim);
    all.admit(&call)?;
    let found: Vec<Value> = all
        .organizations
        .iter()
        .map(|(id, organization)| {
            json!({
                "organization_id": id,
                "organization_name": organization.name,
                "organization_icon_url": "https://example.com/organization.png",
                "is_default_organization": *id == DEFAULT,
            })
        })
        .collect();
    let total = found.len();
    let size = query.page_size.unwrap_or(20);
    let (items, _) = page(found, query.page_num, size);
    Ok(Payload::Data(json!({"items": items, "total_count": total})).into())
}

async fn create_organization(call: Call, Body(request): Body<CreateOrganization>) -> Reply {
    let (id, now) = (call.sim.store.mint.id(), call.sim.now());
    let mut state = call.sim.store.lock();
    let all = enterprise(&mut state, &call.sim);
    all.admit(&call)?;
    let head = request.super_admin_user_id;
    if !all.members.contains_key(&head) {
        let problem = format!("{head} is not in the enterprise");
        return Err(Refusal::invalid("super_admin_user_id", problem));
    }
    if all.organizations.len() >= 20 {
        return Err(Refusal::invalid(
            "enterprise_id",
            "the enterprise has 20 organizations, which is its limit",
        ));
    }
    let organization = Organization {
        name: request.name,
        description: request.description.unwrap_or_default(),
        members: BTreeMap::from([(head, (SUPER_ADMIN.to_owned(), now))]),
    };
    all.organizations.insert(id, organization);
    Ok(Payload::Data(json!({"organization_id": id})).into())
}
