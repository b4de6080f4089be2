//! Development commands of the workspace; `cargo xtask --help` lists them.

mod autobahn;
mod bench;
mod book;
mod ci;
mod conformance;
mod costs;
mod coverage;
mod faults;
mod fuzz;
mod metadata;
mod packages;
mod release;
mod replay;
mod shell;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Development commands of the workspace")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Ci(ci::Ci),
    Conformance(conformance::Conformance),
    Faults(faults::Faults),
    Soak(faults::Soak),
    Autobahn(autobahn::Autobahn),
    Fuzz(fuzz::Fuzz),
    Bench(bench::Bench),
    Costs(costs::Costs),
    Coverage(coverage::Coverage),
    /// Builds the guide in both languages in `target/guide`; fails on a broken link and on a search without results
    Book,
    Release(release::Release),
    Replay(replay::Replay),
}

fn main() -> ExitCode {
    let outcome = match Cli::parse().command {
        Command::Ci(ci) => ci.run(),
        Command::Conformance(conformance) => conformance.run(),
        Command::Faults(faults) => faults.run(),
        Command::Soak(soak) => soak.run(),
        Command::Autobahn(autobahn) => autobahn.run(),
        Command::Fuzz(fuzz) => fuzz.run(),
        Command::Bench(bench) => bench.run(),
        Command::Costs(costs) => costs.run(),
        Command::Coverage(coverage) => coverage.run(),
        Command::Book => metadata::Metadata::load().and_then(|metadata| book::build(&metadata)),
        Command::Release(release) => release.run(),
        Command::Replay(replay) => replay.run(),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
