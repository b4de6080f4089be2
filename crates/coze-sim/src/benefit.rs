//! Benefits of an account: the plan of an enterprise, limits for its devices, and bills.

mod bill;
mod limitation;

use axum::routing::{get, put};
use serde_json::{Value, json};

use crate::http::{Call, Payload, Query, Reply, Routes, fields};
use crate::state::Refusal;

pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .official("/v1/commerce/benefit/benefits/get", get(retrieve))
        .official("/v1/commerce/benefit/bill_tasks", get(bill::list).post(bill::create))
        .official("/v1/commerce/benefit/limitations", get(limitation::list).post(limitation::create))
        .official("/v1/commerce/benefit/limitations/{benefit_id}", put(limitation::update))
}

fields! {
    struct Retrieve {
        // Words, separated by commas.
        benefit_type_list: String; optional,
        resource_id: Option<String> => OneOf(&["plugin", "chat", "workflow"]),
    }
}

fn item(total: u32, strategy: &str) -> Value {
    let info = json!({"used": 0, "total": total, "start_at": 0, "end_at": 0, "strategy": strategy});
    json!({"status": "valid", "item_info": info})
}

async fn retrieve(Query(query): Query<Retrieve>, call: Call) -> Reply {
    let mut benefits = Vec::new();
    for kind in query.benefit_type_list.split(',').filter(|kind| !kind.is_empty()) {
        let (resource, share) = match (kind, &query.resource_id) {
            ("api_run_qps", Some(resource)) => (Some(resource), item(100, "by_quota")),
            ("api_run_qps", None) => {
                let problem = "required for api_run_qps, but missing; expected one of plugin, chat, workflow";
                return Err(Refusal::invalid("resource_id", problem));
            }
            ("call_tool_limit", _) => (None, item(1, if call.sim.paid { "unlimit" } else { "forbidden" })),
            _ => {
                let problem = format!("expected api_run_qps or call_tool_limit, got {kind:?}");
                return Err(Refusal::invalid("benefit_type_list", problem));
            }
        };
        let mut benefit = json!({"benefit_type": kind, "basic": share, "effective": share});
        if let Some(resource) = resource {
            benefit["resource_id"] = json!(resource);
        }
        benefits.push(benefit);
    }
    let level = if call.sim.paid { "enterprise" } else { "free" };
    let mut data = json!({"basic_info": {"user_level": level}});
    if !benefits.is_empty() {
        data["benefit_info"] = json!(benefits);
    }
    Ok(Payload::Data(data).into())
}
