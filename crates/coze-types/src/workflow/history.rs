//! How a run of a workflow went.

use std::collections::BTreeMap;

use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Interrupt, answer_text, read_output};
use crate::chat::Usage;
use crate::core::error::{ApiError, DecodeError, ErrorCode};
use crate::core::reply::{Data, Wrapped, Wrapper};
use crate::model::id::{BotId, ConnectorId, ExecuteId, LogId, NodeExecuteUuid, NodeId, UserId, WorkflowId};
use crate::model::lenient::{self};
use crate::model::timestamp::Timestamp;

/// Reads how an asynchronous run of a workflow went.
///
/// The output of output nodes is kept for 24 hours, that of the end node for 7 days; above 1 MB a node it is cut
/// short: read such nodes with [`RetrieveNodeExecution`]. Needs the permission `listRunHistory`.
///
/// See <https://docs.coze.cn/developer_guides/workflow_history>.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RetrieveRunHistory {
    /// Workflow.
    pub workflow_id: WorkflowId,
    /// Run.
    pub execute_id: ExecuteId,
}

endpoint!(RetrieveRunHistory: GET "/v1/workflows/{workflow_id}/run_histories/{execute_id}" (workflow_id, execute_id) => Wrapped<OneExecution>);

builder!(RetrieveRunHistory(workflow_id: WorkflowId, execute_id: ExecuteId));

/// Reads how a run of a workflow went, on a self-hosted Coze Studio; the hosted service has
/// [`RetrieveRunHistory`] instead.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RetrieveStudioRunHistory {
    /// Workflow.
    pub workflow_id: WorkflowId,
    /// Run.
    pub execute_id: ExecuteId,
}

endpoint!(RetrieveStudioRunHistory: GET "/v1/workflow/get_run_history" ?workflow_id ?execute_id => Wrapped<OneExecution>);

builder!(RetrieveStudioRunHistory(workflow_id: WorkflowId, execute_id: ExecuteId));

/// Where the run stands: as the one element of the list under `data`.
#[derive(Clone, Copy, Debug)]
pub enum OneExecution {}

impl Wrapper for OneExecution {
    type Payload = WorkflowExecution;

    fn unwrap(body: &str) -> Result<WorkflowExecution, serde_json::Error> {
        #[derive(Deserialize)]
        struct Wire {
            #[serde(default, deserialize_with = "lenient::or_default")]
            data: Vec<WorkflowExecution>,
        }
        let wire: Wire = serde_json::from_str(body)?;
        wire.data
            .into_iter()
            .next()
            .ok_or_else(|| serde_json::Error::custom("the list under `data` holds no run"))
    }
}

answer! {
    /// How a run of a workflow went.
    pub struct WorkflowExecution {
        /// Run.
        execute_id: ExecuteId [required],
        /// Whether it runs, and how it ended.
        execute_status: Option<ExecuteStatus>,
        /// Agent on whose behalf it ran; `0` for none.
        bot_id: Option<BotId>,
        /// Channel.
        connector_id: Option<ConnectorId>,
        /// User of the channel: the `user_id` of `ext`, else the owner of the token.
        connector_uid: Option<UserId>,
        /// How it was started.
        run_mode: Option<RunMode>,
        /// Outputs as text; see [`WorkflowExecution::output`].
        output: Option<String>,
        /// Whether the output was cut short.
        is_output_trimmed: Option<bool>,
        /// Output nodes by title.
        node_execute_status: BTreeMap<String, NodeStatus> [skip_if_empty],
        /// What the run waits for, when it was interrupted.
        interrupt_data: Option<Interrupt>,
        /// Code of the failure; empty or 0 when there is none. See [`WorkflowExecution::error`].
        error_code: Option<ErrorCode>,
        /// Message of the failure.
        error_message: Option<String> [alias = "error_msg"],
        /// Page that shows the run node by node; valid for 7 days.
        debug_url: Option<String>,
        /// Tokens used.
        usage: Option<Usage>,
        /// Tokens used; only the Node SDK knows it, and the page has [`usage`](Self#structfield.usage) instead.
        token: Option<i64>,
        /// Price of the run; only the Node SDK knows it.
        cost: Option<String>,
        /// Time of the start.
        create_time: Option<Timestamp>,
        /// Time of the last resume.
        update_time: Option<Timestamp>,
        /// Id of the run in the logs of the server.
        logid: Option<LogId> [alias = "log_id"],
    }
}

