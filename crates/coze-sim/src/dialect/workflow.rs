//! Workflows in the responses of both services.

use http::StatusCode;
use serde_json::{Value, json};

use super::{Dialect, Event, Framing};
use crate::state::refusal::WorkflowFault;
use crate::state::run::{Interrupt, NodeRun, Output, Piece, Place, Record, RunAnswer, RunStatus};
use crate::state::{Chat, Id, Status, Usage};

/// Maximum number of bytes of the output of a node in histories; the rest is retrieved node by node.
const MAX_NODE_OUTPUT: usize = 1 << 20;

fn usage(usage: Usage) -> Value {
    json!({
        "input_count": usage.input,
        "output_count": usage.output,
        "token_count": usage.input + usage.output,
    })
}

impl Dialect {
    pub(super) fn workflow_code(self, fault: WorkflowFault) -> i64 {
        match (self, fault) {
            (Self::Official, WorkflowFault::Unknown | WorkflowFault::Unpublished) => 4200,
            (Self::Official, WorkflowFault::MissingParameter | WorkflowFault::WrongParameter) => 4000,
            (_, WorkflowFault::Premium) => 6003,
            (Self::Official, WorkflowFault::UnknownConversation) => 720_702_204,
            (Self::Studio, WorkflowFault::Unknown) => 720_702_004,
            (Self::Studio, WorkflowFault::Unpublished) => 720_702_011,
            (Self::Studio, WorkflowFault::MissingParameter) => 720_702_002,
            (Self::Studio, WorkflowFault::WrongParameter) => 720_702_001,
            (_, WorkflowFault::InterruptInRun) => 720_702_078,
            (Self::Studio, WorkflowFault::UnknownConversation) => 777_777_762,
            (Self::Studio, WorkflowFault::Operation) => 777_777_775,
            (_, WorkflowFault::Node | WorkflowFault::Operation) => 720_701_013,
        }
    }

    /// Maps a code to that of the endpoints without a stream.
    fn mapped_code(self, code: i64) -> i64 {
        match (self, code) {
            (Self::Studio, 720_702_011) => 6031,
            (Self::Studio, 720_702_001 | 720_702_002) => 4000,
            (Self::Studio, 720_702_078) => 6039,
            (_, code) => code,
        }
    }

    /// Encodes the output of a run as the service returns it.
    fn output(self, output: &Output) -> String {
        match output {
            Output::Variables(variables) => variables.to_string(),
            Output::Text(text) => self.workflow_text(text).to_string(),
        }
    }

    /// Wraps the text of an end node.
    fn workflow_text(self, text: &str) -> Value {
        match self {
            Self::Official => {
                json!({"content_type": 1, "data": text, "original_result": null, "type_for_model": 2})
            }
            Self::Studio => json!({"content_type": 1, "data": text, "type_for_model": 2}),
        }
    }

    pub(super) const fn workflow_framing(self) -> Framing {
        Framing {
            fragments: false,
            content_type: match self {
                Self::Official => "text/event-stream",
                Self::Studio => "text/event-stream; charset=utf-8",
            },
            headers: match self {
                Self::Official => &[("cache-control", "no-cache")],
                Self::Studio => &[("cache-control", "no-cache"), ("access-control-allow-origin", "*")],
            },
            space: true,
            first_id: Some(0),
        }
    }

    pub(super) const fn chatflow_framing(self) -> Framing {
        let framing = self.workflow_framing();
        match self {
            Self::Official => Framing { space: false, first_id: None, ..framing },
            Self::Studio => Framing { first_id: Some(1), ..framing },
        }
    }

    pub(super) fn workflow_message(self, piece: &Piece, used: Usage) -> Event {
        let mut data = json!({
            "content": piece.content,
            "content_type": "text",
            "node_id": piece.node_id,
            "node_is_finish": piece.last,
            "node_seq_id": piece.number.to_string(),
            "node_title": piece.node_title,
        });
        match self {
            Self::Official => {
                data["node_execute_uuid"] = json!(piece.uuid);
                place(&mut data, piece.place);
                if piece.variables {
                    data["cost"] = json!("0.00");
                    data["token"] = json!(used.input + used.output);
                    data["usage"] = usage(used);
                }
            }
            Self::Studio => {
                data["node_type"] = json!(piece.node_type);
                if piece.variables {
                    data["token"] = json!(used.input + used.output);
                }
            }
        }
        Event::new("Message", &data)
    }

