//! Workflows.

use std::future::IntoFuture;
use std::time::Duration;

use coze_types::workflow::{
    ChatWorkflow, CreateWorkflowConversation, GetRunHistory, GetWorkflow, ListWorkflowVersions,
    ListWorkflows, ResumeWorkflow, ResumeWorkflowStream, RetrieveNodeExecution, RetrieveRunHistory,
    RunWorkflow, StreamWorkflow,
};
use coze_types::{ExecuteId, NodeExecuteUuid, WorkflowId};

use crate::call::{Call, CallFuture};
use crate::client::Coze;
use crate::stream::WorkflowStream;

mod wait;

pub use wait::RunAndWait;
use wait::Start;

impl Coze {
    /// Workflows.
    pub fn workflows(&self) -> Workflows<'_> {
        Workflows { client: self }
    }
}

/// Workflows.
#[derive(Clone, Copy, Debug)]
pub struct Workflows<'c> {
    client: &'c Coze,
}

impl<'c> Workflows<'c> {
    /// Runs a workflow: see [`RunWorkflow`].
    ///
    /// The server closes the connection after 90 seconds: use [`stream`](Self::stream) or
    /// [`run_and_wait`](Self::run_and_wait) for longer runs.
    pub fn run(self, request: RunWorkflow) -> Call<'c, RunWorkflow> {
        self.client.send(request)
    }

    /// Runs a workflow asynchronously, waits for its end, and answers with how it went.
    pub fn run_and_wait(self, request: RunWorkflow) -> RunAndWait<'c> {
        RunAndWait::new(self, Start::Run(Box::new(request)))
    }

    /// Waits for the end of a run that was started or resumed earlier, and answers with how it went.
    pub fn wait(
        self,
        workflow_id: impl Into<WorkflowId>,
        execute_id: impl Into<ExecuteId>,
    ) -> RunAndWait<'c> {
        RunAndWait::new(self, Start::Nothing(workflow_id.into(), execute_id.into()))
    }

    /// Runs a workflow and answers with its events: see [`StreamWorkflow`].
    pub fn stream(self, request: impl Into<StreamWorkflow>) -> StreamRun<'c> {
        let request = request.into();
        StreamRun {
            client: self.client,
            workflow_id: request.workflow_id.clone(),
            call: self.client.send(request),
        }
    }

    /// Answers an interrupt of a run: see [`ResumeWorkflow`].
    pub fn resume(self, request: ResumeWorkflow) -> Call<'c, ResumeWorkflow> {
        self.client.send(request)
    }

    /// Answers an interrupt of a streamed run: see [`ResumeWorkflowStream`].
    ///
    /// [`WorkflowStream::resume_with`] does it within one loop.
    pub fn resume_stream(self, request: ResumeWorkflowStream) -> Call<'c, ResumeWorkflowStream> {
        self.client.send(request)
    }

    /// Chats with a chatflow: see [`ChatWorkflow`].
    pub fn chat(self, request: ChatWorkflow) -> Call<'c, ChatWorkflow> {
        self.client.send(request)
    }

    /// Reads how a run went: see [`RetrieveRunHistory`].
    pub fn history(
        self,
        workflow_id: impl Into<WorkflowId>,
        execute_id: impl Into<ExecuteId>,
    ) -> Call<'c, RetrieveRunHistory> {
        self.client.send(RetrieveRunHistory::new(workflow_id, execute_id))
    }

    /// Reads how a run went, on a self-hosted Coze Studio: see [`GetRunHistory`].
    pub fn studio_history(
        self,
        workflow_id: impl Into<WorkflowId>,
        execute_id: impl Into<ExecuteId>,
    ) -> Call<'c, GetRunHistory> {
        self.client.send(GetRunHistory::new(workflow_id, execute_id))
    }

    /// Makes a named conversation of an app, on a self-hosted Coze Studio: see [`CreateWorkflowConversation`].
    pub fn create_conversation(
        self,
        request: CreateWorkflowConversation,
    ) -> Call<'c, CreateWorkflowConversation> {
        self.client.send(request)
    }

    /// Reads the output of one node of a run: see [`RetrieveNodeExecution`].
    pub fn node_execution(
        self,
        workflow_id: impl Into<WorkflowId>,
        execute_id: impl Into<ExecuteId>,
        node_execute_uuid: impl Into<NodeExecuteUuid>,
    ) -> Call<'c, RetrieveNodeExecution> {
        self.client.send(RetrieveNodeExecution::new(workflow_id, execute_id, node_execute_uuid))
    }

    /// Lists the workflows of a workspace: see [`ListWorkflows`].
    pub fn list(self, request: ListWorkflows) -> Call<'c, ListWorkflows> {
        self.client.send(request)
    }

    /// Reads one workflow: see [`GetWorkflow`].
    pub fn get(self, request: GetWorkflow) -> Call<'c, GetWorkflow> {
        self.client.send(request)
    }

    /// Lists the versions of a workflow: see [`ListWorkflowVersions`].
    pub fn versions(self, request: ListWorkflowVersions) -> Call<'c, ListWorkflowVersions> {
        self.client.send(request)
    }
}

/// A streamed run that is started when it is awaited; made by [`Workflows::stream`].
#[derive(Debug)]
#[must_use = "a call is sent only when it is awaited"]
pub struct StreamRun<'c> {
    client: &'c Coze,
    workflow_id: WorkflowId,
    call: Call<'c, StreamWorkflow>,
}

impl StreamRun<'_> {
    /// Adds a header to this request, and to those that answer its interrupts.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.call = self.call.header(name, value);
        self
    }

    /// How long to wait for the head of each response; `None` for ever.
    pub fn timeout(mut self, timeout: impl Into<Option<Duration>>) -> Self {
        self.call = self.call.timeout(timeout);
        self
    }

    /// How long the stream may be silent, also behind an interrupt that was answered; `None` for ever.
    pub fn idle_timeout(mut self, timeout: impl Into<Option<Duration>>) -> Self {
        self.call = self.call.idle_timeout(timeout);
        self
    }
}

impl<'c> IntoFuture for StreamRun<'c> {
    type Output = Result<WorkflowStream<'c>, crate::Error>;
    type IntoFuture = CallFuture<'c, WorkflowStream<'c>>;

    #[inline]
    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let options = self.call.options().again();
            Ok(WorkflowStream::new(self.client, options, self.workflow_id, self.call.await?))
        })
    }
}
