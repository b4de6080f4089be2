//! Asks an agent over a transport of its own: reqwest in place of the built-in one.
//!
//! ```sh
//! COZE_API_BASE=http://127.0.0.1:8080 COZE_API_TOKEN=pat_sim consumer-custom-transport 7400000000000000001 "hello"
//! ```

mod socket;
mod transport;

use std::io::{self, Write};
use std::process::ExitCode;

use coze::{Coze, CreateChat, Error, ErrorKind, Message};

use crate::transport::Reqwest;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let (Some(bot), Some(question)) = (arguments.next(), arguments.next()) else {
        eprintln!("usage: consumer-custom-transport BOT_ID QUESTION");
        return ExitCode::from(2);
    };
    match run(bot, question).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            match error.kind() {
                ErrorKind::Authentication => ExitCode::from(3),
                ErrorKind::Connect | ErrorKind::Transport | ErrorKind::Timeout(_) => ExitCode::from(4),
                _ => ExitCode::FAILURE,
            }
        }
    }
}

async fn run(bot: String, question: String) -> Result<(), Error> {
    let client = Coze::builder().from_env()?.transport(Reqwest::new()?).build()?;
    let mut text =
        client.chat().stream(CreateChat::new(bot, "consumer").message(Message::user(question))).await?.text();
    let mut out = io::stdout().lock();
    while let Some(piece) = text.next().await {
        // Nobody reads any more: that is no failure of the chat.
        if out.write_all(piece?.as_bytes()).and_then(|()| out.flush()).is_err() {
            break;
        }
    }
    println!();
    Ok(())
}
