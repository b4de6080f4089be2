//! The implementation on hyper.

mod builder;
mod clock;
mod connect;
mod driver;
mod exchange;
mod failure;
mod link;
mod outgoing;
mod pool;
#[cfg(feature = "proxy")]
mod proxy;
#[cfg(not(feature = "proxy"))]
#[path = "client/unproxied.rs"]
mod proxy;
mod received;
mod stream;
mod task;
mod tcp;
#[cfg(feature = "tls")]
mod tls;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::Request;
use tokio::time::Instant;

pub use builder::Builder;
pub(crate) use received::Received;

use crate::redirect::{Follow, Hop};
use crate::{Body, Sending, Transport, TransportError};
use exchange::Exchange;
use pool::Pool;

/// The transport that comes with the crate: hyper with a connection pool.
///
/// Clones share one pool, so make one and clone it. It speaks HTTP/1.1 and, where the server offers it in the TLS handshake, HTTP/2; the
/// latter is in the feature `http2`, which `tls` brings along. It needs a running tokio runtime to send, though not to be built.
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

struct Shared {
    pool: Arc<Pool>,
    read_timeout: Option<Duration>,
    total_timeout: Option<Duration>,
    redirects: usize,
}

impl HyperTransport {
    /// Builds a transport with the defaults, which include, with the feature `proxy`, the proxies of the environment.
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

impl fmt::Debug for HyperTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HyperTransport")
            .field("read_timeout", &self.0.read_timeout)
            .field("total_timeout", &self.0.total_timeout)
            .field("redirects", &self.0.redirects)
            .finish_non_exhaustive()
    }
}

impl Transport for HyperTransport {
    // Not `async fn`, so that the request is not copied into a future.
    fn send<'a, 'b>(&'a self, request: Request<Body>) -> Sending<'b>
    where
        'a: 'b,
        Self: 'b,
    {
        let shared = &*self.0;
        // One limit for all the hops of a redirect.
        let total = shared.total_timeout.and_then(|limit| Some((Instant::now().checked_add(limit)?, limit)));
        let send = move |request| Exchange::new(shared, request, total);
        let hop = Hop::of(&request, shared.redirects);
        Box::pin(Follow::new(hop, send(request), send))
    }
}
