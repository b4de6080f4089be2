//! `coze variables`: what an agent or an app remembers of a user.

use clap::{Args, Subcommand};
use coze::types::{AppId, BotId, ConnectorId, UserId};

use crate::failure::Failure;
use crate::lang::say;
use crate::place::{self, Connection, Place};
use crate::screen::Screen;
use crate::word;

mod get;
mod set;

use get::Get;
use set::Set;

/// Options of `coze variables`.
#[derive(Args)]
pub(crate) struct Variables {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Prints the value of a variable, or lists all
    #[command(alias = "list", alias = "ls")]
    Get(Get),
    /// Sets variables
    Set(Set),
}

impl Variables {
    pub(crate) async fn run(self, general: Connection, screen: &mut Screen) -> Result<(), Failure> {
        match self.command {
            Command::Get(command) => command.run(general, screen).await,
            Command::Set(command) => command.run(general, screen).await,
        }
    }
}

/// Whose variables are meant.
#[derive(Args)]
struct Owner {
    /// Agent: the number after /bot/ in the URL of its page
    #[arg(long, env = "COZE_BOT_ID", value_name = "ID", value_parser = word::id::<BotId>())]
    bot: Option<BotId>,

    /// App instead of an agent
    #[arg(long, value_name = "ID", value_parser = word::id::<AppId>())]
    app: Option<AppId>,

    /// Name of the user, by default `coze-cli`; the values of each user are separate
    #[arg(long, value_name = "NAME", value_parser = word::name::<UserId>())]
    user: Option<UserId>,

    /// Channel: 1024 is the API, the default; 999 is the Chat SDK
    #[arg(long, value_name = "ID", value_parser = word::id::<ConnectorId>())]
    channel: Option<ConnectorId>,
}

/// An agent or an app, a user and a channel.
type Parts = (Option<BotId>, Option<AppId>, UserId, Option<ConnectorId>);

impl Owner {
    fn parts(self, place: &Place) -> Result<Parts, Failure> {
        let bot = match (&self.app, self.bot) {
            (Some(_), Some(bot)) if place::is_said(&bot) => {
                return Err(Failure::usage(say!(
                    "--bot and --app name two owners of variables",
                    "--bot 和 --app 指定了变量的两个所有者"
                ))
                .hint(say!("omit one of the two", "去掉其中一个")));
            }
            (Some(_), _) => None,
            (None, bot) => Some(place.bot(bot)?),
        };
        Ok((bot, self.app, place.user(self.user), self.channel))
    }
}
