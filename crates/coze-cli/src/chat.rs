//! `coze chat`: asks an agent.

use std::path::PathBuf;

use clap::Args;
use coze::Message;
use coze::message::EnterMessage;
use coze::types::{BotId, ConversationId, UserId};

use crate::failure::Failure;
use crate::lang::say;
use crate::place::{self, Connection, Place};
use crate::screen::Screen;
use crate::{input, word};

mod attach;
mod dialog;
mod heard;
mod interactive;
mod latest;
mod show;
mod tool;

use attach::Attachments;
use dialog::{Asker, Dialog, End};
pub(crate) use tool::Tools;

/// Options of `coze chat`.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct ChatCommand {
    /// Question; `-` reads it from standard input, which is also the default if that is not a terminal
    #[arg(value_name = "QUESTION")]
    question: Vec<String>,

    /// Agent to ask: the number after /bot/ in the URL of its page
    #[arg(long, env = "COZE_BOT_ID", value_name = "ID", value_parser = word::id::<BotId>())]
    bot: Option<BotId>,

    /// Name of the user, by default `coze-cli`; the agent has a separate memory for each user
    #[arg(long, value_name = "NAME", value_parser = word::name::<UserId>())]
    user: Option<UserId>,

    /// Conversation to continue
    #[arg(long, value_name = "ID", value_parser = word::id::<ConversationId>())]
    conversation: Option<ConversationId>,

    /// Continues the latest conversation with this agent as this user
    #[arg(long = "continue", short = 'c', conflicts_with = "conversation")]
    goes_on: bool,

    /// Image to attach: a file, or a public URL; may be repeated
    #[arg(long, value_name = "PATH|URL")]
    image: Vec<PathBuf>,

    /// File to attach: a path or a public URL; may be repeated
    #[arg(long, value_name = "PATH|URL")]
    file: Vec<PathBuf>,

    /// Audio to attach: a path or a public URL; may be repeated
    #[arg(long, value_name = "PATH|URL")]
    audio: Vec<PathBuf>,

    /// Sends files that exceed a documented limit, for servers with other limits
    #[arg(long)]
    no_limits: bool,

    /// Output of a tool that the agent calls, usually JSON; on a terminal you are prompted for the others
    #[arg(long, value_name = "NAME=OUTPUT", value_parser = input::pair)]
    tool_output: Vec<(String, String)>,

    /// Value of a variable in the prompt of the agent; may be repeated
    #[arg(long = "variable", value_name = "NAME=TEXT", value_parser = input::pair)]
    variables: Vec<(String, String)>,

    /// Input of an agent in chatflow mode: NAME=TEXT, or NAME:=JSON for numbers, lists and objects; may be repeated
    #[arg(long = "parameter", value_name = "NAME=TEXT|NAME:=JSON", value_parser = input::parameter)]
    parameters: Vec<(String, serde_json::Value)>,

    /// Prints each event as one line of JSON, `{"event": …, "data": …}`, and nothing else
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    connection: Connection,
}

const EXAMPLES: &str = "\
Examples:
  coze chat 2024年10月1日是星期几
  coze chat --bot 7379462189365198898 - < question.txt
  coze chat --image photo.jpg \"What is this?\"
  coze chat            (a session with history; /help shows its commands)";

