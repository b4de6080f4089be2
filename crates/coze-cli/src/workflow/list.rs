//! `coze workflow list`: the workflows of a workspace.

use clap::{Args, ValueEnum};
use coze::WorkspaceId;
use coze::types::AppId;
use coze::workflow::{ListWorkflows, PublishStatus, Workflow, WorkflowMode};

use crate::failure::Failure;
use crate::place::Connection;
use crate::screen::Screen;
use crate::table::{Columns, Listing, date};
use crate::word;

/// Options of `coze workflow list`.
#[derive(Args)]
#[command(after_help = "Prints for each workflow its id, its name, and when it was changed.")]
pub(crate) struct List {
    /// Workspace: the number after /space/ or /w/ in the URL of its page
    #[arg(long, short, env = "COZE_WORKSPACE_ID", value_name = "ID", value_parser = word::id::<WorkspaceId>())]
    workspace: WorkspaceId,

    /// Workflows to list
    #[arg(long, value_name = "STATUS", default_value = "published")]
    status: Status,

    /// Only workflows, or only chatflows
    #[arg(long, value_name = "MODE")]
    mode: Option<Mode>,

    /// App that contains them
    #[arg(long, value_name = "ID", value_parser = word::id::<AppId>())]
    app: Option<AppId>,

    #[command(flatten)]
    listing: Listing,

    #[command(flatten)]
    connection: Connection,
}

#[derive(Clone, Copy, ValueEnum)]
enum Status {
    /// Published
    Published,
    /// Never published
    Draft,
    /// All
    All,
}

#[derive(Clone, Copy, ValueEnum)]
enum Mode {
    Workflow,
    Chatflow,
}

impl List {
    pub(crate) async fn run(self, general: Connection, screen: &mut Screen) -> Result<(), Failure> {
        let place = self.connection.over(general).place().await?;
        let mut request = ListWorkflows::new(self.workspace).publish_status(match self.status {
            Status::Published => PublishStatus::PublishedOnline,
            Status::Draft => PublishStatus::UnpublishedDraft,
            Status::All => PublishStatus::All,
        });
        request.workflow_mode = self.mode.map(|mode| match mode {
            Mode::Workflow => WorkflowMode::Workflow,
            Mode::Chatflow => WorkflowMode::Chatflow,
        });
        request.app_id = self.app;
        let request = request.page_size(self.listing.page(30));
        let items = place.client()?.workflows().list(request).items();
        let columns = Columns {
            head: ["ID", "NAME", "CHANGED"],
            gives_way: 1,
            row: |workflow: &Workflow| {
                let name = workflow.workflow_name.clone().unwrap_or_default();
                [workflow.workflow_id.to_string(), name, date(workflow.updated_at)]
            },
        };
        self.listing.print(items, columns, &place, screen).await
    }
}
