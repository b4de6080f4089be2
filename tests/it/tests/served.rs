//! The client against the simulator, over real sockets.

use std::time::Duration;

use coze::transport::HyperTransport;
use coze::{Coze, CreateChat, Message, RetryPolicy};
use coze_sim::{Dialect, Script, Sim};
use serde_json::Value;

/// Longer than anything takes that ends at all, on the slowest machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(120);

pub(crate) async fn patiently<T>(work: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, work).await.expect("the test hangs")
}

/// A running simulator and a client of it.
pub(crate) struct Served {
    pub(crate) sim: Sim,
    pub(crate) client: Coze,
}

pub(crate) async fn serve(dialect: Dialect) -> Served {
    serve_script(dialect, &serde_json::json!({})).await
}

pub(crate) async fn serve_script(dialect: Dialect, script: &Value) -> Served {
    let script = Script::parse(&script.to_string()).unwrap();
    let sim = Sim::builder().dialect(dialect).script(script).pace(Duration::ZERO).start().await.unwrap();
    let client = builder(&sim).build().unwrap();
    Served { sim, client }
}

/// A client that sends every request once, and without the proxies that the machine may have configured.
pub(crate) fn builder(sim: &Sim) -> coze::Builder {
    let transport = HyperTransport::builder().no_proxy().build().unwrap();
    let builder = Coze::builder().token(sim.token()).base_url(sim.url()).transport(transport);
    builder.retry(RetryPolicy::none())
}

/// Asks a scripted bot.
pub(crate) fn ask_bot(bot: &str, text: &str) -> CreateChat {
    CreateChat::new(bot, "user").message(Message::user(text))
}

/// Asks the demo agent.
pub(crate) fn ask(text: &str) -> CreateChat {
    ask_bot(coze_sim::DEMO_BOT, text)
}
