//! From a URL to a connection: name, TCP, proxy, TLS.

use std::error::Error;
use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use http::Uri;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::dns::Name;
use hyper_util::rt::TokioIo;
use tokio::net::lookup_host;
use tokio::time::timeout;
use tower_service::Service;

use crate::TransportError;
use crate::client::proxy::{Proxies, Proxy};
use crate::client::stream::{Stream, Wire};
#[cfg(feature = "tls")]
use crate::client::tls::Tls;
use crate::error::{Stage, chain};
use crate::origin::Origin;

#[derive(Clone)]
pub(crate) struct Connector(Arc<Route>);

pub(crate) struct Route {
    pub(crate) tcp: HttpConnector<Resolver>,
    pub(crate) timeout: Option<Duration>,
    pub(crate) proxies: Proxies,
    pub(crate) http2_only: bool,
    #[cfg(feature = "tls")]
    pub(crate) tls: Tls,
}

impl Connector {
    pub(crate) fn new(route: Route) -> Self {
        Self(Arc::new(route))
    }

    /// Says whether HTTP/2 is spoken from the first byte on.
    pub(crate) fn is_http2_only(&self) -> bool {
        self.0.http2_only
    }

    /// Finds the proxy that takes whole http requests for this URL, in place of a tunnel.
    pub(crate) fn forward_proxy(&self, uri: &Uri) -> Option<Proxy> {
        self.0.proxies.of(uri).filter(|proxy| !self.0.http2_only && proxy.is_http())
    }
}

impl Service<Uri> for Connector {
    type Response = TokioIo<Stream>;
    type Error = TransportError;
    type Future = Pin<Box<dyn Future<Output = Result<TokioIo<Stream>, TransportError>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), TransportError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let route = self.0.clone();
        Box::pin(async move { route.connect(&uri).await.map(TokioIo::new) })
    }
}

type Connecting<'a> = Pin<Box<dyn Future<Output = Result<Stream, TransportError>> + Send + 'a>>;

impl Route {
    async fn connect(&self, uri: &Uri) -> Result<Stream, TransportError> {
        let origin = Origin::of(uri)?;
        #[cfg(not(feature = "proxy"))]
        self.proxies.check(&origin)?;
        let proxy = self.proxies.of(uri);
        // Boxed, since it is a large future that would be written out twice, with a limit and without.
        let connecting: Connecting<'_> = Box::pin(self.stream(uri, &origin, proxy.as_ref()));
        let Some(limit) = self.timeout else { return connecting.await };
        match timeout(limit, connecting).await {
            // The limit of a single address may ring first; both mean the same.
            Ok(Err(error)) if error.is_timeout() => Err(late(&origin, proxy.as_ref(), limit)),
            Ok(done) => done,
            Err(_) => Err(late(&origin, proxy.as_ref(), limit)),
        }
    }

    async fn stream(
        &self,
        uri: &Uri,
        origin: &Origin,
        proxy: Option<&Proxy>,
    ) -> Result<Stream, TransportError> {
        let (wire, forward) = match proxy {
            None => (self.tcp(uri.clone(), origin).await?, false),
            Some(proxy) => {
                let wire = self.tcp(proxy.address(), proxy).await.map_err(Proxy::blame)?;
                #[cfg(feature = "tls")]
                let wire = if proxy.is_https() {
                    self.tls.secure(wire, proxy.host(), proxy).await.map_err(Proxy::blame)?
                } else {
                    wire
                };
                if proxy.is_http() && !origin.is_secure() && !self.http2_only {
                    (wire, true)
                } else {
                    (proxy.tunnel(wire, origin).await?, false)
                }
            }
        };
        #[cfg(feature = "tls")]
        if origin.is_secure() {
            let (wire, http2) = self.tls.offer(wire, origin).await?;
            return Ok(Stream::new(wire, http2, false));
        }
        Ok(Stream::new(wire, self.http2_only, forward))
    }

    async fn tcp(&self, uri: Uri, target: &(impl fmt::Display + Sync)) -> Result<Wire, TransportError> {
        match self.tcp.clone().call(uri).await {
            Ok(tcp) => Ok(Wire::Tcp(tcp.into_inner())),
            Err(error) => {
                let dns = chain(&error).any(<dyn Error>::is::<Unresolved>);
                let doing = if dns { "cannot resolve the host name of" } else { "cannot connect to" };
                Err(TransportError::caused(Stage::Connect, format_args!("{doing} {target}"), error)
                    .mark(|marks| marks.dns = dns))
            }
        }
    }
}

fn late(origin: &Origin, proxy: Option<&Proxy>, limit: Duration) -> TransportError {
    match proxy {
        None => TransportError::timed_out(Stage::Connect, format_args!("a connection to {origin}"), limit),
        Some(proxy) => Proxy::blame(TransportError::timed_out(
            Stage::Connect,
            format_args!("a connection to {origin} through {proxy}"),
            limit,
        )),
    }
}

/// The system's resolver, whose errors can be told from others.
#[derive(Clone, Debug)]
pub(crate) struct Resolver;

#[derive(Debug)]
pub(crate) struct Unresolved(io::Error);

impl fmt::Display for Unresolved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name cannot be resolved")
    }
}

impl Error for Unresolved {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.0)
    }
}

impl Service<Name> for Resolver {
    type Response = std::vec::IntoIter<SocketAddr>;
    type Error = Unresolved;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Unresolved>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Unresolved>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, name: Name) -> Self::Future {
        Box::pin(async move {
            let found = lookup_host((name.as_str(), 0)).await.map_err(Unresolved)?;
            Ok(found.collect::<Vec<_>>().into_iter())
        })
    }
}
