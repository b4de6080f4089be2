//! A connection that takes requests.

use std::future::poll_fn;
use std::mem;
use std::pin::Pin;
use std::sync::{Arc, Weak};
#[cfg(feature = "http2")]
use std::time::Duration;

use http::header::{Entry, HOST};
use http::{HeaderMap, HeaderValue, Request, Response};
use hyper::body::Incoming;
#[cfg(feature = "http2")]
use hyper::client::conn::http2;
use hyper::client::conn::{TrySendError, http1};
use hyper_util::rt::TokioIo;
use tokio::runtime::Handle;

use super::driver::{Driver, Steering};
use super::failure;
use super::outgoing::Outgoing;
use super::pool::Pool;
use super::stream::{Stream, Turns};
use super::task::Task;
use crate::TransportError;
use crate::origin::Origin;

/// What hyper says to a request; one that it has not begun to write comes back.
pub(crate) type Answer =
    Pin<Box<dyn Future<Output = Result<Response<Incoming>, TrySendError<Request<Outgoing>>>> + Send>>;

/// This side of a connection, whose own task reads and writes it.
pub(crate) struct Link {
    sender: Sender,
    turns: Arc<Turns>,
    /// Who drives the connection, where that takes one request at a time.
    driver: Weak<Driver>,
    pool: Weak<Pool>,
    pub(crate) origin: Origin,
    /// In which the connection lives.
    pub(crate) runtime: Handle,
    /// Whether it has taken a request before.
    pub(crate) reused: bool,
}

enum Sender {
    Http1(http1::SendRequest<Outgoing>),
    #[cfg(feature = "http2")]
    Http2(http2::SendRequest<Outgoing>),
}

impl Link {
    /// Writes into the request what depends on the version that is spoken.
    pub(crate) fn prepare(
        &self,
        request: &mut Request<Outgoing>,
        is_forwarded: bool,
    ) -> Result<(), TransportError> {
        if self.is_shared() {
            // One that comes back from a connection of HTTP/1.1 has lost its host.
            if request.uri().scheme().is_none()
                && let Some(path) = mem::take(request.uri_mut()).into_parts().path_and_query
            {
                *request.uri_mut() = self.origin.with_path(path);
            }
            return Ok(());
        }
        name_host(&self.origin, request.headers_mut())?;
        // A proxy takes the whole URL.
        if !is_forwarded && let Some(path) = mem::take(request.uri_mut()).into_parts().path_and_query {
            *request.uri_mut() = path.into();
        }
        Ok(())
    }

    pub(crate) fn send(&mut self, request: Request<Outgoing>) -> Answer {
        match &mut self.sender {
            Sender::Http1(sender) => Box::pin(sender.try_send_request(request)),
            #[cfg(feature = "http2")]
            Sender::Http2(sender) => Box::pin(sender.try_send_request(request)),
        }
    }

    pub(crate) fn is_ready(&self) -> bool {
        match &self.sender {
            Sender::Http1(sender) => sender.is_ready(),
            #[cfg(feature = "http2")]
            Sender::Http2(sender) => sender.is_ready(),
        }
    }

    /// Says whether it takes many requests at a time: HTTP/2.
    pub(crate) fn is_shared(&self) -> bool {
        !matches!(self.sender, Sender::Http1(_))
    }

    /// Copies one that takes many requests at a time.
    #[cfg(feature = "http2")]
    pub(crate) fn share(&self) -> Option<Box<Self>> {
        let Sender::Http2(sender) = &self.sender else { return None };
        Some(Box::new(Self {
            sender: Sender::Http2(sender.clone()),
            turns: self.turns.clone(),
            driver: Weak::new(),
            pool: self.pool.clone(),
            origin: self.origin.clone(),
            runtime: self.runtime.clone(),
            reused: self.reused,
        }))
    }

    /// Tells of what went over a connection that takes one request at a time.
    pub(crate) fn turns(&self) -> Option<&Turns> {
        (!self.is_shared()).then_some(&*self.turns)
    }

    /// Who drives the connection, to be relieved by who reads from it.
    pub(crate) fn steering(&self) -> Steering {
        Steering::Task(self.driver.clone())
    }

