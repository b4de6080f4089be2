//! From a builder to a session that is configured.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use coze_transport::websocket::{Opened, Socket};
use coze_types::{Body, Encoded, Query, UnknownEvent};
use http::{Method, StatusCode};
use tokio::time::{Instant, timeout_at};

use super::event::LiveEvent;
use super::link::Shared;
use super::session::{Events, Sender, Session};
use super::update::Update;
use super::waiting::lock;
use crate::error::{Error, TimeoutKind};
use crate::options::{CallOptions, options};
use crate::runtime::client::Client;
use crate::runtime::pipeline::Route;
use crate::runtime::prepare::{encoded, validate};

/// How long [`Connect::connect`] takes at most, by default.
const CONNECT: Duration = Duration::from_secs(10);

/// How long a session may be silent, by default: three pings of the server.
const SILENCE: Duration = Duration::from_secs(45);

/// Builds a session; created by the method `live` or `realtime` of the handles.
///
/// It owns its data and may be cloned, to connect again with the same configuration. The options are those of every call:
///
/// - [`timeout`](Self::timeout) limits [`connect`](Self::connect), with all its attempts: 10 s by default, or that of the client if it is shorter.
/// - [`idle_timeout`](Self::idle_timeout) limits the time without any message or ping of the server: 45 s by default, or that of
///   the client if it is shorter.
/// - [`retry`](Self::retry) holds for the handshake, which is safe to repeat.
#[derive(Clone, Debug)]
#[must_use = "a session is opened by `connect`"]
pub struct Connect<E: LiveEvent> {
    client: Arc<Client>,
    pub(super) query: Vec<(&'static str, String)>,
    pub(super) config: E::Config,
    options: CallOptions,
}

impl<E: LiveEvent> Connect<E> {
    pub(crate) fn new(client: &Arc<Client>) -> Self {
        let (query, options) = (Vec::new(), CallOptions::default());
        Self { client: Arc::clone(client), query, config: E::Config::default(), options }
    }

    /// Sets the whole configuration. What is unset is up to the server; if nothing is set, no update is sent.
    pub fn config(mut self, config: E::Config) -> Self {
        self.config = config;
        self
    }

    options!();

    #[expect(clippy::unnecessary_wraps, reason = "other calls lose their options when they are polled")]
    fn options_mut(&mut self) -> Option<&mut CallOptions> {
        Some(&mut self.options)
    }

    pub(super) fn param(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.query.retain(|(other, _)| *other != name);
        self.query.push((name, value.into()));
        self
    }

    /// Opens the session, and waits until the server has taken the configuration.
    ///
    /// A refused handshake is the error of the API with its status, log id and body. An error event that comes before the configuration is
    /// in force is the error of this call.
    pub async fn connect(self) -> Result<Session<E>, Error> {
        // On the heap, since it is large and is awaited in the tasks of users.
        Box::pin(self.run()).await.map_err(|error| error.at(E::PATH))
    }

    async fn run(self) -> Result<Session<E>, Error> {
        validate(&self.client, &self.options, E::validate(&self.config))?;
        let limits = &self.client.limits;
        let shorter = |limit: Duration, own: Option<Duration>| Some(own.map_or(limit, |own| own.min(limit)));
        let limit = self.options.timeout.or(shorter(CONNECT, limits.timeout));
        let silence = self.options.idle_timeout.or(shorter(SILENCE, limits.idle_timeout));
        let deadline = limit.and_then(|limit| Some((Instant::now().checked_add(limit)?, limit)));

        let mut invocation = encoded(&self.client, self.request()?, self.options.clone());
        invocation.route = WEBSOCKET;
        let switched = |response: &http::Response<_>, _: Option<&[u8]>| {
            Some(response.status() == StatusCode::SWITCHING_PROTOCOLS)
        };
        let mut answer = invocation.open(limit, switched, refusal).await?;
        let socket = answer.response.extensions_mut().remove::<Switched>();
        let socket = socket.and_then(|socket| lock(&socket.0).take()).ok_or_else(|| {
            answer.origin.error(Error::incomplete("the transport opened a WebSocket and lost it"))
        })?;

        let shared = Arc::new(Shared::new(socket, answer.origin, silence));
        let [mut stage, ..] = E::STAGES;
        let configured = self.configure(&shared, &mut stage);
        let Some((deadline, limit)) = deadline else { return configured.await };
        match timeout_at(deadline, configured).await {
            Ok(configured) => configured,
            Err(_) => {
                let late = Error::timeout(TimeoutKind::WebSocket, limit);
                Err(shared.origin().error(late.noting(format!("`{stage}` did not come"))))
            }
        }
    }

    /// Waits for the first event, sends the configuration, and waits until it is in force.
    async fn configure(self, shared: &Arc<Shared>, stage: &mut &'static str) -> Result<Session<E>, Error> {
        let [_, update, updated] = E::STAGES;
        let sender = Sender::new(shared);
        let mut events = Events::<E>::new(shared);
        loop {
            let event = events.expect(stage).await?;
            if event.is_created() {
                break;
            }
            events.keep(event);
        }
        if self.config == E::Config::default() {
            return Ok(Session { sender, events, config: None });
        }
        *stage = updated;
        sender.command(&Update::new(update, &self.config)).await?;
        let config = loop {
            match events.expect(stage).await?.into_config() {
                Ok(config) => break config,
                Err(event) => events.keep(event),
            }
        };
        Ok(Session { sender, events, config: Some(config) })
    }

    fn request(&self) -> Result<Encoded, Error> {
        let mut query = Query::of_path(E::PATH)?;
        for (name, value) in &self.query {
            query.push(name, value)?;
        }
        Ok(Encoded::new(Method::GET, E::PATH, query.into_target(), "application/json", Body::Empty))
    }
}

/// The handshake of a WebSocket.
const WEBSOCKET: Route = Route {
    server: |client| &client.websocket_url,
    exchange: |client, request| {
        Box::pin(async move {
            match client.transport.open(request.map(drop)).await? {
                Opened::Refused(response) => Ok(response),
                Opened::Socket(response) => {
                    let (mut parts, socket) = response.into_parts();
                    parts.status = StatusCode::SWITCHING_PROTOCOLS;
                    parts.extensions.insert(Switched(Arc::new(Mutex::new(Some(socket)))));
                    Ok(http::Response::from_parts(parts, coze_transport::Incoming::default()))
                }
            }
        })
    },
};

/// The socket of a response by which the server switched protocols.
#[derive(Clone)]
struct Switched(Arc<Mutex<Option<Socket>>>);

/// Reads an answer that is no WebSocket: always an error.
fn refusal(response: &http::Response<Bytes>) -> coze_types::ReplyError {
    coze_types::Events::<UnknownEvent>::refusal(response)
}
