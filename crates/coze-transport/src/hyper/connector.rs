//! From a URL to a connection: name, TCP, proxy, TLS.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use http::Uri;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioIo;
use tokio::time::timeout;
use tower_service::Service;

use super::origin::{Origin, at};
use super::proxy::{Proxies, Proxy};
#[cfg(feature = "http2")]
use super::slots::{Settings, Slots};
#[cfg(feature = "tls")]
use super::tls::Tls;
use super::wire::{Life, Stream, Wire};
use crate::TransportError;
use crate::error::Stage;

/// How the servers of a transport are reached.
pub(crate) struct Route {
    pub(crate) tcp: HttpConnector,
    pub(crate) timeout: Option<Duration>,
    pub(crate) proxies: Proxies,
    /// Whether HTTP/2 is spoken from the first byte on.
    pub(crate) http2_only: bool,
    #[cfg(feature = "tls")]
    pub(crate) tls: Tls,
}

/// Makes the connections of one client of hyper-util.
#[derive(Clone)]
pub(crate) struct Connector {
    pub(crate) route: Arc<Route>,
    #[cfg(feature = "http2")]
    pub(crate) slots: Arc<Slots>,
    #[cfg(feature = "http2")]
    pub(crate) lane: usize,
}

impl Service<Uri> for Connector {
    type Response = TokioIo<Stream>;
    type Error = TransportError;
    type Future = Pin<Box<dyn Future<Output = Result<TokioIo<Stream>, TransportError>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), TransportError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let connector = self.clone();
        Box::pin(async move { connector.connect(&Origin::of(&uri)?).await.map(TokioIo::new) })
    }
}

impl Connector {
    async fn connect(&self, origin: &Origin) -> Result<Stream, TransportError> {
        let proxy = self.route.proxies.of(origin);
        let Some(limit) = self.route.timeout else { return self.stream(origin, proxy.as_ref()).await };
        match timeout(limit, self.stream(origin, proxy.as_ref())).await {
            // The timeout of a single address may end first; both mean the same.
            Ok(Err(error)) if error.is_timeout() => Err(late(origin, proxy.as_ref(), limit)),
            Ok(done) => done,
            Err(_) => Err(late(origin, proxy.as_ref(), limit)),
        }
    }

    async fn stream(&self, origin: &Origin, proxy: Option<&Proxy>) -> Result<Stream, TransportError> {
        let route = &self.route;
        let forwarded = proxy.is_some_and(|proxy| route.forwards(origin, proxy));
        let wire = route.wire(origin, proxy, forwarded).await?;
        let stream = Stream {
            wire,
            forwarded,
            #[cfg(feature = "tls")]
            offered_http2: false,
            #[cfg(feature = "http2")]
            settings: None,
            #[cfg(feature = "http2")]
            _held: self.slots.hold(origin, self.lane),
            life: Life::default(),
        };
        #[cfg(feature = "http2")]
        let settings = || Some(Box::new(Settings::new(self.slots.clone(), origin.clone(), self.lane)));
        #[cfg(feature = "tls")]
        if origin.is_secure() {
            let (wire, offered_http2) = route.tls.offer(stream.wire, origin).await?;
            if !offered_http2 {
                // One request per connection, and as many connections as requests.
                self.slots.learn(origin, self.lane, usize::MAX);
            }
            let settings = offered_http2.then(settings).flatten();
            return Ok(Stream { wire, offered_http2, settings, ..stream });
        }
        #[cfg(feature = "http2")]
        if route.http2_only {
            return Ok(Stream { settings: settings(), ..stream });
        }
        Ok(stream)
    }
}

impl Route {
    /// Says whether the proxy takes whole requests to this server, in place of a tunnel.
    pub(crate) fn forwards(&self, origin: &Origin, proxy: &Proxy) -> bool {
        proxy.is_http() && !origin.is_secure() && !self.http2_only
    }

    /// Reaches the server, or with `forwarded` the proxy that takes whole requests to it.
    pub(crate) async fn wire(
        &self,
        origin: &Origin,
        proxy: Option<&Proxy>,
        forwarded: bool,
    ) -> Result<Wire, TransportError> {
        let Some(proxy) = proxy else { return self.tcp(origin.host(), origin.port(), origin).await };
        let wire = self.tcp(proxy.host(), proxy.port(), proxy).await.map_err(Proxy::blame)?;
        #[cfg(feature = "tls")]
        let wire = if proxy.is_https() {
            self.tls.secure(wire, proxy.host(), proxy).await.map_err(Proxy::blame)?
        } else {
            wire
        };
        if forwarded { Ok(wire) } else { proxy.tunnel(wire, origin).await }
    }

    async fn tcp(
        &self,
        host: &str,
        port: u16,
        target: &(dyn fmt::Display + Sync),
    ) -> Result<Wire, TransportError> {
        let uri = at(host, port).map_err(TransportError::request)?;
        let connected = self.tcp.clone().call(uri).await;
        connected.map(|tcp| Box::new(tcp.into_inner()) as Wire).map_err(|error| {
            // Its type is private; only its text shows what failed.
            let dns = error.to_string() == "dns error";
            let doing = if dns { "cannot resolve the host name of" } else { "cannot connect to" };
            TransportError::caused(Stage::Connect, format_args!("{doing} {target}"), error)
                .mark(|marks| marks.dns = dns)
        })
    }
}

pub(crate) fn late(origin: &Origin, proxy: Option<&Proxy>, limit: Duration) -> TransportError {
    let through = proxy.map(|proxy| format!(" through {proxy}")).unwrap_or_default();
    let what = format_args!("a connection to {origin}{through}");
    let error = TransportError::timed_out(Stage::Connect, what, limit);
    if proxy.is_some() { Proxy::blame(error) } else { error }
}
