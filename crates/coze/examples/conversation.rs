//! Chats twice in one conversation, lists its messages, and deletes it: `cargo run -p coze --example conversation`.

#[path = "setup/client.rs"]
mod setup;

use coze::conversation::{CreateConversation, ListMessages};
use coze::{CreateChat, Message};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let setup = setup::start().await?;
    let conversations = setup.client.conversations();

    let conversation =
        conversations.create(CreateConversation::new().bot_id(&*setup.bot).name("Travel plans")).await?;
    for text in ["My favourite city is Hangzhou.", "What did I say before?"] {
        let request = CreateChat::new(&*setup.bot, "any-user-name")
            .conversation_id(&conversation.id)
            .message(Message::user(text));
        println!("{}", setup.client.chat().create_and_poll(request).await?.text());
    }

    // Newest first, over all pages.
    let mut messages = conversations.messages().list(ListMessages::new(&conversation.id)).items();
    while let Some(message) = messages.next().await {
        let message = message?;
        println!("{:?}: {}", message.role, message.content);
    }
    conversations.delete(&conversation.id).await?;
    Ok(())
}
