//! The command line of the server.

use std::error::Error;
use std::fmt;
use std::io::Write;
use std::path::PathBuf;

use super::{DEMO_TOKEN, Server, demo_jobs};
use crate::job::Jobs;

/// Serves WeHan's B-side API on 127.0.0.1, over a SQLite database.
#[derive(Clone, clap::Parser)]
#[command(name = "wehan-server", version, about)]
#[non_exhaustive]
pub struct Args {
    /// Port to listen on; 0 selects a free one, which the first line of the output shows
    #[arg(long, value_name = "PORT", default_value_t = 0)]
    pub port: u16,
    /// File of the database, made if it does not exist; in memory by default
    #[arg(long, value_name = "FILE")]
    pub database: Option<PathBuf>,
    /// Token to take; `wehan_demo` by default
    #[arg(long, env = "WEHAN_TOKEN", hide_env_values = true, value_name = "TOKEN")]
    pub token: Option<String>,
    /// JSON file with jobs, `{"jobs": [{"id": "…", "title": "…"}]}`; three jobs to show by default
    #[arg(long, value_name = "FILE")]
    pub jobs: Option<PathBuf>,
}

/// Says nothing of the token.
impl fmt::Debug for Args {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Args")
            .field("port", &self.port)
            .field("database", &self.database)
            .field("jobs", &self.jobs)
            .finish_non_exhaustive()
    }
}

/// Runs a server until the process receives a signal to stop (SIGTERM or SIGINT).
///
/// The first line on standard output is `listening on http://127.0.0.1:PORT`.
pub async fn run(args: Args) -> Result<(), Box<dyn Error + Send + Sync>> {
    let jobs = match &args.jobs {
        Some(path) => {
            let name = path.display();
            let text =
                std::fs::read_to_string(path).map_err(|error| format!("cannot read {name}: {error}"))?;
            serde_json::from_str::<Jobs>(&text)
                .map_err(|error| format!("{name} holds no jobs: {error}"))?
                .jobs
        }
        None => demo_jobs(),
    };
    let mut builder =
        Server::builder().port(args.port).token(args.token.as_deref().unwrap_or(DEMO_TOKEN)).jobs(jobs);
    if let Some(path) = args.database {
        builder = builder.database(path);
    }
    // Before the first line, whose reader may send the signal at once.
    let stop = stop_signal()?;
    let server = builder.start().await?;
    let mut stdout = std::io::stdout();
    writeln!(stdout, "listening on {}", server.url())?;
    stdout.flush()?;
    stop.await;
    server.shutdown().await;
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
