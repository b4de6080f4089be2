//! `coze files`: uploads files, and shows their metadata.

use clap::{Args, Subcommand};

use crate::failure::Failure;
use crate::place::Connection;
use crate::screen::Screen;

mod retrieve;
mod upload;

/// Commands about files.
#[derive(Args)]
pub(crate) struct Files {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Uploads files, and prints their ids
    Upload(upload::Upload),
    /// Prints name, size and time of an uploaded file, as JSON
    Retrieve(retrieve::Retrieve),
}

impl Files {
    pub(crate) async fn run(self, general: Connection, screen: &mut Screen) -> Result<(), Failure> {
        match self.command {
            Command::Upload(command) => command.run(general, screen).await,
            Command::Retrieve(command) => command.run(general, screen).await,
        }
    }
}