impl WorkflowExecution {
    /// Text that the end node put out.
    ///
    /// The hosted service wraps it as `{"Output": "…"}`, beside the outputs of output nodes; Coze Studio does not.
    pub fn output_text(&self) -> Option<String> {
        let output = self.end_output()?;
        Some(answer_text(&output).unwrap_or(output))
    }

    fn end_output(&self) -> Option<String> {
        let output = self.output.as_deref()?;
        let end = serde_json::from_str::<BTreeMap<String, Value>>(output).ok();
        Some(match end.and_then(|mut nodes| nodes.remove("Output")) {
            Some(Value::String(text)) => text,
            Some(value) => value.to_string(),
            None => output.to_owned(),
        })
    }

    /// Text that an output node put out, by the title of the node.
    pub fn node_output(&self, title: &str) -> Option<String> {
        let mut nodes: BTreeMap<String, Value> = serde_json::from_str(self.output.as_deref()?).ok()?;
        match nodes.remove(title)? {
            Value::String(text) => Some(text),
            value => Some(value.to_string()),
        }
    }

    /// Reads what the end node put out as a type of your own.
    pub fn output<T: DeserializeOwned>(&self) -> Result<T, DecodeError> {
        let text = self.end_output().unwrap_or_else(|| "null".to_owned());
        // A workflow of Coze Studio may have an output that is called `Output`.
        read_output(&text)
            .or_else(|error| read_output(self.output.as_deref().unwrap_or("null")).map_err(|_| error))
    }

    /// Why the run failed, if it did.
    pub fn error(&self) -> Option<ApiError> {
        let code = self.error_code.clone().filter(|code| !code.is_success() && !code.is_empty());
        let failed = self.execute_status == Some(ExecuteStatus::Fail);
        if code.is_none() && !failed {
            return None;
        }
        let msg = self.error_message.clone().filter(|msg| !msg.is_empty());
        let mut error = ApiError::new(
            code.unwrap_or_else(|| 0.into()),
            msg.unwrap_or_else(|| "the workflow failed; the server gave no reason".to_owned()),
        );
        error.debug_url.clone_from(&self.debug_url);
        error.log_id.clone_from(&self.logid);
        Some(error)
    }
}

open_enum! {
    /// Whether a run of a workflow runs, and how it ended.
    pub enum ExecuteStatus {
        /// It runs.
        Running = "Running",
        /// It succeeded.
        Success = "Success",
        /// It failed.
        Fail = "Fail",
        /// It was canceled; Coze Studio only.
        Cancel = "Cancel",
        /// It was interrupted, in the spelling of Coze Studio.
        Interrupted = "<UNSET>",
    }
}

open_number! {
    /// How a run of a workflow was started.
    pub enum RunMode {
        /// The caller waits for the output.
        Sync = 0,
        /// The caller reads events.
        Stream = 1,
        /// The caller asks for the output later.
        Async = 2,
    }
}

answer! {
    /// How an output node went.
    pub struct NodeStatus {
        /// Node.
        node_id: Option<NodeId>,
        /// Whether it has ended.
        is_finish: Option<bool>,
        /// Turn of the loop that holds the node, from 0.
        loop_index: Option<i64>,
        /// Turn of the batch that holds the node, from 0.
        batch_index: Option<i64>,
        /// Time of the last run.
        update_time: Option<Timestamp>,
        /// Run of the sub-workflow that holds the node.
        sub_execute_id: Option<ExecuteId>,
        /// Run of the node, to read its output with.
        node_execute_uuid: Option<NodeExecuteUuid>,
    }
}

/// Reads the output of one output node of an asynchronous run; kept for 24 hours. Needs the permission
/// `listRunHistory`.
///
/// See <https://docs.coze.cn/developer_guides/get_node_execute_history_response>.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RetrieveNodeExecution {
    /// Workflow.
    pub workflow_id: WorkflowId,
    /// Run of the workflow.
    pub execute_id: ExecuteId,
    /// Run of the node.
    pub node_execute_uuid: NodeExecuteUuid,
}

endpoint!(RetrieveNodeExecution: GET "/v1/workflows/{workflow_id}/run_histories/{execute_id}/execute_nodes/{node_execute_uuid}" (workflow_id, execute_id, node_execute_uuid) => Data<NodeExecution>);

builder!(RetrieveNodeExecution(workflow_id: WorkflowId, execute_id: ExecuteId, node_execute_uuid: NodeExecuteUuid));

answer! {
    /// The output of an output node.
    pub struct NodeExecution {
        /// Whether the node has ended.
        is_finish: Option<bool>,
        /// Output as text.
        node_output: Option<String>,
    }
}
