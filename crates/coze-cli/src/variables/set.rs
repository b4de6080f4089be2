//! `coze variables set`: sets variables.

use clap::Args;
use coze::variable::UpdateVariables;

use super::Owner;
use crate::failure::Failure;
use crate::input;
use crate::lang::say;
use crate::place::Connection;
use crate::screen::Screen;

/// Options of `coze variables set`.
#[derive(Args)]
#[command(after_help = "\
Prints nothing on success. Variables are created on the page of the agent or app.

Examples:
  coze variables set city=杭州 --bot 7379462189365198898 --user 张三")]
pub(crate) struct Set {
    /// Variable and its value
    #[arg(value_name = "NAME=TEXT", required = true, value_parser = input::pair)]
    values: Vec<(String, String)>,

    #[command(flatten)]
    owner: Owner,

    #[command(flatten)]
    connection: Connection,
}

impl Set {
    pub(crate) async fn run(self, general: Connection, screen: &mut Screen) -> Result<(), Failure> {
        let place = self.connection.over(general).place().await?;
        let (bot, app, user, channel) = self.owner.parts(&place)?;
        let names = self.values.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(", ");
        let told = say!("{names} set for the user {user}", "已为用户 {user} 设置 {names}");
        let mut request = UpdateVariables::new(user, self.values);
        (request.bot_id, request.app_id, request.connector_id) = (bot, app, channel);
        place.client()?.variables().update(request).await.map_err(|error| place.explain(&error))?;
        if screen.tells_asides() {
            screen.note(&told);
        }
        Ok(())
    }
}
