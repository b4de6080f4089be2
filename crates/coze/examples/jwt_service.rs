//! Serves many users with tokens of their own over one pool of connections:
//! `cargo run -p coze --example jwt_service -- coze_oauth_config.json`.
//!
//! The file is the one that the console exports for a service app. Without it, the simulator issues one.

use std::collections::HashMap;

use coze::auth::{JwtApp, load_config};
use coze::transport::HyperTransport;
use coze::{Coze, CreateChat, Message};
use coze_sim::{DEMO_BOT, Sim};

/// One client for each user: the session name keeps their conversations apart.
struct Clients {
    app: JwtApp,
    /// Shared: a clone uses the same connections.
    transport: HyperTransport,
    users: HashMap<String, Coze>,
}

impl Clients {
    fn of(&mut self, user: &str) -> Result<Coze, coze::Error> {
        if let Some(client) = self.users.get(user) {
            return Ok(client.clone());
        }
        let app = self.app.clone().session_name(user);
        let client = Coze::builder().auth(app).transport(self.transport.clone()).build()?;
        self.users.insert(user.to_owned(), client.clone());
        Ok(client)
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let sim = Sim::start().await?;
    let folder = tempfile::tempdir()?;
    let path = if let Some(path) = std::env::args().nth(1) {
        path.into()
    } else {
        let path = folder.path().join("coze_oauth_config.json");
        std::fs::write(&path, sim.oauth_config())?;
        path
    };
    let bot = std::env::var("COZE_BOT_ID").unwrap_or_else(|_| DEMO_BOT.to_string());

    let app = JwtApp::from_config(&load_config(path)?)?;
    let mut clients = Clients { app, transport: HyperTransport::new()?, users: HashMap::new() };
    for user in ["Anna", "Ben", "Anna"] {
        let client = clients.of(user)?;
        let question = CreateChat::new(&*bot, user).message(Message::user("2024年10月1日是星期几"));
        let answer = client.chat().create_and_poll(question).await?;
        println!("{user}, user id {}: {}", client.users().me().await?.user_id, answer.text());
    }
    println!("{} clients", clients.users.len());
    Ok(())
}
