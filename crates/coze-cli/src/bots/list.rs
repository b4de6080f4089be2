//! `coze bots list`: the agents of a workspace.

use clap::{Args, ValueEnum};
use coze::WorkspaceId;
use coze::bot::{BotPublishStatus, ListBots};
use coze::types::ConnectorId;

use crate::failure::Failure;
use crate::place::Connection;
use crate::screen::Screen;
use crate::table::{Listing, date};
use crate::word;

/// Options of `coze bots list`.
#[derive(Args)]
#[command(after_help = "Id, name, when it was published and when it was changed are printed for each agent.")]
pub(crate) struct List {
    /// Workspace: the number after /space/ or /w/ in the URL of its page
    #[arg(long, short, env = "COZE_WORKSPACE_ID", value_name = "ID", value_parser = word::id::<WorkspaceId>())]
    workspace: WorkspaceId,

    /// Which agents
    #[arg(long, value_name = "STATUS", default_value = "published")]
    status: Status,

    /// Channel that they are published to; the API by default
    #[arg(long, value_name = "ID", value_parser = word::id::<ConnectorId>())]
    channel: Option<ConnectorId>,

    #[command(flatten)]
    listing: Listing,

    #[command(flatten)]
    connection: Connection,
}

#[derive(Clone, Copy, ValueEnum)]
enum Status {
    /// Published ones
    Published,
    /// Published ones whose draft has changed since
    Changed,
    /// Those that were never published
    Draft,
    /// All
    All,
}

impl From<Status> for BotPublishStatus {
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
        let head = ["ID", "NAME", "PUBLISHED", "CHANGED"];
        let row = |bot: &coze::bot::SimpleBot| {
            let name = bot.name.clone().unwrap_or_default();
            [bot.id.to_string(), name, date(bot.published_at), date(bot.updated_at)]
        };
        self.listing.print(items, head, row, &place, screen).await
    }
}
