//! `coze bots`: lists agents, shows their configuration, and publishes them.

use clap::{Args, Subcommand};

use crate::failure::Failure;
use crate::place::Connection;
use crate::screen::Screen;

mod get;
mod list;
mod publish;

use get::Get;
use list::List;
use publish::Publish;

/// Options of `coze bots`.
#[derive(Args)]
pub(crate) struct Bots {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Lists the agents of a workspace
    #[command(alias = "ls")]
    List(List),
    /// Shows the configuration of an agent
    #[command(alias = "view")]
    Get(Get),
    /// Publishes the draft of an agent, and prints its version
    Publish(Publish),
}

impl Bots {
    pub(crate) async fn run(self, general: Connection, screen: &mut Screen) -> Result<(), Failure> {
        match self.command {
            Command::List(command) => command.run(general, screen).await,
            Command::Get(command) => command.run(general, screen).await,
            Command::Publish(command) => command.run(general, screen).await,
        }
    }
}
