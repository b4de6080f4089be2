//! Responses of a script instead of the real ones.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::Response;
use bytes::Bytes;
use serde_json::Value;

use super::answer::{Cut, Piece, StreamBody, text};
use super::call::{MAX_JSON, bytes};
use crate::script::fault::Refuse;
use crate::server::Shared;

/// Applies the first scripted fault that matches the request; `Err` if the request is processed anyway.
pub(super) async fn fault(
    sim: &Arc<Shared>,
    head: &Parts,
    body: Body,
    record: u64,
    log: &str,
) -> Result<Response, Body> {
    let path = head.uri.path();
    let Some((delay, answer)) = sim.fault(head.method.as_str(), path) else { return Err(body) };
    tokio::time::sleep(delay).await;
    let Some(refuse) = answer else { return Err(body) };
    let kind = head.headers.get(CONTENT_TYPE).map_or(&b""[..], HeaderValue::as_bytes);
    // Tests may inspect what a client sent in vain; an upload may be too large for that.
    if !kind.starts_with(b"multipart/")
        && let Ok(body) = bytes(body, MAX_JSON).await
    {
        sim.journal.body(record, &body);
    }
    Ok(scripted(sim, &refuse, path, log).await)
}

/// Responds as a script says.
pub(super) async fn scripted(sim: &Arc<Shared>, refuse: &Refuse, path: &str, log: &str) -> Response {
    tokio::time::sleep(Duration::from_millis(refuse.delay_ms)).await;
    if refuse.close {
        return Cut.response();
    }
    let (content_type, body) = match (&refuse.body, &refuse.code) {
        (Some(Value::String(body)), _) => ("text/plain; charset=utf-8", Bytes::from(body.clone())),
        (Some(body), _) => ("application/json; charset=utf-8", sim.dialect.json(body)),
        (None, Some(code)) => {
            let envelope = sim.dialect.envelope(code, &refuse.msg, log);
            ("application/json; charset=utf-8", sim.dialect.json(&envelope))
        }
        (None, None) => ("text/plain; charset=utf-8", Bytes::new()),
    };
    let status = refuse.status.and_then(|status| StatusCode::from_u16(status).ok()).unwrap_or(StatusCode::OK);
    let mut response = text(status, content_type, body.clone());
    set_headers(&mut response, &refuse.headers);
    if let Some(limit) = refuse.cut_after_bytes.filter(|limit| *limit < body.len()) {
        response.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from(body.len()));
        let (pieces, stream) = StreamBody::new(sim.journal.open_stream(path));
        *response.body_mut() = Body::new(stream);
        sim.spawn(async move {
            // A client that disconnected needs no more.
            let _ = pieces.send(Piece::Bytes(body.slice(..limit))).await;
        });
    }
    response
}

/// Sets headers of a script; those that are invalid in HTTP are skipped.
pub(crate) fn set_headers<'a>(
    response: &mut Response,
    headers: impl IntoIterator<Item = (&'a String, &'a String)>,
) {
    for (name, value) in headers {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            response.headers_mut().insert(name, value);
        }
    }
}
