//! Tokens, by the four grant types.

use std::time::Duration;

use axum::response::Response;
use http::header::AUTHORIZATION;
use http::request::Parts;
use serde_json::{Value, json};

use super::app::{App, DEMO_WEB_SECRET, Kind};
use super::device::DEVICE_CODE;
use super::failure::Failure;
use super::form::Form;
use super::issue::{LIFETIME, issue};
use super::path::Subject;
use super::state::Issued;
use super::{bare, device, host, jwt, scope};
use crate::server::Shared;

const AUTHORIZATION_CODE: &str = "authorization_code";
const REFRESH_TOKEN: &str = "refresh_token";
const JWT_BEARER: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";

/// Maximum lifetime that a service app can request, in seconds.
const LONGEST: u64 = 86_399;

/// Issues a token.
pub(super) fn token(sim: &Shared, head: &Parts, form: &Form, subject: &Subject) -> Result<Response, Failure> {
    let answer = match form.text("grant_type")? {
        JWT_BEARER => by_jwt(sim, head, form, subject),
        other if *subject != Subject::Owner => Err(Failure::grant_type(other)),
        AUTHORIZATION_CODE => by_code(sim, head, form),
        REFRESH_TOKEN => by_refresh_token(sim, head, form),
        DEVICE_CODE => device::poll(sim, form),
        other => Err(Failure::grant_type(other)),
    };
    answer.map(|answer| bare(&answer))
}

fn by_jwt(sim: &Shared, head: &Parts, form: &Form, subject: &Subject) -> Result<Value, Failure> {
    let jwt = bearer(head).ok_or_else(|| Failure::client("the Authorization header has no JWT"))?;
    let lifetime = form.value("duration_seconds").map_or(Ok(LIFETIME), lifetime)?;
    let scope = form.value("scope").map(scope::read).transpose()?;
    let (account_id, enterprise_id) = match subject {
        Subject::Owner => (None, None),
        Subject::Account(id) if id.is_empty() || !id.bytes().all(|byte| byte.is_ascii_digit()) => {
            return Err(Failure::parameter("account_id", "expected digits"));
        }
        Subject::Account(id) => (Some(id.clone()), None),
        Subject::Enterprise(id) if id.is_empty() => {
            return Err(Failure::parameter("enterprise_id", "it is empty"));
        }
        Subject::Enterprise(id) => (None, Some(id.clone())),
    };
    let (app, claims) = jwt::verify(&sim.oauth, jwt, host(head).as_deref())?;
    let grant = Issued {
        grant_type: JWT_BEARER.to_owned(),
        client_id: app.client_id.to_owned(),
        account_id,
        enterprise_id,
        session_name: claims.session_name.filter(|name| !name.is_empty()),
        session_context: claims.session_context.map(|context| json!(context)),
        scope,
        ..Issued::default()
    };
    issue(sim, grant, lifetime, false)
}

fn by_code(sim: &Shared, head: &Parts, form: &Form) -> Result<Value, Failure> {
    let app = sim.oauth.app(form.text("client_id")?)?;
    if !matches!(app.kind, Kind::Web | Kind::Pkce) {
        return Err(Failure::app_type());
    }
    let (given, redirect_uri) = (form.text("code")?, form.text("redirect_uri")?);
    let verifier = form.optional("code_verifier")?;
    authenticate(app, head)?;

    let mut state = sim.oauth.lock();
    let code = state.codes.get(given).filter(|code| code.grant.client_id == app.client_id);
    let code = code.ok_or_else(|| Failure::parameter("code", "it is unknown, or was used before"))?;
    if code.expires_at <= sim.oauth.now() {
        return Err(Failure::parameter("code", "it has expired"));
    }
    if code.redirect_uri != redirect_uri {
        return Err(Failure::parameter("redirect_uri", "it is not the one that the code was sent to"));
    }
    match (&code.challenge, verifier) {
        (Some(_), None) => return Err(Failure::parameter("code_verifier", "it is required")),
        (Some(challenge), Some(verifier)) if !challenge.fits(verifier) => {
            return Err(Failure::parameter("code_verifier", "it does not match the code_challenge"));
        }
        (None, Some(_)) => {
            return Err(Failure::parameter("code_verifier", "the code was issued without a code_challenge"));
        }
        (Some(_), Some(_)) | (None, None) => {}
    }
    let mut grant = code.grant.clone();
    state.codes.remove(given);
    drop(state);
    AUTHORIZATION_CODE.clone_into(&mut grant.grant_type);
    issue(sim, grant, LIFETIME, true)
}

fn by_refresh_token(sim: &Shared, head: &Parts, form: &Form) -> Result<Value, Failure> {
    let app = sim.oauth.app(form.text("client_id")?)?;
    if matches!(app.kind, Kind::Service | Kind::Channel) {
        return Err(Failure::app_type());
    }
    let given = form.text("refresh_token")?;
    authenticate(app, head)?;

    let mut state = sim.oauth.lock();
    let refresh = state.refresh.get(given).filter(|refresh| refresh.grant.client_id == app.client_id);
    let refresh =
        refresh.ok_or_else(|| Failure::parameter("refresh_token", "it is unknown, or was used before"))?;
    if refresh.expires_at <= sim.oauth.now() {
        return Err(Failure::parameter("refresh_token", "it has expired"));
    }
    let mut grant = refresh.grant.clone();
    state.refresh.remove(given);
    drop(state);
    REFRESH_TOKEN.clone_into(&mut grant.grant_type);
    issue(sim, grant, LIFETIME, true)
}

fn lifetime(seconds: &Value) -> Result<Duration, Failure> {
    let allowed = seconds.as_u64().filter(|seconds| (1..=LONGEST).contains(seconds)).map(Duration::from_secs);
    let problem = || format!("expected 1 to {LONGEST}, got {seconds}");
    allowed.ok_or_else(|| Failure::parameter("duration_seconds", &problem()))
}

/// Verifies the secret of an app that has one.
fn authenticate(app: &App, head: &Parts) -> Result<(), Failure> {
    match bearer(head) {
        _ if app.kind != Kind::Web => Ok(()),
        Some(DEMO_WEB_SECRET) => Ok(()),
        Some(_) => Err(Failure::client("the client secret is wrong")),
        None => Err(Failure::client("the Authorization header has no client secret")),
    }
}

/// Returns the token after `Bearer`; some official SDKs send only the word.
fn bearer(head: &Parts) -> Option<&str> {
    let value = head.headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, secret) = value.split_once(' ')?;
    Some(secret.trim()).filter(|secret| scheme.eq_ignore_ascii_case("bearer") && !secret.is_empty())
}
