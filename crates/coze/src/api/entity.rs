//! Copies of agents, apps and workflows.

use coze_types::CopyTaskId;
use coze_types::entity::{CreateCopyTask, RetrieveCopyTask};

use crate::call::Call;
use crate::client::Coze;

handle! {
    /// Agents, apps and workflows, for operations that they share.
    Entities, by Coze::entities
}

handle! {
    /// Tasks that copy agents, apps and workflows.
    #[doc(alias = "duplicate")]
    CopyTasks, by Entities::copy_tasks
}

impl CopyTasks {
    /// Copies an agent, an app or a workflow: see [`CreateCopyTask`].
    ///
    /// Awaiting the call returns [`CopyTaskStarted`](crate::entity::CopyTaskStarted).
    pub fn create(&self, request: CreateCopyTask) -> Call<CreateCopyTask> {
        self.client.send(request)
    }

    /// Retrieves the state of a copy task: see [`RetrieveCopyTask`].
    ///
    /// Awaiting the call returns [`CopyTask`](crate::entity::CopyTask).
    pub fn retrieve(&self, task_id: impl Into<CopyTaskId>) -> Call<RetrieveCopyTask> {
        self.client.send(RetrieveCopyTask::new(task_id))
    }
}
