//! From a URL to a connection: name, TCP, proxy, TLS.

use std::fmt;
use std::io;
use std::pin::Pin;
use std::time::Duration;

use tokio::net::lookup_host;
use tokio::time::timeout;

use super::proxy::{Proxies, Proxy};
use super::stream::{Stream, Wire};
use super::tcp::Tcp;
#[cfg(feature = "tls")]
use super::tls::Tls;
use crate::TransportError;
use crate::error::Stage;
use crate::origin::{Origin, bare};

pub(crate) struct Route {
    pub(crate) tcp: Tcp,
    pub(crate) timeout: Option<Duration>,
    pub(crate) proxies: Proxies,
    /// Whether HTTP/2 is spoken from the first byte on.
    pub(crate) http2_only: bool,
    #[cfg(feature = "tls")]
    pub(crate) tls: Tls,
}

type Connecting<'a> = Pin<Box<dyn Future<Output = Result<Stream, TransportError>> + Send + 'a>>;

impl Route {
    /// Finds the proxy that takes whole http requests for this server, in place of a tunnel.
    pub(crate) fn forward_proxy(&self, origin: &Origin) -> Option<Proxy> {
        if origin.is_secure() || self.http2_only {
            return None;
        }
        self.proxies.of(origin).filter(Proxy::is_http)
    }

    pub(crate) async fn connect(&self, origin: &Origin) -> Result<Stream, TransportError> {
        #[cfg(not(feature = "proxy"))]
        self.proxies.check(origin)?;
        let proxy = self.proxies.of(origin);
        // Boxed, since it is a large future that would be written out twice, with a limit and without.
        let connecting: Connecting<'_> = Box::pin(self.stream(origin, proxy.as_ref()));
        let Some(limit) = self.timeout else { return connecting.await };
        match timeout(limit, connecting).await {
            // The limit of a single address may ring first; both mean the same.
            Ok(Err(error)) if error.is_timeout() => Err(late(origin, proxy.as_ref(), limit)),
            Ok(done) => done,
            Err(_) => Err(late(origin, proxy.as_ref(), limit)),
        }
    }

    async fn stream(&self, origin: &Origin, proxy: Option<&Proxy>) -> Result<Stream, TransportError> {
        let wire = match proxy {
            None => self.tcp(origin.host(), origin.port(), origin).await?,
            Some(proxy) => {
                let wire = self.tcp(proxy.host(), proxy.port(), proxy).await.map_err(Proxy::blame)?;
                #[cfg(feature = "tls")]
                let wire = if proxy.is_https() {
                    self.tls.secure(wire, proxy.host(), proxy).await.map_err(Proxy::blame)?
                } else {
                    wire
                };
                if proxy.is_http() && !origin.is_secure() && !self.http2_only {
                    wire
                } else {
                    proxy.tunnel(wire, origin).await?
                }
            }
        };
        #[cfg(feature = "tls")]
        if origin.is_secure() {
            let (wire, http2) = self.tls.offer(wire, origin).await?;
            return Ok(Stream { http2, ..Stream::new(wire) });
        }
        #[cfg(feature = "http2")]
        if self.http2_only {
            return Ok(Stream { http2: true, ..Stream::new(wire) });
        }
        Ok(Stream::new(wire))
    }

    async fn tcp(
        &self,
        host: &str,
        port: u16,
        target: &(dyn fmt::Display + Sync),
    ) -> Result<Wire, TransportError> {
        let failed = |doing, error: io::Error| {
            TransportError::caused(Stage::Connect, format_args!("{doing} {target}"), error)
        };
        let found = lookup_host((bare(host), port)).await.map_err(|error| {
            failed("cannot resolve the host name of", error).mark(|marks| marks.dns = true)
        })?;
        let tcp = self.tcp.connect(found).await.map_err(|error| failed("cannot connect to", error))?;
        Ok(Wire::Tcp(tcp))
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
