//! The listener, its connections, and the way of a request.

use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http::header::{ALLOW, AUTHORIZATION, CONTENT_TYPE, WWW_AUTHENTICATE};
use http::request::Parts;
use http::{HeaderValue, Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use serde::Serialize;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use super::fault::{Fault, Faults};
use super::intake;
use super::refusal::Refusal;
use super::store::Store;
use crate::job::Jobs;

/// Bodies may have so many bytes.
const MAX_BODY: usize = 64 << 10;

/// All that the connections share.
pub(crate) struct Shared {
    pub(crate) store: Store,
    pub(crate) token: String,
    pub(crate) faults: Faults,
    pub(crate) requests: AtomicU64,
    /// Turns true when the server stops.
    pub(crate) stop: watch::Sender<bool>,
}

impl Shared {
    /// Runs a task that ends with the server.
    pub(crate) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        let mut stop = self.stop.subscribe();
        tokio::spawn(async move {
            tokio::select! {
                // An error means that the server is gone.
                _ = stop.wait_for(|stopped| *stopped) => {}
                () = task => {}
            }
        });
    }

    /// Uses the database off the threads that serve connections.
    async fn query<T: Send + 'static>(
        self: &Arc<Self>,
        query: impl FnOnce(&Store) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, Refusal> {
        let shared = Arc::clone(self);
        match tokio::task::spawn_blocking(move || query(&shared.store)).await {
            Ok(Ok(value)) => Ok(value),
            // What a database says of itself is not for clients.
            _ => Err(Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, "the database failed; try again")),
        }
    }
}

/// Says nothing of the token.
impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared")
            .field("store", &self.store)
            .field("faults", &self.faults)
            .field("requests", &self.requests)
            .finish_non_exhaustive()
    }
}

/// Accepts connections until it is dropped.
pub(crate) async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => shared.spawn(connection(stream, Arc::clone(&shared))),
            // Out of file descriptors, or a client that left at once: others can still come.
            Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
        }
    }
}

async fn connection(stream: TcpStream, shared: Arc<Shared>) {
    let service = service_fn(|request| handle(Arc::clone(&shared), request));
    // Errors are clients that went away, broken requests, and injected cuts: nothing to report.
    let _ =
        http1::Builder::new().timer(TokioTimer::new()).serve_connection(TokioIo::new(stream), service).await;
}

/// Closes the connection without an answer.
#[derive(Debug)]
struct Cut;

impl fmt::Display for Cut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the connection is aborted here")
    }
}

impl std::error::Error for Cut {}

async fn handle(shared: Arc<Shared>, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Cut> {
    shared.requests.fetch_add(1, Ordering::SeqCst);
    let injected = |status: u16| {
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        refuse(&Refusal::new(status, "a fault was injected"))
    };
    match shared.faults.next() {
        None => Ok(answer(&shared, request).await),
        Some(Fault::Refuse(status)) => Ok(injected(status)),
        Some(Fault::Delay(delay)) => {
            tokio::time::sleep(delay).await;
            Ok(answer(&shared, request).await)
        }
        Some(Fault::Deny(status)) => {
            answer(&shared, request).await;
            Ok(injected(status))
        }
        Some(Fault::Cut) => {
            answer(&shared, request).await;
            Err(Cut)
        }
    }
}

async fn answer(shared: &Arc<Shared>, request: Request<Incoming>) -> Response<Full<Bytes>> {
    let (head, body) = request.into_parts();
    let (method, path) = (head.method.clone(), head.uri.path().to_owned());
    let answered = match (authorize(&head, &shared.token), path.as_str(), &method) {
        (Err(refusal), ..) => Err(refusal),
        (_, "/api/jobs", &Method::GET) => jobs(shared).await,
        (_, "/api/applications", &Method::POST) => apply(shared, &head, body).await,
        (_, "/api/jobs", _) => return not_allowed(&method, "GET"),
        (_, "/api/applications", _) => return not_allowed(&method, "POST"),
        _ => Err(Refusal::new(StatusCode::NOT_FOUND, format!("there is nothing at {path}"))),
    };
    answered.unwrap_or_else(|refusal| refuse(&refusal))
}

async fn jobs(shared: &Arc<Shared>) -> Result<Response<Full<Bytes>>, Refusal> {
    let jobs = shared.query(Store::jobs).await?;
    Ok(json(StatusCode::OK, &Jobs::new(jobs)))
}

async fn apply(shared: &Arc<Shared>, head: &Parts, body: Incoming) -> Result<Response<Full<Bytes>>, Refusal> {
    let kind = head.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if !kind.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json")) {
        let message = format!("the content type is {kind:?}; send application/json");
        return Err(Refusal::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, message));
    }
    let body = Limited::new(body, MAX_BODY).collect().await.map_err(|_| {
        let message = format!("the body is truncated, or has more than {MAX_BODY} bytes");
        Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, message)
    })?;
    let request = intake::application(&body.to_bytes())?;
    let job_id = request.job_id.clone();
    match shared.query(move |store| store.apply(&request)).await? {
        Some(application) => Ok(json(StatusCode::OK, &application)),
        None => Err(Refusal::field("jobId", format!("is {:?}; there is no such job", job_id.as_str()))),
    }
}

fn authorize(head: &Parts, token: &str) -> Result<(), Refusal> {
    let given = head.headers.get(AUTHORIZATION).and_then(|value| value.as_bytes().strip_prefix(b"Bearer "));
    if given.is_some_and(|given| same(given, token.as_bytes())) {
        return Ok(());
    }
    let message =
        "the bearer token is missing or wrong; send `Authorization: Bearer …` with that of the B side";
    Err(Refusal::new(StatusCode::UNAUTHORIZED, message))
}

/// Compares in a time that does not tell how much is right.
fn same(given: &[u8], token: &[u8]) -> bool {
    given.len() == token.len() && given.iter().zip(token).fold(0, |differ, (a, b)| differ | (a ^ b)) == 0
}

fn not_allowed(method: &Method, allowed: &'static str) -> Response<Full<Bytes>> {
    let message = format!("{method} is not served here; use {allowed}");
    let mut response = refuse(&Refusal::new(StatusCode::METHOD_NOT_ALLOWED, message));
    response.headers_mut().insert(ALLOW, HeaderValue::from_static(allowed));
    response
}

fn refuse(refusal: &Refusal) -> Response<Full<Bytes>> {
    let mut response = json(refusal.status, &refusal.to_json());
    if refusal.status == StatusCode::UNAUTHORIZED {
        response.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    response
}

fn json<T: Serialize>(status: StatusCode, value: &T) -> Response<Full<Bytes>> {
    // Our own types always serialise; an empty body would be read as an error.
    let body = serde_json::to_vec(value).unwrap_or_default();
    let mut response = Response::new(Full::new(body.into()));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}
