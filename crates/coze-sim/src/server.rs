//! The shared state, the listener, and its connections.

use std::collections::{BTreeMap, VecDeque};
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::http::request::Parts;
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service as _, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::dialect::Dialect;
use crate::http::Rules;
use crate::http::answer::Cut;
use crate::http::journal::Journal;
use crate::oauth::state::Service;
use crate::script::Script;
use crate::script::fault::{Fault, Refuse};
use crate::script::step::Reply;
use crate::state::behavior::Behavior;
use crate::state::{Id, Refusal, Store};
use crate::workflow::Workflow;

/// State that all connections share.
pub(crate) struct Shared {
    /// The simulated service, for the border; everything else depends only on its behavior.
    pub(crate) dialect: Dialect,
    pub(crate) behavior: Behavior,
    /// Whether requests of official clients that violate the documentation are rejected.
    pub(crate) strict: bool,
    /// Accepted values of `Host` besides the loopback names.
    pub(crate) names: Vec<String>,
    /// Origins of web pages that may use the simulator, besides those of this computer.
    pub(crate) origins: Vec<String>,
    /// Maximum silence of a client that sends a request.
    pub(crate) patience: Duration,
    /// Tokens, each with its user.
    pub(crate) tokens: Vec<(String, Id)>,
    pub(crate) script: Script,
    /// Faults that tests injected, which precede those of the script.
    pub(crate) injected: Mutex<Vec<Fault>>,
    /// Replies for the next chats.
    pub(crate) replies: Mutex<VecDeque<Reply>>,
    /// Time between two deltas.
    pub(crate) pace: Duration,
    /// Maximum size of a file, in bytes.
    pub(crate) upload_limit: u64,
    /// Workflows by id.
    pub(crate) workflows: BTreeMap<Id, Arc<Workflow>>,
    /// `host:port` of all systems that workflows may call.
    pub(crate) hosts: Vec<String>,
    /// Whether the account has a paid plan.
    pub(crate) paid: bool,
    /// Silence after which the stream of a workflow sends a heartbeat.
    pub(crate) ping: Duration,
    pub(crate) oauth: Service,
    pub(crate) store: Store,
    pub(crate) journal: Arc<Journal>,
    /// Becomes true when the simulator stops.
    pub(crate) stop: watch::Sender<bool>,
}

impl Shared {
    /// Spawns a task that ends with the simulator.
    pub(crate) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        let mut stop = self.stop.subscribe();
        tokio::spawn(async move {
            tokio::select! {
                // An error means that the simulator was dropped.
                _ = stop.wait_for(|stopped| *stopped) => {}
                () = task => {}
            }
        });
    }

    /// Returns a log id.
    pub(crate) fn log_id(&self) -> String {
        self.dialect.log_id(&self.store.mint)
    }

    /// Returns how strictly requests are validated.
    pub(crate) fn rules(&self) -> Rules {
        self.dialect.rules(self.strict)
    }

    /// Returns the time in seconds since 1970, by the clock of the simulator.
    pub(crate) fn now(&self) -> u64 {
        self.store.clock.now()
    }

    /// Finds the fault that applies to a request: its delay, and its response.
    pub(crate) fn fault(&self, method: &str, path: &str) -> Option<(Duration, Option<Refuse>)> {
        let injected = self.injected.lock().unwrap_or_else(PoisonError::into_inner);
        let fault = injected.iter().chain(&self.script.faults).find(|fault| fault.hits(method, path))?;
        Some((Duration::from_millis(fault.delay_ms), fault.answer.clone()))
    }

    /// Takes the injected reply for the next chat.
    pub(crate) fn next_reply(&self) -> Option<Reply> {
        self.replies.lock().unwrap_or_else(PoisonError::into_inner).pop_front()
    }

    /// Resets everything to the state after the start.
    pub(crate) fn reset(&self) {
        self.injected.lock().unwrap_or_else(PoisonError::into_inner).clear();
        self.replies.lock().unwrap_or_else(PoisonError::into_inner).clear();
        self.script.restart();
        self.store.reset();
        self.oauth.reset();
        self.journal.reset();
    }

    pub(crate) fn user(&self, head: &Parts) -> Result<Id, Refusal> {
        let token = self.dialect.token(&head.headers)?;
        let known = self.tokens.iter().find(|(known, _)| *known == token).map(|(_, user)| *user);
        match known.map(|user| (user, true)).or_else(|| self.oauth.user(&token)) {
            Some((user, true)) => Ok(user),
            Some((_, false)) => Err(Refusal::Unauthenticated("the token has expired")),
            None => Err(Refusal::Unauthenticated(self.dialect.unknown_token())),
        }
    }

    /// Rejects a bot that the scope of the token does not include.
    pub(crate) fn check_scope(&self, head: &Parts, bot: Id) -> Result<(), Refusal> {
        let token = self.dialect.token(&head.headers)?;
        if self.oauth.covers(&token, bot) { Ok(()) } else { Err(Refusal::OutOfScope(bot)) }
    }

    /// Returns the user of the first token, who uses the browser and owns all apps.
    pub(crate) fn owner(&self) -> Id {
        self.tokens.first().map_or(Id::new(0), |(_, user)| *user)
    }
}

/// Accepts connections forever.
pub(crate) async fn accept(listener: TcpListener, shared: Arc<Shared>, app: Router) {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                // Small events must not wait for each other; if this fails, the stream is only slower.
                let _ = stream.set_nodelay(true);
                shared.spawn(connection(stream, app.clone(), shared.patience, None));
            }
            // Too many open files, or a client that disconnected immediately: others can still connect.
            Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
        }
    }
}

/// Marks a request that did not arrive on the port, so that no web page can have sent it.
#[derive(Clone, Copy)]
pub(crate) struct Inside;

/// Serves the requests of one connection until it ends.
pub(crate) async fn connection(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    app: Router,
    patience: Duration,
    inside: Option<Inside>,
) {
    let app = TowerToHyperService::new(app);
    let service = service_fn(|mut request: Request<Incoming>| {
        if let Some(inside) = inside {
            request.extensions_mut().insert(inside);
        }
        let response = app.call(request);
        async move {
            let Ok(response) = response.await;
            if response.extensions().get::<Cut>().is_some() { Err(Cut) } else { Ok(response) }
        }
    });
    let mut server = http1::Builder::new();
    server.timer(TokioTimer::new()).header_read_timeout(patience);
    // Errors are disconnects, malformed requests and scripted aborts: there is nothing to report.
    let _ = server.serve_connection(TokioIo::new(stream), service).with_upgrades().await;
}
