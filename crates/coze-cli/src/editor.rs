//! The line editor, with its history.

use std::cell::Cell;
use std::path::PathBuf;

use rustyline::completion::Completer;
use rustyline::error::ReadlineError;
use rustyline::highlight::Highlighter;
use rustyline::hint::Hinter;
use rustyline::history::FileHistory;
use rustyline::validate::Validator;
use rustyline::{Cmd, Config, Context, Helper, KeyEvent};

use crate::failure::{Exit, Failure};
use crate::lang::say;
use crate::state;
use crate::visible::visible;

/// Lines that the history keeps.
const HISTORY: usize = 1000;

/// Result of a prompt.
#[derive(Debug)]
pub(crate) enum Line {
    Text(String),
    /// Ctrl-C in the middle of a line.
    Discarded,
    /// Ctrl-C on an empty line, or Ctrl-D.
    End,
}

/// The line editor on the terminal.
///
/// There is one for the whole program, since it keeps what was read after the line that it returned: lines that were
/// pasted or typed ahead.
pub(crate) struct Editor {
    editor: rustyline::Editor<Watch, FileHistory>,
    history: Option<PathBuf>,
}

impl Editor {
    /// An editor that remembers nothing.
    pub(crate) fn new() -> Result<Self, Failure> {
        let config = Config::builder().max_history_size(HISTORY).map_err(|error| failed(&error))?.build();
        let mut editor = rustyline::Editor::with_config(config).map_err(|error| failed(&error))?;
        editor.set_helper(Some(Watch { empty: Cell::new(true) }));
        // What a terminal sends for a Ctrl-D that is typed while nothing reads.
        editor.bind_sequence(KeyEvent::ctrl('@'), Cmd::EndOfFile);
        Ok(Self { editor, history: None })
    }

    /// Takes up the history of earlier sessions.
    pub(crate) fn load_history(&mut self) {
        self.history = state::file("history.txt");
        if let Some(file) = &self.history {
            // It does not exist before the first session; and a session without a history is better than none.
            let _ = self.editor.load_history(file);
        }
    }

    /// Reads one line. The thread waits meanwhile, other tasks continue.
    pub(crate) fn read(&mut self, prompt: &str) -> Result<Line, Failure> {
        // It may contain names from the server.
        let prompt = visible(prompt, true);
        match tokio::task::block_in_place(|| self.editor.readline(&*prompt)) {
            Ok(text) => Ok(Line::Text(text)),
            Err(ReadlineError::Eof) => Ok(Line::End),
            Err(ReadlineError::Interrupted) => {
                let empty = self.editor.helper().is_none_or(|watch| watch.empty.get());
                Ok(if empty { Line::End } else { Line::Discarded })
            }
            Err(error) => Err(failed(&error)),
        }
    }

    /// Keeps a line for later sessions.
    pub(crate) fn remember(&mut self, line: &str) {
        let added = self.editor.add_history_entry(line).unwrap_or(false);
        if let Some(file) = self.history.as_ref().filter(|_| added) {
            // As above: a history that cannot be written is dropped.
            let _ = self.editor.append_history(file);
        }
    }
}

fn failed(error: &ReadlineError) -> Failure {
    Failure::new(Exit::Other, say!("cannot read from the terminal: {error}", "无法从终端读取：{error}"))
}

/// Watches whether the line is empty, which Ctrl-C does not tell.
struct Watch {
    empty: Cell<bool>,
}

impl Hinter for Watch {
    type Hint = String;

    fn hint(&self, line: &str, _pos: usize, _context: &Context<'_>) -> Option<String> {
        self.empty.set(line.is_empty());
        None
    }
}

impl Completer for Watch {
    type Candidate = String;
}

impl Highlighter for Watch {}

impl Validator for Watch {}

impl Helper for Watch {}
