//! From a connection to a WebSocket: the handshake is one HTTP/1.1 request.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header::{
    CONNECTION, CONTENT_LENGTH, HOST, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_EXTENSIONS, SEC_WEBSOCKET_KEY,
    SEC_WEBSOCKET_PROTOCOL, SEC_WEBSOCKET_VERSION, TRANSFER_ENCODING, UPGRADE,
};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode, Uri, Version};
use hyper::body::Incoming as Received;
use hyper_util::rt::TokioIo;
use tokio::runtime::Handle;
use tokio::time::Instant;

use super::body::{Outgoing, Received as Body, Room};
use super::client::{Shared, no_runtime, reachable, redirect};
use super::clock::Clock;
use super::connector::Route;
use super::frames::Frames;
use super::origin::Origin;
use super::wire::Wire;
use crate::error::Stage;
use crate::websocket::{Opened, Socket};
use crate::{Incoming, TransportError};

/// What RFC 6455, 1.3 appends to the key before it is hashed.
const GUID: &str = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

impl Route {
    /// Makes a connection of its own, with a tunnel through every proxy.
    async fn own(&self, origin: &Origin) -> Result<Wire, TransportError> {
        let proxy = self.proxies.of(origin);
        let connecting = async {
            let wire = self.wire(origin, proxy.as_ref(), false).await?;
            #[cfg(feature = "tls")]
            if origin.is_secure() {
                return self.tls.secure(wire, origin.host(), origin).await;
            }
            Ok(wire)
        };
        self.within_limit(origin, proxy.as_ref(), connecting).await
    }
}

impl Shared {
    /// Opens a WebSocket on a connection that no other request shares.
    pub(crate) async fn open(&self, request: Request<()>) -> Result<Opened, TransportError> {
        let total =
            self.options.total_timeout.and_then(|limit| Some((Instant::now().checked_add(limit)?, limit)));
        let origin = reachable(request.uri())?;
        if Handle::try_current().is_err() {
            return Err(no_runtime());
        }
        let key = key()?;
        let offered = request.headers().get(SEC_WEBSOCKET_PROTOCOL).cloned();
        let request = handshake(request, &origin, &key)?;
        let mut clock = Clock::new(self.options.read_timeout, total, None);
        let mut connected = false;
        let mut response = {
            let wire = async {
                let io = TokioIo::new(self.route.own(&origin).await?);
                let (sender, connection) =
                    self.options.upgrade.handshake(io).await.map_err(|error| failed(error, &origin))?;
                // It ends with the request or with the body of a rejection; an upgrade takes the connection out of it.
                tokio::spawn(connection.with_upgrades());
                Ok::<_, TransportError>(sender)
            };
            let mut wire = pin!(wire);
            let mut sender =
                within(&mut clock, &mut connected, &origin, poll_fn(|cx| wire.as_mut().poll(cx))).await?;
            connected = true;
            let sent = sender
                .send_request(request.map(|()| Outgoing::new(crate::Body::empty(), None, Room::default())));
            let sent = async { sent.await.map_err(|error| failed(error, &origin)) };
            within(&mut clock, &mut connected, &origin, sent).await?
        };
        if response.status() != StatusCode::SWITCHING_PROTOCOLS {
            if let Some(error) = redirect(&response, &origin) {
                return Err(error);
            }
            if let Some(clock) = &mut clock {
                clock.progressed();
            }
            return Ok(Opened::Refused(
                response.map(|body| Incoming::new(Body::new(body, origin, clock, Room::default()))),
            ));
        }
        check(&response, &key, offered.as_ref()).map_err(|why| {
            let message = format_args!("{origin} answered 101 to the handshake of a WebSocket, but {why}");
            TransportError::new(Stage::Head, message).with(|inner| inner.malformed = true)
        })?;
        let upgraded = hyper::upgrade::on(&mut response).await.map_err(|error| failed(error, &origin))?;
        let max = self.options.max_message_bytes;
        Ok(Opened::Socket(response.map(|_| Socket::new(Frames::new(upgraded, origin, max)))))
    }
}

/// Waits for a step of the handshake under the limits of every exchange.
async fn within<T>(
    clock: &mut Option<Box<Clock>>,
    connected: &mut bool,
    origin: &Origin,
    step: impl Future<Output = Result<T, TransportError>>,
) -> Result<T, TransportError> {
    let mut step = pin!(step);
    poll_fn(|cx| {
        if let Poll::Ready(done) = step.as_mut().poll(cx) {
            return Poll::Ready(done);
        }
        let Some(clock) = clock else { return Poll::Pending };
        clock.poll_late(cx, *connected, origin).map(Err)
    })
    .await
}

