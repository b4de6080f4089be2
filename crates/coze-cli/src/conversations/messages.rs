//! `coze conversations messages`: what was said in a conversation.

use clap::Args;
use coze::conversation::{ListMessages, MessageOrder};
use coze::types::ChatId;
use coze::{ConversationId, FileId, Message};

use super::Order;
use crate::failure::Failure;
use crate::place::Connection;
use crate::screen::Screen;
use crate::table::{Columns, Listing, date, word_of};
use crate::word;

/// Options of `coze conversations messages`.
#[derive(Args)]
#[command(after_help = "\
Prints for each message its id, its role, its type, when it was created, and its content.

Examples:
  coze conversations messages 7381473525342978089 --order asc
  coze conversations messages 7381473525342978089 --json | jq -r '.[].content'")]
pub(crate) struct Messages {
    /// Conversation: its id in `coze conversations list`
    #[arg(value_name = "ID", value_parser = word::id::<ConversationId>())]
    conversation_id: ConversationId,

    /// Chat whose messages are listed; by default all
    #[arg(long, value_name = "ID", value_parser = word::id::<ChatId>())]
    chat: Option<ChatId>,

    /// Includes what lies between question and answer, such as tool calls
    #[arg(long)]
    all: bool,

    /// Order of the times of creation
    #[arg(long, value_name = "ORDER", default_value = "desc")]
    order: Order,

    #[command(flatten)]
    listing: Listing,

    #[command(flatten)]
    connection: Connection,
}

impl Messages {
    pub(crate) async fn run(self, general: Connection, screen: &mut Screen) -> Result<(), Failure> {
        let place = self.connection.over(general).place().await?;
        let mut request =
            ListMessages::new(self.conversation_id).limit(self.listing.page(50)).order(match self.order {
                Order::Asc => MessageOrder::Ascending,
                Order::Desc => MessageOrder::Descending,
            });
        request.chat_id = self.chat;
        request.include_middle_message = self.all.then_some(true);
        let items = place.client()?.conversations().messages().list(request).items();
        let columns = Columns {
            head: ["ID", "ROLE", "TYPE", "CREATED", "CONTENT"],
            gives_way: 4,
            row: |message: &Message| {
                [
                    message.id.to_string(),
                    word_of(message.role.as_ref()),
                    word_of(message.kind.as_ref()),
                    date(message.created_at),
                    content(message),
                ]
            },
        };
        self.listing.print(items, columns, &place, screen).await
    }
}

/// The content as it is read: parts by their text, or by their sort and where they are.
fn content(message: &Message) -> String {
    let parts = if message.is_text() { Vec::new() } else { message.parts().unwrap_or_default() };
    if parts.is_empty() {
        return message.content.clone();
    }
    let described = parts.iter().map(|part| {
        let of_file = || part.file_url.as_deref().or(part.file_id.as_ref().map(FileId::as_str));
        let file = || format!("[{} {}]", part.kind, of_file().unwrap_or_default());
        part.text.clone().unwrap_or_else(file)
    });
    described.collect::<Vec<_>>().join(" ")
}
