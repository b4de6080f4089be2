//! Outputs for the tools that an agent calls.

use coze::chat::{ToolCall, ToolOutput};

use crate::editor::Line;
use crate::failure::{Exit, Failure};
use crate::lang::say;
use crate::screen::Screen;

/// Where the outputs of tools come from: the command line, then the user.
pub(crate) struct Tools {
    given: Vec<(String, String)>,
    may_ask: bool,
}

impl Tools {
    pub(crate) fn new(given: Vec<(String, String)>, may_ask: bool) -> Self {
        Self { given, may_ask }
    }

    /// Outputs for all calls; `None` when the user did not want to give them.
    pub(crate) fn answer(
        &self,
        calls: &[ToolCall],
        screen: &mut Screen,
    ) -> Result<Option<Vec<ToolOutput>>, Failure> {
        if calls.is_empty() {
            return Err(Failure::new(
                Exit::Waiting,
                say!(
                    "the agent waits for something other than the output of a tool",
                    "智能体在等待工具输出以外的内容"
                ),
            ));
        }
        let unknown: Vec<_> = calls.iter().filter(|call| self.given(call).is_none()).collect();
        if !unknown.is_empty() && !self.may_ask {
            return Err(waiting(&unknown));
        }
        let mut outputs = Vec::with_capacity(calls.len());
        for call in calls {
            let given = self.given(call);
            if given.is_none() || screen.tells_asides() {
                screen.note(&say!("calls {}", "调用 {}", described(call)));
            }
            let output = match given {
                Some(output) => output.to_owned(),
                None => match ask(call, screen)? {
                    Some(output) => output,
                    None => return Ok(None),
                },
            };
            outputs.push(ToolOutput::new(&call.id, output));
        }
        Ok(Some(outputs))
    }

    fn given(&self, call: &ToolCall) -> Option<&str> {
        let name = call.name();
        self.given.iter().find(|(given, _)| given == name).map(|(_, output)| output.as_str())
    }
}

fn ask(call: &ToolCall, screen: &mut Screen) -> Result<Option<String>, Failure> {
    match screen.read(&say!("output of {}> ", "{} 的输出> ", call.name()))? {
        Line::Text(text) => Ok(Some(text)),
        Line::Discarded | Line::End => Ok(None),
    }
}

fn waiting(calls: &[&ToolCall]) -> Failure {
    let list: Vec<_> = calls.iter().map(|call| described(call)).collect();
    let options: Vec<_> = calls.iter().map(|call| format!("--tool-output {}=…", call.name())).collect();
    let message = say!(
        "the agent waits for the output of {}",
        "智能体在等待 {} 的输出",
        list.join(&say!(" and ", "、"))
    );
    Failure::new(Exit::Waiting, message).hint(say!(
        "set it with {}, or ask on a terminal",
        "用 {} 提供，或者在终端上提问",
        options.join(" ")
    ))
}

fn described(call: &ToolCall) -> String {
    match &call.function {
        Some(function) => format!("{} {}", function.name, function.arguments),
        None => say!("the call {}", "调用 {}", call.id),
    }
}
