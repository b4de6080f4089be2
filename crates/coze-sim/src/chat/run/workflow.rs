//! Workflows that an agent runs during a chat.

use serde_json::Value;

use super::{Flow, Run};
use crate::script::step::{Problem, WorkflowStep};
use crate::state::Id;
use crate::workflow::run_for_agent;

impl Run {
    /// Runs a workflow and stores its output; if the run fails, the chat fails.
    pub(super) async fn workflow(&mut self, step: WorkflowStep) -> Flow {
        let parameters =
            step.parameters.into_iter().map(|(name, value)| (name, self.filled_in(value))).collect();
        let Some(chat) = self.update(|_| {}) else { return Flow::Stop { done: false } };
        let creator = {
            let state = self.sim.store.lock();
            state.conversations.get(&chat.conversation_id).map(|conversation| conversation.creator)
        };
        let user = creator.unwrap_or(Id::new(0));
        match run_for_agent(&self.sim, &step.id, user, chat.bot_id, parameters).await {
            Ok(output) => {
                self.turn.output = output;
                Flow::On
            }
            Err((code, msg)) => self.fail(Problem { code, msg, ..Problem::default() }).await,
        }
    }

    fn filled_in(&self, value: Value) -> Value {
        match value {
            Value::String(text) => Value::String(self.filled(&text)),
            Value::Array(items) => items.into_iter().map(|item| self.filled_in(item)).collect(),
            Value::Object(fields) => {
                Value::Object(fields.into_iter().map(|(name, value)| (name, self.filled_in(value))).collect())
            }
            value => value,
        }
    }
}
