//! Serves a page whose chat streams through this server to the browser: `cargo run -p coze --example web_server`.
//!
//! When the browser closes the response, axum drops its body, and `cancel_on_drop` cancels the chat on the server.

#[path = "setup/client.rs"]
mod setup;

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Html;
use axum::routing::{get, post};
use coze::{Coze, CreateChat, ErrorKind, Message};

const PAGE: &str = r#"<!doctype html><meta charset="utf-8">
<form><input name="question" value="2024年10月1日是星期几"><button>Ask</button><button type="button">Stop</button></form><pre></pre>
<script>
let running;
document.querySelector("[type=button]").onclick = () => running?.abort();
document.querySelector("form").onsubmit = async event => {
  event.preventDefault();
  const output = document.querySelector("pre");
  output.textContent = "";
  running = new AbortController();
  const question = new FormData(event.target).get("question");
  const answer = await fetch("/chat", {method: "POST", body: question, signal: running.signal});
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  for (let part; !(part = await reader.read()).done;) output.textContent += part.value;
};
</script>"#;

async fn chat(
    State((client, bot)): State<(Coze, String)>,
    question: String,
) -> Result<Body, (StatusCode, &'static str)> {
    let request = CreateChat::new(bot, "any-user-name").message(Message::user(question));
    let events = client.chat().stream(request).cancel_on_drop().await.map_err(|error| refuse(&error))?;
    Ok(Body::from_stream(events.text()))
}

/// Maps an error to a response for the browser; the details, with the log id, go to the log of this server.
fn refuse(error: &coze::Error) -> (StatusCode, &'static str) {
    eprintln!("{error}");
    let status = match error.kind() {
        ErrorKind::RateLimited | ErrorKind::Busy => StatusCode::TOO_MANY_REQUESTS,
        ErrorKind::Timeout(_) => StatusCode::GATEWAY_TIMEOUT,
        _ => StatusCode::BAD_GATEWAY,
    };
    (status, "the agent cannot answer now")
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let setup = setup::start().await?;
    // One client for the whole program: its clones share connections.
    let app = Router::new()
        .route("/", get(Html(PAGE)))
        .route("/chat", post(chat))
        .with_state((setup.client.clone(), setup.bot.clone()));

    let address = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:3000".to_owned());
    let listener = tokio::net::TcpListener::bind(address).await?;
    println!("http://{}", listener.local_addr()?);
    axum::serve(listener, app).await?;
    Ok(())
}
