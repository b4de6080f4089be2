//! The border: every request and response passes it, and gets the form of the simulated service.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{CONNECTION, DATE, EXPECT, HOST};
use axum::http::{HeaderValue, Version};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::answer::StudioErrors;
use super::answer::{Answer, Cut, Outcome};
use super::fault::{fault, scripted};
use super::host;
use super::journal::Received;
use super::rest::Rest;
use crate::oauth::path::is_for_token;
use crate::server::{Inside, Shared};
use crate::state::refusal::Refusal;

/// Records a request, and encodes its response in the form of the service.
pub(crate) async fn border(State(sim): State<Arc<Shared>>, request: Request, next: Next) -> Response {
    let (mut head, body) = request.into_parts();
    let record = sim.journal.request(&head);
    if sim.dialect.has_oauth() && is_for_token(&head) {
        sim.oauth.count_token_request();
    }
    let log: Arc<str> = sim.log_id().into();
    head.extensions.insert(Received { record, log: Arc::clone(&log) });
    let (method, path, version) = (head.method.to_string(), head.uri.path().to_owned(), head.version);
    let waits = head.headers.contains_key(EXPECT);
    let rest = Rest::new(body);
    let inside = head.extensions.get::<Inside>().is_some();
    let served = if inside || host::is_known(&head, &sim.names) {
        let body = Body::new(rest.clone());
        match fault(&sim, &head, body, record, &log).await {
            Ok(response) => response,
            Err(body) => next.run(Request::from_parts(head, body)).await,
        }
    } else {
        let host = head.headers.get(HOST).map(|host| host.as_bytes().escape_ascii().to_string());
        Refusal::ForeignHost(host.unwrap_or_default()).into_response()
    };
    let mut response = shape(&sim, served, &path, &log).await;
    if response.extensions().get::<Cut>().is_some() {
        return response;
    }
    if !rest.read_rest(waits).await && version <= Version::HTTP_11 {
        response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    }
    sim.dialect.finish(&mut response, &log);
    if let Some(date) = sim.oauth.date() {
        response.headers_mut().insert(DATE, date);
    }
    let status = response.status();
    sim.journal.status(record, status);
    // Without the query, which may contain secrets.
    tracing::debug!(method, path, status = status.as_u16(), log_id = &*log, "served");
    response
}

async fn shape(sim: &Arc<Shared>, mut response: Response, path: &str, log: &str) -> Response {
    let errors = response.extensions_mut().remove().unwrap_or(StudioErrors::Plain);
    // It has one owner, since nothing else removes it from a response.
    match response.extensions_mut().remove().and_then(Outcome::into_inner) {
        None => response,
        Some(Ok(Answer::Raw(response))) => response,
        Some(Ok(Answer::Scripted(refuse))) => scripted(sim, &refuse, path, log).await,
        Some(Ok(Answer::Payload(payload))) => sim.dialect.answer(payload, log),
        Some(Err(refusal)) => sim.dialect.refuse(&refusal, errors, log),
    }
}