    pub(super) fn workflow_interrupt(self, interrupt: &Interrupt, debug_url: &str) -> Event {
        let data = match self {
            Self::Official => json!({
                "interrupt_data": interrupt.official(),
                "node_title": interrupt.node_title,
                "debug_url": debug_url,
            }),
            Self::Studio => {
                let Interrupt { event_id, kind, data, .. } = interrupt;
                let data = json!({"event_id": event_id, "type": kind, "data": data});
                json!({"interrupt_data": data, "debug_url": debug_url})
            }
        };
        Event::new("Interrupt", &data)
    }

    /// Reduces a chat to the fields in events of chatflows.
    pub(super) fn chatflow_chat(self, mut value: Value, chat: &Chat, run: Id) -> Value {
        match self {
            Self::Official => {
                if let Some(fields) = value.as_object_mut().filter(|_| chat.bot_id == Id::new(0)) {
                    fields.remove("bot_id");
                }
                value
            }
            Self::Studio => {
                let mut value = json!({
                    "id": chat.id,
                    "conversation_id": chat.conversation_id,
                    "status": chat.status.name(),
                    "execute_id": run,
                    "section_id": chat.section_id,
                });
                if chat.status == Status::Completed {
                    value["bot_id"] = json!(chat.bot_id);
                    value["usage"] = usage(chat.usage);
                }
                value
            }
        }
    }

    /// Reduces a message to the fields in events of chatflows.
    pub(super) fn chatflow_message(self, mut message: Value) -> Value {
        if let (Self::Studio, Some(fields)) = (self, message.as_object_mut()) {
            for name in ["created_at", "meta_data", "reasoning_content"] {
                fields.remove(name);
            }
        }
        message
    }

    pub(super) fn run_history(self, id: Id, record: &Record, interrupt: Option<&Interrupt>) -> Value {
        match self {
            Self::Official => official_history(self, id, record, interrupt),
            Self::Studio => studio_history(self, id, record),
        }
    }
}

fn place(value: &mut Value, place: Place) {
    for (name, index) in [("loop_index", place.loop_index), ("batch_index", place.batch_index)] {
        if let Some(index) = index {
            value[name] = json!(index);
        }
    }
}

/// Truncates an output that is too large, and marks it as truncated.
fn trimmed(run: &NodeRun) -> (&str, bool) {
    let mut end = run.output.len().min(MAX_NODE_OUTPUT);
    while !run.output.is_char_boundary(end) {
        end -= 1;
    }
    (&run.output[..end], end < run.output.len())
}

fn official_history(dialect: Dialect, id: Id, record: &Record, interrupt: Option<&Interrupt>) -> Value {
    let (code, msg) =
        record.error.clone().map_or_else(Default::default, |(code, msg)| (code.to_string(), msg));
    let mut is_trimmed = false;
    let mut outputs = serde_json::Map::new();
    let mut nodes = serde_json::Map::new();
    for run in &record.nodes {
        let (text, cut) = trimmed(run);
        is_trimmed |= cut;
        outputs.insert(run.key.clone(), json!(text));
        let mut status = json!({
            "node_id": run.node_id,
            "is_finish": run.finished,
            "update_time": run.updated_at,
            "node_execute_uuid": run.uuid,
        });
        place(&mut status, run.place);
        nodes.insert(run.key.clone(), status);
    }
    if let Some(output) = &record.output {
        outputs.insert("Output".into(), json!(dialect.output(output)));
    }
    let output = if outputs.is_empty() { String::new() } else { Value::Object(outputs).to_string() };
    let origin = &record.origin;
    let mut history = json!({
        "execute_id": id,
        "execute_status": match record.status {
            RunStatus::Running | RunStatus::Interrupted => "Running",
            RunStatus::Success => "Success",
            RunStatus::Fail => "Fail",
        },
        "bot_id": origin.bot_id.unwrap_or(Id::new(0)),
        "connector_id": origin.connector_id,
        "connector_uid": origin.connector_uid.clone().unwrap_or_else(|| origin.user.to_string()),
        "run_mode": origin.mode.number(),
        "output": output,
        "token": (record.usage.input + record.usage.output).to_string(),
        "create_time": record.created_at,
        "update_time": record.updated_at,
        "node_execute_status": nodes,
        "error_code": code,
        "error_message": msg,
        "debug_url": dialect.behavior().debug_url(record.workflow, record.space, id),
        "usage": usage(record.usage),
        "is_output_trimmed": is_trimmed,
        "logid": origin.log,
    });
    if let Some(interrupt) = interrupt {
        history["interrupt_data"] = interrupt.official();
    }
    history
}

