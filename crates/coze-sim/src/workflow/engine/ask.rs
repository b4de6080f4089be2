//! Interrupts: the questions of a run, and the parsing of their answers.

use serde_json::{Map, Value, json};
use tokio::sync::oneshot;

use super::{Failure, Run, Signal};
use crate::state::refusal::WorkflowFault;
use crate::state::run::{Answered, Interrupt, Mode, Place, RunStatus, Waiting};
use crate::workflow::input::{Inputs, Problem};
use crate::workflow::node::Node;

impl Run {
    /// Asks until the answer contains all required parameters.
    pub(super) async fn question(
        &self,
        node: &Node,
        question: &str,
        parameters: &Inputs,
    ) -> Result<Value, Failure> {
        let mut asked = question.to_owned();
        loop {
            let data = json!({"content_type": "text", "content": asked}).to_string();
            let answer = self.interrupt(node, 2, data, asked.clone(), parameters).await?;
            match parameters.read(answered(&answer, parameters)) {
                Ok(mut values) => {
                    values.insert("answer".into(), json!(answer));
                    return Ok(Value::Object(values));
                }
                // Asks again, with the reason.
                Err(problem) => asked = format!("{question}\n({})", problem_text(problem)),
            }
        }
    }

    pub(super) async fn input(&self, node: &Node, parameters: &Inputs) -> Result<Value, Failure> {
        let form = parameters.form().to_string();
        loop {
            let data = json!({"content_type": "text", "content": form}).to_string();
            let answer = self.interrupt(node, 5, data, form.clone(), parameters).await?;
            if let Ok(values) = parameters.read(answered(&answer, parameters)) {
                return Ok(Value::Object(values));
            }
        }
    }

    /// Waits for an answer.
    async fn interrupt(
        &self,
        node: &Node,
        kind: i64,
        data: String,
        asked: String,
        parameters: &Inputs,
    ) -> Result<String, Failure> {
        let max_resumes = self.sim.behavior.max_resumes;
        if self.mode == Mode::Agent {
            return Err(Failure::of_node(node, "a workflow that an agent runs cannot ask the user"));
        }
        if max_resumes.is_none() && matches!(self.mode, Mode::Sync | Mode::Async) {
            return Err(Failure {
                fault: WorkflowFault::InterruptInRun,
                message: "the workflow has an interrupt, which requires a streamed run".into(),
            });
        }
        if kind == 2 {
            let mut piece = super::piece(node, self.sim.store.mint.id().to_string(), Place::default());
            piece.content.clone_from(&asked);
            // In a chat, the interrupt shows the question.
            if self.mode != Mode::Chat {
                self.tell(Signal::Message(piece)).await;
            }
        }
        let interrupt = Interrupt {
            event_id: format!("{}/{}", self.id, self.sim.store.mint.id()),
            kind,
            data,
            asked,
            node_title: node.title.clone(),
            required: parameters.describe(),
        };
        let (sender, answer) = oneshot::channel();
        let limit = max_resumes.filter(|_| self.mode != Mode::Chat);
        let over = self.update(|record| {
            if let Some(limit) = limit.filter(|limit| record.resumes >= *limit) {
                return Some(limit);
            }
            record.status = RunStatus::Interrupted;
            record.waiting = Some(Waiting { interrupt: interrupt.clone(), answer: sender });
            None
        });
        if let Some(limit) = over.flatten() {
            let problem = format!("the run was resumed {limit} times, the most there is, and asks again");
            return Err(Failure::of_node(node, problem));
        }
        self.tell(Signal::Interrupt(interrupt)).await;
        self.listen(None);
        let Ok(Answered { text, listener }) = answer.await else {
            return Err(Failure::of_node(node, "no answer is possible any more"));
        };
        self.listen(listener);
        Ok(text)
    }
}

/// Extracts parameters from an answer: a JSON object, lines of `name:value`, or plain text for the only one.
fn answered(answer: &str, parameters: &Inputs) -> Map<String, Value> {
    let object = match serde_json::from_str(answer) {
        Ok(Value::Object(object)) => Some(object),
        _ => None,
    };
    if let Some(object) = &object
        && parameters.0.iter().any(|input| object.contains_key(&input.name))
    {
        return object.clone();
    }
    let body = answer.trim().trim_start_matches('{').trim_end_matches('}');
    let pairs: Map<String, Value> = body
        .lines()
        .filter_map(|line| line.split_once([':', '：']))
        .filter(|(name, _)| parameters.0.iter().any(|input| input.name == name.trim()))
        .map(|(name, value)| (name.trim().to_owned(), json!(value.trim())))
        .collect();
    match parameters.only() {
        _ if !pairs.is_empty() => pairs,
        Some(input) if !answer.trim().is_empty() => Map::from_iter([(input.name.clone(), json!(answer))]),
        _ => object.unwrap_or_default(),
    }
}

fn problem_text(problem: Problem) -> String {
    match problem {
        Problem::Missing { name, expected } => format!("{name} is missing; expected {expected}"),
        Problem::Wrong(problem) => problem,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parameters(json: Value) -> Inputs {
        let Value::Object(map) = json else { panic!("no object") };
        Inputs::parse(Some(map)).unwrap()
    }

    #[test]
    fn answers_are_json_lines_or_plain_text() {
        let two = parameters(json!({"city": {"type": "string"}, "days": {"type": "integer"}}));
        let both = json!({"city": "杭州", "days": 2});
        assert_eq!(Value::Object(answered(&both.to_string(), &two)), both);
        let lines = json!({"city": "杭州", "days": "2"});
        for text in ["city:杭州\ndays:2", "{city: 杭州\ndays: 2}", "city：杭州\ndays：2"] {
            assert_eq!(Value::Object(answered(text, &two)), lines, "{text}");
        }
        assert!(answered("杭州", &two).is_empty());
        let one = parameters(json!({"city": {"type": "string"}}));
        assert_eq!(answered("at 12:30 杭州", &one)["city"], "at 12:30 杭州");
        let file = parameters(json!({"img": {"type": "file"}}));
        assert_eq!(answered(r#"{"file_id": "7"}"#, &file)["img"], r#"{"file_id": "7"}"#);
        assert!(answered("  ", &one).is_empty());
    }
}
