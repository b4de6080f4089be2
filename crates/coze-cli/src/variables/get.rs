//! `coze variables get`: the values of variables.

use clap::Args;
use coze::variable::{RetrieveVariables, VariableValue};

use super::Owner;
use crate::failure::{Exit, Failure};
use crate::json;
use crate::lang::say;
use crate::place::Connection;
use crate::screen::Screen;
use crate::table::{Columns, date};

/// Options of `coze variables get`.
#[derive(Args)]
#[command(after_help = "\
With one NAME, prints only its value; otherwise name and value of each variable, and when it was changed.

Examples:
  coze variables get --bot 7379462189365198898 --user 张三
  coze variables get city --user 张三")]
pub(crate) struct Get {
    /// Variable; by default all
    #[arg(value_name = "NAME")]
    names: Vec<String>,

    #[command(flatten)]
    owner: Owner,

    /// Prints all fields of each entry, as one JSON array
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    connection: Connection,
}

impl Get {
    pub(crate) async fn run(self, general: Connection, screen: &mut Screen) -> Result<(), Failure> {
        let place = self.connection.over(general).place().await?;
        let (bot, app, user, channel) = self.owner.parts(&place)?;
        let mut request = RetrieveVariables::new(user).keywords(&self.names);
        (request.bot_id, request.app_id, request.connector_id) = (bot, app, channel);
        let values = place.client()?.variables().retrieve(request).await;
        let values = values.map_err(|error| place.explain(&error))?;
        // The server says nothing of those that it does not know.
        let unknown: Vec<_> =
            self.names.iter().filter(|name| values.get(name).is_none()).map(String::as_str).collect();
        if self.json {
            json::print(&values.items, screen)?;
        } else if let ([_], [value]) = (&self.names[..], &values.items[..]) {
            screen.line(&value.value)?;
        } else {
            Columns {
                head: ["NAME", "VALUE", "CHANGED"],
                gives_way: 1,
                row: |value: &VariableValue| {
                    [value.keyword.clone(), value.value.clone(), date(value.update_time)]
                },
            }
            .print(&values.items, screen)?;
        }
        if unknown.is_empty() {
            return Ok(());
        }
        let unknown = unknown.join(", ");
        Err(Failure::new(Exit::Api, say!("there is no variable {unknown}", "没有变量 {unknown}")).hint(say!(
            "`coze variables get` lists all; variables are created on the page of the agent or app",
            "`coze variables get` 列出全部变量；变量在智能体或应用的页面上创建"
        )))
    }
}
