//! Answers for a workflow that interrupts itself to ask.

use coze::workflow::Interrupt;

use crate::editor::{Editor, Line};
use crate::failure::{Exit, Failure};
use crate::screen::Screen;

/// Where answers come from: the command line, one after the other, then the user.
pub(super) struct Answers {
    given: std::vec::IntoIter<String>,
    may_ask: bool,
}

impl Answers {
    pub(super) fn new(given: Vec<String>, may_ask: bool) -> Self {
        Self { given: given.into_iter(), may_ask }
    }

    /// The answer to an interrupt.
    pub(super) fn next(&mut self, interrupt: &Interrupt, screen: &mut Screen) -> Result<String, Failure> {
        if let Some(answer) = self.given.next() {
            return Ok(answer);
        }
        let asked = described(interrupt);
        if !self.may_ask {
            return Err(Failure::new(Exit::Waiting, format_args!("the workflow waits for {asked}"))
                .hint("give it by --answer TEXT, or ask on a terminal"));
        }
        screen.note(&format!("asks for {asked}"));
        match Editor::new()?.read("answer> ")? {
            Line::Text(text) => Ok(text),
            Line::Discarded | Line::End => {
                Err(Failure::interrupted("the workflow was left without an answer"))
            }
        }
    }
}

fn described(interrupt: &Interrupt) -> String {
    let names: Vec<_> = interrupt.required_parameters.keys().map(|name| format!("`{name}`")).collect();
    // The question often stands in JSON.
    let asked = serde_json::from_str::<serde_json::Value>(&interrupt.data).ok();
    let asked = asked.as_ref().and_then(|data| data["content"].as_str());
    let data = asked.unwrap_or(&interrupt.data).trim();
    match (names.is_empty(), data.is_empty()) {
        (true, true) => "an answer".to_owned(),
        (false, true) => names.join(", "),
        (true, false) => format!("an answer: {data}"),
        (false, false) => format!("{}: {data}", names.join(", ")),
    }
}
