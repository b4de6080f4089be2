//! The fault matrix and the soak, as programs.

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use faults::rows;
use faults::soak::{Soak, simulate};
use faults::stress::Stress;

#[derive(Parser)]
#[command(name = "faults", about = "What goes wrong between a client and a server, and what comes of it")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Runs the fault matrix: a line per row
    Matrix {
        /// Only rows whose group or name holds this text
        filter: Option<String>,
    },
    /// Makes many operations at once for a while, and looks for what is wrong or left over
    Soak(Soak),
    /// Makes many requests that are given up in every way, against a server that closes at random
    Stress(Stress),
    /// Serves what the soak talks to
    #[command(hide = true)]
    Simulate,
}

#[tokio::main]
async fn main() -> ExitCode {
    match Cli::parse().command {
        Command::Matrix { filter } => matrix(filter.as_deref().unwrap_or_default()).await,
        Command::Soak(soak) => soak.run().await,
        Command::Stress(stress) => tokio::task::block_in_place(|| stress.run()),
        Command::Simulate => simulate().await,
    }
}

async fn matrix(filter: &str) -> ExitCode {
    let (mut passed, mut failed) = (0, 0);
    for group in rows::all() {
        let whole = group.name.contains(filter);
        let rows = group.rows.into_iter().filter(|row| whole || row.name.contains(filter)).collect();
        for verdict in rows::run(rows).await {
            match &verdict.result {
                Ok(()) => {
                    passed += 1;
                    println!("ok     {:<10} {:<58} {}", group.name, verdict.name, verdict.expected);
                }
                Err(problem) => {
                    failed += 1;
                    println!("FAILED {:<10} {:<58} {}", group.name, verdict.name, verdict.expected);
                    println!("       {}", problem.replace('\n', "\n       "));
                }
            }
        }
    }
    println!("{passed} passed, {failed} failed");
    if failed == 0 && passed > 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
