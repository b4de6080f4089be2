//! Runs with a stream of events.

use std::time::Duration;

use bytes::Bytes;
use serde_json::json;
use tokio::sync::mpsc;
use tokio::time::timeout;

use super::engine::{self, Signal};
use super::run::{ResumeRequest, RunRequest, waiting};
use super::{Workflow, find};
use crate::http::stream::{self, Signal as Written};
use crate::http::{Answer, Body, Call, Reply, StreamItem, StreamOf};
use crate::script::event::Event;
use crate::server::Shared;
use crate::state::Id;
use crate::state::run::{Answered, Mode};

pub(super) async fn run(call: Call, Body(request): Body<RunRequest>) -> Reply {
    let workflow = find(&call, &request.asked())?;
    let (sender, signals) = mpsc::channel(16);
    let origin = request.origin(&call, Mode::Stream);
    let id = engine::start(&call.sim, &workflow, origin, request.parameters, Some(sender));
    Ok(respond(&call, &workflow, id, signals).await)
}

pub(super) async fn resume(call: Call, Body(request): Body<ResumeRequest>) -> Reply {
    let (workflow, id, _, waiting, text) = waiting(&call, request, &[Mode::Stream])?;
    let (sender, signals) = mpsc::channel(16);
    // If the run was deleted, the stream closes.
    let _ = waiting.answer.send(Answered { text, listener: Some(sender) });
    Ok(respond(&call, &workflow, id, signals).await)
}

/// Responds with the events of a run up to its end or its next interrupt.
async fn respond(call: &Call, workflow: &Workflow, id: Id, signals: mpsc::Receiver<Signal>) -> Answer {
    let sim = &call.sim;
    let wire = workflow.wire.clone();
    let debug_url = sim.behavior.debug_url(workflow.id, workflow.workspace_id, id);
    let (sender, written) = mpsc::channel(16);
    let relay = relay(sim.clone(), id, debug_url.clone(), signals, sender);
    sim.spawn(async move {
        // The run continues without its client.
        relay.await.unwrap_or_default();
    });
    tokio::time::sleep(Duration::from_millis(wire.delay_head_ms)).await;
    stream::respond(call, wire, StreamOf::Workflow, &debug_url, written)
}

/// Converts the items of a run to events, and fills silences with heartbeats; `None` if nobody listens any more.
async fn relay(
    sim: std::sync::Arc<Shared>,
    id: Id,
    debug_url: String,
    mut signals: mpsc::Receiver<Signal>,
    out: mpsc::Sender<Written>,
) -> Option<()> {
    loop {
        let Some(signal) = next(&sim, &mut signals, &out).await? else {
            if sim.behavior.tells_break {
                let broken = Bytes::from_static(b"event: error\ndata: the run was aborted\n\n");
                out.send(Written::Raw(broken)).await.ok()?;
            }
            return out.send(Written::End).await.ok();
        };
        let used = sim.store.lock().runs.get(&id).map(|record| record.usage).unwrap_or_default();
        let last = match signal {
            Signal::Message(piece) => {
                out.send(Written::Event(StreamItem::Part(Box::new(piece), used))).await.ok()?;
                continue;
            }
            Signal::Done(_) => Written::Done,
            Signal::Interrupt(interrupt) => Written::Last(StreamItem::Interrupt {
                interrupt: Box::new(interrupt),
                debug_url: debug_url.clone(),
            }),
            Signal::Failed { code, message } => {
                let data = json!({"error_code": code, "error_message": message, "debug_url": debug_url});
                Written::Last(Event::new("Error", &data).into())
            }
        };
        out.send(last).await.ok()?;
        return out.send(Written::End).await.ok();
    }
}

/// Waits for the next item of a run; the inner `None` means that the run was aborted.
async fn next(
    sim: &Shared,
    signals: &mut mpsc::Receiver<Signal>,
    out: &mpsc::Sender<Written>,
) -> Option<Option<Signal>> {
    if !sim.behavior.pings {
        return Some(signals.recv().await);
    }
    loop {
        match timeout(sim.ping, signals.recv()).await {
            Ok(signal) => return Some(signal),
            Err(_) => out.send(Written::Event(Event::new("PING", &json!({})).into())).await.ok()?,
        }
    }
}
