//! Standard output for answers, standard error for everything else.

use std::io::{IsTerminal, Stderr, Stdout, Write};
use std::process::ExitCode;
use std::time::Duration;

use anstream::AutoStream;
use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use tokio::task::AbortHandle;

use crate::editor::{Editor, Line};
use crate::failure::Failure;
use crate::lang::say;
use crate::visible::visible;

/// How often it is shown that something is waited for; what comes sooner comes without a word.
const SECOND: Duration = Duration::from_secs(1);
pub(crate) const DIM: &str = "\u{1b}[2m";
const RED: &str = "\u{1b}[1;31m";
const CYAN: &str = "\u{1b}[36m";
pub(crate) const RESET: &str = "\u{1b}[0m";

/// Both outputs of the program.
///
/// They often are the same terminal, so each keeps off a line that the other has begun.
pub(crate) struct Screen {
    out: Side<Stdout>,
    /// Colour is taken out where the terminal or `NO_COLOR` does not want it.
    err: Side<AutoStream<Stderr>>,
    /// Made when it is first needed.
    editor: Option<Editor>,
    /// What moves on standard error; hidden where it is no terminal.
    bars: MultiProgress,
    /// Shown while nothing comes; whatever is written takes its place.
    waiting: Option<(ProgressBar, AbortHandle)>,
    verbose: bool,
}

struct Side<W> {
    writer: W,
    is_terminal: bool,
    /// Whether a line is begun and not ended.
    open: bool,
}

impl<W: Write> Side<W> {
    fn write(&mut self, text: &str) -> std::io::Result<()> {
        if let Some(last) = text.chars().next_back() {
            self.open = last != '\n';
        }
        self.writer.write_all(text.as_bytes())?;
        self.writer.flush()
    }

    fn end_line(&mut self) -> std::io::Result<()> {
        if self.open { self.write("\n") } else { Ok(()) }
    }
}

