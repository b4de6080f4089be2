//! The run of a workflow: node by node, with or without a listener.

mod ask;

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Poll;

use serde_json::{Map, Value, json};
use tokio::sync::mpsc;

use super::definition::Workflow;
use super::http;
use super::input::Problem;
use super::node::{Block, End, Kind, Loop, Node};
use super::template::{CONSTANTS, Scope, Template};
use crate::agent::words;
use crate::server::Shared;
use crate::state::Id;
use crate::state::refusal::WorkflowFault;
use crate::state::run::{Mode, NodeRun, Origin, Output, Place, Record, RunStatus};
pub(crate) use crate::state::run::{Piece, Signal};

/// Returns the only piece of an execution of a node, without its content.
fn piece(node: &Node, uuid: String, place: Place) -> Piece {
    Piece {
        node_id: node.id.clone(),
        node_title: node.title.clone(),
        node_type: node.kind.display(),
        uuid,
        number: 0,
        last: true,
        content: String::new(),
        place,
        variables: false,
    }
}

/// Why a run ends early.
#[derive(Debug)]
struct Failure {
    fault: WorkflowFault,
    message: String,
}

impl Failure {
    fn of_node(node: &Node, problem: impl AsRef<str>) -> Self {
        let Node { id, title, .. } = node;
        let message = format!("node {id} ({title}) failed: {}", problem.as_ref());
        Self { fault: WorkflowFault::Node, message }
    }
}

enum Flow {
    On,
    Ended(Output),
}

struct Run {
    sim: Arc<Shared>,
    workflow: Arc<Workflow>,
    id: Id,
    mode: Mode,
    /// `None` if nobody listens any more.
    listener: Mutex<Option<mpsc::Sender<Signal>>>,
    /// Number of messages of each node.
    sent: Mutex<BTreeMap<String, usize>>,
}

/// Starts a run, and returns its id.
pub(crate) fn start(
    sim: &Arc<Shared>,
    workflow: &Arc<Workflow>,
    origin: Origin,
    parameters: Map<String, Value>,
    listener: Option<mpsc::Sender<Signal>>,
) -> Id {
    let id = sim.store.mint.id();
    let mode = origin.mode;
    let input = Value::Object(parameters.clone()).to_string();
    let mut record = Record::new(workflow.id, workflow.workspace_id, origin, input, sim.now());
    record.usage.input = words::count(&record.input).words as u64;
    let mut state = sim.store.lock();
    state.stored(record.input.len());
    state.runs.insert(id, record);
    drop(state);
    let run = Run {
        sim: Arc::clone(sim),
        workflow: Arc::clone(workflow),
        id,
        mode,
        listener: Mutex::new(listener),
        sent: Mutex::default(),
    };
    sim.spawn(async move { run.go(parameters).await });
    id
}

type Boxed<'r, T> = Pin<Box<dyn Future<Output = T> + Send + 'r>>;

impl Run {
    async fn go(&self, parameters: Map<String, Value>) {
        let mut scope = Scope::default();
        scope.set(CONSTANTS, self.workflow.constants());
        let ended = match self.begin(parameters, &mut scope) {
            Ok(()) => self.block(&self.workflow.nodes, &mut scope, Place::default()).await,
            Err(failure) => Err(failure),
        };
        let signal = match ended {
            Ok(Flow::Ended(output)) => {
                self.update(|record| {
                    record.status = RunStatus::Success;
                    record.usage.output += words::count(&output.plain()).words as u64;
                    record.output = Some(output.clone());
                });
                Signal::Done(output)
            }
            Ok(Flow::On) => self.fail(WorkflowFault::Node, "the run reached no end node".into()),
            Err(Failure { fault, message }) => self.fail(fault, message),
        };
        self.tell(signal).await;
    }

    /// Decodes the inputs of the start node.
    fn begin(&self, parameters: Map<String, Value>, scope: &mut Scope<'_>) -> Result<(), Failure> {
        let inputs = self.workflow.inputs().read(parameters).map_err(|problem| match problem {
            Problem::Missing { name, expected } => Failure {
                fault: WorkflowFault::MissingParameter,
                message: format!("parameters.{name}: required, but missing; expected {expected}"),
            },
            Problem::Wrong(problem) => {
                Failure { fault: WorkflowFault::WrongParameter, message: format!("parameters.{problem}") }
            }
        })?;
        if let Some(start) = self.workflow.nodes.0.first() {
            scope.set(start.id.as_str(), Value::Object(inputs.clone()));
        }
        inputs.into_iter().for_each(|(name, value)| scope.set(name, value));
        Ok(())
    }

    fn fail(&self, fault: WorkflowFault, message: String) -> Signal {
        let code = (self.sim.behavior.workflow_code)(fault);
        self.update(|record| {
            record.status = RunStatus::Fail;
            record.error = Some((code, message.clone()));
        });
        Signal::Failed { code, message }
    }

