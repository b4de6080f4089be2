//! The simulator as a program.

use std::process::ExitCode;

use clap::Parser;

#[tokio::main]
async fn main() -> ExitCode {
    match coze_sim::run(coze_sim::Args::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("coze-sim: {error}");
            ExitCode::FAILURE
        }
    }
}
