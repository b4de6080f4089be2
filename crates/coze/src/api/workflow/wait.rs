//! Running a workflow asynchronously and waiting for its end.

use std::future::IntoFuture;
use std::time::Duration;

use coze_types::Endpoint;
use coze_types::workflow::{ExecuteStatus, GetRunHistory, RunWorkflow, WorkflowExecution};
use coze_types::{ExecuteId, WorkflowId};

use super::Workflows;
use crate::call::CallFuture;
use crate::dispatch::Options;
use crate::error::{Error, ErrorKind};
use crate::poll::Pace;
use crate::response::Response;

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
    start: Start,
    deadline: Option<Duration>,
    options: Options,
}

/// What is done before the wait.
#[derive(Debug)]
pub(super) enum Start {
    Run(Box<RunWorkflow>),
    Nothing(WorkflowId, ExecuteId),
}

impl<'c> RunAndWait<'c> {
    pub(super) fn new(workflows: Workflows<'c>, start: Start) -> Self {
        let deadline = Some(Duration::from_secs(24 * 3600));
        Self { workflows, start, deadline, options: Options::NONE }
    }

    /// Adds a header to each request of the wait.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.options.header(name, value);
        self
    }

    /// How long to wait in all; 24 hours by default, which is what the server allows a run, `None` for ever.
    ///
    /// When it has passed, the run goes on; the error [names it](Error::run), so that it can be waited for again.
    pub fn deadline(mut self, deadline: impl Into<Option<Duration>>) -> Self {
        self.deadline = deadline.into();
        self
    }

    async fn run(mut self) -> Result<WorkflowExecution, Error> {
        if let Some(mistake) = self.options.mistake.take() {
            return Err(mistake);
        }
        let pace = Pace::new(self.deadline);
        let (workflow_id, execute_id, debug_url) = match self.start {
            Start::Run(request) => {
                let workflow_id = request.workflow_id.clone();
                let run = self.workflows.run(request.is_async(true)).beside(&self.options);
                let run = run.within(self.deadline).await?;
                let Some(execute_id) = run.execute_id else {
                    return Err(Error::incomplete("the answer names no run, so it cannot be followed"));
                };
                (workflow_id, execute_id, run.debug_url)
            }
            Start::Nothing(workflow_id, execute_id) => (workflow_id, execute_id, None),
        };
        let (workflows, options) = (self.workflows, self.options);
        let mut history = History { workflows, options, workflow_id, execute_id, studio: false };
        let ended = history.follow(pace, self.deadline, debug_url).await;
        ended.map_err(|error| error.about_run(&history.workflow_id, &history.execute_id))
    }
}

/// Where a run is read from: the hosted service and Coze Studio have different endpoints.
struct History<'c> {
    workflows: Workflows<'c>,
    options: Options,
    workflow_id: WorkflowId,
    execute_id: ExecuteId,
    studio: bool,
}

impl History<'_> {
    /// Asks until the run has ended or waits for an answer.
    async fn follow(
        &mut self,
        mut pace: Pace,
        deadline: Option<Duration>,
        debug_url: Option<String>,
    ) -> Result<WorkflowExecution, Error> {
        let expired = || Error::unsettled("the run to end; it goes on", deadline.unwrap_or_default());
        loop {
            if !pace.wait().await? {
                return Err(expired());
            }
            let (mut execution, origin) = match self.read(pace.left()).await {
                Ok(read) => (read.value, read.origin),
                Err(error) if pace.has_cut(&error) => {
                    return Err(expired());
                }
                Err(error) => return Err(error),
            };
            if execution.debug_url.is_none() {
                execution.debug_url.clone_from(&debug_url);
            }
            if let Some(error) = execution.error() {
                return Err(origin.error(error));
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

    async fn read(&mut self, left: Option<Duration>) -> Result<Response<WorkflowExecution>, Error> {
        if !self.studio {
            let call = self.workflows.history(&self.workflow_id, &self.execute_id);
            match call.beside(&self.options).within(left).with_response().await {
                Err(error) if error.kind() == ErrorKind::Unsupported => self.studio = true,
                result => return result,
            }
        }
        let call = self.workflows.client.send(GetRunHistory::new(&self.workflow_id, &self.execute_id));
        call.beside(&self.options).within(left).with_response().await
    }
}

impl<'c> IntoFuture for RunAndWait<'c> {
    type Output = Result<WorkflowExecution, Error>;
    type IntoFuture = CallFuture<'c, WorkflowExecution>;

    #[inline]
    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move { self.run().await.map_err(|error| error.at(RunWorkflow::PATH)) })
    }
}
