//! Members of workspaces.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::leave::leave;
use super::named;
use crate::enterprise::{enterprise, exists};
use crate::http::{Body, Call, Payload, Query, Reply, Unread, fields, page};
use crate::state::{Id, Refusal};

fields! {
    pub(super) struct ListMembers {
        page_num: Option<usize> => Int(1, i64::MAX),
        page_size: Option<usize> => Int(1, 50),
    }

    pub(super) struct AddMembers {
        users: Vec<NewMember> => List(20, &NewMember::KIND),
    }

    struct NewMember {
        user_id: Id,
        role_type: String => OneOf(&["admin", "member"]),
        // The type of the Go SDK, which is that of its answers, has them.
        user_nickname: Unread,
        user_unique_name: Unread,
        avatar_url: Unread,
    }

    pub(super) struct RemoveMembers {
        user_ids: Vec<Id> => List(5, &Id),
    }
}

/// A workspace has at most so many members, with those who are invited; no page says how many.
const LIMIT: usize = 50;

pub(super) async fn list(Query(query): Query<ListMembers>, call: Call) -> Reply {
    let mut state = call.sim.store.lock();
    let workspace = named(&mut state, &call, false)?;
    let members: Vec<Value> = workspace
        .members
        .iter()
        .map(|(user, role)| {
            json!({
                "user_id": user,
                "role_type": role,
                "user_nickname": "Simulated user",
                "user_unique_name": format!("user{user}"),
                "avatar_url": "https://example.com/avatar.png",
            })
        })
        .collect();
    let total = members.len();
    let size = query.page_size.unwrap_or(20);
    let (items, _) = page(members, query.page_num, size);
    Ok(Payload::Data(json!({"items": items, "total_count": total})).into())
}

pub(super) async fn create(call: Call, Body(request): Body<AddMembers>) -> Reply {
    let mut state = call.sim.store.lock();
    let in_enterprise = named(&mut state, &call, true)?.account.is_some();
    if in_enterprise {
        let employees = &enterprise(&mut state, &call.sim).members;
        let foreign = request.users.iter().map(|user| user.user_id).filter(|user| exists(*user));
        if let Some(user) = foreign.into_iter().find(|user| !employees.contains_key(user)) {
            return Err(Refusal::coded(702_042_162, format!("user {user} has not joined the enterprise")));
        }
    }
    let workspace = named(&mut state, &call, true)?;
    let fresh = request.users.iter().map(|user| user.user_id).filter(|user| exists(*user));
    let mut all: BTreeSet<Id> = workspace.members.keys().copied().chain(fresh).collect();
    all.extend(&workspace.invited);
    if all.len() > LIMIT {
        let problem = format!("the workspace would have {} members; at most {LIMIT} are allowed", all.len());
        return Err(Refusal::coded(702_042_018, problem));
    }
    let [mut added, mut invited, mut unknown, mut joined, mut waiting] = [const { Vec::<Id>::new() }; 5];
    for NewMember { user_id, role_type, .. } in request.users {
        let is_member = workspace.members.contains_key(&user_id);
        let list = if !exists(user_id) {
            &mut unknown
        } else if is_member {
            &mut joined
        } else if in_enterprise {
            workspace.members.insert(user_id, role_type);
            &mut added
        } else if workspace.invited.insert(user_id) {
            // Nobody is there who would agree.
            &mut invited
        } else {
            &mut waiting
        };
        list.push(user_id);
    }
    let sorted = json!({
        "added_success_user_ids": added,
        "invited_success_user_ids": invited,
        "not_exist_user_ids": unknown,
        "already_joined_user_ids": joined,
        "already_invited_user_ids": waiting,
    });
    Ok(Payload::Data(sorted).into())
}

pub(super) async fn delete(call: Call, Body(request): Body<RemoveMembers>) -> Reply {
    let mut state = call.sim.store.lock();
    let workspace = named(&mut state, &call, true)?;
    let [mut removed, mut absent, mut owners] = [const { Vec::<Id>::new() }; 3];
    for user in request.user_ids {
        match workspace.members.get(&user).map(String::as_str) {
            None => absent.push(user),
            Some("owner") => owners.push(user),
            Some(_) => removed.push(user),
        }
    }
    let owner = workspace.members.iter().find(|(_, role)| *role == "owner").map(|(user, _)| *user);
    let id = call.path_id("workspace_id")?;
    for user in &removed {
        leave(&mut state, id, *user, owner.unwrap_or(call.user));
    }
    let sorted = json!({
        "removed_success_user_ids": removed,
        "not_in_workspace_user_ids": absent,
        "owner_not_support_remove_user_ids": owners,
    });
    Ok(Payload::Data(sorted).into())
}
