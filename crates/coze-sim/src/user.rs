//! The user that a token belongs to.

use http::Method;
use serde_json::json;

use crate::answer::{Answer, Payload};
use crate::call::Call;
use crate::refusal::Refusal;
use crate::route::{Route, at_once};

pub(crate) const ROUTES: &[Route] = &[Route::new(Method::GET, "/v1/users/me", |call| at_once(me(&call)))];

fn me(call: &Call) -> Result<Answer, Refusal> {
    call.no_query()?;
    let user = json!({
        "user_id": call.user,
        "user_name": format!("user{}", call.user),
        "nick_name": "Simulated user",
        "avatar_url": "https://example.com/avatar.png",
    });
    Ok(Payload::Data(user).into())
}
