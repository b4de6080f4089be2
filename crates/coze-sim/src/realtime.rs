//! The WebSocket endpoints: speech, transcription, voice chat and interpretation.

mod audio;
mod chat;
mod config;
mod interpretation;
mod session;
mod speech;
mod transcription;

use std::sync::Arc;

use axum::extract::Request;
use axum::middleware::map_request;
use axum::routing::{MethodRouter, get};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use http::header::{
    AUTHORIZATION, CONNECTION, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_VERSION, UPGRADE,
};
use http::{HeaderMap, HeaderValue, StatusCode};
use hyper::upgrade::OnUpgrade;
use hyper_util::rt::TokioIo;
use ring::digest;
use tokio_websockets::ServerBuilder;

use crate::http::call::pairs;
use crate::http::{Answer, Call, Query, Reply, Routes, fields};
use crate::server::Shared;
use crate::state::Refusal;
use session::{Endpoint, Session};

pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .official("/v1/audio/speech", socket(get(speech)))
        .official("/v1/audio/transcriptions", socket(get(transcription)))
        .official("/v1/chat", socket(get(voice_chat)))
        .unofficial("/v1/audio/simult_interpretation", socket(get(interpretation)))
}

/// Takes the token from the query where there is none in the headers, which browsers cannot set.
fn socket(methods: MethodRouter<Arc<Shared>>) -> MethodRouter<Arc<Shared>> {
    methods.layer(map_request(async |mut request: Request| {
        if !request.headers().contains_key(AUTHORIZATION)
            && let Some((_, token)) = pairs(request.uri().query().unwrap_or_default())
                .into_iter()
                .find(|(name, _)| name == "authorization")
            && let Ok(token) = HeaderValue::try_from(token)
        {
            request.headers_mut().insert(AUTHORIZATION, token);
        }
        request
    }))
}

fields! {
    struct AudioQuery {
        entity_type: Option<String> => OneOf(&["bot", "workflow"]),
        entity_id: Option<String>,
        authorization: Option<String>,
    }
}

async fn speech(Query(AudioQuery { .. }): Query<AudioQuery>, call: Call) -> Reply {
    open(call, speech::Speech::new)
}

async fn transcription(Query(AudioQuery { .. }): Query<AudioQuery>, call: Call) -> Reply {
    open(call, transcription::Transcription::new)
}

async fn voice_chat(query: Query<chat::ChatQuery>, call: Call) -> Reply {
    open(call, |call| chat::Chat::new(query, call))
}

async fn interpretation(Query(AudioQuery { .. }): Query<AudioQuery>, call: Call) -> Reply {
    open(call, interpretation::Interpretation::new)
}

/// Appended to the key of a handshake, by RFC 6455.
const GUID: &str = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/// Responds to a handshake, and runs the session.
fn open<E: Endpoint>(call: Call, make: impl FnOnce(&Call) -> Result<E, Refusal>) -> Reply {
    let endpoint = make(&call)?;
    let accept = accept(&call.head.headers)?;
    let upgrade = call.head.extensions.get::<OnUpgrade>().cloned();
    let upgrade = upgrade.ok_or_else(|| Refusal::invalid("Upgrade", "this connection cannot be upgraded"))?;
    let sim = Arc::clone(&call.sim);
    sim.spawn(async move {
        // A client that left during its handshake gets no session.
        let Ok(upgraded) = upgrade.await else { return };
        let socket = ServerBuilder::new().serve(TokioIo::new(upgraded));
        Session::new(call, socket).serve(endpoint).await;
    });
    let mut response = axum::response::Response::default();
    *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
    let headers = response.headers_mut();
    headers.insert(CONNECTION, HeaderValue::from_static("Upgrade"));
    headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
    headers.insert(SEC_WEBSOCKET_ACCEPT, accept);
    Ok(Answer::Raw(response))
}

/// Checks the head of a handshake, and proves that it was understood.
fn accept(headers: &HeaderMap) -> Result<HeaderValue, Refusal> {
    for (name, expected) in [(UPGRADE, "websocket"), (CONNECTION, "upgrade"), (SEC_WEBSOCKET_VERSION, "13")] {
        let values = headers.get_all(&name).iter().filter_map(|value| value.to_str().ok());
        let mut words = values.flat_map(|value| value.split(','));
        if !words.any(|word| word.trim().eq_ignore_ascii_case(expected)) {
            let problem = format!("expected {expected}: this endpoint is a WebSocket");
            return Err(Refusal::invalid(name.as_str(), problem));
        }
    }
    let key = headers.get(SEC_WEBSOCKET_KEY).map(HeaderValue::as_bytes).unwrap_or_default();
    if BASE64_STANDARD.decode(key).is_ok_and(|key| key.len() == 16) {
        let hash = digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, &[key, GUID.as_bytes()].concat());
        let accept = HeaderValue::try_from(BASE64_STANDARD.encode(hash));
        return accept.map_err(|error| Refusal::invalid("Sec-WebSocket-Key", error.to_string()));
    }
    Err(Refusal::invalid("Sec-WebSocket-Key", "expected 16 bytes as base64"))
}
