//! Issuing of tokens.

use std::time::Duration;

use serde_json::{Value, json};

use super::app::Kind;
use super::failure::Failure;
use super::scope;
use super::state::{Access, Issued, Refresh, random};
use crate::server::Shared;
use crate::state::Id;

/// Lifetime of access tokens, unless a service app requests another.
pub(super) const LIFETIME: Duration = Duration::from_secs(900);
/// Maximum number of grants that are recorded for tests; the oldest are dropped.
const KEPT_ISSUED: usize = 1024;

/// Issues an access token for a grant, with a refresh token if the grant has one.
pub(super) fn issue(
    sim: &Shared,
    mut grant: Issued,
    lifetime: Duration,
    refreshable: bool,
) -> Result<Value, Failure> {
    let service = &sim.oauth;
    let now = service.now();
    let lifetime = service.settings.token_lifetime.unwrap_or(lifetime);
    grant.expires_at = now.saturating_add(lifetime.as_secs());
    let prefix = if refreshable { "czu_" } else { "czs_" };
    let token = format!("{prefix}{}", random(48)?);
    let mut answer = json!({"access_token": token, "expires_in": grant.expires_at, "token_type": "Bearer"});

    let mut state = service.lock();
    state.sweep(now);
    let user = match (&grant.account_id, &grant.session_name) {
        (None, None) => sim.owner(),
        (account, session) => {
            let named = account.as_deref().filter(|_| session.is_none()).and_then(Id::parse);
            let key = (account.clone(), session.clone());
            named.unwrap_or_else(|| *state.users.entry(key).or_insert_with(|| sim.store.mint.id()))
        }
    };
    // According to the page of channels, a scope applies only to them.
    let of_channel = service.app(&grant.client_id)?.kind == Kind::Channel;
    let bots = grant.scope.as_ref().filter(|_| of_channel).and_then(scope::bots);
    state.access.insert(token, Access { user, bots, expires_at: grant.expires_at });
    if refreshable {
        let token = random(48)?;
        answer["refresh_token"] = json!(token);
        let expires_at = now.saturating_add(service.settings.refresh_lifetime.as_secs());
        state.refresh.insert(token, Refresh { grant: grant.clone(), expires_at });
    }
    if state.issued.len() == KEPT_ISSUED {
        state.issued.pop_front();
    }
    state.issued.push_back(grant);
    Ok(answer)
}
