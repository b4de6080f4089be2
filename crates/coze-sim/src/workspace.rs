//! Workspaces: the one that comes with the simulator, and those that users create.

pub(crate) mod leave;
mod member;
pub(crate) mod people;

use std::collections::BTreeMap;

use axum::routing::{delete, get, post, put};
use serde_json::{Value, json};

use crate::enterprise::{ENTERPRISE, enterprise};
use crate::http::{Body, Call, Payload, Query, Reply, Routes, fields, page};
use crate::state::{Id, Refusal, State};
use people::{Workspace, Workspaces, workspaces};

pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .official("/v1/workspaces", get(list))
        .official("/v1/workspaces", post(create))
        .official("/v1/workspaces/{workspace_id}", put(update))
        .official("/v1/workspaces/{workspace_id}/members", get(member::list))
        .official("/v1/workspaces/{workspace_id}/members", post(member::create))
        .official("/v1/workspaces/{workspace_id}/members", delete(member::delete))
}

fields! {
    struct ListWorkspaces {
        enterprise_id: Option<String>,
        user_id: Option<Id>,
        coze_account_id: Option<Id>,
        page_num: Option<usize> => Int(1, i64::MAX),
        page_size: Option<usize> => Int(1, 50),
    }

    struct CreateWorkspace {
        name: String => Name(50),
        description: String => Short(2000),
        icon_file_id: Option<Id>,
        coze_account_id: Option<Id>,
        owner_uid: Option<Id>,
    }

    struct UpdateWorkspace {
        name: Option<String> => Short(50),
        description: Option<String> => Short(2000),
    }
}

impl Workspace {
    fn show(&self, id: Id, role: &str) -> Value {
        let of = |role: &str| -> Vec<Id> {
            self.members.iter().filter(|(_, one)| *one == role).map(|(user, _)| *user).collect()
        };
        json!({
            "id": id,
            "name": self.name,
            "description": self.description,
            "icon_url": "https://example.com/workspace.png",
            "role_type": role,
            "workspace_type": "team",
            "enterprise_id": if self.account.is_some() { ENTERPRISE } else { "" },
            "joined_status": "joined",
            "owner_uid": of("owner").first(),
            "admin_uids": of("admin"),
        })
    }

    /// Rejects users who are not in it or, for changes, are not administrators.
    fn admit(&self, user: Id, id: Id, to_change: bool) -> Result<(), Refusal> {
        match self.members.get(&user).map(String::as_str) {
            Some("owner" | "admin") => Ok(()),
            Some(_) if !to_change => Ok(()),
            _ => Err(Refusal::NotOwner(format!("workspace {id}"))),
        }
    }
}

/// The workspace that the path names.
fn named<'s>(state: &'s mut State, call: &Call, to_change: bool) -> Result<&'s mut Workspace, Refusal> {
    let id = call.path_id("workspace_id")?;
    let found = workspaces(state, &call.sim).get_mut(&id);
    let found =
        found.ok_or_else(|| Refusal::invalid("workspace_id", format!("there is no workspace {id}")))?;
    found.admit(call.user, id, to_change)?;
    Ok(found)
}

fn forget(state: &mut State, id: Id) {
    state.of::<Workspaces>().remove(&id);
}

async fn list(Query(query): Query<ListWorkspaces>, call: Call) -> Reply {
    let user = match (query.user_id, query.coze_account_id) {
        (None, None) => call.user,
        (Some(user), Some(_)) => user,
        (Some(_), None) => return Err(Refusal::invalid("coze_account_id", "expected beside user_id")),
        (None, Some(_)) => return Err(Refusal::invalid("user_id", "expected beside coze_account_id")),
    };
    let mut state = call.sim.store.lock();
    if let Some(account) = query.coze_account_id.filter(|_| user != call.user) {
        let organization = enterprise(&mut state, &call.sim).organizations.get(&account);
        if !organization.is_some_and(|organization| organization.is_run_by(call.user)) {
            return Err(Refusal::NotOwner(format!("account {account}")));
        }
    }
    let found = workspaces(&mut state, &call.sim).iter().filter(|(_, workspace)| {
        let account = workspace.account;
        let in_enterprise =
            query.enterprise_id.as_deref().is_none_or(|id| id == ENTERPRISE && account.is_some());
        // In the personal edition the account is the user.
        in_enterprise
            && query.coze_account_id.is_none_or(|id| account.map_or(id == user, |account| id == account))
    });
    let found: Vec<Value> = found
        .filter_map(|(id, workspace)| Some(workspace.show(*id, workspace.members.get(&user)?)))
        .collect();
    let total = found.len();
    let size = query.page_size.unwrap_or(20);
    let (items, _) = page(found, query.page_num, size);
    Ok(Payload::Data(json!({"workspaces": items, "total_count": total})).into())
}

async fn create(call: Call, Body(request): Body<CreateWorkspace>) -> Reply {
    let id = call.sim.store.mint.id();
    let owner = request.owner_uid.unwrap_or(call.user);
    let mut state = call.sim.store.lock();
    state.check_icon("icon_file_id", request.icon_file_id, call.user)?;
    if let Some(account) = request.coze_account_id {
        let organizations = &enterprise(&mut state, &call.sim).organizations;
        let organization = organizations.get(&account).ok_or_else(|| {
            Refusal::invalid("coze_account_id", format!("there is no organization {account}"))
        })?;
        for (field, user) in [("coze_account_id", call.user), ("owner_uid", owner)] {
            if !organization.members.contains_key(&user) {
                return Err(Refusal::invalid(field, format!("{user} is not in the organization {account}")));
            }
        }
    } else if owner != call.user {
        return Err(Refusal::invalid("owner_uid", "expected with coze_account_id alone"));
    }
    state.keep("workspace", id, request.name.len() + request.description.len(), forget);
    let workspace = Workspace {
        name: request.name,
        description: request.description,
        account: request.coze_account_id,
        members: BTreeMap::from([(owner, "owner".to_owned())]),
        ..Workspace::default()
    };
    workspaces(&mut state, &call.sim).insert(id, workspace);
    Ok(Payload::Data(json!({"id": id})).into())
}

async fn update(call: Call, Body(request): Body<UpdateWorkspace>) -> Reply {
    let mut state = call.sim.store.lock();
    let workspace = named(&mut state, &call, true)?;
    // What is empty stays.
    if let Some(name) = request.name.filter(|name| !name.is_empty()) {
        workspace.name = name;
    }
    if let Some(description) = request.description.filter(|text| !text.is_empty()) {
        workspace.description = description;
    }
    Ok(Payload::Nothing.into())
}
