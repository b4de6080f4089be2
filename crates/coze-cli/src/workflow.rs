//! `coze workflow`: runs workflows, shows their results, and lists them.

use clap::{Args, Subcommand};
use serde::de::IgnoredAny;

use crate::failure::Failure;
use crate::json;
use crate::place::Connection;
use crate::screen::Screen;

mod answers;
mod history;
mod list;
mod run;

use history::History;
use list::List;
use run::Run;

/// Options of `coze workflow`.
#[derive(Args)]
pub(crate) struct Workflow {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Runs a published workflow, and prints its output as JSON
    Run(Run),
    /// Shows the result of an asynchronous run, as JSON
    History(History),
    /// Lists the workflows of a workspace
    #[command(alias = "ls")]
    List(List),
}

impl Workflow {
    pub(crate) async fn run(self, general: Connection, screen: &mut Screen) -> Result<(), Failure> {
        match self.command {
            Command::Run(command) => command.run(general, screen).await,
            Command::History(command) => command.run(general, screen).await,
            Command::List(command) => command.run(general, screen).await,
        }
    }
}

/// Prints an output as JSON: unchanged if it is JSON, otherwise as a JSON string.
fn print_output(text: &str, screen: &mut Screen) -> Result<(), Failure> {
    if serde_json::from_str::<IgnoredAny>(text).is_err() {
        return screen.line(&serde_json::Value::from(text).to_string());
    }
    if screen.shows_output() && json::print_pretty(text, screen)? { Ok(()) } else { screen.line(text.trim()) }
}