impl Screen {
    pub(crate) fn new(verbose: bool) -> Self {
        let (out, err) = (std::io::stdout(), std::io::stderr());
        let target =
            if err.is_terminal() { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        Self {
            out: Side { is_terminal: out.is_terminal(), writer: out, open: false },
            err: Side { is_terminal: err.is_terminal(), writer: AutoStream::auto(err), open: false },
            editor: None,
            bars: MultiProgress::with_draw_target(target),
            waiting: None,
            verbose,
        }
    }

    /// Returns the progress bars, for writing to standard error without disturbing them.
    pub(crate) fn bars(&self) -> MultiProgress {
        self.bars.clone()
    }

    /// Whether somebody may be asked: both ends of the conversation are a terminal.
    pub(crate) fn is_interactive(&self) -> bool {
        std::io::stdin().is_terminal() && self.out.is_terminal
    }

    /// The line editor, where somebody may be asked.
    pub(crate) fn editor(&mut self) -> Result<&mut Editor, Failure> {
        match &mut self.editor {
            Some(editor) => Ok(editor),
            none => Ok(none.insert(Editor::new()?)),
        }
    }

    /// Drops what was typed ahead.
    pub(crate) fn forget_typed(&mut self) -> Result<(), Failure> {
        // Input that was read ahead is lost with the editor; there is no other way to drop it.
        self.editor = None;
        self.editor()?.load_history();
        Ok(())
    }

    /// Reads one line from the terminal.
    pub(crate) fn read(&mut self, prompt: &str) -> Result<Line, Failure> {
        self.came();
        self.editor()?.read(prompt)
    }

    /// Whether standard output is a terminal.
    pub(crate) fn shows_output(&self) -> bool {
        self.out.is_terminal
    }

    /// Whether details other than the answer are shown.
    pub(crate) fn tells_asides(&self) -> bool {
        self.verbose || self.err.is_terminal
    }

    /// Whether ids and counts are shown as well.
    pub(crate) fn is_verbose(&self) -> bool {
        self.verbose
    }

    /// Shows from a second on that something is waited for; on a terminal, until something is written.
    pub(crate) fn wait_for(&mut self, what: String) {
        if !self.err.is_terminal {
            return;
        }
        self.close_out();
        self.close_err();
        let bar = ProgressBar::hidden().with_message(what);
        if let Ok(style) = ProgressStyle::with_template("{spinner} {msg}, {elapsed}") {
            bar.set_style(style);
        }
        let (shown, bars) = (bar.clone(), self.bars.clone());
        let show = tokio::spawn(async move {
            tokio::time::sleep(SECOND).await;
            bars.add(shown).enable_steady_tick(SECOND);
        });
        self.waiting = Some((bar, show.abort_handle()));
    }

    /// Replaces the text that says what is waited for.
    pub(crate) fn waits(&mut self, what: String) {
        match &self.waiting {
            Some((bar, _)) => bar.set_message(what),
            None => self.wait_for(what),
        }
    }

    /// Takes away what says that something is waited for.
    pub(crate) fn came(&mut self) {
        if let Some((bar, show)) = self.waiting.take() {
            show.abort();
            bar.finish_and_clear();
        }
    }

    /// Writes a piece of the answer, which is seen at once.
    pub(crate) fn answer(&mut self, text: &str) -> Result<(), Failure> {
        self.close_err();
        let text = visible(text, self.out.is_terminal);
        self.out.write(&text).map_err(|error| Failure::output(&error))
    }

    /// Ends the line of the answer, if one is begun.
    pub(crate) fn end_answer(&mut self) -> Result<(), Failure> {
        self.came();
        self.out.end_line().map_err(|error| Failure::output(&error))
    }

    /// Writes one line to standard output.
    pub(crate) fn line(&mut self, text: &str) -> Result<(), Failure> {
        self.answer(text)?;
        self.answer("\n")
    }

    /// Writes bytes to standard output as they are.
    pub(crate) fn bytes(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        self.came();
        self.out.open = bytes.last().is_some_and(|last| *last != b'\n');
        let written = self.out.writer.write_all(bytes).and_then(|()| self.out.writer.flush());
        written.map_err(|error| Failure::output(&error))
    }

    /// Writes a piece of the details other than the answer.
    pub(crate) fn aside(&mut self, text: &str) {
        self.close_out();
        // Without standard error, there is nowhere to report that.
        let _ = self.err.write(&format!("{DIM}{}{RESET}", visible(text, true)));
        self.err.open = !text.ends_with('\n');
    }

    /// Writes one line beside the answer.
    pub(crate) fn note(&mut self, text: &str) {
        self.close_err();
        // A line break in the words of a server must not begin a line of ours.
        self.aside(&text.replace('\n', " "));
        self.close_err();
    }

    /// Prints a failure in the middle of a session.
    pub(crate) fn tell(&mut self, failure: &Failure) {
        let Failure::Told(told) = failure else { return };
        self.close_out();
        self.close_err();
        // A line break in the text of a server must not start a line of ours.
        let line = |text: &str| visible(text, true).replace('\n', " ");
        let _ =
            self.err.write(&say!("{RED}error:{RESET} {}\n", "{RED}错误：{RESET}{}\n", line(&told.message)));
        if let Some(hint) = &told.hint {
            let _ = self.err.write(&say!("{CYAN}hint:{RESET} {}\n", "{CYAN}提示：{RESET}{}\n", line(hint)));
        }
    }

    /// Prints the failure that ends the program.
    pub(crate) fn report(&mut self, failure: &Failure) -> ExitCode {
        self.tell(failure);
        match failure {
            Failure::ClosedOutput => ExitCode::SUCCESS,
            Failure::Told(told) => ExitCode::from(told.exit as u8),
        }
    }

    /// Ends the line of standard output before standard error is written to, where both are one terminal.
    fn close_out(&mut self) {
        self.came();
        if self.out.is_terminal && self.err.is_terminal {
            // If it fails, the next piece of the answer reports it.
            let _ = self.out.end_line();
        }
    }

    fn close_err(&mut self) {
        self.came();
        let _ = self.err.end_line();
    }
}
