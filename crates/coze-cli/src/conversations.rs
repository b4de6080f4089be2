//! `coze conversations`: lists conversations and their messages.

use clap::{Args, Subcommand, ValueEnum};

use crate::failure::Failure;
use crate::place::Connection;
use crate::screen::Screen;

mod list;
mod messages;

use list::List;
use messages::Messages;

/// Options of `coze conversations`.
#[derive(Args)]
pub(crate) struct Conversations {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Lists your conversations with an agent
    #[command(alias = "ls")]
    List(List),
    /// Lists the messages of a conversation
    Messages(Messages),
}

impl Conversations {
    pub(crate) async fn run(self, general: Connection, screen: &mut Screen) -> Result<(), Failure> {
        match self.command {
            Command::List(command) => command.run(general, screen).await,
            Command::Messages(command) => command.run(general, screen).await,
        }
    }
}

/// Order of the times of creation.
#[derive(Clone, Copy, ValueEnum)]
enum Order {
    /// Oldest first
    Asc,
    /// Newest first
    Desc,
}
