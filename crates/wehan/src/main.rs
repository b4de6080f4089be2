//! The B-side server as a program of its own.

use std::process::ExitCode;

use clap::Parser;

#[tokio::main]
async fn main() -> ExitCode {
    match wehan::server::run(wehan::server::Args::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("wehan-server: {error}");
            ExitCode::FAILURE
        }
    }
}
