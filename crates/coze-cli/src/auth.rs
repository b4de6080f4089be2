//! `coze auth`: looks after tokens.

use clap::{Args, Subcommand};

use crate::failure::Failure;
use crate::place::Connection;
use crate::screen::Screen;

mod check;

/// Commands about tokens.
#[derive(Args)]
pub(crate) struct Auth {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Says whose the token is, and whether the server takes it
    Check(check::Check),
}

impl Auth {
    pub(crate) async fn run(self, general: Connection, screen: &mut Screen) -> Result<(), Failure> {
        match self.command {
            Command::Check(command) => command.run(general, screen).await,
        }
    }
}