impl ChatCommand {
    pub(crate) async fn run(self, general: Connection, screen: &mut Screen) -> Result<(), Failure> {
        let attached = !(self.image.is_empty() && self.file.is_empty() && self.audio.is_empty());
        let text = read_question(&self.question, attached, screen)?;
        if text.is_none() && self.json {
            return Err(Failure::usage(say!(
                "--json requires a question, as an argument or on standard input",
                "--json 需要一个问题，作为参数或从标准输入提供"
            )));
        }
        let attachments = Attachments {
            images: self.image,
            files: self.file,
            audios: self.audio,
            no_limits: self.no_limits,
        };
        attachments.check()?;
        let connection = self.connection.over(general);
        let mut same = Vec::new();
        // What the environment sets need not be repeated.
        if let Some(bot) = self.bot.as_ref().filter(|bot| place::is_said(bot)) {
            same.push(("--bot", bot.to_string()));
        }
        same.extend(self.user.iter().map(|user| ("--user", user.to_string())));
        same.extend(connection.to_repeat());
        let place = connection.place_or_simulator(screen).await?;
        let (bot, user) = (place.bot(self.bot)?, place.user(self.user));
        let client = place.client()?;
        let message = match &text {
            Some(text) => Some(with_attachments(text, &attachments, &client, &place, screen).await?),
            None => None,
        };
        let tools = Tools::new(self.tool_output, screen.is_interactive() && !self.json);
        let conversation = match self.conversation {
            None if self.goes_on => Some(latest_conversation(&place, &bot, &user)?),
            named => named,
        };
        let asker = Asker {
            bot,
            user,
            conversation,
            variables: self.variables.into_iter().collect(),
            parameters: self.parameters.into_iter().collect(),
        };
        let mut dialog = Dialog::new(client, &place, asker, tools, self.json);
        let Some(message) = message else {
            return interactive::run(dialog, attachments, screen).await;
        };
        let end = dialog.ask(message, screen).await?;
        if let Some(conversation) = dialog.conversation()
            && !place.is_simulated()
            && !self.json
            && screen.tells_asides()
        {
            // The server chooses the id, which is to be no more than a word of the shell.
            same.push(("--conversation", conversation.to_string()));
            let same: String = same.iter().map(|(option, value)| said_again(option, value)).collect();
            screen.note(&say!("to continue: coze chat{same} …", "继续这个会话：coze chat{same} …"));
        }
        match end {
            End::Answered => Ok(()),
            End::Interrupted => Err(Failure::interrupted(say!(
                "interrupted before the answer was complete",
                "回答完成之前被中断"
            ))),
        }
    }
}

/// The question; `None` asks for a session on the terminal.
fn read_question(words: &[String], attached: bool, screen: &Screen) -> Result<Option<String>, Failure> {
    if words.is_empty() && screen.is_interactive() {
        return Ok(None);
    }
    if words.is_empty() && attached {
        // Audio, for example, may be the whole question.
        return Ok(Some(input::stdin()?.trim().to_owned()));
    }
    input::text(words, &say!("question", "问题")).map(Some)
}

/// An option as it is typed once more, with a blank before it.
fn said_again(option: &str, value: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "-_./:@%+,…".contains(c);
    if value.is_empty() {
        format!(" {option}")
    } else if value.chars().all(is_plain) {
        format!(" {option} {value}")
    } else {
        format!(" {option} '{}'", value.replace('\'', r"'\''"))
    }
}

fn latest_conversation(place: &Place, bot: &BotId, user: &UserId) -> Result<ConversationId, Failure> {
    latest::find(place.base_url(), bot, user).ok_or_else(|| {
        Failure::usage(say!(
            "there is no stored conversation of {user} with the agent {bot} at this server",
            "没有 {user} 与智能体 {bot} 在这个服务器上的会话记录"
        ))
        .hint(say!(
            "omit --continue to start one, or name one with --conversation",
            "去掉 --continue 开始新的会话，或者用 --conversation 指定"
        ))
    })
}

/// A message with what is sent along; uploads files.
async fn with_attachments(
    text: &str,
    attachments: &Attachments,
    client: &coze::Coze,
    place: &Place,
    screen: &mut Screen,
) -> Result<EnterMessage, Failure> {
    let mut objects = attachments.parts(client, place, screen).await?;
    if objects.is_empty() {
        return Ok(Message::user(text).into());
    }
    if !text.is_empty() {
        objects.push(coze::ContentPart::text(text));
    }
    Ok(Message::user_parts(objects).into())
}

#[cfg(test)]
mod tests {
    use super::said_again;

    #[test]
    fn options_are_quoted_for_the_shell() {
        assert_eq!(said_again("--allow-plain-http", ""), " --allow-plain-http");
        assert_eq!(said_again("--base-url", "http://[::1]:80/x"), " --base-url 'http://[::1]:80/x'");
        assert_eq!(said_again("--user", "张三"), " --user 张三");
        assert_eq!(said_again("--conversation", "7;rm -rf $HOME"), " --conversation '7;rm -rf $HOME'");
        assert_eq!(said_again("--user", "Conan O'Brien; x"), r" --user 'Conan O'\''Brien; x'");
    }
}
