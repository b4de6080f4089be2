//! Workflows.

use coze_types::workflow::{
    ChatWorkflow, CollaborationMode, CreateWorkflowCollaborator, CreateWorkflowConversation,
    DeleteWorkflowCollaborator, ListWorkflowVersions, ListWorkflows, ResumeWorkflow, ResumeWorkflowStream,
    RetrieveNodeExecution, RetrieveRunHistory, RetrieveStudioRunHistory, RetrieveWorkflow, RunWorkflow,
    StreamWorkflow, UpdateWorkflowCollaborationMode,
};
use coze_types::{CozeUserId, ExecuteId, NodeExecuteUuid, WorkflowId};

use crate::call::Call;
use crate::client::Coze;
use crate::stream::StreamRun;
use crate::wait::{BeginRun, PollRun};

handle! {
    /// Workflows.
    Workflows, by Coze::workflows
}

impl Workflows {
    /// Runs a workflow: see [`RunWorkflow`].
    ///
    /// The server closes the connection after 90 seconds: use [`stream`](Self::stream) or
    /// [`run_and_poll`](Self::run_and_poll) for longer runs.
    ///
    /// Awaiting the call returns [`WorkflowRun`](crate::workflow::WorkflowRun).
    pub fn run(&self, request: RunWorkflow) -> Call<RunWorkflow> {
        self.client.send(request)
    }

    /// Runs a workflow asynchronously and polls it until it has ended.
    ///
    /// Awaiting it returns the [`WorkflowExecution`](crate::workflow::WorkflowExecution).
    pub fn run_and_poll(&self, request: RunWorkflow) -> PollRun {
        PollRun::new(self.client.shared(), BeginRun::Run(Box::new(request)))
    }

    /// Runs a workflow like [`run_and_poll`](Self::run_and_poll); the former name of that method.
    ///
    /// Awaiting it returns the [`WorkflowExecution`](crate::workflow::WorkflowExecution).
    #[deprecated(note = "it is named `run_and_poll` now")]
    #[doc(hidden)]
    pub fn run_and_wait(&self, request: RunWorkflow) -> PollRun {
        self.run_and_poll(request)
    }

    /// Polls a run that was started or resumed earlier until it has ended.
    ///
    /// Awaiting it returns the [`WorkflowExecution`](crate::workflow::WorkflowExecution).
    pub fn poll(&self, workflow_id: impl Into<WorkflowId>, execute_id: impl Into<ExecuteId>) -> PollRun {
        PollRun::new(self.client.shared(), BeginRun::Nothing(workflow_id.into(), execute_id.into()))
    }

    /// Runs a workflow and streams its events: see [`StreamWorkflow`].
    ///
    /// Awaiting it returns a [`WorkflowStream`](crate::WorkflowStream).
    pub fn stream(&self, request: impl Into<StreamWorkflow>) -> StreamRun {
        StreamRun::new(self.client.shared(), request.into())
    }

    /// Answers an interrupt of a run: see [`ResumeWorkflow`].
    ///
    /// Awaiting the call returns [`WorkflowRun`](crate::workflow::WorkflowRun).
    pub fn resume(&self, request: ResumeWorkflow) -> Call<ResumeWorkflow> {
        self.client.send(request)
    }

    /// Answers an interrupt of a streamed run: see [`ResumeWorkflowStream`].
    ///
    /// Awaiting the call returns [`EventStream<WorkflowEvent>`](crate::EventStream).
    /// [`WorkflowStream::resume_with`](crate::WorkflowStream::resume_with) does this within one loop.
    pub fn resume_stream(&self, request: ResumeWorkflowStream) -> Call<ResumeWorkflowStream> {
        self.client.send(request)
    }

    /// Chats with a chatflow: see [`ChatWorkflow`].
    ///
    /// Awaiting the call returns [`EventStream<ChatEvent>`](crate::EventStream).
    pub fn chat(&self, request: ChatWorkflow) -> Call<ChatWorkflow> {
        self.client.send(request)
    }

    /// Retrieves the result of a run: see [`RetrieveRunHistory`].
    ///
    /// Awaiting the call returns [`WorkflowExecution`](crate::workflow::WorkflowExecution).
    pub fn history(
        &self,
        workflow_id: impl Into<WorkflowId>,
        execute_id: impl Into<ExecuteId>,
    ) -> Call<RetrieveRunHistory> {
        self.client.send(RetrieveRunHistory::new(workflow_id, execute_id))
    }

