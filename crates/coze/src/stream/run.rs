//! Starting a streamed run of a workflow.

use std::sync::Arc;

use coze_types::workflow::StreamWorkflow;

use super::WorkflowStream;
use crate::call::{Deferred, Prepare, awaitable};
use crate::options::CallOptions;
use crate::runtime::client::Client;
use crate::runtime::{Request, Running};

/// A streamed run that is started when it is awaited; made by [`Workflows::stream`](crate::Workflows::stream).
///
/// Its options hold for the requests that answer interrupts as well.
#[derive(Debug)]
#[must_use = "a call is sent only when it is awaited"]
pub struct StreamRun(Deferred<StartRun, WorkflowStream>);

#[derive(Debug)]
struct StartRun(Request<StreamWorkflow>);

impl StreamRun {
    pub(crate) fn new(client: &Arc<Client>, request: StreamWorkflow) -> Self {
        Self(Deferred::Prepared(StartRun(Request::new(client, request))))
    }
}

awaitable!([] StreamRun => WorkflowStream);

impl Prepare for StartRun {
    type Output = WorkflowStream;

    fn options_mut(&mut self) -> &mut CallOptions {
        &mut self.0.options
    }

    fn begin(self) -> Running<WorkflowStream> {
        Box::pin(async move {
            let (client, options) = (Arc::clone(&self.0.client), self.0.options.clone());
            let workflow_id = self.0.endpoint.workflow_id.clone();
            let opened = self.0.send().await?;
            Ok(opened.map(|events| WorkflowStream::new(client, options, workflow_id, events)))
        })
    }
}
