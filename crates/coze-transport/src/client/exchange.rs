//! One request on its way, until the head of its response is there.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use http::header::{CONTENT_LENGTH, Entry, HOST, PROXY_AUTHORIZATION};
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, Version};
use hyper_util::client::legacy::ResponseFuture;
use hyper_util::client::legacy::connect::{CaptureConnection, capture_connection};
use tokio::runtime::Handle;
use tokio::time::Instant;

use super::Shared;
use super::clock::Clock;
use super::failure;
use super::outgoing::{Outgoing, Upload};
use super::proxy::Proxy;
use super::received::Received;
use super::stream::Turns;
use crate::error::Stage;
use crate::origin::Origin;
use crate::{Body, Incoming, TransportError};

/// Waits for the head of the response; written by hand, since an `async fn` would hold all of this two or three times.
pub(crate) struct Exchange(Result<Sent, TransportError>);

/// What is left to wait with once hyper has the request.
struct Sent {
    answer: ResponseFuture,
    origin: Origin,
    proxy: Option<Box<Proxy>>,
    upload: Option<Arc<Upload>>,
    timer: Option<Box<Timer>>,
    begun: bool,
}

struct Timer {
    clock: Box<Clock>,
    connection: CaptureConnection,
    connected: bool,
}

impl Exchange {
    pub(crate) fn new(shared: &Shared, request: Request<Body>, total: Option<(Instant, Duration)>) -> Self {
        Self(Sent::new(shared, request, total))
    }
}

impl Future for Exchange {
    type Output = Result<Response<Incoming>, TransportError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        match &mut self.0 {
            Ok(sent) => sent.poll_head(cx),
            Err(error) => Poll::Ready(Err(error.clone())),
        }
    }
}

impl Sent {
    fn new(
        shared: &Shared,
        mut request: Request<Body>,
        total: Option<(Instant, Duration)>,
    ) -> Result<Self, TransportError> {
        let origin = Origin::of(request.uri())?;
        if !cfg!(feature = "tls") && origin.is_secure() {
            return Err(TransportError::request(format_args!(
                "https to {origin} needs the feature `tls` of the crate coze-transport, which is switched off"
            )));
        }
        check(&mut request)?;
        if !origin.is_secure() && !shared.connector.is_http2_only() {
            name_host(&origin, request.headers_mut())?;
        }
        let proxy = if origin.is_secure() { None } else { shared.connector.forward_proxy(request.uri()) };
        if let Some(auth) = proxy.as_ref().and_then(Proxy::basic_auth) {
            let headers = request.headers_mut();
            headers.try_insert(PROXY_AUTHORIZATION, auth.clone()).map_err(TransportError::request)?;
        }
        let clock = Clock::new(shared.read_timeout, total);
        let mut request = request.map(|body| Outgoing::new(body, clock.is_some()));
        let upload = request.body().upload();
        let timer = clock.map(|clock| {
            let connection = capture_connection(&mut request);
            Box::new(Timer { clock, connection, connected: false })
        });
        let (answer, proxy) = (shared.client.request(request), proxy.map(Box::new));
        Ok(Self { answer, origin, proxy, upload, timer, begun: false })
    }

    /// Takes up the request in the runtime that polls it, which need not be there when it is made.
    fn begin(&mut self) -> Result<(), TransportError> {
        // Else the first timer or the first connection would panic.
        if Handle::try_current().is_err() {
            let reason =
                "there is no tokio runtime here, in which connections are kept: send from within one";
            return Err(TransportError::new(Stage::Config, reason).unsent());
        }
        if let Some(timer) = &mut self.timer {
            timer.clock.start();
        }
        self.begun = true;
        Ok(())
    }

