//! A session on the terminal.

use super::attach::Attachments;
use super::dialog::{Dialog, End};
use super::with_attachments;
use crate::editor::Line;
use crate::failure::Failure;
use crate::lang::{self, say};
use crate::screen::Screen;

const HELP_IN_CHINESE: &str = "\
/new    开始新的会话
/id     显示会话、智能体和用户的 ID
/help   显示本帮助
/quit   退出，也可以按 Ctrl-D
行末写一个反斜杠，问题就在下一行继续。
Ctrl-C 取消正在进行的回答；在空行上则退出。
问题本身以斜杠开头时，前面加一个空格。";

const HELP: &str = "\
/new    starts a new conversation
/id     shows the ids of the conversation, the agent and the user
/help   shows this
/quit   ends the session, as Ctrl-D does
A line that ends with a backslash continues on the next line.
Ctrl-C cancels the answer that is running; on an empty line it ends the session.
A question that begins with a slash needs a blank before it.";

/// Asks line by line until the user leaves.
pub(super) async fn run(
    mut dialog: Dialog<'_>,
    mut attachments: Attachments,
    screen: &mut Screen,
) -> Result<(), Failure> {
    screen.editor()?.load_history();
    screen.note(&say!(
        "chat with the agent {} at {}; /help shows the commands, Ctrl-D ends",
        "与智能体 {}（{}）对话；/help 列出命令，Ctrl-D 退出",
        dialog.bot(),
        dialog.place().base_url()
    ));
    loop {
        let line = match read(screen)? {
            Line::Text(line) => line,
            Line::Discarded => continue,
            Line::End => return Ok(()),
        };
        let text = line.trim();
        if text.is_empty() {
            continue;
        }
        screen.editor()?.remember(&line);
        if let Some(command) = line.trim_end().strip_prefix('/') {
            match command {
                "new" => {
                    dialog.start_anew();
                    screen.note(&say!("a new conversation", "已开始新的会话"));
                }
                "id" => dialog.ids().lines().for_each(|line| screen.note(line)),
                "help" => {
                    let help = if lang::is_chinese() { HELP_IN_CHINESE } else { HELP };
                    help.lines().for_each(|line| screen.note(line));
                }
                "quit" | "exit" => return Ok(()),
                other => screen.note(&say!(
                    "there is no command /{other}; /help lists the commands",
                    "没有命令 /{other}；/help 列出全部命令"
                )),
            }
            continue;
        }
        let asked = async {
            let message =
                with_attachments(text, &attachments, dialog.client(), dialog.place(), screen).await?;
            // They belong to the first question that was sent.
            attachments = Attachments::default();
            dialog.ask(message, screen).await
        };
        match asked.await {
            // The session continues after any failure of one answer.
            Ok(End::Answered) => {}
            // Lines that were pasted after an interrupted question are dropped, too.
            Ok(End::Interrupted) => screen.forget_typed()?,
            Err(Failure::ClosedOutput) => return Err(Failure::ClosedOutput),
            Err(failure) => screen.tell(&failure),
        }
    }
}

/// Reads a question, which may take several lines.
fn read(screen: &mut Screen) -> Result<Line, Failure> {
    let mut text = String::new();
    loop {
        let prompt = if text.is_empty() { "> " } else { "… " };
        match screen.read(prompt)? {
            Line::Text(line) => match line.strip_suffix('\\') {
                Some(begun) => {
                    text.push_str(begun);
                    text.push('\n');
                }
                None => return Ok(Line::Text(text + &line)),
            },
            // An unfinished question is not asked.
            Line::End if !text.is_empty() => return Ok(Line::Discarded),
            other => return Ok(other),
        }
    }
}
