//! What all connections share, the listener, and its connections.

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
use crate::state::ways::Ways;
use crate::state::{Id, Refusal, Store};
use crate::workflow::Workflow;

/// All that the connections share.
pub(crate) struct Shared {
    /// The service at the border; behind it only its ways count.
    pub(crate) dialect: Dialect,
    pub(crate) ways: Ways,
    /// Whether what official clients send against the pages is refused.
    pub(crate) strict: bool,
    /// Names beside those of the loopback that a `Host` may have.
    pub(crate) names: Vec<String>,
    /// Origins of web pages, beside those of this computer, that may use the simulator.
    pub(crate) origins: Vec<String>,
    /// Longest silence of a client that has a request to send.
    pub(crate) patience: Duration,
    /// Tokens, each with the user that it belongs to.
    pub(crate) tokens: Vec<(String, Id)>,
    pub(crate) script: Script,
    /// Faults that tests put in, which come before those of the script.
    pub(crate) injected: Mutex<Vec<Fault>>,
    /// What the next chats are answered with.
    pub(crate) replies: Mutex<VecDeque<Reply>>,
    /// Time between two deltas.
    pub(crate) pace: Duration,
    /// Largest file, in bytes.
    pub(crate) upload_limit: u64,
    /// Workflows by their ids.
    pub(crate) workflows: BTreeMap<Id, Arc<Workflow>>,
    /// `host:port` of every system that workflows may call.
    pub(crate) hosts: Vec<String>,
    /// Whether the account has a paid plan.
    pub(crate) paid: bool,
    /// Silence after which the stream of a workflow sends a heartbeat.
    pub(crate) ping: Duration,
    pub(crate) oauth: Service,
    pub(crate) store: Store,
    pub(crate) journal: Arc<Journal>,
    /// Turns true when the simulator stops.
    pub(crate) stop: watch::Sender<bool>,
}

impl Shared {
    /// Runs a task that ends with the simulator.
    pub(crate) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        let mut stop = self.stop.subscribe();
        tokio::spawn(async move {
            tokio::select! {
                // An error means that the simulator is gone.
                _ = stop.wait_for(|stopped| *stopped) => {}
                () = task => {}
            }
        });
    }

    /// Makes a log id.
    pub(crate) fn log_id(&self) -> String {
        self.dialect.log_id(&self.store.mint)
    }

    /// Says how strictly requests are read.
    pub(crate) fn rules(&self) -> Rules {
        self.dialect.rules(self.strict)
    }

    /// Returns the time in seconds since 1970, by the clock of the simulator.
    pub(crate) fn now(&self) -> u64 {
        self.store.clock.now()
    }

    /// Finds the fault that hits a request: its delay, and what is answered.
    pub(crate) fn fault(&self, method: &str, path: &str) -> Option<(Duration, Option<Refuse>)> {
        let injected = self.injected.lock().unwrap_or_else(PoisonError::into_inner);
        let fault = injected.iter().chain(&self.script.faults).find(|fault| fault.hits(method, path))?;
        Some((Duration::from_millis(fault.delay_ms), fault.answer.clone()))
    }

    /// Takes what the next chat is to be answered with.
    pub(crate) fn next_reply(&self) -> Option<Reply> {
        self.replies.lock().unwrap_or_else(PoisonError::into_inner).pop_front()
    }

    /// Forgets everything, as if it had just been started.
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

    /// Refuses a bot that the scope of the token does not cover.
    pub(crate) fn check_scope(&self, head: &Parts, bot: Id) -> Result<(), Refusal> {
        let token = self.dialect.token(&head.headers)?;
        if self.oauth.covers(&token, bot) { Ok(()) } else { Err(Refusal::OutOfScope(bot)) }
    }

    /// Returns the user of the first token, who is the one before the browser and the owner of all apps.
    pub(crate) fn owner(&self) -> Id {
        self.tokens.first().map_or(Id::new(0), |(_, user)| *user)
    }
}

/// Accepts connections for ever.
pub(crate) async fn accept(listener: TcpListener, shared: Arc<Shared>, app: Router) {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                // Small events must not wait for each other; without it the stream is only slower.
                let _ = stream.set_nodelay(true);
                shared.spawn(connection(stream, app.clone(), shared.patience, None));
            }
            // Out of file descriptors, or a client that left at once: others can still come.
            Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
        }
    }
}

/// Tells that a request did not come through the port, so that no web page can have sent it.
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
    // Errors are clients that went away, broken requests, and scripted cuts: nothing to report.
    let _ = server.serve_connection(TokioIo::new(stream), service).with_upgrades().await;
}
