//! Runs of workflows: their outputs, interrupts and histories.

use serde_json::{Value, json};
use tokio::sync::{mpsc, oneshot};

use super::Usage;
use super::id::Id;

/// How a run was started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    Sync,
    Stream,
    Async,
    /// By a request to a chatflow.
    Chat,
    /// By an agent, within a chat.
    Agent,
}

impl Mode {
    /// Number of the mode in histories.
    pub(crate) const fn number(self) -> u8 {
        match self {
            Self::Sync | Self::Agent => 0,
            Self::Stream | Self::Chat => 1,
            Self::Async => 2,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RunStatus {
    Running,
    Interrupted,
    Success,
    Fail,
}

/// Output of an end node.
#[derive(Clone, Debug)]
pub(crate) enum Output {
    Variables(Value),
    Text(String),
}

impl Output {
    /// Formats the output for a reader: the text, or the variables as JSON.
    pub(crate) fn plain(&self) -> String {
        match self {
            Self::Variables(variables) => variables.to_string(),
            Self::Text(text) => text.clone(),
        }
    }
}

/// The interrupt of a run.
#[derive(Clone, Debug)]
pub(crate) struct Interrupt {
    /// Id of the run and of the event, separated by a slash.
    pub(crate) event_id: String,
    pub(crate) kind: i64,
    /// Content of the interrupt: a JSON text.
    pub(crate) data: String,
    /// Question or form for the user.
    pub(crate) asked: String,
    pub(crate) node_title: String,
    pub(crate) required: Value,
}

impl Interrupt {
    /// Encodes the interrupt as the hosted service does.
    pub(crate) fn official(&self) -> Value {
        let mut value = json!({"event_id": self.event_id, "type": self.kind, "data": self.data});
        if self.required.as_object().is_some_and(|required| !required.is_empty()) {
            value["required_parameters"] = self.required.clone();
        }
        value
    }
}

/// An answer for the waiting run, with its new listener.
#[derive(Debug)]
pub(crate) struct Answered {
    pub(crate) text: String,
    pub(crate) listener: Option<mpsc::Sender<Signal>>,
}

#[derive(Debug)]
pub(crate) struct Waiting {
    pub(crate) interrupt: Interrupt,
    pub(crate) answer: oneshot::Sender<Answered>,
}

/// One execution of a message node, or of an end that sends a text.
#[derive(Clone, Debug)]
pub(crate) struct NodeRun {
    /// Name in the outputs of the run.
    pub(crate) key: String,
    pub(crate) node_id: String,
    pub(crate) uuid: String,
    pub(crate) output: String,
    pub(crate) finished: bool,
    pub(crate) place: Place,
    pub(crate) updated_at: u64,
}

/// Position of a node in loops and batches.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Place {
    pub(crate) loop_index: Option<usize>,
    pub(crate) batch_index: Option<usize>,
}

/// Who runs a workflow, and on whose behalf.
#[derive(Clone, Debug)]
pub(crate) struct Origin {
    pub(crate) user: Id,
    pub(crate) mode: Mode,
    pub(crate) bot_id: Option<Id>,
    pub(crate) connector_id: String,
    /// The `user_id` of `ext`.
    pub(crate) connector_uid: Option<String>,
    pub(crate) log: String,
    pub(crate) conversation: Option<Id>,
}

#[derive(Debug)]
pub(crate) struct Record {
    pub(crate) workflow: Id,
    pub(crate) space: Id,
    pub(crate) origin: Origin,
    pub(crate) input: String,
    pub(crate) status: RunStatus,
    pub(crate) output: Option<Output>,
    pub(crate) nodes: Vec<NodeRun>,
    pub(crate) error: Option<(i64, String)>,
    pub(crate) waiting: Option<Waiting>,
    pub(crate) resumes: u32,
    pub(crate) usage: Usage,
    pub(crate) created_at: u64,
    pub(crate) updated_at: u64,
    /// Number of its bytes that were counted.
    pub(super) counted: usize,
}

impl Record {
    /// Returns by how many bytes it has grown since the last call.
    pub(crate) fn growth(&mut self) -> usize {
        let weight = self.weight();
        weight.saturating_sub(std::mem::replace(&mut self.counted, weight))
    }

    fn weight(&self) -> usize {
        let output = self.output.as_ref().map_or(0, |output| output.plain().len());
        self.input.len() + output + self.nodes.iter().map(|node| node.output.len()).sum::<usize>()
    }

    /// Copies the history and the interrupt.
    pub(crate) fn snapshot(&self) -> (Self, Option<Interrupt>) {
        let copy = Self {
            status: self.status,
            output: self.output.clone(),
            nodes: self.nodes.clone(),
            error: self.error.clone(),
            usage: self.usage,
            updated_at: self.updated_at,
            ..Self::new(self.workflow, self.space, self.origin.clone(), self.input.clone(), self.created_at)
        };
        (copy, self.waiting.as_ref().map(|waiting| waiting.interrupt.clone()))
    }

    pub(crate) fn new(workflow: Id, space: Id, origin: Origin, input: String, now: u64) -> Self {
        Self {
            counted: input.len(),
            workflow,
            space,
            origin,
            input,
            status: RunStatus::Running,
            output: None,
            nodes: Vec::new(),
            error: None,
            waiting: None,
            resumes: 0,
            usage: Usage::default(),
            created_at: now,
            updated_at: now,
        }
    }
}

/// Items from a run to its listener; every one except messages is the last.
#[derive(Clone, Debug)]
pub(crate) enum Signal {
    Message(Piece),
    Interrupt(Interrupt),
    Failed { code: i64, message: String },
    Done(Output),
}

/// A piece of a text of a node.
#[derive(Clone, Debug)]
pub(crate) struct Piece {
    pub(crate) node_id: String,
    pub(crate) node_title: String,
    /// Type of the node in the words of the service.
    pub(crate) node_type: &'static str,
    pub(crate) uuid: String,
    /// Number of the piece within its node, from 0.
    pub(crate) number: usize,
    pub(crate) last: bool,
    pub(crate) content: String,
    pub(crate) place: Place,
    /// Whether the piece is the output of the workflow and not a text for the user.
    pub(crate) variables: bool,
}

/// Result of a run, or of its resumption.
#[derive(Clone, Debug, Default)]
pub(crate) struct RunAnswer {
    pub(crate) error: Option<(i64, String)>,
    pub(crate) data: Option<Output>,
    pub(crate) execute_id: Option<Id>,
    pub(crate) debug_url: String,
    pub(crate) usage: Option<Usage>,
    pub(crate) interrupt: Option<Interrupt>,
    /// The run continues, and its history shows the result.
    pub(crate) is_async: bool,
}
