//! `coze workflow history`: how an asynchronous run went.

use clap::Args;
use coze::types::ExecuteId;
use coze::workflow::RetrieveStudioRunHistory;
use coze::{ErrorKind, WorkflowId};

use super::print_output;
use crate::failure::{Exit, Failure};
use crate::lang::say;
use crate::place::Connection;
use crate::screen::Screen;
use crate::word;

/// Options of `coze workflow history`.
#[derive(Args)]
pub(crate) struct History {
    /// Workflow
    #[arg(value_name = "ID", value_parser = word::id::<WorkflowId>())]
    workflow_id: WorkflowId,

    /// Run, by the id that `coze workflow run --async` printed
    #[arg(value_name = "EXECUTE_ID", value_parser = word::id::<ExecuteId>())]
    execute_id: ExecuteId,

    #[command(flatten)]
    connection: Connection,
}

impl History {
    /// Prints the whole record of the run; a run that failed is an error all the same.
    pub(crate) async fn run(self, general: Connection, screen: &mut Screen) -> Result<(), Failure> {
        let place = self.connection.over(general).place().await?;
        let client = place.client()?;
        let record = match client.workflows().history(&self.workflow_id, &self.execute_id).await {
            // Coze Studio has another endpoint for it.
            Err(error) if error.kind() == ErrorKind::Unsupported => {
                client.send(RetrieveStudioRunHistory::new(&self.workflow_id, &self.execute_id)).await
            }
            result => result,
        };
        let record = record.map_err(|error| place.explain(&error))?;
        let text = serde_json::to_string(&record).map_err(|error| {
            Failure::new(Exit::Other, say!("cannot print the record: {error}", "无法打印运行记录：{error}"))
        })?;
        print_output(&text, screen)?;
        match record.error() {
            Some(error) => Err(place.explain(&error.into())),
            None => Ok(()),
        }
    }
}