    /// Retrieves the result of a run, on a self-hosted Coze Studio: see [`RetrieveStudioRunHistory`].
    ///
    /// Awaiting the call returns [`WorkflowExecution`](crate::workflow::WorkflowExecution).
    pub fn studio_history(
        &self,
        workflow_id: impl Into<WorkflowId>,
        execute_id: impl Into<ExecuteId>,
    ) -> Call<RetrieveStudioRunHistory> {
        self.client.send(RetrieveStudioRunHistory::new(workflow_id, execute_id))
    }

    /// Creates a named conversation of an app, on a self-hosted Coze Studio: see [`CreateWorkflowConversation`].
    ///
    /// Awaiting the call returns [`WorkflowConversation`](crate::workflow::WorkflowConversation).
    pub fn create_conversation(
        &self,
        request: CreateWorkflowConversation,
    ) -> Call<CreateWorkflowConversation> {
        self.client.send(request)
    }

    /// Retrieves the output of one node of a run: see [`RetrieveNodeExecution`].
    ///
    /// Awaiting the call returns [`NodeExecution`](crate::workflow::NodeExecution).
    pub fn node_execution(
        &self,
        workflow_id: impl Into<WorkflowId>,
        execute_id: impl Into<ExecuteId>,
        node_execute_uuid: impl Into<NodeExecuteUuid>,
    ) -> Call<RetrieveNodeExecution> {
        self.client.send(RetrieveNodeExecution::new(workflow_id, execute_id, node_execute_uuid))
    }

    /// Lists the workflows of a workspace: see [`ListWorkflows`].
    ///
    /// Awaiting the call returns one page, [`WorkflowPage`](crate::workflow::WorkflowPage); [`pages`](Call::pages)
    /// and [`items`](Call::items) read the whole list.
    pub fn list(&self, request: ListWorkflows) -> Call<ListWorkflows> {
        self.client.send(request)
    }

    /// Retrieves a workflow: see [`RetrieveWorkflow`].
    ///
    /// Awaiting the call returns [`WorkflowInfo`](crate::workflow::WorkflowInfo).
    pub fn get(&self, request: RetrieveWorkflow) -> Call<RetrieveWorkflow> {
        self.client.send(request)
    }

    /// Lists the versions of a workflow: see [`ListWorkflowVersions`].
    ///
    /// Awaiting the call returns one page, [`WorkflowVersionPage`](crate::workflow::WorkflowVersionPage);
    /// [`pages`](Call::pages) and [`items`](Call::items) read the whole list.
    pub fn versions(&self, request: ListWorkflowVersions) -> Call<ListWorkflowVersions> {
        self.client.send(request)
    }
}

handle! {
    /// Collaborators, who can edit workflows besides their owners.
    WorkflowCollaborators, by Workflows::collaborators
}

impl WorkflowCollaborators {
    /// Adds a collaborator to a workflow: see [`CreateWorkflowCollaborator`].
    ///
    /// Awaiting the call returns nothing.
    pub fn create(
        &self,
        workflow_id: impl Into<WorkflowId>,
        user_id: impl Into<CozeUserId>,
    ) -> Call<CreateWorkflowCollaborator> {
        self.client.send(CreateWorkflowCollaborator::new(workflow_id, user_id))
    }

    /// Deletes a collaborator of a workflow: see [`DeleteWorkflowCollaborator`].
    ///
    /// Awaiting the call returns nothing.
    pub fn delete(
        &self,
        workflow_id: impl Into<WorkflowId>,
        user_id: impl Into<CozeUserId>,
    ) -> Call<DeleteWorkflowCollaborator> {
        self.client.send(DeleteWorkflowCollaborator::new(workflow_id, user_id))
    }
}

handle! {
    /// Collaboration modes: whether one user or several can edit a workflow.
    WorkflowCollaborationModes, by Workflows::collaboration_modes
}

impl WorkflowCollaborationModes {
    /// Switches the mode of a workflow: see [`UpdateWorkflowCollaborationMode`].
    ///
    /// Awaiting the call returns nothing.
    pub fn update(
        &self,
        workflow_id: impl Into<WorkflowId>,
        mode: impl Into<CollaborationMode>,
    ) -> Call<UpdateWorkflowCollaborationMode> {
        self.client.send(UpdateWorkflowCollaborationMode::new(workflow_id, mode))
    }
}
