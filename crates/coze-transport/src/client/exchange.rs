//! One request on its way, until the head of its response is there.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use http::header::{CONTENT_LENGTH, PROXY_AUTHORIZATION};
use http::{HeaderValue, Method, Request, Response, StatusCode, Version};
use tokio::runtime::Handle;
use tokio::time::Instant;

use super::Shared;
use super::clock::Clock;
use super::failure;
use super::link::{Answer, Link};
use super::outgoing::{Outgoing, Upload};
use super::pool::{Pool, Search};
use super::proxy::Proxy;
use super::received::Received;
use super::stream::Turns;
use crate::error::Stage;
use crate::origin::Origin;
use crate::{Body, Incoming, TransportError};

/// Waits for the head of the response; written by hand, since an `async fn` would hold all of this two or three times.
pub(crate) struct Exchange(Result<Sent, TransportError>);

struct Sent {
    pool: Arc<Pool>,
    origin: Origin,
    /// Until a connection takes it.
    request: Option<Request<Outgoing>>,
    search: Option<Search>,
    answer: Option<(Answer, Box<Link>)>,
    proxy: Option<Box<Proxy>>,
    upload: Option<Arc<Upload>>,
    timer: Option<Box<Timer>>,
    begun: bool,
}

struct Timer {
    clock: Box<Clock>,
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
        let proxy = shared.pool.route.forward_proxy(&origin);
        if let Some(auth) = proxy.as_ref().and_then(Proxy::basic_auth) {
            let headers = request.headers_mut();
            headers.try_insert(PROXY_AUTHORIZATION, auth.clone()).map_err(TransportError::request)?;
        }
        let clock = Clock::new(shared.read_timeout, total);
        let request = request.map(|body| Outgoing::new(body, clock.is_some()));
        Ok(Self {
            pool: shared.pool.clone(),
            origin,
            upload: request.body().upload(),
            request: Some(request),
            search: None,
            answer: None,
            proxy: proxy.map(Box::new),
            timer: clock.map(|clock| Box::new(Timer { clock, connected: false })),
            begun: false,
        })
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
        let Poll::Ready(answered) = self.poll_answer(cx) else {
            let Some(timer) = &mut self.timer else { return Poll::Pending };
            // Until there is a connection, the connect timeout rules.
            timer.connected |= self.answer.is_some();
            return timer.poll_late(cx, self.upload.as_deref(), &self.origin).map(Err);
        };
        let (response, link) = answered?;
        if let Some(turns) = link.turns() {
            // The connection remembers that it has served, which tells a stale one from a fresh one.
            turns.answered();
        }
        let is_sent =
            link.turns().is_some_and(Turns::is_flushed) && self.upload.as_ref().is_none_or(Upload::is_over);
        let clock = self.timer.take().map(|mut timer| {
            timer.clock.progressed();
            timer.clock
        });
        let response = response
            .map(|body| Incoming::received(Received::new(body, self.origin.clone(), clock, link, is_sent)));
        if let Some(proxy) = &self.proxy
            && response.status() == StatusCode::PROXY_AUTHENTICATION_REQUIRED
        {
            return Poll::Ready(Err(proxy.refused(&self.origin, response.status())));
        }
        Poll::Ready(Ok(response))
    }

    /// Finds a connection, sends the request over it, and waits for the head of the response.
    #[expect(clippy::type_complexity, reason = "it is awaited in one place")]
    fn poll_answer(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Result<(Response<hyper::body::Incoming>, Box<Link>), TransportError>> {
        loop {
            let Some((answer, link)) = &mut self.answer else {
                let mut link = ready!(self.pool.poll_link(&mut self.search, &self.origin, cx))?;
                let Some(mut request) = self.request.take() else { return Poll::Pending };
                let is_forwarded = self.proxy.is_some();
                link.prepare(&mut request, is_forwarded)?;
                self.answer = Some((link.send(request), link));
                continue;
            };
            let answered = ready!(answer.as_mut().poll(cx));
            let mut error = match answered {
                Ok(response) => {
                    return match self.answer.take() {
                        Some((_, link)) => Poll::Ready(Ok((response, link))),
                        None => Poll::Pending,
                    };
                }
                Err(error) => error,
            };
            match error.take_message() {
                // A kept connection that has closed meanwhile is no failure of the request.
                Some(request) if link.reused => {
                    self.request = Some(request);
                    self.answer = None;
                }
                _ => {
                    let (upload, turns) = (self.upload.as_deref(), link.turns());
                    return Poll::Ready(Err(failure::head(error.into_error(), &self.origin, upload, turns)));
                }
            }
        }
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
