//! Reads a chat event by event, with recovery after a broken connection: `cargo run -p coze --example events`.

#[path = "setup/client.rs"]
mod setup;

use std::io::Write;

use coze::{ChatEvent, CreateChat, Message};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let setup = setup::start().await?;

    let question = CreateChat::new(setup.bot, "any-user-name").message(Message::user("What can you do?"));
    let mut events = setup.client.chat().stream(question).recover().cancel_on_drop().await?;
    println!("log id: {:?}", events.log_id());
    while let Some(event) = events.next().await {
        match event? {
            ChatEvent::Created(chat) => println!("chat {} was created", chat.id),
            ChatEvent::MessageDelta(message) if message.is_answer() => {
                print!("{}", message.content);
                std::io::stdout().flush()?;
            }
            ChatEvent::MessageCompleted(message) if message.is_answer() => println!(),
            ChatEvent::Completed(chat) => println!("completed, usage: {:?}", chat.usage),
            ChatEvent::Unknown(event) => println!("unknown to this version: {}", event.name),
            _ => {}
        }
    }
    Ok(())
}
