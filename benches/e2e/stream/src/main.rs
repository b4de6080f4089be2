//! The program of the README, on one thread: it streams a chat and does nothing else, and is there for its size.

use coze::{Coze, CreateChat, Message};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
        let client = Coze::from_env()?;
        let question = CreateChat::new("7379462189365198898", "any-user-name").message(Message::user("你好"));
        let mut text = client.chat().stream(question).await?.text();
        while let Some(piece) = text.next().await {
            print!("{}", piece?);
        }
        println!();
        Ok(())
    })
}
