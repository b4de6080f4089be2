//! One request on its way, until the head of its response is there.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::task::Poll;
use std::time::Duration;

use http::header::{CONTENT_LENGTH, LOCATION, PROXY_AUTHORIZATION};
use http::{HeaderValue, Method, Request, Response, StatusCode, Uri, Version};
use hyper_util::client::legacy;
use hyper_util::client::legacy::connect::{CaptureConnection, Connected, capture_connection};
use tokio::runtime::{Handle, Id};
use tokio::time::Instant;

use super::body::{Outgoing, Received, Room};
use super::builder::Builder;
use super::clock::{Clock, Upload};
use super::connector::{Connector, Route};
use super::failure;
use super::origin::Origin;
use super::proxy::Proxy;
use super::slots::{LANES, Slots};
use super::wire::Alive;
use crate::error::Stage;
use crate::{Body, Incoming, TransportError};

type Client = legacy::Client<Connector, Outgoing>;

/// What the clones of a transport share.
pub(crate) struct Shared {
    pub(crate) options: Builder,
    pub(crate) route: Arc<Route>,
    /// The connections of each runtime: they end with it, and another cannot drive them.
    pub(crate) pools: Mutex<Vec<(Id, Arc<Pool>)>>,
}

/// Runtimes whose connections are kept; who has more makes and drops them all the time, as tests do.
const RUNTIMES: usize = 64;

/// How long a request waits at most for what another one learns of a new connection.
const PATIENCE: Duration = Duration::from_secs(60);

/// The connections of one runtime.
pub(crate) struct Pool {
    /// Each keeps one connection of HTTP/2 to a host, and all of HTTP/1.1 are of the first.
    lanes: [OnceLock<Client>; LANES],
    slots: Arc<Slots>,
}

impl Shared {
    /// Finds the connections of the runtime that polls this.
    fn pool(&self) -> Result<Arc<Pool>, TransportError> {
        let runtime = Handle::try_current().map_err(|_| no_runtime())?;
        let mut pools = self.pools.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, pool)) = pools.iter().find(|(id, _)| *id == runtime.id()) {
            return Ok(pool.clone());
        }
        if pools.len() >= RUNTIMES {
            pools.remove(0);
        }
        let pool = Arc::new(Pool { lanes: [const { OnceLock::new() }; LANES], slots: Arc::default() });
        pools.push((runtime.id(), pool.clone()));
        Ok(pool)
    }

    /// Finds room for a request on connections that it may share with others.
    async fn room(&self, pool: &Pool, origin: &Origin) -> Result<Room, TransportError> {
        if !self.options.keeps || !(origin.is_secure() || self.route.http2_only) {
            return Ok(None);
        }
        let patience = self.route.timeout.unwrap_or(PATIENCE).min(PATIENCE);
        Ok(Some(Arc::new(pool.slots.take(origin, patience).await?)))
    }

    fn client<'a>(&self, pool: &'a Pool, lane: usize) -> &'a Client {
        pool.lanes[lane].get_or_init(|| {
            self.options.client.build(Connector {
                route: self.route.clone(),
                slots: pool.slots.clone(),
                lane,
            })
        })
    }

    pub(crate) async fn send(
        &self,
        mut request: Request<Body>,
    ) -> Result<Response<Incoming>, TransportError> {
        let total =
            self.options.total_timeout.and_then(|limit| Some((Instant::now().checked_add(limit)?, limit)));
        let origin = reachable(request.uri())?;
        check(&mut request)?;
        let forwards = |proxy: &Proxy| self.route.forwards(&origin, proxy);
        let proxy = self.route.proxies.of(&origin).filter(forwards);
        if let Some(auth) = proxy.as_ref().and_then(Proxy::basic_auth) {
            let headers = request.headers_mut();
            headers.try_insert(PROXY_AUTHORIZATION, auth.clone()).map_err(TransportError::request)?;
        }
        let pool = self.pool()?;
        let timed = self.options.read_timeout.is_some() || total.is_some();
        let upload = Upload::of(request.body(), timed);
        let mut clock = Clock::new(self.options.read_timeout, total, upload.as_ref());
        let connection = capture_connection(&mut request);
        let method = request.method().clone();
        let mut lost = pin!(lost(connection.clone()));
        let mut exchange = pin!(async {
            // Lets the tasks of kept connections run, so that one that the server has closed is not used.
            tokio::task::yield_now().await;
            let room = self.room(&pool, &origin).await?;
            let lane = room.as_ref().map_or(0, |slot| slot.lane);
            let request = request.map(|body| Outgoing::new(body, upload.clone(), room.clone()));
            match self.client(&pool, lane).request(request).await {
                Ok(response) => Ok((response, room)),
                Err(error) => Err(failure::head(error, &method, &origin, upload.as_deref())),
            }
        });
        let (mut response, room) = poll_fn(|cx| {
            if let Poll::Ready(done) = exchange.as_mut().poll(cx) {
                return Poll::Ready(done);
            }
            if lost.as_mut().poll(cx).is_ready() {
                return Poll::Ready(Err(failure::lost(&method, &origin)));
            }
            let Some(clock) = &mut clock else { return Poll::Pending };
            // Until there is a connection, the connect timeout applies.
            let connected = connection.connection_metadata().is_some();
            clock.poll_late(cx, connected, &origin).map(Err)
        })
        .await?;
        response.extensions_mut().remove::<Alive>();
        if let Some(proxy) = &proxy
            && response.status() == StatusCode::PROXY_AUTHENTICATION_REQUIRED
        {
            return Err(proxy.refused(&origin, response.status()));
        }
        if let Some(error) = redirect(&response, &origin) {
            return Err(error);
        }
        if let Some(clock) = &mut clock {
            clock.progressed();
        }
        Ok(response.map(|body| Incoming::new(Received::new(body, origin.clone(), clock, room))))
    }
}

