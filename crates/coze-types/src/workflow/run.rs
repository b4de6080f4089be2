//! Running a workflow.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::{Interrupt, Parameters, WorkflowEvent, answer_text, read_output};
use crate::chat::Usage;
use crate::core::error::DecodeError;
use crate::core::reply::{Events, Object};
use crate::core::validate::ValidationError;
use crate::model::id::{AppId, BotId, ConnectorId, ExecuteId, WorkflowId};
use crate::model::lenient::{self};

/// Runs a published workflow and returns its output, or returns immediately if it runs asynchronously.
///
/// The workflow must not hold output nodes or an end node that streams. The server closes the connection after
/// 90 seconds without an answer: use [`StreamWorkflow`] or [`is_async`](Self#structfield.is_async) for longer runs. A run
/// takes at most 10 minutes, an asynchronous one 24 hours; the request and all that arises from it at most 20 MB. An
/// unpublished workflow is error 4200. Needs the permission `run`.
///
/// See <https://docs.coze.cn/developer_guides/workflow_run>.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RunWorkflow {
    /// Workflow.
    pub workflow_id: WorkflowId,
    /// Inputs of the start node.
    #[serde(
        default,
        deserialize_with = "lenient::null_as_default",
        skip_serializing_if = "Parameters::is_empty"
    )]
    pub parameters: Parameters,
    /// Agent on whose behalf to run, for workflows with database or variable nodes; not together with `app_id`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bot_id: Option<BotId>,
    /// App that holds the workflow; not together with `bot_id`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub app_id: Option<AppId>,
    /// Hints; the documented keys are `latitude`, `longitude` and `user_id`.
    #[serde(
        default,
        deserialize_with = "lenient::null_as_default",
        skip_serializing_if = "BTreeMap::is_empty"
    )]
    pub ext: BTreeMap<String, String>,
    /// Whether to answer at once and run on, for paid plans (else error 6003); false by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_async: Option<bool>,
    /// Version to run, for workflows of the library; the newest by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub workflow_version: Option<String>,
    /// Channel to run in; `1024`, the API, by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connector_id: Option<ConnectorId>,
}

endpoint!(RunWorkflow: POST "/v1/workflow/run", json, validate => Object<WorkflowRun>);

builder!(RunWorkflow(workflow_id: WorkflowId) [parameters, ext] {
    bot_id: BotId, app_id: AppId, is_async: bool, workflow_version: String, connector_id: ConnectorId,
});

impl RunWorkflow {
    /// Lists what the documentation forbids.
    pub fn validate(&self) -> Vec<ValidationError> {
        run_violations(&self.workflow_id, self.bot_id.as_ref(), self.app_id.as_ref(), &self.ext)
    }
}

/// Runs a published workflow and returns the output of its nodes as events.
///
/// Only output, question and streaming end nodes put something out. See [`RunWorkflow`] for the limits; keep a run
/// under 5 minutes. Needs the permission `run`.
///
/// See <https://docs.coze.cn/developer_guides/workflow_stream_run>.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct StreamWorkflow {
    /// Workflow.
    pub workflow_id: WorkflowId,
    /// Inputs of the start node.
    #[serde(
        default,
        deserialize_with = "lenient::null_as_default",
        skip_serializing_if = "Parameters::is_empty"
    )]
    pub parameters: Parameters,
    /// Agent on whose behalf to run, for workflows with database or variable nodes; not together with `app_id`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bot_id: Option<BotId>,
    /// App that holds the workflow; not together with `bot_id`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub app_id: Option<AppId>,
    /// Hints; the documented keys are `latitude`, `longitude` and `user_id`.
    #[serde(
        default,
        deserialize_with = "lenient::null_as_default",
        skip_serializing_if = "BTreeMap::is_empty"
    )]
    pub ext: BTreeMap<String, String>,
    /// Version to run, for workflows of the library; the newest by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub workflow_version: Option<String>,
    /// Channel to run in; `1024`, the API, by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connector_id: Option<ConnectorId>,
}

endpoint!(StreamWorkflow: POST "/v1/workflow/stream_run", json, validate => Events<WorkflowEvent>);

