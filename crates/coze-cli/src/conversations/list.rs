//! `coze conversations list`: the conversations with an agent.

use clap::Args;
use coze::conversation::{Conversation, ListConversations, SortOrder};
use coze::types::{BotId, ConnectorId, UserId};

use super::Order;
use crate::failure::Failure;
use crate::place::Connection;
use crate::screen::Screen;
use crate::table::{Columns, Listing, date};
use crate::word;

/// Options of `coze conversations list`.
#[derive(Args)]
#[command(after_help = "\
Prints for each conversation its id, its name, and when it was created and changed. Only conversations that were created \
with the id of the agent are listed.

Examples:
  coze conversations list --bot 7379462189365198898
  coze conversations list | head -1 | cut -f1")]
pub(crate) struct List {
    /// Agent: the number after /bot/ in the URL of its page
    #[arg(long, env = "COZE_BOT_ID", value_name = "ID", value_parser = word::id::<BotId>())]
    bot: Option<BotId>,

    /// User whose conversations are listed; for self-hosted servers only
    #[arg(long, value_name = "NAME", value_parser = word::name::<UserId>())]
    user: Option<UserId>,

    /// Channel: 1024 is the API, the default; 999 is the Chat SDK
    #[arg(long, value_name = "ID", value_parser = word::id::<ConnectorId>())]
    channel: Option<ConnectorId>,

    /// Order of the times of creation
    #[arg(long, value_name = "ORDER", default_value = "desc")]
    order: Order,

    #[command(flatten)]
    listing: Listing,

    #[command(flatten)]
    connection: Connection,
}

impl List {
    pub(crate) async fn run(self, general: Connection, screen: &mut Screen) -> Result<(), Failure> {
        let place = self.connection.over(general).place().await?;
        let mut request = ListConversations::new(place.bot(self.bot)?)
            .page_size(self.listing.page(50))
            .sort_order(match self.order {
                Order::Asc => SortOrder::Ascending,
                Order::Desc => SortOrder::Descending,
            });
        request.user_id = self.user;
        request.connector_id = self.channel;
        let items = place.client()?.conversations().list(request).items();
        let columns = Columns {
            head: ["ID", "NAME", "CREATED", "CHANGED"],
            gives_way: 1,
            row: |conversation: &Conversation| {
                let name = conversation.name.clone().unwrap_or_default();
                [
                    conversation.id.to_string(),
                    name,
                    date(conversation.created_at),
                    date(conversation.updated_at),
                ]
            },
        };
        self.listing.print(items, columns, &place, screen).await
    }
}