/// Refuses what this build cannot reach.
pub(crate) fn reachable(uri: &Uri) -> Result<Origin, TransportError> {
    let origin = Origin::of(uri)?;
    if !cfg!(feature = "tls") && origin.is_secure() {
        return Err(TransportError::request(format_args!(
            "https to {origin} needs the feature `tls` of the crate coze-transport, which is switched off"
        )));
    }
    Ok(origin)
}

pub(crate) fn no_runtime() -> TransportError {
    let reason = "there is no tokio runtime here, in which connections are kept: send from within one";
    TransportError::new(Stage::Config, reason).unsent()
}

/// What hyper has to say of a connection that has ended, it says within this time.
const FAREWELL: Duration = Duration::from_secs(1);

/// Ends when the connection of a request has, and hyper says nothing.
///
/// A request that is handed over in the very moment in which the task of its connection ends is forgotten: the channel between them
/// drops what is left in it as the one side goes, and not what the other side has announced and not yet put in.
async fn lost(mut connection: CaptureConnection) {
    loop {
        let Some(alive) = alive(connection.wait_for_connection_metadata().await.as_ref()) else {
            return std::future::pending().await;
        };
        alive.ended().await;
        tokio::time::sleep(FAREWELL).await;
        // The request may have gone to another connection meanwhile.
        let now = self::alive(connection.connection_metadata().as_ref());
        if now.is_none_or(|alive| alive.has_ended()) {
            return;
        }
    }
}

fn alive(connected: Option<&Connected>) -> Option<Alive> {
    let mut extras = http::Extensions::new();
    connected?.get_extras(&mut extras);
    extras.remove()
}

/// Refuses requests that would confuse a server, and corrects what has one right value.
fn check(request: &mut Request<Body>) -> Result<(), TransportError> {
    if request.method() == Method::CONNECT {
        return Err(TransportError::request("the method CONNECT is not supported"));
    }
    // The connection decides the version.
    *request.version_mut() = Version::HTTP_11;
    let Some(len) = request.body().len() else { return Ok(()) };
    match request.headers().get(CONTENT_LENGTH) {
        Some(value) if *value != HeaderValue::from(len) => Err(TransportError::request(format_args!(
            "the header Content-Length does not match the body of {len} bytes: leave the header out"
        ))),
        // hyper omits the length of an empty body, and some gateways then return 411.
        None if len == 0 && matches!(*request.method(), Method::POST | Method::PUT | Method::PATCH) => {
            request.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from(0));
            Ok(())
        }
        _ => Ok(()),
    }
}

/// Names where a redirect leads, without its query and a user name, which may be secrets.
pub(crate) fn redirect<B>(response: &Response<B>, origin: &Origin) -> Option<TransportError> {
    let status = response.status();
    let location = match status.as_u16() {
        301..=303 | 307 | 308 => response.headers().get(LOCATION)?,
        _ => return None,
    };
    let text = location.to_str().unwrap_or_default().split(['?', '#']).next().unwrap_or_default();
    let target = match (text.parse::<Uri>(), text.split_once("//")) {
        (Err(_), _) => "something that is not a URL".to_owned(),
        (Ok(_), None) => text.to_owned(),
        (Ok(_), Some((scheme, rest))) => {
            let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
            format!("{scheme}//{}{path}", host.rsplit('@').next().unwrap_or_default())
        }
    };
    let message = format_args!(
        "{origin} redirects to {target} with status {status}, which is not followed: correct the base URL"
    );
    Some(TransportError::new(Stage::Redirect, message).with(|inner| inner.status = Some(status)))
}
