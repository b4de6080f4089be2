//! A streamed workflow that can be answered.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use coze_types::workflow::{Interrupt, ResumeWorkflowStream, WorkflowEvent};
use coze_types::{LogId, WorkflowId};
use futures_core::Stream;

use super::EventStream;
use crate::client::Coze;
use crate::error::Error;

/// The events of a workflow, across its interrupts.
///
/// An interrupt ends the events for the time being: answer it with [`resume_with`](Self::resume_with) and go on reading.
/// A run may be resumed at most 3 times.
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
pub struct WorkflowStream<'c> {
    client: &'c Coze,
    workflow_id: WorkflowId,
    events: EventStream<WorkflowEvent>,
    interrupt: Option<Interrupt>,
}

impl<'c> WorkflowStream<'c> {
    pub(crate) fn new(client: &'c Coze, workflow_id: WorkflowId, events: EventStream<WorkflowEvent>) -> Self {
        Self { client, workflow_id, events, interrupt: None }
    }

    /// Waits for the next event; `None` once the workflow has ended or waits for an answer.
    pub async fn next(&mut self) -> Option<Result<WorkflowEvent, Error>> {
        std::future::poll_fn(|cx| self.poll_event(cx)).await
    }

    /// Interrupt that waits for an answer.
    pub fn interrupt(&self) -> Option<&Interrupt> {
        self.interrupt.as_ref()
    }

    /// Id of the latest request in the logs of the server.
    pub fn log_id(&self) -> Option<&LogId> {
        self.events.log_id()
    }

    /// Answers the interrupt and goes on.
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
        self.events = self.client.send(request).await?;
        self.interrupt = None;
        Ok(())
    }

    fn poll_event(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<WorkflowEvent, Error>>> {
        let event = ready!(self.events.poll_event(cx));
        if let Some(Ok(WorkflowEvent::Interrupt { interrupt, .. })) = &event {
            self.interrupt = Some(interrupt.clone());
        }
        Poll::Ready(event)
    }
}

impl Stream for WorkflowStream<'_> {
    type Item = Result<WorkflowEvent, Error>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().poll_event(cx)
    }
}
