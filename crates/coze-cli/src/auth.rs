//! `coze auth`: manages tokens.

use clap::{Args, Subcommand};

use crate::failure::Failure;
use crate::lang::is_chinese;
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
    /// Logs in with an OAuth app or a token, and stores the tokens as a profile
    Login(login::Login),
    /// Lists the profiles, and shows which token is used; makes no request
    Status(status::Status),
    /// Deletes a profile and its tokens
    Logout(logout::Logout),
    /// Asks the server whose token it is, and whether it is valid
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
    let text = indicatif::HumanDuration(left).to_string();
    if !is_chinese() {
        return Some(text);
    }
    let (number, unit) = text.split_once(' ')?;
    let units = [
        ("year", "年"),
        ("week", "周"),
        ("day", "天"),
        ("hour", "小时"),
        ("minute", "分钟"),
        ("second", "秒"),
    ];
    let (_, unit) = units.into_iter().find(|(english, _)| unit.starts_with(english))?;
    Some(format!("{number} {unit}"))
}
