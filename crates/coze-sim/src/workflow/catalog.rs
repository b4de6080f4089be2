//! The workflows, and their inputs and outputs.

use serde_json::{Value, json};

use super::definition::Workflow;
use super::node::{Block, End, Kind as Node};
use crate::http::{Call, Kind, Payload, Query, Reply, fields, page};
use crate::state::{Id, Refusal};

/// Creation time of the workflows, in seconds since 1970.
const CREATED: u64 = 1_752_060_786;

/// Maximum page size.
const MAX_PAGE: usize = 30;

const STATUS: Kind = Kind::OneOf(&["all", "published_online", "unpublished_draft"]);

fields! {
    pub(super) struct ListWorkflows {
        workspace_id: Option<Id>; required_by_page,
        page_num: usize => Int(1, i64::MAX),
        // The Python SDK requests 100, and gets at most the maximum.
        page_size: Option<usize> => Int(1, 100); page_allows(&Int(1, 30)),
        workflow_mode: Option<String> => OneOf(&["workflow", "chatflow"]),
        app_id: Option<Id>,
        publish_status: Option<String> => STATUS,
    }

    pub(super) struct RetrieveWorkflow {
        include_input_output: bool; optional,
    }

    pub(super) struct ListVersions {
        publish_status: Option<String> => STATUS,
        page_size: Option<usize> => Int(1, 30),
        page_token: Option<String>,
        include_input_output: bool; optional,
    }

    pub(super) struct RetrieveApp {
        connector_id: Option<Id>,
    }
}

/// Returns whether a workflow has the requested status; published ones by default.
fn has_status(workflow: &Workflow, status: Option<&str>) -> bool {
    match status {
        Some("all") => true,
        Some("unpublished_draft") => !workflow.published,
        _ => workflow.published,
    }
}

pub(super) async fn list(Query(query): Query<ListWorkflows>, call: Call) -> Reply {
    let found: Vec<Value> = call
        .sim
        .workflows
        .values()
        .filter(|workflow| {
            query.workspace_id.is_none_or(|workspace| workflow.workspace_id == workspace)
                && has_status(workflow, query.publish_status.as_deref())
        })
        .filter(|workflow| query.app_id.is_none() || workflow.app_id == query.app_id)
        .filter(|workflow| {
            query.workflow_mode.as_deref().is_none_or(|mode| workflow.chatflow == (mode == "chatflow"))
        })
        .map(|workflow| basic(&call, workflow))
        .collect();
    let size = query.page_size.unwrap_or(10).min(MAX_PAGE);
    let (items, has_more) = page(found, Some(query.page_num), size);
    Ok(Payload::Data(json!({"items": items, "has_more": has_more})).into())
}

pub(super) async fn retrieve(Query(query): Query<RetrieveWorkflow>, call: Call) -> Reply {
    let workflow = super::by_id(&call, call.path_id("workflow_id")?)?;
    let mut data = json!({"workflow_detail": basic(&call, &workflow)});
    if query.include_input_output {
        add_inputs_and_outputs(&mut data, &workflow);
    }
    Ok(Payload::Data(data).into())
}

/// Responds like Coze Studio, which shows only the role.
pub(super) async fn retrieve_role(_: Query<RetrieveWorkflow>, call: Call) -> Reply {
    let workflow = super::by_id(&call, call.path_id("workflow_id")?)?;
    Ok(Payload::Data(json!({"role": role(&workflow)})).into())
}

pub(super) async fn versions(Query(query): Query<ListVersions>, call: Call) -> Reply {
    let workflow = super::by_id(&call, call.path_id("workflow_id")?)?;
    let mut names: Vec<&String> = workflow.versions.iter().rev().collect();
    if !has_status(&workflow, query.publish_status.as_deref()) {
        names.clear();
    }
    let start = match query.page_token.as_deref() {
        None | Some("") => 0,
        Some(token) => names.iter().position(|name| name.as_str() == token).ok_or_else(|| {
            Refusal::invalid("page_token", format!("expected a next_page_token, got {token:?}"))
        })?,
    };
    let size = query.page_size.unwrap_or(10);
    let end = names.len().min(start.saturating_add(size));
    let items: Vec<Value> = names[start..end]
        .iter()
        .map(|name| {
            let mut item = json!({
                "workflow_id": workflow.id,
                "version": name,
                "description": workflow.description,
                "created_at": CREATED.to_string(),
                "updated_at": CREATED.to_string(),
                "creator": creator(&call),
            });
            if query.include_input_output {
                add_inputs_and_outputs(&mut item, &workflow);
            }
            item
        })
        .collect();
    let next = names.get(end).map(|name| name.as_str()).unwrap_or_default();
    Ok(Payload::Data(json!({"items": items, "has_more": !next.is_empty(), "next_page_token": next})).into())
}

/// Describes an app of Coze Studio, which is known from its workflows.
pub(super) async fn app(_: Query<RetrieveApp>, call: Call) -> Reply {
    let id = call.path_id("app_id")?;
    let known = call.sim.workflows.values().any(|workflow| workflow.app_id == Some(id) && workflow.published);
    let app = json!({
        "app_id": id,
        "version": "v0.0.1",
        "name": format!("app_{id}"),
        "description": "",
        "icon_url": "",
        "variables": [],
    });
    Ok(Payload::App(if known { app } else { Value::Null }).into())
}

fn creator(call: &Call) -> Value {
    json!({"id": call.user, "name": format!("user{}", call.user)})
}

fn basic(call: &Call, workflow: &Workflow) -> Value {
    json!({
        "workflow_id": workflow.id,
        "workflow_name": workflow.name,
        "description": workflow.description,
        "icon_url": "https://example.com/workflow.png",
        "app_id": workflow.app_id.unwrap_or(Id::new(0)),
        "created_at": CREATED.to_string(),
        "updated_at": CREATED.to_string(),
        "creator": creator(call),
    })
}

/// Describes the presentation of a chatflow; other workflows have none.
fn role(workflow: &Workflow) -> Value {
    if !workflow.chatflow {
        return Value::Null;
    }
    json!({
        "id": workflow.id,
        "workflow_id": workflow.id,
        "name": workflow.name,
        "description": workflow.description,
        "version": "",
        "avatar": null,
        "background_image_info": null,
        "onboarding_info": null,
        "suggest_reply_info": null,
        "audio_config": null,
        "user_input_config": null,
        "workflow_version": "",
        "connector_id": "1024",
    })
}

fn add_inputs_and_outputs(value: &mut Value, workflow: &Workflow) {
    value["input"] = json!({"parameters": workflow.inputs().describe()});
    value["output"] = match end(&workflow.nodes) {
        Some(End::Text { shown, .. }) => {
            json!({"terminate_plan": "use_answer_content", "content": shown, "parameters": {}})
        }
        Some(End::Variables(outputs)) => {
            // The value of a variable is known only when the workflow runs.
            let described =
                outputs.iter().map(|(name, _)| (name.clone(), json!({"type": "string", "required": false})));
            json!({"terminate_plan": "return_variables", "parameters": Value::Object(described.collect())})
        }
        None => Value::Null,
    };
}

/// Returns the end of a workflow; if there are several, that of the first branch.
fn end(block: &Block) -> Option<&End> {
    block.0.iter().rev().find_map(|node| match &node.kind {
        Node::End(found) => Some(found),
        Node::Condition { then, otherwise, .. } => end(then).or_else(|| end(otherwise)),
        _ => None,
    })
}
