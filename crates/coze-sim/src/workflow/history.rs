//! What became of runs.

use serde::Deserialize;
use serde_json::json;

use super::by_id;
use super::record::Record;
use crate::dialect::{WorkflowFault, refused};
use crate::http::answer::{Answer, Payload};
use crate::http::call::Call;
use crate::http::schema::{Field, Kind};
use crate::id::Id;
use crate::refusal::Refusal;

const BY_QUERY: &[Field] =
    &[Field::required("workflow_id", Kind::Id), Field::required("execute_id", Kind::Id)];

#[derive(Debug, Deserialize)]
struct ByQuery {
    workflow_id: String,
    execute_id: String,
}

pub(super) async fn run(call: Call) -> Result<Answer, Refusal> {
    call.no_query()?;
    let (workflow, run) = (call.path_id("workflow_id")?, call.path_id("execute_id")?);
    histories(&call, &workflow.to_string(), run)
}

pub(super) async fn by_query(call: Call) -> Result<Answer, Refusal> {
    let query: ByQuery = call.query(BY_QUERY)?;
    histories(&call, &query.workflow_id, Id::parse(&query.execute_id).unwrap_or(Id::new(0)))
}

fn histories(call: &Call, workflow: &str, run: Id) -> Result<Answer, Refusal> {
    let history = with_record(call, workflow, run, |record| call.sim.dialect.run_history(run, record))?;
    Ok(Payload::Histories(vec![history]).into())
}

/// Shows one execution of a node that sends texts.
pub(super) async fn node(call: Call) -> Result<Answer, Refusal> {
    call.no_query()?;
    let (workflow, run) = (call.path_id("workflow_id")?, call.path_id("execute_id")?);
    let uuid = call.path("node_execute_uuid");
    let found = with_record(&call, &workflow.to_string(), run, |record| {
        let run = record.nodes.iter().find(|run| run.uuid == uuid)?;
        Some(json!({"is_finish": run.finished, "node_output": run.output}))
    })?;
    let node = found.ok_or_else(|| {
        let problem = format!("no message node of this run has it, got {uuid:?}");
        Refusal::invalid("node_execute_uuid", problem)
    })?;
    Ok(Payload::Data(node).into())
}

fn with_record<T>(
    call: &Call,
    workflow: &str,
    run: Id,
    show: impl FnOnce(&Record) -> T,
) -> Result<T, Refusal> {
    let workflow = by_id(call, workflow)?;
    let state = call.sim.store.lock();
    let own = |record: &&Record| record.workflow == workflow.id && record.origin.user == call.user;
    let record = state.runs.get(&run).filter(own);
    let unknown = || {
        refused(WorkflowFault::Unknown, format!("the run {run} of workflow {} does not exist", workflow.id))
    };
    record.map(show).ok_or_else(unknown)
}