setters!(StreamWorkflow {
    bot_id: BotId,
    app_id: AppId,
    workflow_version: String,
    connector_id: ConnectorId,
});

impl StreamWorkflow {
    /// Runs one workflow.
    pub fn new(workflow_id: impl Into<WorkflowId>) -> Self {
        RunWorkflow::new(workflow_id).into()
    }

    /// Lists what the documentation forbids.
    pub fn validate(&self) -> Vec<ValidationError> {
        run_violations(&self.workflow_id, self.bot_id.as_ref(), self.app_id.as_ref(), &self.ext)
    }
}

/// The same run, streamed; `is_async` has no meaning there.
impl From<RunWorkflow> for StreamWorkflow {
    fn from(run: RunWorkflow) -> Self {
        Self {
            workflow_id: run.workflow_id,
            parameters: run.parameters,
            bot_id: run.bot_id,
            app_id: run.app_id,
            ext: run.ext,
            workflow_version: run.workflow_version,
            connector_id: run.connector_id,
        }
    }
}

macro_rules! inputs {
    ($($name:ident),+) => {$(
        impl $name {
            /// Sets all [`parameters`](Self#structfield.parameters).
            #[must_use]
            pub fn parameters(mut self, parameters: impl Into<Parameters>) -> Self {
                self.parameters = parameters.into();
                self
            }

            /// Sets one of the [`parameters`](Self#structfield.parameters).
            #[must_use]
            pub fn parameter(mut self, name: impl Into<String>, value: impl Into<serde_json::Value>) -> Self {
                self.parameters = self.parameters.with(name, value);
                self
            }

            /// Adds a pair to [`ext`](Self#structfield.ext).
            #[must_use]
            pub fn ext(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
                self.ext.insert(key.into(), value.into());
                self
            }
        }
    )+};
}

pub(super) use inputs;

inputs!(RunWorkflow, StreamWorkflow);

/// Rules of every run: an id, an agent or an app but not both, and known hints.
pub(super) fn run_violations(
    workflow_id: &WorkflowId,
    bot_id: Option<&BotId>,
    app_id: Option<&AppId>,
    ext: &BTreeMap<String, String>,
) -> Vec<ValidationError> {
    let mut errors = Vec::new();
    if workflow_id.is_empty() {
        errors.push(ValidationError::fatal("workflow_id", "is empty; it names the workflow to run"));
    }
    if bot_id.is_some() && app_id.is_some() {
        errors.push(ValidationError::fatal(
            "app_id",
            "is set together with `bot_id`; set only one of them (error 4000)",
        ));
    }
    for key in ext.keys() {
        if !matches!(key.as_str(), "latitude" | "longitude" | "user_id") {
            errors.push(ValidationError::limit(
                "ext",
                format!("has the key {key:?}; only `latitude`, `longitude` and `user_id` are allowed"),
            ));
        }
    }
    errors
}

answer! {
    /// What a run of a workflow answers.
    ///
    /// See <https://docs.coze.cn/developer_guides/workflow_run>.
    pub struct WorkflowRun {
        /// Output as text: JSON by convention, of any form in fact. Absent for an asynchronous run.
        data: Option<String>,
        /// Id of the run, to follow an asynchronous one with.
        execute_id: Option<ExecuteId>,
        /// Page that shows the run node by node; valid for 7 days.
        debug_url: Option<String>,
        /// Tokens used.
        usage: Option<Usage>,
        /// Tokens used; only the official SDKs know it, and the page has [`usage`](Self#structfield.usage) instead.
        token: Option<i64>,
        /// Price of the run; only the official SDKs know it.
        cost: Option<String>,
        /// What the run waits for, when it was interrupted.
        interrupt_data: Option<Interrupt>,
    }
}

impl WorkflowRun {
    /// Returns the output as text; for an end node that returns text, that text.
    pub fn output_text(&self) -> Option<String> {
        let data = self.data.as_deref()?;
        Some(answer_text(data).unwrap_or_else(|| data.to_owned()))
    }

    /// Reads the output as a type of your own.
    pub fn output<T: DeserializeOwned>(&self) -> Result<T, DecodeError> {
        read_output(self.data.as_deref().unwrap_or("null"))
    }
}
