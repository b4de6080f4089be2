//! Histories of runs.

use serde_json::json;

use super::by_id;
use crate::http::{Call, Payload, Query, Reply, fields};
use crate::state::refusal::WorkflowFault;
use crate::state::run::Record;
use crate::state::{Id, Refusal};

fields! {
    pub(super) struct RunOfWorkflow {
        workflow_id: Id,
        execute_id: Id,
    }
}

pub(super) async fn run(call: Call) -> Reply {
    histories(&call, call.path_id("workflow_id")?, call.path_id("execute_id")?)
}

pub(super) async fn by_query(Query(query): Query<RunOfWorkflow>, call: Call) -> Reply {
    histories(&call, query.workflow_id, query.execute_id)
}

fn histories(call: &Call, workflow: Id, run: Id) -> Reply {
    let (record, interrupt) = with_record(call, workflow, run, Record::snapshot)?;
    Ok(Payload::History(run, Box::new(record), interrupt).into())
}

/// Describes one execution of a node that sends texts.
pub(super) async fn node(call: Call) -> Reply {
    let (workflow, run) = (call.path_id("workflow_id")?, call.path_id("execute_id")?);
    let uuid = call.path("node_execute_uuid");
    let found = with_record(&call, workflow, run, |record| {
        let run = record.nodes.iter().find(|run| run.uuid == uuid)?;
        Some(json!({"is_finish": run.finished, "node_output": run.output}))
    })?;
    let node = found.ok_or_else(|| {
        let problem = format!("no message node of this run has it, got {uuid:?}");
        Refusal::invalid("node_execute_uuid", problem)
    })?;
    Ok(Payload::Data(node).into())
}

fn with_record<T>(call: &Call, workflow: Id, run: Id, show: impl FnOnce(&Record) -> T) -> Result<T, Refusal> {
    let workflow = by_id(call, workflow)?;
    let state = call.sim.store.lock();
    let own = |record: &&Record| record.workflow == workflow.id && record.origin.user == call.user;
    let record = state.runs.get(&run).filter(own);
    let unknown = || {
        Refusal::workflow(
            WorkflowFault::Unknown,
            format!("the run {run} of workflow {} does not exist", workflow.id),
        )
    };
    record.map(show).ok_or_else(unknown)
}
