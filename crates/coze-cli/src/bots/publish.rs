//! `coze bots publish`: publishes the draft of an agent.

use clap::Args;
use coze::BotId;
use coze::bot::PublishBot;
use coze::types::ConnectorId;

use crate::failure::Failure;
use crate::json;
use crate::place::Connection;
use crate::screen::Screen;
use crate::word;

/// Options of `coze bots publish`.
#[derive(Args)]
pub(crate) struct Publish {
    /// Agent: the number after /bot/ in the URL of its page
    #[arg(value_name = "ID", value_parser = word::id::<BotId>())]
    bot_id: BotId,

    /// Channel to publish to: 1024 is the API, the default, 999 the Chat SDK; may be repeated
    #[arg(long, value_name = "ID", value_parser = word::id::<ConnectorId>())]
    channel: Vec<ConnectorId>,

    /// Prints the response as JSON
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    connection: Connection,
}

impl Publish {
    pub(crate) async fn run(self, general: Connection, screen: &mut Screen) -> Result<(), Failure> {
        let place = self.connection.over(general).place().await?;
        let mut request = PublishBot::new(self.bot_id);
        if !self.channel.is_empty() {
            request = request.connector_ids(self.channel);
        }
        let published =
            place.client()?.bots().publish(request).await.map_err(|error| place.explain(&error))?;
        if self.json {
            return json::print(&published, screen);
        }
        screen.line(published.version.as_deref().unwrap_or_default())
    }
}
