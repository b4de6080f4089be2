//! `coze bots get`: how an agent is configured.

use clap::Args;
use coze::BotId;
use coze::bot::{Bot, RetrieveBot};

use crate::failure::Failure;
use crate::json;
use crate::place::Connection;
use crate::screen::Screen;
use crate::table::date;
use crate::word;

/// Options of `coze bots get`.
#[derive(Args)]
#[command(after_help = "Prints a line for each property, followed by `--` and the prompt.")]
pub(crate) struct Get {
    /// Agent: the number after /bot/ in the URL of its page
    #[arg(value_name = "ID", value_parser = word::id::<BotId>())]
    bot_id: BotId,

    /// Shows the draft instead of the published version
    #[arg(long)]
    draft: bool,

    /// Prints all fields as JSON
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    connection: Connection,
}

impl Get {
    pub(crate) async fn run(self, general: Connection, screen: &mut Screen) -> Result<(), Failure> {
        let place = self.connection.over(general).place().await?;
        let mut request = RetrieveBot::new(self.bot_id);
        request.is_published = self.draft.then_some(false);
        let bot = place.client()?.send(request).await.map_err(|error| place.explain(&error))?;
        if self.json {
            return json::print(&bot, screen);
        }
        for (name, value) in properties(&bot) {
            // A line break in a value must not begin a line of ours.
            let value = value.split_whitespace().collect::<Vec<_>>().join(" ");
            if !value.is_empty() {
                screen.line(&format!("{name}:\t{value}"))?;
            }
        }
        let prompt = bot.prompt_info.and_then(|prompt| prompt.prompt).unwrap_or_default();
        if !prompt.is_empty() {
            screen.line(&format!("--\n{prompt}"))?;
        }
        Ok(())
    }
}

fn properties(bot: &Bot) -> [(&'static str, String); 9] {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let names = |names: Vec<String>| names.join(", ");
    let model = bot.model_info.as_ref();
    let knowledge = bot.knowledge.iter().flat_map(|knowledge| &knowledge.knowledge_infos);
    [
        ("id", bot.bot_id.to_string()),
        ("name", text(&bot.name)),
        ("description", text(&bot.description)),
        ("version", text(&bot.version)),
        ("changed", date(bot.update_time)),
        ("model", model.and_then(|model| model.model_name.clone()).unwrap_or_default()),
        ("plugins", names(bot.plugin_info_list.iter().map(|one| text(&one.name)).collect())),
        ("workflows", names(bot.workflow_info_list.iter().map(|one| text(&one.name)).collect())),
        ("knowledge", names(knowledge.map(|one| text(&one.name)).collect())),
    ]
}
