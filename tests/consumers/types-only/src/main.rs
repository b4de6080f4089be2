//! Asks an agent and prints its answer word by word, with the types and the parser of event streams alone: the HTTP
//! client is a hundred lines over a plain socket.
//!
//! ```sh
//! COZE_API_BASE=http://127.0.0.1:8080 COZE_API_TOKEN=pat_sim consumer-types-only 7400000000000000001 "hello"
//! ```

mod http;

use std::error::Error;
use std::io::{self, Write};
use std::process::ExitCode;

use coze_sse::Parser;
use coze_types::chat::{ChatEvent, CreateChat};
use coze_types::message::Message;
use coze_types::{Event, Events, Phase, Streamed, encode, is_event_stream};

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(bot), Some(question)) = (arguments.next(), arguments.next()) else {
        return Err("usage: consumer-types-only BOT_ID QUESTION".into());
    };
    let base = variable("COZE_API_BASE")?;
    let token = variable("COZE_API_TOKEN")?;

    let request = Streamed(CreateChat::new(bot, "consumer").message(Message::user(question)));
    let encoded = encode(&request)?;
    let mut response = http::send(&base, &token, &encoded)?;
    if !response.head.status().is_success() || !is_event_stream(&response.head) {
        let whole = response.read_all()?;
        return Err(Events::<ChatEvent>::refusal(&whole).into());
    }

    let mut parser = Parser::new();
    let mut out = io::stdout().lock();
    let mut phase = Phase::Running;
    while phase < Phase::Done
        && let Some(piece) = response.read_piece()?
    {
        parser.push(piece.into());
        while let Some(event) = parser.next_event() {
            let event = event?;
            let event = ChatEvent::parse(&event.name(), &event.data())?;
            phase = phase.max(event.phase());
            let event = event.into_result()?;
            if let Some(text) = event.text() {
                out.write_all(text.as_bytes())?;
                out.flush()?;
            }
        }
    }
    writeln!(out)?;
    // A body that ends politely is no proof that the answer did.
    if phase == Phase::Running || parser.has_partial() {
        return Err("the stream ended before the answer was complete".into());
    }
    Ok(())
}

fn variable(name: &str) -> Result<String, String> {
    std::env::var(name).map_err(|error| format!("{name}: {error}"))
}
