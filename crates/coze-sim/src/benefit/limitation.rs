//! Limits for the devices of an enterprise. They are stored; there is no device to which they apply.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::http::{Body, Call, Kind, Payload, Query, Reply, Unread, fields, token_page};
use crate::state::{Id, Refusal, State};

/// The last two are the names of the Java SDK for the second and the fourth.
const ENTITIES: Kind = Kind::OneOf(&[
    "enterprise_all_devices",
    "enterprise_all_custom_consumers",
    "single_device",
    "single_custom_consumer",
    "enterprise_all_identifiers",
    "single_identifier",
]);

const TYPES: Kind =
    Kind::OneOf(&["resource_point", "voice_unified_duration_system", "voice_unified_duration_custom"]);

const STATUS: Kind = Kind::OneOf(&["valid", "frozen"]);

const UNITS: Kind = Kind::OneOf(&["never", "minute", "hour", "day"]);

fields! {
    pub(super) struct Create {
        entity_type: String => ENTITIES,
        entity_id: Option<String>,
        benefit_info: Info,
    }

    struct Info {
        limit: i64 => Int(0, i64::MAX),
        benefit_type: String => TYPES,
        active_mode: String => OneOf(&["absolute_time"]),
        started_at: i64 => Int(0, i64::MAX),
        ended_at: i64 => Int(0, i64::MAX),
        status: Option<String> => STATUS,
        trigger_unit: Option<String> => UNITS,
        trigger_time: Option<i64> => Int(1, i64::MAX),
    }

    pub(super) struct Update {
        // Repeated in the example of the page.
        benefit_id: Unread,
        active_mode: Option<String> => OneOf(&["absolute_time"]),
        started_at: Option<i64> => Int(0, i64::MAX),
        ended_at: Option<i64> => Int(0, i64::MAX),
        limit: Option<i64> => Int(0, i64::MAX),
        status: Option<String> => STATUS,
        trigger_unit: Option<String> => UNITS,
        trigger_time: Option<i64> => Int(1, i64::MAX),
    }

    pub(super) struct List {
        entity_type: String => ENTITIES,
        entity_id: Option<String>,
        // Optional in the Java SDK.
        benefit_type: Option<String> => TYPES; required_by_page,
        status: Option<String> => STATUS,
        page_token: Option<String>,
        page_size: Option<usize> => Int(1, 200),
    }
}

/// Limits by id; ids ascend with time.
type Limits = BTreeMap<Id, Limit>;

#[derive(Debug)]
pub(crate) struct Limit {
    owner: Id,
    entity_type: String,
    entity_id: Option<String>,
    info: Info,
}

impl Info {
    fn status(&self) -> &str {
        self.status.as_deref().unwrap_or("valid")
    }

    fn unit(&self) -> &str {
        self.trigger_unit.as_deref().unwrap_or("never")
    }

    fn check(&self, path: &str) -> Result<(), Refusal> {
        if self.ended_at < self.started_at {
            return Err(Refusal::invalid(format!("{path}ended_at"), "expected a time after started_at"));
        }
        Ok(())
    }
}

impl Limit {
    fn show(&self, id: Id) -> Value {
        let info = &self.info;
        let mut shown = json!({
            "benefit_id": id,
            "entity_type": self.entity_type,
            "benefit_type": info.benefit_type,
            "active_mode": info.active_mode,
            "started_at": info.started_at,
            "ended_at": info.ended_at,
            "limit": info.limit,
            "status": info.status(),
            "trigger_unit": info.unit(),
            "trigger_time": info.trigger_time.unwrap_or(1),
        });
        if let Some(entity) = &self.entity_id {
            shown["entity_id"] = json!(entity);
        }
        shown
    }
}

/// Returns the device of a limit; only some limits have one.
fn entity(kind: &str, id: Option<String>) -> Result<Option<String>, Refusal> {
    match (kind.starts_with("single_"), id.filter(|id| !id.is_empty())) {
        (true, None) => Err(Refusal::invalid("entity_id", format!("required for {kind}, but missing"))),
        (true, id) => Ok(id),
        // The example of the page has one here, too.
        (false, _) => Ok(None),
    }
}

pub(super) async fn create(call: Call, Body(request): Body<Create>) -> Reply {
    let entity_id = entity(&request.entity_type, request.entity_id)?;
    request.benefit_info.check("benefit_info.")?;
    let limit =
        Limit { owner: call.user, entity_type: request.entity_type, entity_id, info: request.benefit_info };
    let mut state = call.sim.store.lock();
    let same = |other: &Limit| {
        other.owner == call.user
            && other.entity_type == limit.entity_type
            && (other.info.unit() == "never") == (limit.info.unit() == "never")
    };
    // The test of the Java SDK sets several values.
    if call.sim.rules().by_the_page && limit.entity_id.is_none() && state.of::<Limits>().values().any(same) {
        let problem = format!("{} has such a limit already; update it", limit.entity_type);
        return Err(Refusal::invalid("entity_type", problem));
    }
    let id = call.sim.store.mint.id();
    let answer = json!({"benefit_info": limit.show(id)});
    state.keep("limit", id, 0, |state: &mut State, id| drop(state.of::<Limits>().remove(&id)));
    state.of::<Limits>().insert(id, limit);
    Ok(Payload::Data(answer).into())
}

pub(super) async fn update(call: Call, Body(request): Body<Update>) -> Reply {
    let id = call.path_id("benefit_id")?;
    let mut state = call.sim.store.lock();
    let limit = match state.of::<Limits>().get_mut(&id) {
        Some(limit) if limit.owner == call.user => limit,
        Some(_) => return Err(Refusal::NotOwner(format!("limit {id}"))),
        None => return Err(Refusal::invalid("benefit_id", format!("there is no limit {id}"))),
    };
    let info = &limit.info;
    let changed = Info {
        limit: request.limit.unwrap_or(info.limit),
        benefit_type: info.benefit_type.clone(),
        active_mode: request.active_mode.unwrap_or_else(|| info.active_mode.clone()),
        started_at: request.started_at.unwrap_or(info.started_at),
        ended_at: request.ended_at.unwrap_or(info.ended_at),
        status: request.status.or_else(|| info.status.clone()),
        trigger_unit: request.trigger_unit.or_else(|| info.trigger_unit.clone()),
        trigger_time: request.trigger_time.or(info.trigger_time),
    };
    changed.check("")?;
    limit.info = changed;
    Ok(Payload::Nothing.into())
}

pub(super) async fn list(Query(query): Query<List>, call: Call) -> Reply {
    let entity_id = entity(&query.entity_type, query.entity_id)?;
    let status = query.status.as_deref().unwrap_or("valid");
    let mut state = call.sim.store.lock();
    let found = state
        .of::<Limits>()
        .iter()
        .filter(|(_, limit)| limit.owner == call.user && limit.entity_type == query.entity_type)
        .filter(|(_, limit)| limit.entity_id == entity_id && limit.info.status() == status)
        .filter(|(_, limit)| query.benefit_type.as_ref().is_none_or(|kind| limit.info.benefit_type == *kind))
        .map(|(id, limit)| (id.to_string(), limit.show(*id)))
        .collect();
    let token = query.page_token.as_deref();
    let (items, next) = token_page(found, token, query.page_size.unwrap_or(20))?;
    let answer = json!({"benefit_infos": items, "has_more": !next.is_empty(), "page_token": next});
    Ok(Payload::Data(answer).into())
}
