//! `coze bots list`: the agents of a workspace.

use clap::{Args, ValueEnum};
use coze::WorkspaceId;
use coze::bot::{ListBots, PublishStatus, SimpleBot};
use coze::types::ConnectorId;

use crate::failure::Failure;
use crate::place::Connection;
use crate::screen::Screen;
use crate::table::{Columns, Listing, date};
use crate::word;

/// Options of `coze bots list`.
#[derive(Args)]
#[command(after_help = "Prints for each agent its id, its name, and when it was published and changed.")]
pub(crate) struct List {
    /// Workspace: the number after /space/ or /w/ in the URL of its page
    #[arg(long, short, env = "COZE_WORKSPACE_ID", value_name = "ID", value_parser = word::id::<WorkspaceId>())]
    workspace: WorkspaceId,

    /// Agents to list
    #[arg(long, value_name = "STATUS", default_value = "published")]
    status: Status,

    /// Channel to which they are published; by default the API
    #[arg(long, value_name = "ID", value_parser = word::id::<ConnectorId>())]
    channel: Option<ConnectorId>,

    #[command(flatten)]
    listing: Listing,

    #[command(flatten)]
    connection: Connection,
}

#[derive(Clone, Copy, ValueEnum)]
enum Status {
    /// Published
    Published,
    /// Published, with a draft that was changed since
    Changed,
    /// Never published
    Draft,
    /// All
    All,
}

impl From<Status> for PublishStatus {
    fn from(status: Status) -> Self {
        match status {
            Status::Published => Self::PublishedOnline,
            Status::Changed => Self::PublishedDraft,
            Status::Draft => Self::UnpublishedDraft,
            Status::All => Self::All,
        }
    }
}

impl List {
    pub(crate) async fn run(self, general: Connection, screen: &mut Screen) -> Result<(), Failure> {
        let place = self.connection.over(general).place().await?;
        let mut request = ListBots::new(self.workspace).publish_status(self.status);
        request.connector_id = self.channel;
        let items = place.client()?.bots().list(request).items();
        let columns = Columns {
            head: ["ID", "NAME", "PUBLISHED", "CHANGED"],
            gives_way: 1,
            row: |bot: &SimpleBot| {
                let name = bot.name.clone().unwrap_or_default();
                [bot.id.to_string(), name, date(bot.published_at), date(bot.updated_at)]
            },
        };
        self.listing.print(items, columns, &place, screen).await
    }
}
