//! Polling of asynchronous workflow runs.

use std::sync::Arc;
use std::time::Duration;

use coze_types::Endpoint;
use coze_types::workflow::{
    ExecuteStatus, RetrieveRunHistory, RetrieveStudioRunHistory, RunWorkflow, WorkflowExecution,
};
use coze_types::{ExecuteId, WorkflowId};

use crate::call::{Deferred, Prepare, awaitable};
use crate::error::{Error, ErrorKind, OfRun};
use crate::options::CallOptions;
use crate::runtime::client::Client;
use crate::runtime::pace::Pace;
use crate::runtime::{Request, Response, Running};

/// Runs a workflow asynchronously and polls it until it has ended.
///
/// A run that fails is an error with the code, the message, the debug URL and the log id of the run; one that is
/// interrupted is returned with its [`interrupt_data`](WorkflowExecution#structfield.interrupt_data). Asynchronous runs
/// need a paid plan (error 6003 otherwise).
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
/// let output: Output = client.workflows().run_and_poll(run).await?.output()?;
/// println!("{}", output.summary);
/// # Ok(()) }
/// ```
#[derive(Debug)]
#[must_use = "a call is sent only when it is awaited"]
pub struct PollRun(Deferred<Run, WorkflowExecution>);

#[derive(Debug)]
struct Run {
    client: Arc<Client>,
    start: BeginRun,
    deadline: Option<Duration>,
    options: CallOptions,
}

/// What is done before the wait.
#[derive(Debug)]
pub(crate) enum BeginRun {
    Run(Box<RunWorkflow>),
    Nothing(WorkflowId, ExecuteId),
}

impl PollRun {
    pub(crate) fn new(client: &Arc<Client>, start: BeginRun) -> Self {
        let deadline = Some(Duration::from_secs(24 * 3600));
        let (client, options) = (Arc::clone(client), CallOptions::default());
        Self(Deferred::Prepared(Run { client, start, deadline, options }))
    }

    /// Sets the deadline; 24 hours by default, the limit of the server for a run. `None` disables it.
    ///
    /// After it, the run continues; the error [contains its id](Error::run), so that it can be polled again.
    pub fn deadline(mut self, deadline: impl Into<Option<Duration>>) -> Self {
        if let Some(run) = self.0.prepared_mut() {
            run.deadline = deadline.into();
        }
        self
    }
}

awaitable!([] PollRun => WorkflowExecution);

impl Prepare for Run {
    type Output = WorkflowExecution;

    fn options_mut(&mut self) -> &mut CallOptions {
        &mut self.options
    }

    fn begin(self) -> Running<WorkflowExecution> {
        Box::pin(async move { self.run().await.map_err(|error| error.at(RunWorkflow::PATH)) })
    }
}

impl Run {
    async fn run(self) -> Result<Response<WorkflowExecution>, Error> {
        let pace = Pace::new(self.deadline);
        let (workflow_id, execute_id, debug_url) = match self.start {
            BeginRun::Run(request) => {
                let workflow_id = request.workflow_id.clone();
                let run = Request::new(&self.client, request.is_async(true)).options(self.options.clone());
                let run = run.within(self.deadline).send().await?.value;
                let Some(execute_id) = run.execute_id else {
                    return Err(Error::incomplete("the answer names no run, so it cannot be followed"));
                };
                (workflow_id, execute_id, run.debug_url)
            }
            BeginRun::Nothing(workflow_id, execute_id) => (workflow_id, execute_id, None),
        };
        let options = self.options.follow_up();
        let mut history = History { client: self.client, options, workflow_id, execute_id, studio: false };
        let ended = history.follow(pace, self.deadline, debug_url).await;
        ended.map_err(|error| {
            error.with_subject(OfRun {
                workflow_id: history.workflow_id,
                execute_id: Some(history.execute_id),
                hint: None,
            })
        })
    }
}

/// Where a run is read from: the hosted service and Coze Studio have different endpoints.
struct History {
    client: Arc<Client>,
    options: CallOptions,
    workflow_id: WorkflowId,
    execute_id: ExecuteId,
    studio: bool,
}

impl History {
    /// Asks until the run has ended or waits for an answer.
    async fn follow(
        &mut self,
        mut pace: Pace,
        deadline: Option<Duration>,
        debug_url: Option<String>,
    ) -> Result<Response<WorkflowExecution>, Error> {
        let expired = || Error::unfinished("the run to end; it continues", deadline.unwrap_or_default());
        loop {
            if !pace.wait().await? {
                return Err(expired());
            }
            let mut read = match self.read(pace.left()).await {
                Ok(read) => read,
                Err(error) if pace.has_cut(&error) => {
                    return Err(expired());
                }
                Err(error) => return Err(error),
            };
            let execution = &mut read.value;
            if execution.debug_url.is_none() {
                execution.debug_url.clone_from(&debug_url);
            }
            if let Some(error) = execution.error() {
                return Err(read.origin.error(error));
            }
            match execution.execute_status {
                Some(ExecuteStatus::Success | ExecuteStatus::Interrupted) => return Ok(read),
                Some(ExecuteStatus::Cancel) => {
                    return Err(coze_types::ApiError::new(777_777_777, "the run was canceled").into());
                }
                _ if execution.interrupt_data.is_some() => return Ok(read),
                _ => {}
            }
        }
    }

    async fn read(&mut self, left: Option<Duration>) -> Result<Response<WorkflowExecution>, Error> {
        if !self.studio {
            let history = RetrieveRunHistory::new(&self.workflow_id, &self.execute_id);
            let history = Request::new(&self.client, history).options(self.options.clone());
            match history.within(left).send().await {
                Err(error) if error.kind() == ErrorKind::Unsupported => self.studio = true,
                result => return result,
            }
        }
        let history = RetrieveStudioRunHistory::new(&self.workflow_id, &self.execute_id);
        let history = Request::new(&self.client, history).options(self.options.clone());
        history.within(left).send().await
    }
}
