//! Running a workflow asynchronously and waiting for its end.

use std::future::IntoFuture;
use std::time::Duration;

use coze_types::Endpoint;
use coze_types::workflow::{ExecuteStatus, GetRunHistory, RunWorkflow, WorkflowExecution};
use coze_types::{ExecuteId, WorkflowId};

use super::Workflows;
use crate::call::CallFuture;
use crate::error::{Error, ErrorKind};
use crate::poll::Pace;

/// Runs a workflow asynchronously, waits for its end, and answers with how it went.
///
/// A run that fails is an error with the code, the message, the debug URL and the log id of the run; one that is
/// interrupted comes back with its [`interrupt_data`](WorkflowExecution#structfield.interrupt_data). Asynchronous runs
/// need a paid plan (else error 6003).
///
/// ```no_run
/// use coze::RunWorkflow;
///
/// # async fn run(client: coze::Coze) -> Result<(), Box<dyn std::error::Error>> {
/// #[derive(serde::Deserialize)]
/// struct Output {
///     summary: String,
/// }
///
/// let run = RunWorkflow::new("7379462189365198898").parameter("url", "https://example.com");
/// let output: Output = client.workflows().run_and_wait(run).await?.output()?;
/// println!("{}", output.summary);
/// # Ok(()) }
/// ```
#[derive(Debug)]
#[must_use = "a call is sent only when it is awaited"]
pub struct RunAndWait<'c> {
    workflows: Workflows<'c>,
    request: RunWorkflow,
    deadline: Option<Duration>,
}

impl<'c> RunAndWait<'c> {
    pub(crate) fn new(workflows: Workflows<'c>, request: RunWorkflow) -> Self {
        Self { workflows, request: request.is_async(true), deadline: Some(Duration::from_secs(24 * 3600)) }
    }

    /// How long to wait in all; 24 hours by default, which is what the server allows a run, `None` for ever.
    ///
    /// When it has passed, the run goes on; the error names it, so that its history can be read later.
    pub fn deadline(mut self, deadline: impl Into<Option<Duration>>) -> Self {
        self.deadline = deadline.into();
        self
    }

    async fn run(self) -> Result<WorkflowExecution, Error> {
        let mut pace = Pace::new(self.deadline);
        let workflow_id = self.request.workflow_id.clone();
        let started = self.workflows.run(self.request).await?;
        let Some(execute_id) = started.execute_id else {
            return Err(Error::incomplete("the answer names no run, so it cannot be followed"));
        };
        let mut history = History { workflows: self.workflows, workflow_id, execute_id, studio: false };
        loop {
            if !pace.wait().await {
                let History { execute_id, workflow_id, .. } = history;
                let what = format!("the run {execute_id} of the workflow {workflow_id} to end; it goes on");
                return Err(Error::timeout(what, self.deadline.unwrap_or_default()));
            }
            let mut execution = history.read(pace.left()).await?;
            if execution.debug_url.is_none() {
                execution.debug_url.clone_from(&started.debug_url);
            }
            if let Some(error) = execution.error() {
                return Err(error.into());
            }
            match execution.execute_status {
                Some(ExecuteStatus::Success | ExecuteStatus::Interrupted) => return Ok(execution),
                Some(ExecuteStatus::Cancel) => {
                    return Err(coze_types::ApiError::new(777_777_777, "the run was canceled").into());
                }
                _ if execution.interrupt_data.is_some() => return Ok(execution),
                _ => {}
            }
        }
    }
}

/// Where a run is read from: the hosted service and Coze Studio have different endpoints.
struct History<'c> {
    workflows: Workflows<'c>,
    workflow_id: WorkflowId,
    execute_id: ExecuteId,
    studio: bool,
}

impl History<'_> {
    async fn read(&mut self, left: Option<Duration>) -> Result<WorkflowExecution, Error> {
        if !self.studio {
            let call = self.workflows.history(&self.workflow_id, &self.execute_id);
            match call.within(left).await {
                Err(error) if error.kind() == ErrorKind::Unsupported => self.studio = true,
                result => return result,
            }
        }
        let call = self.workflows.client.send(GetRunHistory::new(&self.workflow_id, &self.execute_id));
        call.within(left).await
    }
}

impl<'c> IntoFuture for RunAndWait<'c> {
    type Output = Result<WorkflowExecution, Error>;
    type IntoFuture = CallFuture<'c, WorkflowExecution>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move { self.run().await.map_err(|error| error.at(RunWorkflow::PATH)) })
    }
}
