//! The OAuth endpoints: tokens, device codes, and the pages on which a user agrees.

pub(crate) mod app;
mod authorize;
mod config;
mod control;
mod device;
mod failure;
mod form;
mod jwt;
mod page;
mod redact;
mod scope;
mod settings;
mod state;
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
use percent_encoding::percent_decode_str;
use serde_json::Value;

use crate::app::no_endpoint;
use crate::http::answer::text;
use crate::http::border::Received;
use crate::http::call::{bytes, pairs};
use crate::http::routes::Routes;
use crate::refusal::Refusal;
use crate::server::Shared;
use form::Form;

pub(crate) use config::{demo_config, write_config};
pub use control::OAuthControl;
pub(crate) use redact::{redacted_body, redacted_query};
pub use settings::{Consent, DeviceAnswer, ErrorForm, OAuth};
pub use state::Issued;
pub(crate) use state::Service;

/// Start of the path of every endpoint.
const PREFIX: &str = "/api/permission/oauth2/";
/// Page on which a user enters the code of a device.
const DEVICE_PAGE: &str = "/oauth/device";
/// Page on which a user agrees to what an app asks for.
const CONSENT_PAGE: &str = "/oauth/consent";
/// Requests may have so many bytes.
const MAX_BODY: usize = 64 << 10;

/// What a path stands for.
#[derive(Debug)]
enum Endpoint {
    Token(Subject),
    DeviceCode { workspace_id: Option<String> },
    Authorize { workspace_id: Option<String> },
    DevicePage,
    ConsentPage,
}

/// On whose behalf a service app asks for a token.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Subject {
    Owner,
    Account(String),
    Enterprise(String),
}

fn find(path: &str) -> Option<Endpoint> {
    match path {
        DEVICE_PAGE => return Some(Endpoint::DevicePage),
        CONSENT_PAGE => return Some(Endpoint::ConsentPage),
        _ => {}
    }
    let decoded = |id: &str| percent_decode_str(id).decode_utf8_lossy().into_owned();
    let segments: Vec<&str> = path.strip_prefix(PREFIX)?.split('/').collect();
    Some(match segments[..] {
        ["token"] => Endpoint::Token(Subject::Owner),
        ["account", id, "token"] => Endpoint::Token(Subject::Account(decoded(id))),
        ["enterprise_id", id, "token"] => Endpoint::Token(Subject::Enterprise(decoded(id))),
        ["device", "code"] => Endpoint::DeviceCode { workspace_id: None },
        ["workspace_id", id, "device", "code"] => Endpoint::DeviceCode { workspace_id: Some(decoded(id)) },
        ["authorize"] => Endpoint::Authorize { workspace_id: None },
        ["workspace_id", id, "authorize"] => Endpoint::Authorize { workspace_id: Some(decoded(id)) },
        _ => return None,
    })
}

impl Endpoint {
    fn allows(&self, method: &Method) -> bool {
        match self {
            Self::Authorize { .. } => method == Method::GET,
            Self::Token(_) | Self::DeviceCode { .. } => method == Method::POST,
            Self::DevicePage | Self::ConsentPage => method == Method::GET || method == Method::POST,
        }
    }
}

/// Counts a request, if it is for a token.
pub(crate) fn count(sim: &Shared, head: &Parts) {
    if sim.dialect.has_oauth()
        && head.method == Method::POST
        && matches!(find(head.uri.path()), Some(Endpoint::Token(_)))
    {
        sim.oauth.lock().token_requests += 1;
    }
}

pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .official("/api/permission/oauth2/{*endpoint}", any(serve))
        .official(DEVICE_PAGE, any(serve))
        .official(CONSENT_PAGE, any(serve))
}

/// Serves a request that needs no token, since it is the way to one.
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

/// Reads a body, and records it; `None` if it breaks off or is too large.
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
    // A form that breaks off has no fields.
    let body = bytes(body, MAX_BODY).await.unwrap_or_default();
    pairs(&String::from_utf8_lossy(&body))
}

fn query(head: &Parts) -> Vec<(String, String)> {
    pairs(head.uri.query().unwrap_or_default())
}

/// Makes the answer of a success: an object without an envelope.
fn bare(value: &Value) -> Response {
    text(StatusCode::OK, "application/json; charset=utf-8", value.to_string())
}

/// Returns the base URL by which the client reached the simulator.
fn base_url(sim: &Shared, head: &Parts) -> String {
    match host(head) {
        Some(host) => format!("http://{host}"),
        None => format!("http://{}", sim.oauth.addr),
    }
}

/// Returns the host that the client named, with its port.
fn host(head: &Parts) -> Option<String> {
    let host = head.headers.get(http::header::HOST)?.to_str().ok()?;
    let authority: http::uri::Authority = host.parse().ok()?;
    Some(authority.to_string())
}

/// Tells whether a body is JSON by its header.
fn is_json(head: &Parts) -> bool {
    let kind = head.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    kind.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"))
}
