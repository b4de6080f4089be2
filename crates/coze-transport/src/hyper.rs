//! The implementation on hyper and hyper-util.

mod body;
mod builder;
mod client;
mod clock;
mod connector;
mod failure;
#[cfg(feature = "websocket")]
mod frames;
mod origin;
mod proxy;
mod slots;
#[cfg(feature = "tls")]
mod tls;
#[cfg(feature = "websocket")]
mod websocket;
mod wire;

use std::fmt;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use http::{Request, Response, Version};

pub use builder::Builder;
use client::Shared;
use connector::Route;
use proxy::Proxies;
#[cfg(feature = "tls")]
use tls::Tls;

#[cfg(feature = "websocket")]
use crate::websocket::Opened;
use crate::{Body, Incoming, Transport, TransportError};

/// The transport that comes with the crate: hyper with the connection pool of hyper-util.
///
/// Clones share one pool, so make one and clone it. It speaks HTTP/1.1 and, where the server offers it in the TLS handshake, HTTP/2; the
/// latter is in the feature `http2`, which `tls` includes. It needs a running Tokio runtime to send, but not to be built; in each
/// runtime it keeps connections of their own, so that one transport serves all the tests of a program.
///
/// A redirect is an error with [`TransportError::is_redirect`] that names where it leads: a token goes nowhere else, and a POST does not
/// become a GET.
///
/// ```no_run
/// use std::time::Duration;
///
/// use coze_transport::http::Request;
/// use coze_transport::{Body, HyperTransport, Transport, TransportError};
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), TransportError> {
/// let transport = HyperTransport::builder().connect_timeout(Duration::from_secs(5)).build()?;
/// let mut request = Request::new(Body::empty());
/// *request.uri_mut() = "https://api.coze.cn/v1/users/me".parse().map_err(TransportError::request)?;
/// let response = transport.send(request).await?;
/// println!("{}", response.status());
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct HyperTransport(Arc<Shared>);

impl HyperTransport {
    /// Builds a transport with the defaults, which include the proxies of the environment.
    ///
    /// Fails with [`TransportError::is_config`] if one of the proxy variables is unusable.
    pub fn new() -> Result<Self, TransportError> {
        Self::builder().build()
    }

    /// Starts with the defaults; see the methods of [`Builder`] for each.
    pub fn builder() -> Builder {
        Builder::default()
    }
}

impl Builder {
    /// Builds the transport; nothing is connected yet.
    ///
    /// Fails with [`TransportError::is_config`], naming the option and why it is unusable.
    pub fn build(self) -> Result<HyperTransport, TransportError> {
        let route = Arc::new(Route {
            tcp: self.tcp.clone(),
            timeout: self.connect_timeout,
            proxies: self.proxies.clone().unwrap_or_else(Proxies::of_environment)?,
            http2_only: self.only == Some(Version::HTTP_2),
            #[cfg(feature = "tls")]
            tls: Tls::new(self.trust.clone(), self.only)?,
        });
        Ok(HyperTransport(Arc::new(Shared { options: self, route, pools: Mutex::default() })))
    }
}

impl fmt::Debug for HyperTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HyperTransport").finish_non_exhaustive()
    }
}

#[async_trait]
impl Transport for HyperTransport {
    async fn send(&self, request: Request<Body>) -> Result<Response<Incoming>, TransportError> {
        self.0.send(request).await
    }

    #[cfg(feature = "websocket")]
    async fn open(&self, request: Request<()>) -> Result<Opened, TransportError> {
        self.0.open(request).await
    }
}
