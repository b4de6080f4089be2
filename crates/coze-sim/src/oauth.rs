//! The OAuth endpoints: tokens, device codes, and the consent pages.

pub(crate) mod app;
mod authorize;
mod challenge;
mod config;
mod control;
mod device;
mod failure;
mod form;
mod issue;
mod jwt;
mod page;
pub(crate) mod path;
mod redact;
mod scope;
mod settings;
pub(crate) mod state;
mod token;

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::IntoResponse;
use axum::response::Response;
use axum::routing::any;
use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use http::request::Parts;
use http::{HeaderValue, Method, StatusCode};
use serde_json::Value;

use crate::http::Routes;
use crate::http::answer::text;
use crate::http::call::{bytes, no_endpoint, pairs};
use crate::http::journal::Received;
use crate::server::Shared;
use crate::state::Refusal;
use form::Form;
use path::{CONSENT_PAGE, DEVICE_PAGE, Endpoint, find};

pub(crate) use config::{demo_config, write_config};
pub use control::OAuthControl;
pub(crate) use redact::{redacted_body, redacted_query};
pub use settings::{Consent, DeviceAnswer, ErrorForm, OAuth};
pub use state::Issued;
pub(crate) use state::Service;

/// Maximum size of requests in bytes.
const MAX_BODY: usize = 64 << 10;

pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .official("/api/permission/oauth2/{*endpoint}", any(serve))
        .official(DEVICE_PAGE, any(serve))
        .official(CONSENT_PAGE, any(serve))
}

/// Processes a request without a token.
async fn serve(State(sim): State<Arc<Shared>>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let Some(endpoint) = find(head.uri.path()) else {
        return no_endpoint(State(sim), head).await.into_response();
    };
    if !endpoint.allows(&head.method) {
        return Refusal::WrongMethod(format!("{} {}", head.method, head.uri.path())).into_response();
    }
    let (sim, head) = (sim.as_ref(), &head);
    let record = head.extensions.get::<Received>().map_or(0, |received| received.record);
    let decided = head.method == Method::POST;
    let answer = match endpoint {
        Endpoint::Authorize { workspace_id } => authorize::authorize(sim, head, &query(head), workspace_id),
        Endpoint::Token(subject) => {
            let body = receive(sim, body, record).await;
            match sim.oauth.scripted_failure() {
                Some(response) => Ok(response),
                None => Form::read(head, body.as_deref())
                    .and_then(|form| token::token(sim, head, &form, &subject)),
            }
        }
        Endpoint::DeviceCode { workspace_id } => {
            let body = receive(sim, body, record).await;
            Form::read(head, body.as_deref()).and_then(|form| device::code(sim, head, &form, workspace_id))
        }
        Endpoint::DevicePage => Ok(device::page(sim, &fields(head, body).await, decided)),
        Endpoint::ConsentPage => authorize::page(sim, &fields(head, body).await, decided),
    };
    let mut response = answer.unwrap_or_else(|failure| failure.response(sim.oauth.settings.error_form));
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// Reads and records a body; `None` if it is truncated or too large.
async fn receive(sim: &Shared, body: Body, record: u64) -> Option<Bytes> {
    let body = bytes(body, MAX_BODY).await.ok()?;
    sim.journal.body(record, &body);
    Some(body)
}

/// Returns the fields of a page, from its form or its link.
async fn fields(head: &Parts, body: Body) -> Vec<(String, String)> {
    if head.method == Method::GET {
        return query(head);
    }
    // A truncated form has no fields.
    let body = bytes(body, MAX_BODY).await.unwrap_or_default();
    pairs(&String::from_utf8_lossy(&body))
}

fn query(head: &Parts) -> Vec<(String, String)> {
    pairs(head.uri.query().unwrap_or_default())
}

/// Returns the response of a success: an object without an envelope.
fn bare(value: &Value) -> Response {
    text(StatusCode::OK, "application/json; charset=utf-8", value.to_string())
}

/// Returns the base URL that the client used.
fn base_url(sim: &Shared, head: &Parts) -> String {
    match host(head) {
        Some(host) => format!("http://{host}"),
        None => format!("http://{}", sim.oauth.addr),
    }
}

/// Returns the host that the client used, with its port.
fn host(head: &Parts) -> Option<String> {
    let host = head.headers.get(http::header::HOST)?.to_str().ok()?;
    let authority: http::uri::Authority = host.parse().ok()?;
    Some(authority.to_string())
}

/// Returns whether the header declares a JSON body.
fn is_json(head: &Parts) -> bool {
    let kind = head.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    kind.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"))
}
