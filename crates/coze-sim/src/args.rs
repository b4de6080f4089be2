//! The command line of the simulator.

use std::error::Error;
use std::io::Write;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use crate::dialect::Dialect;
use crate::oauth::write_config;
use crate::script::Script;
use crate::sim::Sim;
use crate::workflow::Workflow;

/// JSON Schema of the files for `--script` and `--workflow`.
const SCHEMA: &str = include_str!("../schema.json");

/// Serves the Coze API on a local port, in memory.
#[derive(Clone, Debug, clap::Parser)]
#[command(name = "coze-sim", version, about)]
#[non_exhaustive]
pub struct Args {
    /// Address to listen on; for port 0, the first line of the output shows the port that was chosen
    #[arg(long, value_name = "IP:PORT", default_value = "127.0.0.1:0")]
    pub addr: SocketAddr,
    /// Service to simulate
    #[arg(long, value_enum, default_value_t)]
    pub dialect: Dialect,
    /// Rejects what official clients send in violation of the documentation
    #[arg(long)]
    pub strict: bool,
    /// Additional host name that requests may use, besides those of this computer; may be repeated
    #[arg(long, value_name = "NAME")]
    pub host_name: Vec<String>,
    /// Additional origin of web pages that may use the simulator, besides those of this computer; may be repeated
    #[arg(long, value_name = "ORIGIN")]
    pub allow_origin: Vec<String>,
    /// JSON file with scripted bots, faults and results of documents
    #[arg(long, value_name = "FILE")]
    pub script: Option<PathBuf>,
    /// JSON file with a workflow; may be repeated
    #[arg(long, value_name = "FILE")]
    pub workflow: Vec<PathBuf>,
    /// Constant for the workflows that use it; may be repeated
    #[arg(long, value_name = "NAME=VALUE", value_parser = constant)]
    pub constant: Vec<(String, String)>,
    /// Host that workflows may call; may be repeated
    #[arg(long, value_name = "IP:PORT")]
    pub allow_host: Vec<String>,
    /// Token to accept instead of `pat_sim`; may be repeated, each token is another user
    #[arg(long, value_name = "TOKEN")]
    pub token: Vec<String>,
    /// File to write with the configuration of a demo OAuth app, as the console exports it; contains a private key of
    /// the simulator
    #[arg(long, value_name = "FILE")]
    pub oauth_app: Option<PathBuf>,
    /// Approximate limit in bytes for conversations, files, runs, datasets, voices and so on; the oldest are removed
    /// first
    #[arg(long, value_name = "BYTES", default_value_t = 256 << 20)]
    pub memory: usize,
    /// Prints the JSON Schema of scripts and workflow files, and exits
    #[arg(long)]
    pub schema: bool,
    /// Time between two deltas of an answer, in milliseconds
    #[arg(long, value_name = "MS", default_value_t = 25)]
    pub pace_ms: u64,
    /// Maximum size of an uploaded file, in bytes; by default that of the service
    #[arg(long, value_name = "BYTES")]
    pub upload_limit: Option<u64>,
}

fn constant(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("expected NAME=VALUE")?;
    Ok((name.to_owned(), value.to_owned()))
}

/// Runs a simulator until the process gets a signal to stop (SIGTERM or SIGINT).
///
/// The first line on standard output is `listening on http://HOST:PORT`.
pub async fn run(args: Args) -> Result<(), Box<dyn Error + Send + Sync>> {
    let mut stdout = std::io::stdout();
    if args.schema {
        return Ok(stdout.write_all(SCHEMA.as_bytes())?);
    }
    let mut builder = Sim::builder()
        .addr(args.addr)
        .dialect(args.dialect)
        .strict(args.strict)
        .pace(Duration::from_millis(args.pace_ms));
    if let Some(path) = args.script {
        builder = builder.script(Script::read(path)?);
    }
    // If nobody reads standard error, nothing is lost.
    builder = builder.memory(args.memory).log(|line| drop(writeln!(std::io::stderr(), "coze-sim: {line}")));
    if let Some(bytes) = args.upload_limit {
        builder = builder.upload_limit(bytes);
    }
    for path in args.workflow {
        builder = builder.workflow(Workflow::read(path)?);
    }
    for (name, value) in args.constant {
        builder = builder.constant(name, value);
    }
    for name in args.host_name {
        builder = builder.host_name(name);
    }
    for origin in args.allow_origin {
        builder = builder.allow_origin(origin);
    }
    for host in args.allow_host {
        builder = builder.allow_host(host);
    }
    for token in args.token {
        builder = builder.token(token);
    }
    // Before the first line, whose reader may send the signal at once.
    let stop = stop_signal()?;
    let sim = builder.start().await?;
    if let Some(path) = args.oauth_app {
        write_config(&path, &sim.url())?;
    }
    writeln!(stdout, "listening on {}", sim.url())?;
    stdout.flush()?;
    stop.await;
    sim.shutdown().await;
    Ok(())
}

#[cfg(unix)]
fn stop_signal() -> std::io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "it may fail elsewhere")]
fn stop_signal() -> std::io::Result<impl Future<Output = ()>> {
    Ok(async {
        // An error means that no signal can come.
        let _ = tokio::signal::ctrl_c().await;
    })
}
