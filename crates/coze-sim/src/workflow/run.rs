//! Runs without a stream: with an immediate response, or with a history.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Map, Value};
use tokio::sync::mpsc;
use tokio::time::timeout;

use super::engine::{self, Signal};
use super::{Asked, EXT, Workflow, by_id, find};
use crate::http::{Answer, Body, Call, Payload, Reply, fields};
use crate::script::fault::Refuse;
use crate::state::refusal::WorkflowFault;
use crate::state::run::RunAnswer;
use crate::state::run::{Answered, Interrupt, Mode, Origin, RunStatus, Waiting};
use crate::state::{Id, Refusal};

/// Time after which the service closes the connection of a run without a response.
const PATIENCE: Duration = Duration::from_secs(90);

fields! {
    pub(super) struct RunRequest {
        workflow_id: Id,
        pub(super) parameters: Map<String, Value> => Parameters; optional,
        bot_id: Option<Id>,
        app_id: Option<Id>,
        ext: BTreeMap<String, String> => EXT; optional,
        is_async: bool; optional,
        workflow_version: Option<String>; official,
        connector_id: Option<Id>,
    }

    pub(super) struct ResumeRequest {
        workflow_id: Id,
        event_id: String => Filled,
        resume_data: String,
        interrupt_type: i64 => Int(1, i64::MAX),
    }
}

impl RunRequest {
    pub(super) fn asked(&self) -> Asked<'_> {
        Asked {
            workflow_id: self.workflow_id,
            version: self.workflow_version.as_deref(),
            bot_id: self.bot_id,
            app_id: self.app_id,
        }
    }

    pub(super) fn origin(&self, call: &Call, mode: Mode) -> Origin {
        Origin {
            user: call.user,
            mode,
            bot_id: self.bot_id,
            connector_id: self.connector_id.map_or_else(|| "1024".into(), |id| id.to_string()),
            connector_uid: self.ext.get("user_id").cloned(),
            log: call.log.to_string(),
            conversation: None,
        }
    }
}

pub(super) async fn run(call: Call, Body(request): Body<RunRequest>) -> Reply {
    let workflow = find(&call, &request.asked())?;
    if !request.is_async {
        let (sender, signals) = mpsc::channel(16);
        let origin = request.origin(&call, Mode::Sync);
        let id = engine::start(&call.sim, &workflow, origin, request.parameters, Some(sender));
        return Ok(wait(&call, &workflow, id, signals).await);
    }
    if !call.sim.paid {
        let msg = "Workflow execution with is_async=true is a premium feature available only to Coze Professional users";
        return Err(Refusal::workflow(WorkflowFault::Premium, msg));
    }
    let origin = request.origin(&call, Mode::Async);
    let id = engine::start(&call.sim, &workflow, origin, request.parameters, None);
    Ok(later(&call, &workflow, id))
}

pub(super) async fn resume(call: Call, Body(request): Body<ResumeRequest>) -> Reply {
    let (workflow, id, mode, waiting, text) = waiting(&call, request, &[Mode::Sync, Mode::Async])?;
    if mode == Mode::Async {
        // The history shows a run that was deleted.
        let _ = waiting.answer.send(Answered { text, listener: None });
        return Ok(later(&call, &workflow, id));
    }
    let (sender, signals) = mpsc::channel(16);
    let _ = waiting.answer.send(Answered { text, listener: Some(sender) });
    Ok(wait(&call, &workflow, id, signals).await)
}

/// The run that a request resumes: its workflow, how it was started, and its answer.
pub(super) type Found = (std::sync::Arc<Workflow>, Id, Mode, Waiting, String);

/// Finds the run that waits for the answer of a request, and removes the wait.
pub(super) fn waiting(call: &Call, request: ResumeRequest, modes: &[Mode]) -> Result<Found, Refusal> {
    let workflow = by_id(call, request.workflow_id)?;
    let wrong = |name: &str, problem: String| {
        if call.sim.rules().strict {
            Refusal::invalid(name, problem)
        } else {
            Refusal::workflow(WorkflowFault::Node, format!("{name}: {problem}"))
        }
    };
    let none = || wrong("event_id", format!("no run of this workflow waits for {:?}", request.event_id));
    let id = request.event_id.split_once('/').and_then(|(run, _)| Id::parse(run)).ok_or_else(none)?;
    let mut state = call.sim.store.lock();
    let record = state
        .runs
        .get_mut(&id)
        .filter(|record| record.workflow == workflow.id && record.origin.user == call.user)
        .ok_or_else(none)?;
    let interrupt = record.waiting.as_ref().map(|waiting| &waiting.interrupt);
    let Some(Interrupt { kind, .. }) = interrupt.filter(|interrupt| interrupt.event_id == request.event_id)
    else {
        return Err(none());
    };
    let mode = record.origin.mode;
    if !modes.contains(&mode) {
        let problem = match mode {
            Mode::Stream => "the run was streamed; resume it with /v1/workflow/stream_resume",
            Mode::Sync | Mode::Async => "the run was not streamed; resume it with /v1/workflows/resume",
            Mode::Chat | Mode::Agent => "the run belongs to a chat; answer it with /v1/workflows/chat",
        };
        return Err(wrong("event_id", problem.into()));
    }
    if call.sim.rules().strict && *kind != request.interrupt_type {
        let problem = format!("the interrupt is of type {kind}, got {}", request.interrupt_type);
        return Err(wrong("interrupt_type", problem));
    }
    record.resumes += 1;
    record.status = RunStatus::Running;
    let waiting = record.waiting.take().ok_or_else(none)?;
    Ok((workflow, id, mode, waiting, request.resume_data))
}

/// Responds with the result of the run, or of its part up to an interrupt.
async fn wait(call: &Call, workflow: &Workflow, id: Id, signals: mpsc::Receiver<Signal>) -> Answer {
    let Ok(Some(signal)) = timeout(PATIENCE, engine::last_signal(signals)).await else {
        return Answer::Scripted(Box::new(Refuse { close: true, ..Refuse::default() }));
    };
    let usage = call.sim.store.lock().runs.get(&id).map(|record| record.usage);
    let mut answer = answer(call, workflow, id);
    match signal {
        Signal::Done(output) => {
            answer.data = Some(output);
            answer.usage = usage;
        }
        Signal::Interrupt(interrupt) => answer.interrupt = Some(interrupt),
        Signal::Failed { code, message } => answer.error = Some((code, message)),
        // Not the last item of a run.
        Signal::Message(_) => {}
    }
    Payload::Run(Box::new(answer)).into()
}

fn answer(call: &Call, workflow: &Workflow, id: Id) -> RunAnswer {
    let debug_url = call.sim.behavior.debug_url(workflow.id, workflow.workspace_id, id);
    RunAnswer { execute_id: Some(id), debug_url, ..RunAnswer::default() }
}

fn later(call: &Call, workflow: &Workflow, id: Id) -> Answer {
    Payload::Run(Box::new(RunAnswer { is_async: true, ..answer(call, workflow, id) })).into()
}