    fn update<T>(&self, change: impl FnOnce(&mut Record) -> T) -> Option<T> {
        let mut state = self.sim.store.lock();
        let record = state.runs.get_mut(&self.id)?;
        record.updated_at = self.sim.now();
        let changed = change(record);
        if matches!(record.status, RunStatus::Success | RunStatus::Fail) {
            let bytes = record.growth();
            state.grown(bytes);
        }
        Some(changed)
    }

    async fn tell(&self, signal: Signal) {
        let listener = self.listener.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(listener) = listener
            && listener.send(signal).await.is_err()
        {
            self.listen(None);
        }
    }

    fn listen(&self, listener: Option<mpsc::Sender<Signal>>) {
        *self.listener.lock().unwrap_or_else(PoisonError::into_inner) = listener;
    }

    /// Runs nodes one after the other.
    fn block<'r>(
        &'r self,
        block: &'r Block,
        scope: &'r mut Scope<'_>,
        place: Place,
    ) -> Boxed<'r, Result<Flow, Failure>> {
        Box::pin(async move {
            for node in &block.0 {
                // Long loops must let other tasks run.
                tokio::task::consume_budget().await;
                if let Flow::Ended(output) = self.node(node, scope, place).await? {
                    return Ok(Flow::Ended(output));
                }
            }
            Ok(Flow::On)
        })
    }

    async fn node(&self, node: &Node, scope: &mut Scope<'_>, place: Place) -> Result<Flow, Failure> {
        let output = match &node.kind {
            Kind::Start(_) => return Ok(Flow::On),
            Kind::Http(request) => http::call(request, scope, &self.sim.hosts)
                .await
                .map_err(|problem| Failure::of_node(node, problem))?,
            Kind::Text { text, each: None, .. } => json!({"output": text.text(scope)}),
            Kind::Text { text, each: Some(each), separator } => {
                let items = array(node, "each", each.value(scope))?;
                json!({"output": joined(text, items, separator, scope)})
            }
            Kind::Condition { tests, all, then, otherwise } => {
                let mut tests = tests.iter().map(|test| test.holds(scope));
                let holds = if *all { tests.all(|holds| holds) } else { tests.any(|holds| holds) };
                let (branch, name) = if holds { (then, "then") } else { (otherwise, "else") };
                if let Flow::Ended(output) = self.block(branch, scope, place).await? {
                    return Ok(Flow::Ended(output));
                }
                json!({"branch": name})
            }
            Kind::Question { question, parameters } => {
                self.question(node, &question.text(scope), parameters).await?
            }
            Kind::Input(parameters) => self.input(node, parameters).await?,
            Kind::Message(text) => {
                let text = text.text(scope);
                self.send(node, text.clone(), true, place).await;
                json!({"output": text})
            }
            Kind::Loop(repeat) => self.repeat(node, repeat, scope, place).await?,
            Kind::End(end) => return Ok(Flow::Ended(self.end(node, end, scope, place).await)),
        };
        scope.set(node.id.as_str(), output);
        Ok(Flow::On)
    }

    async fn end(&self, node: &Node, end: &End, scope: &Scope<'_>, place: Place) -> Output {
        match end {
            End::Variables(outputs) => {
                let variables = outputs.iter().map(|(name, build)| (name.clone(), build.value(scope)));
                let variables = Value::Object(variables.collect());
                let uuid = self.sim.store.mint.id().to_string();
                let mut piece = piece(node, uuid, place);
                piece.content = variables.to_string();
                piece.variables = true;
                self.tell(Signal::Message(piece)).await;
                Output::Variables(variables)
            }
            End::Text { text, stream, .. } => {
                let text = text.text(scope);
                self.send(node, text.clone(), *stream, place).await;
                Output::Text(text)
            }
        }
    }

    /// Sends a text to the user, whole or in pieces.
    async fn send(&self, node: &Node, text: String, stream: bool, place: Place) {
        let uuid = self.sim.store.mint.id().to_string();
        // The end has its own place in the outputs.
        if matches!(node.kind, Kind::Message(_)) {
            let times = {
                let mut sent = self.sent.lock().unwrap_or_else(PoisonError::into_inner);
                let times = sent.entry(node.title.clone()).or_default();
                *times += 1;
                *times
            };
            let key = if times == 1 { node.title.clone() } else { format!("{}_{times}", node.title) };
            self.update(|record| {
                record.usage.output += words::count(&text).words as u64;
                record.nodes.push(NodeRun {
                    key,
                    node_id: node.id.clone(),
                    uuid: uuid.clone(),
                    output: text.clone(),
                    finished: false,
                    place,
                    updated_at: self.sim.now(),
                });
            });
        }
        let mut pieces = if stream { words::pieces(&text) } else { vec![text.as_str()] };
        if pieces.is_empty() {
            pieces.push("");
        }
        let count = pieces.len();
        let pace = self.workflow.pace.unwrap_or(self.sim.pace);
        for (number, content) in pieces.into_iter().enumerate() {
            if pace.is_zero() {
                tokio::task::consume_budget().await;
            } else {
                tokio::time::sleep(pace).await;
            }
            let piece = piece(node, uuid.clone(), place);
            let last = number + 1 == count;
            self.tell(Signal::Message(Piece { number, last, content: content.to_owned(), ..piece })).await;
        }
        self.update(|record| {
            if let Some(run) = record.nodes.iter_mut().find(|run| run.uuid == uuid) {
                run.finished = true;
                run.updated_at = self.sim.now();
            }
        });
    }

    async fn repeat(
        &self,
        node: &Node,
        repeat: &Loop,
        scope: &Scope<'_>,
        place: Place,
    ) -> Result<Value, Failure> {
        let items = array(node, "over", repeat.over.value(scope))?;
        let count = items.len();
        let mut results = Vec::with_capacity(count);
        let mut items = items.into_iter().enumerate();
        loop {
            let some: Vec<_> = items.by_ref().take(repeat.parallel.unwrap_or(1)).collect();
            if some.is_empty() {
                break;
            }
            let runs = some.into_iter().map(|(index, item)| {
                let place = match repeat.parallel {
                    Some(_) => Place { batch_index: Some(index), ..place },
                    None => Place { loop_index: Some(index), ..place },
                };
                Box::pin(self.item(node, repeat, scope, place, index, item)) as Boxed<'_, _>
            });
            for result in all(runs.collect()).await {
                results.push(result?);
            }
        }
        let mut output: Map<String, Value> = repeat
            .outputs
            .iter()
            .enumerate()
            .map(|(at, (name, _))| {
                (name.clone(), results.iter().map(|values: &Vec<Value>| values[at].clone()).collect())
            })
            .collect();
        output.insert("count".into(), json!(count));
        Ok(Value::Object(output))
    }

    /// Runs the inner nodes for one item, and returns the collected values.
    async fn item(
        &self,
        node: &Node,
        repeat: &Loop,
        scope: &Scope<'_>,
        place: Place,
        index: usize,
        item: Value,
    ) -> Result<Vec<Value>, Failure> {
        let mut inner = Scope::within(scope);
        inner.set("item", item);
        inner.set("index", json!(index));
        self.block(&repeat.nodes, &mut inner, place).await.map_err(|failure| match failure.fault {
            WorkflowFault::Node => {
                let message = format!("{} (item {index} of node {})", failure.message, node.id);
                Failure { message, ..failure }
            }
            _ => failure,
        })?;
        Ok(repeat.outputs.iter().map(|(_, build)| build.value(&inner)).collect())
    }
}

