//! A session on the terminal.

use super::attach::Attachments;
use super::dialog::{Dialog, End};
use super::with_attachments;
use crate::editor::Line;
use crate::failure::Failure;
use crate::screen::Screen;

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
    screen.note(&format!(
        "chat with the agent {} at {}; /help shows the commands, Ctrl-D ends",
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
                    screen.note("a new conversation");
                }
                "id" => screen.note(&dialog.ids()),
                "help" => screen.note(HELP),
                "quit" | "exit" => return Ok(()),
                other => screen.note(&format!("there is no command /{other}; /help shows all")),
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
            // The session goes on, whatever became of one answer.
            Ok(End::Answered) => {}
            // Whoever stops an answer does not want those to lines that were pasted behind the question.
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
            // A question that is left in the middle is not asked.
            Line::End if !text.is_empty() => return Ok(Line::Discarded),
            other => return Ok(other),
        }
    }
}
