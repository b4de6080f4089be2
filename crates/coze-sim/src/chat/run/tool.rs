//! Tool calls, which pause a run until their outputs are submitted.

use serde_json::{Value, json};

use super::{Flow, Run};
use crate::script::step::{CallStep, Calls, Turn, Words};
use crate::state::{MetaData, Status, ToolCall};

impl Run {
    /// Requests the outputs of tools; the rest of the turn waits for them.
    pub(super) async fn call(&mut self, calls: Calls) -> Flow {
        let calls = match calls {
            Calls::One(call) => vec![call],
            Calls::Many(calls) => calls,
        };
        let calls: Vec<ToolCall> = calls.into_iter().map(|call| self.tool_call(call)).collect();
        for call in &calls {
            let content = (self.sim.behavior.function_call)(call);
            self.say("function_call", content, "text", MetaData::new()).await;
        }
        if !self.sim.behavior.has_tool_outputs {
            return self.interrupt(&calls).await;
        }
        let rest = std::mem::take(&mut self.turn);
        // The form of the stream also applies to its end.
        self.turn = Turn { bare: rest.bare, ..Turn::default() };
        let canceled = self.update(|chat| {
            if chat.status != Status::Canceled {
                chat.status = Status::RequiresAction;
                chat.tool_calls = calls;
                chat.resume = Some(rest);
            }
        });
        self.release();
        match canceled.map(|chat| chat.status) {
            Some(Status::RequiresAction) => self.chat_event("requires_action").await,
            _ => self.chat_event("completed").await,
        }
        Flow::Stop { done: true }
    }

    fn tool_call(&self, call: CallStep) -> ToolCall {
        let arguments = match call.arguments {
            Value::String(text) => self.filled(&text),
            Value::Null => "{}".into(),
            arguments => arguments.to_string(),
        };
        ToolCall {
            id: call.id.unwrap_or_else(|| self.sim.store.mint.id().to_string()),
            kind: call.kind.unwrap_or_else(|| "function".into()),
            name: call.name,
            arguments,
        }
    }

    /// Requests the output with a question, and continues with the next input of the conversation.
    async fn interrupt(&mut self, calls: &[ToolCall]) -> Flow {
        let names = calls.iter().map(|call| format!("{} {}", call.name, call.arguments));
        let question = names.collect::<Vec<_>>().join("\n");
        self.answer(Words::Deltas(vec![question])).await;
        let ids: Vec<&str> = calls.iter().map(|call| call.id.as_str()).collect();
        let action = json!({"type": "submit_tool_outputs"}).to_string();
        let meta_data = MetaData::from([
            ("requires_action".to_owned(), action),
            ("resume_info".to_owned(), "{}".to_owned()),
            ("tool_calls_ids".to_owned(), ids.join(",")),
        ]);
        self.say("verbose", r#"{"msg_type":"interrupt","data":"","from_unit":""}"#.into(), "text", meta_data)
            .await;
        let rest = std::mem::take(&mut self.turn);
        self.turn.bare = rest.bare;
        {
            let mut state = self.sim.store.lock();
            let conversation = state.chats.get(&self.chat).map(|chat| chat.conversation_id);
            if let Some(conversation) = conversation.and_then(|id| state.conversations.get_mut(&id)) {
                conversation.interrupted = Some(rest);
            }
        }
        self.finish().await;
        Flow::Stop { done: false }
    }
}
