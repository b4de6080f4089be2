//! From a builder to a session that is configured.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use coze_transport::websocket::{Opened, Socket};
use coze_types::realtime::handshake_refusal;
use coze_types::{Body, Encoded, Query};
use http::{HeaderValue, Method, StatusCode};
use tokio::time::{Instant, timeout_at};

use super::event::{LiveEvent, Memory};
use super::link::Shared;
use super::reconnect::Again;
use super::session::{Events, Sender, Session};
use super::update::Update;
use super::waiting::lock;
use crate::error::{Error, ErrorKind, TimeoutKind};
use crate::options::{CallOptions, options};
use crate::runtime::BoxFuture;
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
#[derive(Debug)]
#[must_use = "a session is opened by `connect`"]
pub struct Connect<E: LiveEvent> {
    client: Arc<Client>,
    pub(super) query: Vec<(&'static str, String)>,
    pub(super) config: E::Config,
    /// Connections in a row that may follow one that breaks.
    pub(super) reconnects: u32,
    options: CallOptions,
}

impl<E: LiveEvent> Connect<E> {
    pub(crate) fn new(client: &Arc<Client>) -> Self {
        let (query, options) = (Vec::new(), CallOptions::default());
        Self { client: Arc::clone(client), query, config: E::Config::default(), reconnects: 0, options }
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
        let mut session = Box::pin(self.run()).await.map_err(|error| error.at(E::PATH))?;
        if self.reconnects > 0 {
            let (client, most) = (Arc::clone(&self.client), self.reconnects);
            let open = move |memory: &Memory| -> BoxFuture<'static, _> {
                let mut next = self.clone();
                E::resume(&mut next.config, memory);
                Box::pin(async move { next.run().await.map_err(|error| error.at(E::PATH)) })
            };
            session.events.again = Some(Box::new(Again::new(&client, most, Box::new(open))));
        }
        Ok(session)
    }

    async fn run(&self) -> Result<Session<E>, Error> {
        validate(&self.client, &self.options, E::validate(&self.config))?;
        let own = self.client.limits.timeout;
        let limit = self.options.timeout.or(Some(own.map_or(CONNECT, |own| own.min(CONNECT))));
        let deadline = limit.and_then(|limit| Some((Instant::now().checked_add(limit)?, limit)));
        let mut token = None;
        match self.attempt(deadline, &mut token).await {
            Err(error) if self.is_renewed(deadline, &error, token.take()).await? => {
                self.attempt(deadline, &mut token).await
            }
            done => done,
        }
    }

    /// Opens a connection and configures it; `token` is that of the handshake, once the server has switched protocols.
    async fn attempt(
        &self,
        deadline: Option<Deadline>,
        token: &mut Option<HeaderValue>,
    ) -> Result<Session<E>, Error> {
        let mut invocation = encoded(&self.client, self.request()?, self.options.clone());
        invocation.route = WEBSOCKET;
        let left = deadline.map(|(deadline, _)| deadline.saturating_duration_since(Instant::now()));
        let switched = |response: &http::Response<_>, _: Option<&[u8]>| {
            Some(response.status() == StatusCode::SWITCHING_PROTOCOLS)
        };
        let mut answer = invocation.open(left, switched, handshake_refusal).await?;
        *token = answer.origin.authorization().cloned();
        let socket = answer.response.extensions_mut().remove::<Switched>();
        let socket = socket.and_then(|socket| lock(&socket.0).take()).ok_or_else(|| {
            answer.origin.error(Error::incomplete("the transport opened a WebSocket and lost it"))
        })?;

        let own = self.client.limits.idle_timeout;
        let silence = self.options.idle_timeout.or(Some(own.map_or(SILENCE, |own| own.min(SILENCE))));
        let shared = Arc::new(Shared::new(socket, answer.origin, silence));
        let [mut stage, ..] = E::STAGES;
        let configured = within(deadline, TimeoutKind::WebSocket, self.configure(&shared, &mut stage)).await;
        configured.map_err(|error| match error.kind() {
            ErrorKind::Timeout(_) => shared.origin().error(error.noting(format!("`{stage}` did not come"))),
            _ => error,
        })
    }

    /// Waits for the first event, sends the configuration, and waits until it is in force.
    async fn configure(&self, shared: &Arc<Shared>, stage: &mut &'static str) -> Result<Session<E>, Error> {
        let [_, update, updated] = E::STAGES;
        let sender = Sender::<E>::new(shared);
        let mut events = Events::new(shared, &sender);
        let mut early = VecDeque::new();
        loop {
            let event = events.expect(stage).await?;
            if event == E::CREATED {
                break;
            }
            early.push_back(event);
        }
        let mut config = None;
        if self.config != E::Config::default() {
            *stage = updated;
            sender.command(&Update::new(update, &self.config)).await?;
            while config.is_none() {
                match events.expect(stage).await?.into_config() {
                    Ok(in_force) => config = Some(in_force),
                    Err(event) => early.push_back(event),
                }
            }
        }
        events.early = early;
        Ok(Session { sender, events, config })
    }

    /// Gets a new token if the server took the handshake and then refused its token; returns whether there is one.
    async fn is_renewed(
        &self,
        deadline: Option<Deadline>,
        error: &Error,
        token: Option<HeaderValue>,
    ) -> Result<bool, Error> {
        let Some(token) = token else { return Ok(false) };
        within(deadline, TimeoutKind::Token, self.client.credentials.replace(&token, error)).await
    }

    fn request(&self) -> Result<Encoded, Error> {
        let mut query = Query::of_path(E::PATH)?;
        for (name, value) in &self.query {
            query.push(name, value)?;
        }
        Ok(Encoded::new(Method::GET, E::PATH, query.into_target(), "application/json", Body::Empty))
    }
}

impl<E: LiveEvent> Clone for Connect<E> {
    fn clone(&self) -> Self {
        Self {
            client: Arc::clone(&self.client),
            query: self.query.clone(),
            config: self.config.clone(),
            reconnects: self.reconnects,
            options: self.options.clone(),
        }
    }
}

/// When the time is over, and how long it was.
type Deadline = (Instant, Duration);

async fn within<T>(
    deadline: Option<Deadline>,
    wait: TimeoutKind,
    step: impl Future<Output = Result<T, Error>>,
) -> Result<T, Error> {
    let Some((deadline, limit)) = deadline else { return step.await };
    timeout_at(deadline, step).await.unwrap_or_else(|_| Err(Error::timeout(wait, limit)))
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

/// Writes setters that pass on to those of the configuration.
macro_rules! config_setters {
    ($event:ident { $($field:ident: $type:ty),+ $(,)? }) => {
        impl Connect<$event> {
            $(
                #[doc = concat!("Sets `", stringify!($field), "` of the [configuration](Self::config).")]
                pub fn $field(mut self, $field: impl Into<$type>) -> Self {
                    self.config.$field = Some($field.into());
                    self
                }
            )+
        }
    };
}

pub(super) use config_setters;