/// Waits for all futures, and returns their results in order.
async fn all<T>(futures: Vec<Boxed<'_, T>>) -> Vec<T> {
    let mut running: Vec<(Option<Boxed<'_, T>>, Option<T>)> =
        futures.into_iter().map(|future| (Some(future), None)).collect();
    std::future::poll_fn(|context| {
        for (future, result) in &mut running {
            if let Some(pending) = future
                && let Poll::Ready(value) = pending.as_mut().poll(context)
            {
                *result = Some(value);
                *future = None;
            }
        }
        if running.iter().any(|(future, _)| future.is_some()) {
            return Poll::Pending;
        }
        Poll::Ready(running.iter_mut().filter_map(|(_, result)| result.take()).collect())
    })
    .await
}

fn array(node: &Node, field: &str, value: Value) -> Result<Vec<Value>, Failure> {
    match value {
        Value::Array(items) => Ok(items),
        other => {
            let got = crate::http::schema::brief(&other);
            Err(Failure::of_node(node, format!("{field}: expected an array, got {got}")))
        }
    }
}

fn joined(text: &Template, items: Vec<Value>, separator: &str, scope: &Scope<'_>) -> String {
    let rendered = items.into_iter().enumerate().map(|(index, item)| {
        let mut inner = Scope::within(scope);
        inner.set("item", item);
        inner.set("index", json!(index));
        text.text(&inner)
    });
    rendered.collect::<Vec<_>>().join(separator)
}

/// Returns what a listener gets from a finished run, for callers that wait for the end.
pub(crate) async fn last_signal(mut signals: mpsc::Receiver<Signal>) -> Option<Signal> {
    while let Some(signal) = signals.recv().await {
        if !matches!(signal, Signal::Message(_)) {
            return Some(signal);
        }
    }
    None
}
