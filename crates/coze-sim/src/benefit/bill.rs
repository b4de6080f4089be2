//! Bills for the devices of an enterprise, which are empty here.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::http::{Body, Call, Payload, Query, Reply, fields, page};
use crate::state::{Id, Refusal, State};

/// Seconds per day.
const DAY: i64 = 86_400;
/// Offset of the days in Beijing from UTC, in seconds.
const ZONE: i64 = 8 * 3600;
/// 2025-03-13, in days since 1970: there are no bills before it.
const FIRST: i64 = 20_160;
/// Number of days for which files and their tasks are kept.
const KEPT: i64 = 7;
/// Maximum number of tasks that one request may list.
const MAX_IDS: usize = 100;

fields! {
    pub(super) struct Create {
        started_at: Option<i64> => Int(0, i64::MAX),
        ended_at: Option<i64> => Int(0, i64::MAX),
    }

    pub(super) struct List {
        // Ids, separated by commas.
        task_ids: String; optional,
        page_num: Option<usize> => Int(1, i64::MAX),
        page_size: Option<usize> => Int(1, 200),
    }
}

/// Tasks by id; ids ascend with time.
type Tasks = BTreeMap<Id, Task>;

#[derive(Debug)]
pub(crate) struct Task {
    owner: Id,
    started_at: i64,
    ended_at: i64,
    created_at: i64,
}

impl Task {
    /// Describes a task: it is running when it is created, and done when it is retrieved.
    fn show(&self, id: Id, done: bool) -> Value {
        let files = if done { vec![format!("https://example.com/bills/{id}.csv")] } else { Vec::new() };
        json!({
            "task_id": id,
            "status": if done { "succeed" } else { "running" },
            "started_at": self.started_at,
            "ended_at": self.ended_at,
            "created_at": self.created_at,
            "expires_at": self.created_at + KEPT * DAY,
            "file_urls": files,
        })
    }
}

/// Returns the day of a time.
fn day(time: i64) -> i64 {
    (time + ZONE) / DAY
}

pub(super) async fn create(call: Call, Body(request): Body<Create>) -> Reply {
    let now = i64::try_from(call.sim.now()).unwrap_or(i64::MAX);
    let yesterday = day(now) - 1;
    let first = request.started_at.map_or(yesterday, day);
    let last = request.ended_at.map_or(first, day);
    if first < FIRST {
        return Err(Refusal::invalid("started_at", "bills start on 2025-03-13"));
    }
    if first > yesterday {
        return Err(Refusal::invalid("started_at", "bills end with yesterday"));
    }
    if last < first {
        return Err(Refusal::invalid("ended_at", "expected a day that is not before started_at"));
    }
    let task = Task {
        owner: call.user,
        started_at: first * DAY - ZONE,
        ended_at: (last + 1) * DAY - ZONE - 1,
        created_at: now,
    };
    let id = call.sim.store.mint.id();
    let answer = task.show(id, false);
    let mut state = call.sim.store.lock();
    state.keep("bill", id, 0, |state: &mut State, id| state.of::<Tasks>().retain(|kept, _| *kept != id));
    state.of::<Tasks>().insert(id, task);
    drop(state);
    Ok(Payload::Data(answer).into())
}

pub(super) async fn list(Query(query): Query<List>, call: Call) -> Reply {
    let wanted: Vec<&str> = query.task_ids.split(',').filter(|id| !id.is_empty()).collect();
    if call.sim.rules().strict && wanted.len() > MAX_IDS {
        return Err(Refusal::invalid("task_ids", format!("at most {MAX_IDS} ids, got {}", wanted.len())));
    }
    let now = i64::try_from(call.sim.now()).unwrap_or(i64::MAX);
    let mut state = call.sim.store.lock();
    let found: Vec<Value> = state
        .of::<Tasks>()
        .iter()
        .rev()
        .filter(|(_, task)| task.owner == call.user)
        .filter(|(id, task)| match wanted[..] {
            [] => task.created_at + KEPT * DAY > now,
            _ => wanted.contains(&id.to_string().as_str()),
        })
        .map(|(id, task)| task.show(*id, true))
        .collect();
    let total = found.len();
    let size = query.page_size.unwrap_or(20);
    let (tasks, _) = page(found, query.page_num, size);
    Ok(Payload::Data(json!({"task_infos": tasks, "total": total})).into())
}