fn studio_history(dialect: Dialect, id: Id, record: &Record) -> Value {
    let number = |id: Id| id.to_string().parse::<u64>().unwrap_or_default();
    let origin = &record.origin;
    json!({
        "execute_id": number(id),
        "execute_status": match record.status {
            RunStatus::Running => "Running",
            // The status has no name there.
            RunStatus::Interrupted => "<UNSET>",
            RunStatus::Success => "Success",
            RunStatus::Fail => "Fail",
        },
        "bot_id": origin.bot_id.map(number),
        "connector_id": origin.connector_id.parse::<u64>().ok(),
        "connector_uid": origin.connector_uid.clone().unwrap_or_else(|| origin.user.to_string()),
        "run_mode": origin.mode.number(),
        "log_id": origin.log,
        "debug_url": dialect.behavior().debug_url(record.workflow, record.space, id),
        "input": record.input,
        "output": record.output.as_ref().map(|output| dialect.output(output)),
        "token": record.usage.input + record.usage.output,
        "cost": "0.00000",
        "create_time": record.created_at,
        "update_time": record.updated_at,
        "error_code": record.error.as_ref().map(|(code, _)| dialect.mapped_code(*code).to_string()),
        "error_msg": record.error.as_ref().map(|(_, msg)| msg),
    })
}

/// Encodes a run like the hosted service: the keys of the envelope, and those with a value.
pub(super) fn official_run(answer: RunAnswer, log: &str) -> Value {
    let (code, msg) = answer.error.unwrap_or_default();
    let mut value =
        json!({"code": code, "msg": msg, "debug_url": answer.debug_url, "detail": {"logid": log}});
    if let Some(data) = answer.data {
        value["data"] = json!(Dialect::Official.output(&data));
    }
    if let Some(usage_of_run) = answer.usage {
        value["usage"] = usage(usage_of_run);
    }
    if answer.is_async || answer.interrupt.is_some() {
        value["execute_id"] = json!(answer.execute_id);
    }
    if let Some(interrupt) = answer.interrupt {
        value["interrupt_data"] = interrupt.official();
    }
    value
}

/// Encodes a run like Coze Studio: every key, with null for absent values.
pub(super) fn studio_run(answer: RunAnswer) -> Value {
    let done = answer.data.is_some();
    let token = answer.usage.filter(|_| done).map(|usage| usage.input + usage.output);
    let (code, msg) = match answer.error {
        Some((code, msg)) => (Dialect::Studio.mapped_code(code), Some(msg)),
        None => (0, None),
    };
    let debug_url = Some(answer.debug_url).filter(|url| !url.is_empty());
    json!({
        "code": code,
        "msg": msg,
        "data": answer.data.map(|data| Dialect::Studio.output(&data)),
        "token": token,
        "cost": done.then_some("0.00000"),
        "debug_url": debug_url,
        "execute_id": answer.execute_id,
        "BaseResp": null,
    })
}

/// Status of a failed run of the hosted service.
pub(super) fn official_status(answer: &RunAnswer) -> StatusCode {
    answer.error.as_ref().map_or(StatusCode::OK, |(code, _)| super::status(*code))
}
