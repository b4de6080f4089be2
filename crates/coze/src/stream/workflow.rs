//! Streamed workflows with interrupts.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use coze_types::workflow::{Interrupt, ResumeWorkflowStream, WorkflowEvent};
use coze_types::{ExecuteId, LogId, WorkflowId};
use futures_core::Stream;

use super::EventStream;
use crate::error::{Error, ErrorKind, OfRun};
use crate::options::CallOptions;
use crate::runtime::Request;
use crate::runtime::client::Client;

/// The events of a workflow, across its interrupts.
///
/// An interrupt pauses the events: answer it with [`resume_with`](Self::resume_with) and continue to read.
/// A run may be resumed at most 3 times. The error of a truncated stream or a gap says which events are missing, and contains the
/// [run](Error::run) whose history has them, if the server has returned its id.
///
/// ```no_run
/// use coze::{StreamWorkflow, WorkflowEvent};
///
/// # async fn run(client: coze::Coze) -> Result<(), coze::Error> {
/// let run = StreamWorkflow::new("7379462189365198898").parameter("city", "杭州");
/// let mut events = client.workflows().stream(run).await?;
/// while let Some(event) = events.next().await {
///     match event? {
///         WorkflowEvent::Message(message) => print!("{}", message.content),
///         WorkflowEvent::Interrupt { .. } => events.resume_with("2024-08-20").await?,
///         _ => {}
///     }
/// }
/// # Ok(()) }
/// ```
#[derive(Debug)]
pub struct WorkflowStream {
    client: Arc<Client>,
    /// Options of the first request, and of those that answer the interrupts.
    options: CallOptions,
    workflow_id: WorkflowId,
    events: EventStream<WorkflowEvent>,
    interrupt: Option<Interrupt>,
    /// Run, once a debug URL has named it.
    execute_id: Option<ExecuteId>,
}

impl WorkflowStream {
    pub(crate) fn new(
        client: Arc<Client>,
        options: CallOptions,
        workflow_id: WorkflowId,
        events: EventStream<WorkflowEvent>,
    ) -> Self {
        Self { client, options, workflow_id, events, interrupt: None, execute_id: None }
    }

    /// Waits for the next event; `None` once the workflow has ended or waits for an answer.
    pub async fn next(&mut self) -> Option<Result<WorkflowEvent, Error>> {
        std::future::poll_fn(|cx| self.poll_event(cx)).await
    }

    /// Returns the interrupt that waits for an answer.
    pub fn interrupt(&self) -> Option<&Interrupt> {
        self.interrupt.as_ref()
    }

    /// Id of the latest request in the logs of the server.
    pub fn log_id(&self) -> Option<&LogId> {
        self.events.log_id()
    }

    /// Answers the interrupt and continues the run.
    ///
    /// The answer is text, or JSON text with the required parameters of the interrupt; a file is
    /// `{"file_id":"…"}`. After an error the interrupt still waits, so that the answer can be given again.
    pub async fn resume_with(&mut self, answer: impl Into<String>) -> Result<(), Error> {
        let Some(interrupt) = &self.interrupt else {
            return Err(Error::header(
                "the workflow does not wait for an answer; read on until it interrupts",
            ));
        };
        let request = ResumeWorkflowStream::new(&self.workflow_id, interrupt, answer);
        let resume = Request::new(&self.client, request).options(self.options.clone());
        self.events = resume.send().await?.value;
        self.interrupt = None;
        Ok(())
    }

    fn poll_event(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<WorkflowEvent, Error>>> {
        let event = ready!(self.events.poll_event(cx));
        if let Some(Ok(WorkflowEvent::Interrupt { interrupt, debug_url, .. })) = &event {
            self.interrupt = Some(interrupt.clone());
            if let Some(run) = debug_url.as_deref().and_then(run_of) {
                self.execute_id = Some(run);
            }
        }
        Poll::Ready(event.map(|event| event.map_err(|error| self.explain(error))))
    }

    /// Names the run that has the missing events.
    fn explain(&self, error: Error) -> Error {
        let cut = error.is_cut();
        if !cut && error.kind() != ErrorKind::Lost {
            return error;
        }
        let missing = if cut {
            format!("the events from {} on are missing; ", self.events.number().unwrap_or_default())
        } else {
            String::new()
        };
        let hint = match &self.execute_id {
            Some(run) => {
                format!("{missing}look at the history of run {run} of the workflow {}", self.workflow_id)
            }
            None => format!(
                "{missing}look at the history of the workflow {}, since the server has not named the run yet",
                self.workflow_id
            ),
        };
        error.with_subject(OfRun {
            workflow_id: self.workflow_id.clone(),
            execute_id: self.execute_id.clone(),
            hint: Some(hint),
        })
    }
}

/// The run that a debug URL names.
fn run_of(debug_url: &str) -> Option<ExecuteId> {
    let (_, query) = debug_url.split_once('?')?;
    let run = query.split(['&', '#']).find_map(|pair| pair.strip_prefix("execute_id="))?;
    (!run.is_empty()).then(|| run.into())
}

impl Stream for WorkflowStream {
    type Item = Result<WorkflowEvent, Error>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().poll_event(cx)
    }
}