fn failed(error: hyper::Error, origin: &Origin) -> TransportError {
    TransportError::caused(Stage::Head, format_args!("no response from {origin}"), error)
}

/// Returns a key that nobody can predict, so that no cache takes the answer for another one.
fn key() -> Result<HeaderValue, TransportError> {
    let mut random = [0; 16];
    getrandom::fill(&mut random).map_err(|error| {
        TransportError::request(format_args!(
            "the system gives no random bytes for the handshake of a WebSocket: {error}"
        ))
    })?;
    HeaderValue::try_from(STANDARD.encode(random)).map_err(TransportError::request)
}

/// Writes the request as HTTP/1.1 wants it: the target without scheme and host, and the headers of the handshake.
fn handshake(
    mut request: Request<()>,
    origin: &Origin,
    key: &HeaderValue,
) -> Result<Request<()>, TransportError> {
    if request.method() != Method::GET {
        return Err(TransportError::request(format_args!(
            "a WebSocket is opened by GET, not by {}",
            request.method()
        )));
    }
    let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
    let target: Uri = path.parse().map_err(TransportError::request)?;
    let default = if origin.is_secure() { 443 } else { 80 };
    let host = if origin.port() == default { origin.host().to_owned() } else { origin.to_string() };
    let host = HeaderValue::try_from(host).map_err(TransportError::request)?;
    *request.uri_mut() = target;
    *request.version_mut() = Version::HTTP_11;
    let headers = request.headers_mut();
    for name in [SEC_WEBSOCKET_EXTENSIONS, CONTENT_LENGTH, TRANSFER_ENCODING] {
        headers.remove(name);
    }
    for (name, value) in [
        (UPGRADE, HeaderValue::from_static("websocket")),
        (CONNECTION, HeaderValue::from_static("Upgrade")),
        (SEC_WEBSOCKET_VERSION, HeaderValue::from_static("13")),
        (SEC_WEBSOCKET_KEY, key.clone()),
    ] {
        headers.try_insert(name, value).map_err(TransportError::request)?;
    }
    if !headers.contains_key(HOST) {
        headers.try_insert(HOST, host).map_err(TransportError::request)?;
    }
    Ok(request)
}

/// Says what is wrong with an answer of status 101.
fn check(
    response: &Response<Received>,
    key: &HeaderValue,
    offered: Option<&HeaderValue>,
) -> Result<(), String> {
    let headers = response.headers();
    if !has_word(headers, &UPGRADE, "websocket") {
        return Err(format!("its header Upgrade is {}, not websocket", shown(headers, &UPGRADE)));
    }
    if !has_word(headers, &CONNECTION, "upgrade") {
        return Err(format!("its header Connection is {}, not Upgrade", shown(headers, &CONNECTION)));
    }
    let mut hash = sha1_smol::Sha1::from(key.as_bytes());
    hash.update(GUID.as_bytes());
    let expected = STANDARD.encode(hash.digest().bytes());
    if headers.get(SEC_WEBSOCKET_ACCEPT).is_none_or(|accept| accept.as_bytes() != expected.as_bytes()) {
        let accept = shown(headers, &SEC_WEBSOCKET_ACCEPT);
        return Err(format!(
            "its header Sec-WebSocket-Accept is {accept}, which does not fit the key: is there a cache on the way?"
        ));
    }
    if headers.contains_key(SEC_WEBSOCKET_EXTENSIONS) {
        return Err(format!(
            "it uses the extension {}, which was not offered",
            shown(headers, &SEC_WEBSOCKET_EXTENSIONS)
        ));
    }
    let mut offers =
        offered.and_then(|offered| offered.to_str().ok()).unwrap_or_default().split(',').map(str::trim);
    match headers.get(SEC_WEBSOCKET_PROTOCOL) {
        Some(chosen) if !offers.any(|offer| offer.as_bytes() == chosen.as_bytes()) => Err(format!(
            "it chose the subprotocol {}, which was not offered",
            shown(headers, &SEC_WEBSOCKET_PROTOCOL)
        )),
        _ => Ok(()),
    }
}

fn has_word(headers: &HeaderMap, name: &HeaderName, word: &str) -> bool {
    let values = headers.get_all(name).into_iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).any(|found| found.trim().eq_ignore_ascii_case(word))
}

fn shown(headers: &HeaderMap, name: &HeaderName) -> String {
    headers.get(name).map_or_else(|| "missing".to_owned(), |value| format!("{value:?}"))
}
