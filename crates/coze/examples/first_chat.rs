//! Asks an agent one question and prints the answer as it arrives: `cargo run -p coze --example first_chat`.

#[path = "setup/client.rs"]
mod setup;

use coze::{CreateChat, Message};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let setup = setup::start().await?;

    let question =
        CreateChat::new(setup.bot, "any-user-name").message(Message::user("2024年10月1日是星期几"));
    let mut text = setup.client.chat().stream(question).await?.text();
    while let Some(piece) = text.next().await {
        print!("{}", piece?);
    }
    println!();
    Ok(())
}
