//! `coze auth`: looks after tokens.

use clap::{Args, Subcommand};

use crate::failure::Failure;
use crate::place::Connection;
use crate::screen::Screen;

mod browser;
mod check;
mod login;
mod logout;
mod status;

/// Commands about tokens.
#[derive(Args)]
pub(crate) struct Auth {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Logs in by an OAuth app, and keeps the tokens as a profile
    Login(login::Login),
    /// Lists the profiles, and says which token requests would use; asks no server
    Status(status::Status),
    /// Forgets the tokens of a profile
    Logout(logout::Logout),
    /// Asks the server whose the token is, and whether it takes it
    Check(check::Check),
}

impl Auth {
    pub(crate) async fn run(self, general: Connection, screen: &mut Screen) -> Result<(), Failure> {
        match self.command {
            Command::Login(command) => command.run(general, screen).await,
            Command::Status(command) => command.run(general, screen).await,
            Command::Logout(command) => command.run(general, screen).await,
            Command::Check(command) => command.run(general, screen).await,
        }
    }
}

/// How long from now until a time, in words; `None` when it has passed.
fn time_left(end: coze::Timestamp) -> Option<String> {
    let left = end.to_system_time()?.duration_since(std::time::SystemTime::now()).ok()?;
    Some(indicatif::HumanDuration(left).to_string())
}
