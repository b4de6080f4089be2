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
use super::slots::{Settings, Slots};
#[cfg(feature = "tls")]
use super::tls::Tls;
use super::wire::{Alive, Stream, Wire};
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
    pub(crate) slots: Arc<Slots>,
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
        let (route, proxy) = (&self.route, self.route.proxies.of(origin));
        let forwarded = proxy.as_ref().is_some_and(|proxy| route.forwards(origin, proxy));
        let connecting = async {
            let wire = route.wire(origin, proxy.as_ref(), forwarded).await?;
            #[cfg(feature = "tls")]
            if origin.is_secure() {
                return route.tls.offer(wire, origin).await;
            }
            Ok((wire, false))
        };
        let (wire, offered_http2) = route.within_limit(origin, proxy.as_ref(), connecting).await?;
        let speaks_http2 = offered_http2 || route.http2_only;
        if !speaks_http2 {
            // One request per connection, and as many connections as requests.
            self.slots.learn(origin, self.lane, usize::MAX);
        }
        let settings = || Box::new(Settings::new(self.slots.clone(), origin.clone(), self.lane));
        Ok(Stream {
            wire,
            forwarded,
            offered_http2,
            settings: speaks_http2.then(settings),
            _held: self.slots.hold(origin, self.lane),
            alive: Alive::new(),
        })
    }
}

impl Route {
    /// Waits for a connection, but no longer than the connect timeout.
    pub(crate) async fn within_limit<T>(
        &self,
        origin: &Origin,
        proxy: Option<&Proxy>,
        connecting: impl Future<Output = Result<T, TransportError>>,
    ) -> Result<T, TransportError> {
        let Some(limit) = self.timeout else { return connecting.await };
        match timeout(limit, connecting).await {
            // The timeout of a single address may end first; both mean the same.
            Ok(done) if !done.as_ref().is_err_and(TransportError::is_timeout) => done,
            _ => {
                let through = proxy.map(|proxy| format!(" through {proxy}")).unwrap_or_default();
                let what = format_args!("a connection to {origin}{through}");
                let error = TransportError::timed_out(Stage::Connect, what, limit);
                Err(if proxy.is_some() { Proxy::blame(error) } else { error })
            }
        }
    }

    /// Returns whether the proxy accepts whole requests to this server, instead of a tunnel.
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
                .with(|inner| inner.dns = dns)
        })
    }
}
