//! Channels (connectors): those of Coze; any other id is a channel of the user.

use axum::routing::{post, put};

use crate::bot;
use crate::http::{Body, Call, Payload, Reply, Routes, fields};
use crate::state::{Id, Refusal};

pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .official("/v1/connectors/{connector_id}/install", post(install))
        .official("/v1/connectors/{connector_id}/user_configs", post(bind))
        .official("/v1/connectors/{connector_id}/bots/{bot_id}", put(review))
}

/// Channels of Coze: API, Chat SDK, Web SDK, template, store and others.
const OFFICIAL: [u64; 12] = [
    998, 999, 1024, 10_000_011, 10_000_113, 10_000_117, 10_000_120, 10_000_121, 10_000_122, 10_000_126,
    10_000_127, 10_000_128,
];

fields! {
    struct Install {
        workspace_id: Id,
    }

    struct Bind {
        configs: Vec<UserConfig>,
        user_id: Option<Id>,
    }

    struct UserConfig {
        key: String => Filled,
        enums: Vec<Device>,
    }

    struct Device {
        label: String => Filled,
        value: String => Filled,
    }

    struct Review {
        audit_status: Option<i64> => OneInt(&[1, 2, 3]),
        reason: Option<String>,
    }
}

/// Rejects a channel of Coze where one of the user is required.
pub(crate) fn check_own(field: &str, channel: Id) -> Result<(), Refusal> {
    if OFFICIAL.contains(&channel.number()) {
        let problem = format!("{channel} is a channel of Coze; expected one of your own");
        return Err(Refusal::invalid(field, problem));
    }
    Ok(())
}

async fn install(call: Call, _: Body<Install>) -> Reply {
    call.path_id("connector_id")?;
    Ok(Payload::Nothing.into())
}

async fn bind(call: Call, Body(Bind { configs, .. }): Body<Bind>) -> Reply {
    check_own("connector_id", call.path_id("connector_id")?)?;
    if configs.is_empty() {
        return Err(Refusal::invalid("configs", "expected at least one"));
    }
    if let Some(index) = configs.iter().position(|config| config.enums.is_empty()) {
        return Err(Refusal::invalid(format!("configs[{index}].enums"), "expected at least one device"));
    }
    Ok(Payload::Nothing.into())
}

async fn review(call: Call, _: Body<Review>) -> Reply {
    call.path_id("connector_id")?;
    bot::check_exists(&call, call.path_id("bot_id")?)?;
    Ok(Payload::Nothing.into())
}
