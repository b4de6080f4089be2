//! The command line of the Coze (扣子) SDK for Rust.

#![forbid(unsafe_code)]

mod api;
mod audio;
mod auth;
mod bars;
mod bots;
mod chat;
mod cli;
mod conversations;
mod datasets;
mod editor;
mod failure;
mod files;
mod input;
mod interrupt;
mod json;
mod lang;
mod place;
mod profile;
mod retries;
mod screen;
mod shell;
mod sim;
mod sound;
mod state;
mod table;
mod upload;
mod variables;
mod visible;
mod voice;
mod word;
mod workflow;
mod workspaces;

use std::process::ExitCode;
use std::time::Duration;

use tokio::runtime::Builder;

use cli::{Cli, Command};
use failure::{Exit, Failure};
use screen::Screen;

/// How long an interrupted program waits for the disk.
const MOMENT: Duration = Duration::from_millis(250);

fn main() -> ExitCode {
    let cli = Cli::read();
    let mut screen = Screen::new(cli.verbose);
    retries::tell(&screen);
    let result = match Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => {
            let result = runtime.block_on(run(cli, &mut screen));
            if result.as_ref().is_err_and(|failure| failure.exit().is_some_and(Exit::is_signal)) {
                // A file that is being written is still to be removed.
                runtime.shutdown_timeout(MOMENT);
            } else {
                // Nobody waits for the rest, such as the built-in simulator.
                runtime.shutdown_background();
            }
            result
        }
        Err(error) => Err(Failure::new(
            Exit::Other,
            lang::say!("cannot start the runtime: {error}", "无法启动运行时：{error}"),
        )),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => screen.report(&failure),
    }
}

async fn run(cli: Cli, screen: &mut Screen) -> Result<(), Failure> {
    match cli.command {
        Command::Chat(command) => command.run(cli.connection, screen).await,
        Command::Files(command) => command.run(cli.connection, screen).await,
        Command::Audio(command) => command.run(cli.connection, screen).await,
        Command::Voice(command) => command.run(cli.connection, screen).await,
        Command::Api(command) => command.run(cli.connection, screen).await,
        Command::Bots(command) => command.run(cli.connection, screen).await,
        Command::Conversations(command) => command.run(cli.connection, screen).await,
        Command::Workspaces(command) => command.run(cli.connection, screen).await,
        Command::Variables(command) => command.run(cli.connection, screen).await,
        Command::Datasets(command) => command.run(cli.connection, screen).await,
        Command::Workflow(command) => command.run(cli.connection, screen).await,
        Command::Auth(command) => command.run(cli.connection, screen).await,
        Command::Sim(command) => command.run().await,
        Command::Completions(command) => command.run(Cli::to_install(cli.lang), screen),
        Command::Man(command) => command.run(Cli::to_install(cli.lang), screen),
    }
}
