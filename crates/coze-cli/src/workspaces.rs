//! `coze workspaces`: lists workspaces.

use clap::{Args, Subcommand};

use crate::failure::Failure;
use crate::place::Connection;
use crate::screen::Screen;

mod list;

use list::List;

/// Options of `coze workspaces`.
#[derive(Args)]
pub(crate) struct Workspaces {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Lists the workspaces that you have created or joined
    #[command(alias = "ls")]
    List(List),
}

impl Workspaces {
    pub(crate) async fn run(self, general: Connection, screen: &mut Screen) -> Result<(), Failure> {
        match self.command {
            Command::List(command) => command.run(general, screen).await,
        }
    }
}
