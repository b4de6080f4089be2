//! Low-code apps, which users create only on the web: a built-in one, and those of workflows.

use std::collections::BTreeMap;

use axum::routing::{delete, get, post};
use serde_json::{Value, json};

use crate::collaboration::{self, AddCollaborators, Team, Teams};
use crate::http::{Body, Call, Payload, Query, Reply, Routes, fields, page};
use crate::server::Shared;
use crate::state::{Id, Refusal, State, WORKSPACE};

pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .official("/v1/apps", get(list))
        .official("/v1/apps/{app_id}/collaborators", post(add_collaborator))
        .official("/v1/apps/{app_id}/collaborators/{user_id}", delete(delete_collaborator))
}

fields! {
    struct ListApps {
        workspace_id: Id,
        publish_status: Option<String> => OneOf(&["all", "published_online", "published_draft", "unpublished_draft"]),
        connector_id: Option<Id>,
        page_num: Option<usize> => Int(1, i64::MAX),
        page_size: Option<usize> => Int(1, i64::MAX),
        // Sent by the Python SDK, which therefore always gets the first page.
        page_index: Option<usize>,
    }
}

/// Creation time of the apps, in seconds since 1970.
const CREATED: u64 = 1_752_060_786;

/// The built-in app.
const DEMO: Id = Id::new(7_400_000_000_000_000_501);

/// The API channel.
const API: Id = Id::new(1024);

/// An app: its workspace, and whether it is published.
type Apps = BTreeMap<Id, (Id, bool)>;

/// Returns all apps.
fn apps(sim: &Shared) -> Apps {
    let mut apps = Apps::from([(DEMO, (WORKSPACE, true))]);
    for workflow in sim.workflows.values() {
        if let Some((app, workspace, published)) = workflow.app() {
            // An app with a published workflow is published.
            apps.entry(app).or_insert((workspace, published)).1 |= published;
        }
    }
    apps
}

/// Returns whether the app exists and is published.
pub(crate) fn is_published(sim: &Shared, id: Id) -> bool {
    apps(sim).get(&id).is_some_and(|(_, published)| *published)
}

/// Returns the workspace of an app, if it exists.
pub(crate) fn workspace(sim: &Shared, id: Id) -> Option<Id> {
    apps(sim).get(&id).map(|(workspace, _)| *workspace)
}

async fn list(Query(query): Query<ListApps>, call: Call) -> Reply {
    let online = query.connector_id.unwrap_or(API) == API;
    let found: Vec<Value> = apps(&call.sim)
        .into_iter()
        .filter(|(_, (workspace, _))| *workspace == query.workspace_id)
        .filter(|(_, (_, published))| match query.publish_status.as_deref() {
            Some("all") => true,
            // Apps cannot be changed here.
            Some("published_draft") => false,
            Some("unpublished_draft") => !published,
            _ => *published && online,
        })
        .map(|(id, (_, published))| {
            let mut app = json!({
                "id": id,
                "name": if id == DEMO { "Demo app".to_owned() } else { format!("app_{id}") },
                "description": "",
                "icon_url": "https://example.com/app.png",
                "is_published": published,
                "updated_at": CREATED,
                "owner_user_id": call.sim.owner(),
            });
            if published {
                app["published_at"] = json!(CREATED);
            }
            app
        })
        .collect();
    let total = found.len();
    let size = query.page_size.unwrap_or(20);
    let (items, _) = page(found, query.page_num, size);
    Ok(Payload::Data(json!({"items": items, "total": total})).into())
}

/// Finds the collaborators of the app in the path. Apps have no collaboration mode that has to be enabled.
fn team<'s>(state: &'s mut State, call: &Call) -> Result<&'s mut Team, Refusal> {
    let id = call.path_id("app_id")?;
    let workspace = workspace(&call.sim, id);
    let workspace = workspace.ok_or_else(|| Refusal::invalid("app_id", format!("there is no app {id}")))?;
    let new = || Team::new(format!("app {id}"), call.sim.owner(), workspace, true);
    Ok(state.of::<Teams>().entry(id).or_insert_with(new))
}

async fn add_collaborator(call: Call, Body(request): Body<AddCollaborators>) -> Reply {
    collaboration::add(&call, &request, team)
}

async fn delete_collaborator(call: Call) -> Reply {
    collaboration::delete(&call, team)
}
