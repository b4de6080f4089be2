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
    pub fn run(&self, request: RunWorkflow) -> Call<RunWorkflow> {
        self.client.send(request)
    }

    /// Runs a workflow asynchronously, waits for its end, and answers with how it went.
    pub fn run_and_poll(&self, request: RunWorkflow) -> PollRun {
        PollRun::new(self.client.shared(), BeginRun::Run(Box::new(request)))
    }

    /// Runs a workflow as [`run_and_poll`](Self::run_and_poll) does, whose name this was.
    #[deprecated(note = "it is named `run_and_poll` now")]
    #[doc(hidden)]
    pub fn run_and_wait(&self, request: RunWorkflow) -> PollRun {
        self.run_and_poll(request)
    }

    /// Waits for the end of a run that was started or resumed earlier, and answers with how it went.
    pub fn poll(&self, workflow_id: impl Into<WorkflowId>, execute_id: impl Into<ExecuteId>) -> PollRun {
        PollRun::new(self.client.shared(), BeginRun::Nothing(workflow_id.into(), execute_id.into()))
    }

    /// Runs a workflow and answers with its events: see [`StreamWorkflow`].
    pub fn stream(&self, request: impl Into<StreamWorkflow>) -> StreamRun {
        StreamRun::new(self.client.shared(), request.into())
    }

    /// Answers an interrupt of a run: see [`ResumeWorkflow`].
    pub fn resume(&self, request: ResumeWorkflow) -> Call<ResumeWorkflow> {
        self.client.send(request)
    }

    /// Answers an interrupt of a streamed run: see [`ResumeWorkflowStream`].
    ///
    /// [`WorkflowStream::resume_with`](crate::WorkflowStream::resume_with) does it within one loop.
    pub fn resume_stream(&self, request: ResumeWorkflowStream) -> Call<ResumeWorkflowStream> {
        self.client.send(request)
    }

    /// Chats with a chatflow: see [`ChatWorkflow`].
    pub fn chat(&self, request: ChatWorkflow) -> Call<ChatWorkflow> {
        self.client.send(request)
    }

    /// Reads how a run went: see [`RetrieveRunHistory`].
    pub fn history(
        &self,
        workflow_id: impl Into<WorkflowId>,
        execute_id: impl Into<ExecuteId>,
    ) -> Call<RetrieveRunHistory> {
        self.client.send(RetrieveRunHistory::new(workflow_id, execute_id))
    }

    /// Reads how a run went, on a self-hosted Coze Studio: see [`RetrieveStudioRunHistory`].
    pub fn studio_history(
        &self,
        workflow_id: impl Into<WorkflowId>,
        execute_id: impl Into<ExecuteId>,
    ) -> Call<RetrieveStudioRunHistory> {
        self.client.send(RetrieveStudioRunHistory::new(workflow_id, execute_id))
    }

    /// Makes a named conversation of an app, on a self-hosted Coze Studio: see [`CreateWorkflowConversation`].
    pub fn create_conversation(
        &self,
        request: CreateWorkflowConversation,
    ) -> Call<CreateWorkflowConversation> {
        self.client.send(request)
    }

    /// Reads the output of one node of a run: see [`RetrieveNodeExecution`].
    pub fn node_execution(
        &self,
        workflow_id: impl Into<WorkflowId>,
        execute_id: impl Into<ExecuteId>,
        node_execute_uuid: impl Into<NodeExecuteUuid>,
    ) -> Call<RetrieveNodeExecution> {
        self.client.send(RetrieveNodeExecution::new(workflow_id, execute_id, node_execute_uuid))
    }

    /// Lists the workflows of a workspace: see [`ListWorkflows`].
    pub fn list(&self, request: ListWorkflows) -> Call<ListWorkflows> {
        self.client.send(request)
    }

    /// Reads one workflow: see [`RetrieveWorkflow`].
    pub fn get(&self, request: RetrieveWorkflow) -> Call<RetrieveWorkflow> {
        self.client.send(request)
    }

    /// Lists the versions of a workflow: see [`ListWorkflowVersions`].
    pub fn versions(&self, request: ListWorkflowVersions) -> Call<ListWorkflowVersions> {
        self.client.send(request)
    }
}

handle! {
    /// Who can edit workflows beside their owners.
    WorkflowCollaborators, by Workflows::collaborators
}

impl WorkflowCollaborators {
    /// Adds a collaborator to a workflow: see [`CreateWorkflowCollaborator`].
    pub fn create(
        &self,
        workflow_id: impl Into<WorkflowId>,
        user_id: impl Into<CozeUserId>,
    ) -> Call<CreateWorkflowCollaborator> {
        self.client.send(CreateWorkflowCollaborator::new(workflow_id, user_id))
    }

    /// Deletes a collaborator of a workflow: see [`DeleteWorkflowCollaborator`].
    pub fn delete(
        &self,
        workflow_id: impl Into<WorkflowId>,
        user_id: impl Into<CozeUserId>,
    ) -> Call<DeleteWorkflowCollaborator> {
        self.client.send(DeleteWorkflowCollaborator::new(workflow_id, user_id))
    }
}

handle! {
    /// Whether one user or several can edit workflows.
    WorkflowCollaborationModes, by Workflows::collaboration_modes
}

impl WorkflowCollaborationModes {
    /// Switches the mode of a workflow: see [`UpdateWorkflowCollaborationMode`].
    pub fn update(
        &self,
        workflow_id: impl Into<WorkflowId>,
        mode: impl Into<CollaborationMode>,
    ) -> Call<UpdateWorkflowCollaborationMode> {
        self.client.send(UpdateWorkflowCollaborationMode::new(workflow_id, mode))
    }
}
