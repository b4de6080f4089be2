//! Members of the organizations of the enterprise.

use axum::routing::{delete, get, post, put};
use serde_json::{Value, json};

use crate::enterprise::{ADMIN, Enterprise, MEMBER, Organization, SUPER_ADMIN, enterprise};
use crate::http::{Body, Call, Payload, Query, Reply, Routes, fields, page};
use crate::state::{Id, Refusal};
use crate::workspace::leave::leave_all;

pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .official("/v1/organizations/{organization_id}", put(update))
        .official("/v1/organizations/{organization_id}/members", get(list_members))
        .official("/v1/organizations/{organization_id}/members", post(add_member))
        .official("/v1/organizations/{organization_id}/members/{user_id}", put(update_member))
        .official("/v1/organizations/{organization_id}/members/{user_id}", delete(remove_member))
}

fields! {
    struct UpdateOrganization {
        name: Option<String> => Short(30),
        description: Option<String> => Short(100),
    }

    struct ListMembers {
        page_num: Option<usize> => Int(1, i64::MAX),
        page_size: Option<usize> => Int(1, 50),
    }

    struct AddMember {
        organization_people: Vec<NewMember> => List(1, &NewMember::KIND),
    }

    struct NewMember {
        user_id: Id,
        organization_role_type: String => OneOf(&[SUPER_ADMIN, ADMIN, MEMBER, "organization_guest"]),
    }

    struct UpdateMember {
        organization_role_type: String => OneOf(&[SUPER_ADMIN, ADMIN, MEMBER]),
    }

    struct RemoveMember {
        receiver_user_id: Id,
    }
}

/// The organization that the path names, which the user of the token administers.
fn named<'e>(all: &'e mut Enterprise, call: &Call) -> Result<&'e mut Organization, Refusal> {
    let id = call.path_id("organization_id")?;
    let found = all.organizations.get_mut(&id);
    let found =
        found.ok_or_else(|| Refusal::invalid("organization_id", format!("there is no organization {id}")))?;
    if found.is_run_by(call.user) { Ok(found) } else { Err(Refusal::NotOwner(format!("organization {id}"))) }
}

impl Organization {
    /// Refuses to let anybody but super administrators make others super administrators.
    fn may_set(&self, user: Id, role: &str) -> Result<(), Refusal> {
        if role == SUPER_ADMIN && self.role(user) != Some(SUPER_ADMIN) {
            return Err(Refusal::NotOwner("organization".to_owned()));
        }
        Ok(())
    }
}

async fn update(call: Call, Body(request): Body<UpdateOrganization>) -> Reply {
    let mut state = call.sim.store.lock();
    let organization = named(enterprise(&mut state, &call.sim), &call)?;
    // What is empty stays.
    if let Some(name) = request.name.filter(|name| !name.is_empty()) {
        organization.name = name;
    }
    if let Some(description) = request.description.filter(|text| !text.is_empty()) {
        organization.description = description;
    }
    Ok(Payload::Nothing.into())
}

async fn list_members(Query(query): Query<ListMembers>, call: Call) -> Reply {
    let mut state = call.sim.store.lock();
    let organization = named(enterprise(&mut state, &call.sim), &call)?;
    let found: Vec<Value> = organization
        .members
        .iter()
        .map(|(user, (role, joined))| {
            json!({
                "user_id": user,
                "is_valid": true,
                "avatar_url": "https://example.com/avatar.png",
                "created_at": joined,
                "people_type": "employee",
                "user_nickname": "Simulated user",
                "user_unique_name": format!("user{user}"),
                "organization_role_type": role,
            })
        })
        .collect();
    let total = found.len();
    let size = query.page_size.unwrap_or(20);
    let (items, _) = page(found, query.page_num, size);
    Ok(Payload::Data(json!({"items": items, "total_count": total})).into())
}

async fn add_member(call: Call, Body(request): Body<AddMember>) -> Reply {
    let now = call.sim.now();
    let [NewMember { user_id, organization_role_type: role }] = &request.organization_people[..] else {
        return Err(Refusal::invalid("organization_people", "expected one user"));
    };
    let mut state = call.sim.store.lock();
    let all = enterprise(&mut state, &call.sim);
    let is_employee = all.members.contains_key(user_id);
    let organization = named(all, &call)?;
    if !is_employee {
        let problem = format!("{user_id} is not in the enterprise; add the user there first");
        return Err(Refusal::invalid("organization_people[0].user_id", problem));
    }
    if role == "organization_guest" {
        let problem = "employees cannot be guests";
        return Err(Refusal::invalid("organization_people[0].organization_role_type", problem));
    }
    organization.may_set(call.user, role)?;
    if role != SUPER_ADMIN {
        organization.keep_head(*user_id)?;
    }
    organization.members.entry(*user_id).or_insert_with(|| (String::new(), now)).0.clone_from(role);
    Ok(Payload::Nothing.into())
}

async fn update_member(call: Call, Body(request): Body<UpdateMember>) -> Reply {
    let (user, role) = (call.path_id("user_id")?, request.organization_role_type);
    let mut state = call.sim.store.lock();
    let organization = named(enterprise(&mut state, &call.sim), &call)?;
    organization.may_set(call.user, &role)?;
    if role != SUPER_ADMIN {
        organization.keep_head(user)?;
    }
    let member = organization.members.get_mut(&user);
    let member =
        member.ok_or_else(|| Refusal::invalid("user_id", format!("{user} is not in the organization")))?;
    member.0 = role;
    Ok(Payload::Nothing.into())
}

async fn remove_member(call: Call, Body(request): Body<RemoveMember>) -> Reply {
    let (user, receiver) = (call.path_id("user_id")?, request.receiver_user_id);
    let mut state = call.sim.store.lock();
    let organization = named(enterprise(&mut state, &call.sim), &call)?;
    organization.keep_head(user)?;
    if receiver == user || organization.role(receiver) != Some(SUPER_ADMIN) {
        let problem = format!("{receiver} is no other super administrator of the organization");
        return Err(Refusal::invalid("receiver_user_id", problem));
    }
    if organization.members.remove(&user).is_none() {
        return Err(Refusal::invalid("user_id", format!("{user} is not in the organization")));
    }
    leave_all(&mut state, &call.sim, call.path_id("organization_id")?, user, receiver);
    Ok(Payload::Nothing.into())
}
