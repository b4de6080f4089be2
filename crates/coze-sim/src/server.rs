//! The listener, its connections, and the way of a request to its handler.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, DATE};
use http::request::Parts;
use http::{HeaderName, HeaderValue, Request, Response, StatusCode};
use http_body_util::Either;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use serde_json::Value;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::answer::{Answer, Body, Cut, Piece, StreamBody, text};
use crate::call::{Call, MAX_JSON, read};
use crate::dialect::Dialect;
use crate::id::Id;
use crate::oauth;
use crate::observe::Journal;
use crate::refusal::Refusal;
use crate::route::{StudioErrors, find};
use crate::schema::Rules;
use crate::script::Script;
use crate::script::fault::Refuse;
use crate::store::Store;
use crate::workflow::Workflow;

/// All that the connections share.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) dialect: Dialect,
    /// Whether what official clients send against the pages is refused.
    pub(crate) strict: bool,
    /// Names beside those of the loopback that a `Host` may have.
    pub(crate) names: Vec<String>,
    /// Longest silence of a client that has a request to send.
    pub(crate) patience: Duration,
    /// Tokens, each with the user that it belongs to.
    pub(crate) tokens: Vec<(String, Id)>,
    pub(crate) script: Script,
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
    pub(crate) oauth: oauth::Service,
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

    /// Says how strictly requests are read.
    pub(crate) fn rules(&self) -> Rules {
        self.dialect.rules(self.strict)
    }

    fn user(&self, head: &Parts) -> Result<Id, Refusal> {
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
pub(crate) async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                // Small events must not wait for each other; without it the stream is only slower.
                let _ = stream.set_nodelay(true);
                shared.spawn(connection(stream, Arc::clone(&shared)));
            }
            // Out of file descriptors, or a client that left at once: others can still come.
            Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
        }
    }
}

/// Serves the requests of one connection until it ends.
pub(crate) async fn connection(stream: impl AsyncRead + AsyncWrite + Unpin, shared: Arc<Shared>) {
    let service = service_fn(|request| handle(Arc::clone(&shared), request));
    // Errors are clients that went away, broken requests, and scripted cuts: nothing to report.
    let _ =
        http1::Builder::new().timer(TokioTimer::new()).serve_connection(TokioIo::new(stream), service).await;
}

async fn handle(shared: Arc<Shared>, request: Request<Incoming>) -> Result<Response<Body>, Cut> {
    let (head, mut body) = request.into_parts();
    let record = shared.journal.request(&head);
    oauth::count(&shared, &head);
    let log = shared.dialect.log_id(&shared.store.mint);
    let mut response = match fault(&shared, &head, &mut body, record, &log).await? {
        Some(response) => response,
        None => serve(&shared, head, body, record, &log).await?,
    };
    shared.dialect.finish(&mut response, &log);
    if let Some(date) = shared.oauth.date() {
        response.headers_mut().insert(DATE, date);
    }
    shared.journal.status(record, response.status());
    Ok(response)
}

async fn serve(
    shared: &Arc<Shared>,
    head: Parts,
    mut body: Incoming,
    record: u64,
    log: &str,
) -> Result<Response<Body>, Cut> {
    let dialect = shared.dialect;
    if let Some(answer) = oauth::serve(shared, &head, &mut body, record).await {
        return Ok(answer.unwrap_or_else(|refusal| dialect.refuse(&refusal, StudioErrors::Plain, log)));
    }
    let path = head.uri.path().to_owned();
    let found = find(dialect, &head.method, &path);
    let admitted = match found {
        Err(refusal @ Refusal::NoEndpoint(_)) if dialect.looks_at_path_first() => Err(refusal),
        found => shared.user(&head).and_then(|user| Ok((user, found?))),
    };
    let (user, (route, params)) = match admitted {
        Ok(admitted) => admitted,
        Err(refusal) => return Ok(dialect.refuse(&refusal, StudioErrors::Plain, log)),
    };
    let call = Call { sim: Arc::clone(shared), user, head, body, record, log: log.to_owned(), params };
    match (route.handler)(call).await {
        Ok(Answer::Scripted(refuse)) => refused(shared, &refuse, &path, log).await,
        Ok(Answer::Raw(response)) => Ok(response),
        Ok(Answer::Payload(payload)) => Ok(dialect.answer(payload, log)),
        Err(refusal) => Ok(dialect.refuse(&refusal, route.studio.unwrap_or(StudioErrors::Plain), log)),
    }
}

/// Applies the first scripted fault that hits the request.
async fn fault(
    shared: &Arc<Shared>,
    head: &Parts,
    body: &mut Incoming,
    record: u64,
    log: &str,
) -> Result<Option<Response<Body>>, Cut> {
    let path = head.uri.path();
    let Some(fault) = shared.script.faults.iter().find(|fault| fault.hits(head.method.as_str(), path)) else {
        return Ok(None);
    };
    tokio::time::sleep(Duration::from_millis(fault.delay_ms)).await;
    let Some(refuse) = &fault.answer else { return Ok(None) };
    let kind = head.headers.get(CONTENT_TYPE).map_or(&b""[..], HeaderValue::as_bytes);
    // What a client sent in vain is of interest to its tests; an upload may be too large for that.
    if !kind.starts_with(b"multipart/")
        && let Some(body) = read(body, MAX_JSON).await
    {
        shared.journal.body(record, &body);
    }
    refused(shared, refuse, path, log).await.map(Some)
}

/// Answers as a script says.
async fn refused(
    shared: &Arc<Shared>,
    refuse: &Refuse,
    path: &str,
    log: &str,
) -> Result<Response<Body>, Cut> {
    tokio::time::sleep(Duration::from_millis(refuse.delay_ms)).await;
    if refuse.close {
        return Err(Cut);
    }
    let (content_type, body) = match (&refuse.body, &refuse.code) {
        (Some(Value::String(body)), _) => ("text/plain; charset=utf-8", Bytes::from(body.clone())),
        (Some(body), _) => ("application/json; charset=utf-8", shared.dialect.json(body)),
        (None, Some(code)) => {
            let envelope = shared.dialect.envelope(code, &refuse.msg, log);
            ("application/json; charset=utf-8", shared.dialect.json(&envelope))
        }
        (None, None) => ("text/plain; charset=utf-8", Bytes::new()),
    };
    let status = refuse.status.and_then(|status| StatusCode::from_u16(status).ok()).unwrap_or(StatusCode::OK);
    let mut response = text(status, content_type, body.clone());
    set_headers(&mut response, &refuse.headers);
    if let Some(limit) = refuse.cut_after_bytes.filter(|limit| *limit < body.len()) {
        response.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from(body.len()));
        let (pieces, stream) = StreamBody::new(shared.journal.open_stream(path));
        *response.body_mut() = Either::Right(stream);
        shared.spawn(async move {
            // A client that is gone misses nothing.
            let _ = pieces.send(Piece::Bytes(body.slice(..limit))).await;
        });
    }
    Ok(response)
}

/// Sets headers of a script; those that HTTP does not allow are left out.
pub(crate) fn set_headers<'a>(
    response: &mut Response<Body>,
    headers: impl IntoIterator<Item = (&'a String, &'a String)>,
) {
    for (name, value) in headers {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            response.headers_mut().insert(name, value);
        }
    }
}

/// Makes the response of a stream.
pub(crate) fn stream_response(content_type: &str, body: StreamBody) -> Response<Body> {
    let mut response = Response::new(Either::Right(body));
    if let Ok(value) = HeaderValue::from_str(content_type) {
        response.headers_mut().insert(CONTENT_TYPE, value);
    }
    response
}
