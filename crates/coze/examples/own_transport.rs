//! Sends through a transport of its own, records the exchange and replays it without a network:
//! `cargo run -p coze --example own_transport`.

#[path = "setup/client.rs"]
mod setup;

use std::time::Instant;

use coze::test::{Recorder, Recording, ScriptedTransport};
use coze::transport::http::{Request, Response};
use coze::transport::websocket::Opened;
use coze::transport::{Body, HyperTransport, Incoming, Transport, TransportError, async_trait};
use coze::{Coze, CreateChat, Message};

/// Sends through the built-in transport, and prints the time until the response head.
struct Timed(HyperTransport);

#[async_trait]
impl Transport for Timed {
    async fn send(&self, request: Request<Body>) -> Result<Response<Incoming>, TransportError> {
        let (start, call) = (Instant::now(), format!("{} {}", request.method(), request.uri().path()));
        // The body of the response is not read here: it streams to the caller.
        let result = self.0.send(request).await;
        let outcome = result.as_ref().map_or_else(ToString::to_string, |head| head.status().to_string());
        eprintln!("{call}: {outcome} after {:?}", start.elapsed());
        result
    }

    async fn open(&self, request: Request<()>) -> Result<Opened, TransportError> {
        self.0.open(request).await
    }
}

async fn ask(client: &Coze, bot: &str) -> Result<String, coze::Error> {
    let question = CreateChat::new(bot, "any-user-name").message(Message::user("2024年10月1日是星期几"));
    Ok(client.chat().stream(question).await?.collect().await?.text())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let setup = setup::start().await?;
    let token = std::env::var("COZE_API_TOKEN").unwrap_or_else(|_| coze_sim::DEMO_TOKEN.to_owned());

    let recorder = Recorder::new(Timed(HyperTransport::new()?));
    let client =
        Coze::builder().token(token).base_url(setup.client.base_url()).transport(recorder.clone()).build()?;
    let answer = ask(&client, &setup.bot).await?;
    println!("{answer}");

    let folder = tempfile::tempdir()?;
    let path = folder.path().join("chat.json");
    recorder.recording().save(&path)?;

    let bot = setup.bot.clone();
    drop(setup); // No server from here on.
    let replayed = ScriptedTransport::replay(Recording::load(&path)?).builder().build()?;
    let again = ask(&replayed, &bot).await?;
    println!("replayed: {again}");
    if again == answer { Ok(()) } else { Err("the replay differs from the recording".into()) }
}