    fn poll_head(&mut self, cx: &mut Context<'_>) -> Poll<Result<Response<Incoming>, TransportError>> {
        if !self.begun {
            self.begin()?;
        }
        let Poll::Ready(answer) = Pin::new(&mut self.answer).poll(cx) else {
            let Some(timer) = &mut self.timer else { return Poll::Pending };
            return timer.poll_late(cx, self.upload.as_deref(), &self.origin).map(Err);
        };
        let response = match answer {
            Ok(response) => response,
            Err(error) => {
                return Poll::Ready(Err(failure::head(error, &self.origin, self.upload.as_deref())));
            }
        };
        // The connection remembers that it has served, which tells a stale one from a fresh one.
        if let Some(turns) = response.extensions().get::<Arc<Turns>>() {
            turns.answered();
        }
        if let Some(proxy) = &self.proxy
            && response.status() == StatusCode::PROXY_AUTHENTICATION_REQUIRED
        {
            return Poll::Ready(Err(proxy.refused(&self.origin, response.status())));
        }
        let clock = self.timer.take().map(|mut timer| {
            timer.clock.progressed();
            timer.clock
        });
        Poll::Ready(Ok(
            response.map(|body| Incoming::received(Received::new(body, self.origin.clone(), clock)))
        ))
    }
}

impl Timer {
    /// Ready when a limit has run out; to be asked after the answer, by whose poll the connection arrives.
    fn poll_late(
        &mut self,
        cx: &mut Context<'_>,
        upload: Option<&Upload>,
        origin: &Origin,
    ) -> Poll<TransportError> {
        // Until there is a connection, the connect timeout rules.
        self.connected = self.connected || self.connection.connection_metadata().is_some();
        while self.clock.poll_expired(cx, self.connected).is_ready() {
            // An upload that moves is not idle.
            let moved = upload.and_then(Upload::last_moved);
            if !moved.is_some_and(|moved| self.clock.renew(moved)) {
                let error = self.clock.error("the response head", Stage::Head, origin);
                // Without a connection nothing was written.
                return Poll::Ready(if self.connected { error } else { error.unsent() });
            }
        }
        Poll::Pending
    }
}

/// Names the host of a request over HTTP/1.1, where hyper takes 2,300 instructions for it. HTTP/2 has no such header; over TLS it
/// is not known beforehand which of them is spoken.
fn name_host(origin: &Origin, headers: &mut HeaderMap) -> Result<(), TransportError> {
    if let Entry::Vacant(entry) = headers.try_entry(HOST).map_err(TransportError::request)? {
        let name = origin.authority();
        let name = name.strip_suffix(":80").unwrap_or(name).trim_end_matches(':');
        let name = HeaderValue::from_str(name).map_err(TransportError::request)?;
        entry.try_insert(name).map_err(TransportError::request)?;
    }
    Ok(())
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
        // hyper says nothing of an empty body, and some gateways then answer 411.
        None if len == 0 && matches!(*request.method(), Method::POST | Method::PUT | Method::PATCH) => {
            request.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from(0));
            Ok(())
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use http::Uri;

    use super::*;

    #[test]
    fn the_host_is_named_without_the_usual_port() {
        for (url, host) in [
            ("http://coze.test/v1", "coze.test"),
            ("http://coze.test:80/v1", "coze.test"),
            ("http://coze.test:/v1", "coze.test"),
            ("http://coze.test:8080/v1", "coze.test:8080"),
            ("http://[::1]:80/v1", "[::1]"),
            ("http://[::80]/v1", "[::80]"),
        ] {
            let mut headers = HeaderMap::new();
            name_host(&Origin::of(&url.parse().unwrap()).unwrap(), &mut headers).unwrap();
            assert_eq!(headers[HOST], host, "{url}");
        }
    }

    #[test]
    fn another_host_that_was_asked_for_is_kept() {
        let mut headers = HeaderMap::from_iter([(HOST, HeaderValue::from_static("other.test"))]);
        name_host(&Origin::of(&Uri::from_static("http://coze.test")).unwrap(), &mut headers).unwrap();
        assert_eq!(headers[HOST], "other.test");
    }
}
