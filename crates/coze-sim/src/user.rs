//! The user of a token.

use crate::http::{Call, Payload, Reply, Routes};
use axum::routing::get;
use serde_json::json;

pub(crate) fn routes(routes: Routes) -> Routes {
    routes.official("/v1/users/me", get(me))
}

async fn me(call: Call) -> Reply {
    let user = json!({
        "user_id": call.user,
        "user_name": format!("user{}", call.user),
        "nick_name": "Simulated user",
        "avatar_url": "https://example.com/avatar.png",
    });
    Ok(Payload::Data(user).into())
}
