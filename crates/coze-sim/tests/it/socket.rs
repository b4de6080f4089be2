//! A client of the WebSocket endpoints.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use coze_sim::Sim;
use futures_util::{SinkExt, StreamExt};
use http::{HeaderValue, StatusCode};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_websockets::{ClientBuilder, CloseCode, Message, WebSocketStream};

use crate::support::{LONG, Reply, send};

pub(crate) struct Socket {
    pub(crate) inner: WebSocketStream<TcpStream>,
    pub(crate) log: String,
}

/// What comes over a socket.
#[derive(Debug)]
pub(crate) enum Got {
    Event(Value),
    /// Anything else that is no ping.
    Message(Message),
    Closed(CloseCode, String),
    /// The connection ended without a close frame.
    Broken,
}

impl Socket {
    pub(crate) async fn open(sim: &Sim, path: &str) -> Self {
        let stream = TcpStream::connect(sim.addr()).await.unwrap();
        let uri = format!("ws://{}{path}", sim.addr());
        let builder = ClientBuilder::new().uri(&uri).unwrap();
        let token = HeaderValue::from_str(&format!("Bearer {}", sim.token())).unwrap();
        let builder = builder.add_header(http::header::AUTHORIZATION, token).unwrap();
        let (inner, head) = builder.connect_on(stream).await.unwrap();
        assert_eq!(head.status(), StatusCode::SWITCHING_PROTOCOLS);
        let log = head.headers()["x-tt-logid"].to_str().unwrap().to_owned();
        Self { inner, log }
    }

    pub(crate) async fn text(&mut self, text: impl Into<String>) {
        self.inner.send(Message::text(text.into())).await.unwrap();
    }

    pub(crate) async fn send(&mut self, event: &str, data: Value) {
        let event = match data {
            Value::Null => json!({"event_type": event}),
            data => json!({"event_type": event, "data": data}),
        };
        self.text(event.to_string()).await;
    }

    /// Sends audio in pieces of 20 ms of 24 kHz.
    pub(crate) async fn append(&mut self, audio: &[u8]) {
        for frame in audio.chunks(960) {
            self.send("input_audio_buffer.append", json!({"delta": BASE64_STANDARD.encode(frame)})).await;
        }
    }

    pub(crate) async fn next(&mut self) -> Got {
        loop {
            match timeout(LONG, self.inner.next()).await.expect("nothing came for long") {
                Some(Ok(message)) if message.is_ping() || message.is_pong() => {}
                Some(Ok(message)) => {
                    if let Some((code, reason)) = message.as_close() {
                        return Got::Closed(code, reason.to_owned());
                    }
                    let event = message.as_text().and_then(|text| serde_json::from_str(text).ok());
                    return event.map_or(Got::Message(message), Got::Event);
                }
                Some(Err(_)) | None => return Got::Broken,
            }
        }
    }

    #[track_caller]
    pub(crate) fn event(&mut self) -> impl Future<Output = Value> {
        let caller = std::panic::Location::caller();
        async move {
            match self.next().await {
                Got::Event(event) => event,
                other => panic!("expected an event at {caller}, got {other:?}"),
            }
        }
    }

    /// Waits for an event of the type, and returns all that came up to it.
    pub(crate) async fn until(&mut self, kind: &str) -> Vec<Value> {
        let mut events = Vec::new();
        loop {
            match self.next().await {
                Got::Event(event) => events.push(event),
                other => panic!("expected {kind}, got {other:?} after {events:?}"),
            }
            if events.last().is_some_and(|event| event["event_type"] == kind) {
                return events;
            }
        }
    }
}

/// The types of events, those in a row that are the same only once.
pub(crate) fn kinds(events: &[Value]) -> Vec<&str> {
    let mut kinds: Vec<&str> = events.iter().map(|event| event["event_type"].as_str().unwrap()).collect();
    kinds.dedup();
    kinds
}

/// Joins the audio of events, under `data.delta` or `data.content`.
pub(crate) fn audio(events: &[Value], kind: &str) -> Vec<u8> {
    let of_kind = events.iter().filter(|event| event["event_type"] == kind);
    let data = of_kind.map(|event| event["data"]["delta"].as_str().or(event["data"]["content"].as_str()));
    data.flat_map(|data| BASE64_STANDARD.decode(data.unwrap()).unwrap()).collect()
}

/// Sends a handshake with other headers, and returns the answer.
pub(crate) async fn refused(sim: &Sim, path: &str, headers: &[(&str, &str)]) -> Reply {
    let usual = [
        ("connection", "Upgrade"),
        ("upgrade", "websocket"),
        ("sec-websocket-version", "13"),
        ("sec-websocket-key", "AQIDBAUGBwgJCgsMDQ4PEA=="),
    ];
    let is_given = |name: &str| headers.iter().any(|(given, _)| *given == name);
    let all: Vec<_> =
        usual.into_iter().filter(|(name, _)| !is_given(name)).chain(headers.iter().copied()).collect();
    send(sim, "GET", path, &all, "").await
}