    /// Goes back into the pool, once the connection is ready for the next request.
    pub(crate) fn give_back(mut self: Box<Self>) {
        let Some(pool) = self.pool.upgrade() else { return };
        if self.is_ready() {
            return pool.put(self);
        }
        if pool.max_idle_per_host == 0 {
            return;
        }
        drop(pool);
        // What the server still sends is read to its end, if it is there already, or the request is still being sent.
        let runtime = self.runtime.clone();
        runtime.spawn(Task::rare(async move {
            let ready = poll_fn(|cx| match &mut self.sender {
                Sender::Http1(sender) => sender.poll_ready(cx),
                #[cfg(feature = "http2")]
                Sender::Http2(sender) => sender.poll_ready(cx),
            });
            if ready.await.is_ok()
                && let Some(pool) = self.pool.upgrade()
            {
                pool.put(self);
            }
        }));
    }
}

/// How a connection begins.
pub(crate) struct Handshake {
    http1: http1::Builder,
    #[cfg(feature = "http2")]
    http2: http2::Builder<hyper_util::rt::TokioExecutor>,
}

impl Handshake {
    pub(crate) fn new(max_header_bytes: Option<usize>) -> Self {
        let mut http1 = http1::Builder::new();
        if let Some(max) = max_header_bytes {
            http1.max_buf_size(max);
        }
        #[cfg(feature = "http2")]
        let http2 = {
            let mut http2 = http2::Builder::new(hyper_util::rt::TokioExecutor::new());
            http2.timer(hyper_util::rt::TokioTimer::new());
            if let Some(max) = max_header_bytes {
                http2.max_header_list_size(u32::try_from(max).unwrap_or(u32::MAX));
            }
            http2
        };
        Self {
            http1,
            #[cfg(feature = "http2")]
            http2,
        }
    }

    #[cfg(feature = "http2")]
    pub(crate) fn http2_keep_alive(&mut self, interval: Duration, timeout: Duration) {
        self.http2.keep_alive_interval(interval).keep_alive_timeout(timeout);
    }

    /// Speaks HTTP over a new stream.
    pub(crate) async fn shake(
        &self,
        stream: Stream,
        origin: Origin,
        pool: Weak<Pool>,
    ) -> Result<Box<Link>, TransportError> {
        let (turns, runtime) = (stream.turns.clone(), Handle::current());
        #[cfg(feature = "http2")]
        let is_http2 = stream.http2;
        let stream = TokioIo::new(stream);
        #[cfg(feature = "http2")]
        if is_http2 {
            let shaken = self.http2.handshake(stream).await;
            let (sender, connection) = shaken.map_err(|error| failure::head(error, &origin, None, None))?;
            runtime.spawn(Task::rare(async move { drop(connection.await) }));
            let sender = Sender::Http2(sender);
            let driver = Weak::new();
            return Ok(Box::new(Link { sender, turns, driver, pool, origin, runtime, reused: false }));
        }
        let shaken = self.http1.handshake(stream).await;
        let (sender, connection) = shaken.map_err(|error| failure::head(error, &origin, None, None))?;
        let driver = Driver::new(Box::new(connection));
        runtime.spawn(Task::Http1(driver.clone()));
        let driver = Arc::downgrade(&driver);
        Ok(Box::new(Link {
            sender: Sender::Http1(sender),
            turns,
            driver,
            pool,
            origin,
            runtime,
            reused: false,
        }))
    }
}

/// Names the host of a request over HTTP/1.1; HTTP/2 has no such header.
fn name_host(origin: &Origin, headers: &mut HeaderMap) -> Result<(), TransportError> {
    if let Entry::Vacant(entry) = headers.try_entry(HOST).map_err(TransportError::request)? {
        let name = origin.authority();
        let usual = if origin.is_secure() { ":443" } else { ":80" };
        let name = name.strip_suffix(usual).unwrap_or(name).trim_end_matches(':');
        let name = HeaderValue::from_str(name).map_err(TransportError::request)?;
        entry.try_insert(name).map_err(TransportError::request)?;
    }
    Ok(())
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
            ("http://coze.test:443/v1", "coze.test:443"),
            ("https://coze.test:443/v1", "coze.test"),
            ("https://coze.test:80/v1", "coze.test:80"),
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
