//! Scopes, which limit the token of a service app.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::failure::Failure;

/// Limits of the token of a service app.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Scope {
    #[serde(skip_serializing_if = "Option::is_none")]
    account_permission: Option<Permissions>,
    #[serde(skip_serializing_if = "Option::is_none")]
    attribute_constraint: Option<AttributeConstraint>,
    #[serde(skip_serializing_if = "Option::is_none")]
    workspace_permission: Option<WorkspacePermission>,
    #[serde(skip_serializing_if = "Option::is_none")]
    workflow_permission: Option<WorkflowPermission>,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Permissions {
    permission_list: Vec<String>,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct AttributeConstraint {
    connector_bot_chat_attribute: BotChat,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct BotChat {
    bot_id_list: Vec<String>,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct WorkspacePermission {
    workspace_id_list: Vec<String>,
    permission_list: Vec<String>,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct WorkflowPermission {
    workflow_id_list: Vec<String>,
    permission_list: Vec<String>,
}

/// Decodes a scope, and returns it without its nulls.
pub(super) fn read(value: &Value) -> Result<Value, Failure> {
    let scope = Scope::deserialize(value).map_err(|error| Failure::parameter("scope", &error.to_string()))?;
    Ok(json!(scope))
}

/// Returns the bots that a scope is limited to, if any.
pub(super) fn bots(scope: &Value) -> Option<Vec<String>> {
    let constraint = Scope::deserialize(scope).ok()?.attribute_constraint?;
    Some(constraint.connector_bot_chat_attribute.bot_id_list)
}
