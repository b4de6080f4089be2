//! Options of the hyper implementation.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use hyper_util::client::legacy;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};

use super::HyperTransport;
use super::client::Shared;
use super::connector::Route;
use super::proxy::Proxies;
#[cfg(feature = "tls")]
use super::tls::{Tls, Trust};
use super::wire::Versions;
use crate::TransportError;

/// Options of a [`HyperTransport`], each with a default that suits a client of a hosted API.
#[derive(Clone, Debug)]
pub struct Builder {
    connect_timeout: Option<Duration>,
    read_timeout: Option<Duration>,
    total_timeout: Option<Duration>,
    tcp_keep_alive: Option<Duration>,
    pool_idle_timeout: Option<Duration>,
    pool_max_idle_per_host: usize,
    #[cfg(feature = "http2")]
    http2_keep_alive: Option<(Duration, Duration)>,
    versions: Versions,
    max_header_bytes: Option<usize>,
    #[cfg(feature = "websocket")]
    max_message_bytes: usize,
    /// Those of the environment, unless others are chosen.
    proxies: Option<Result<Proxies, TransportError>>,
    #[cfg(feature = "tls")]
    roots: Vec<Vec<u8>>,
    #[cfg(feature = "tls")]
    trust: Trust,
}

/// Timers add to the clock, which has an end; hyper's panic there. This is practically forever.
const FOR_EVER: Duration = Duration::from_secs(100 * 365 * 86_400);

impl Default for Builder {
    fn default() -> Self {
        Self {
            connect_timeout: Some(Duration::from_secs(10)),
            read_timeout: None,
            total_timeout: None,
            tcp_keep_alive: Some(Duration::from_secs(60)),
            pool_idle_timeout: Some(Duration::from_secs(50)),
            pool_max_idle_per_host: usize::MAX,
            #[cfg(feature = "http2")]
            http2_keep_alive: Some((Duration::from_secs(60), Duration::from_secs(20))),
            versions: Versions::Any,
            max_header_bytes: None,
            #[cfg(feature = "websocket")]
            max_message_bytes: 16 * 1024 * 1024,
            proxies: None,
            #[cfg(feature = "tls")]
            roots: Vec::new(),
            #[cfg(feature = "tls")]
            trust: Trust::default(),
        }
    }
}

/// Timeouts. `None` disables one.
impl Builder {
    /// Limits the time from the name lookup to the end of the TLS handshake, a proxy included. 10 seconds by default.
    pub fn connect_timeout(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.connect_timeout = limit.into();
        self
    }

    /// Limits each silence: the wait for the response head once the request is handed over, and the wait for each next piece of the
    /// body. Off by default, since a chat may think for minutes before it says a word.
    ///
    /// It runs only while somebody waits: a reader that pauses is not punished.
    pub fn read_timeout(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.read_timeout = limit.into();
        self
    }

    /// Limits the whole exchange, from the call to the last byte of the body, uploads included. Off by default.
    pub fn total_timeout(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.total_timeout = limit.into();
        self
    }
}

/// Connections.
impl Builder {
    /// Asks the operating system to probe a silent connection after this time, so that a lost peer is noticed and home routers keep the
    /// connection. 60 seconds by default.
    pub fn tcp_keep_alive(mut self, after: impl Into<Option<Duration>>) -> Self {
        self.tcp_keep_alive = after.into();
        self
    }

    /// Closes a pooled connection that was not used for this long. 50 seconds by default, below the 60 after which common load balancers
    /// close from their side.
    pub fn pool_idle_timeout(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.pool_idle_timeout = limit.into();
        self
    }

    /// Keeps at most so many unused connections to each host; 0 closes each after its request. Without limit by default.
    pub fn pool_max_idle_per_host(mut self, max: usize) -> Self {
        self.pool_max_idle_per_host = max;
        self
    }

    /// Sends an HTTP/2 ping each `interval` while requests are open, and closes the connection when one stays unanswered for `timeout`.
    /// 60 and 20 seconds by default: requests share a connection, and without pings each would wait on a broken one.
    #[cfg(feature = "http2")]
    pub fn http2_keep_alive(mut self, interval: impl Into<Option<Duration>>, timeout: Duration) -> Self {
        self.http2_keep_alive = interval.into().map(|interval| (interval, timeout));
        self
    }

    /// Speaks HTTP/1.1 alone, and does not offer HTTP/2 in the TLS handshake.
    pub fn http1_only(mut self) -> Self {
        self.versions = Versions::Http1;
        self
    }

    /// Speaks HTTP/2 alone: without TLS from the first byte on (prior knowledge), with TLS to servers that offer it.
    #[cfg(feature = "http2")]
    pub fn http2_only(mut self) -> Self {
        self.versions = Versions::Http2;
        self
    }

    /// Limits the head of a response; more is a [`TransportError::is_too_large`] error. At least 8192 bytes.
    ///
    /// By default about 400 KiB over HTTP/1.1 and 16 KiB over HTTP/2. Over HTTP/1.1 it bounds the read buffer of a connection too.
    pub fn max_header_bytes(mut self, max: usize) -> Self {
        self.max_header_bytes = Some(max);
        self
    }

    /// Limits one message of a WebSocket that comes in; a longer one is a [`TransportError::is_too_large`] error and ends the connection.
    /// 16 MiB by default.
    ///
    /// The timeouts above apply until a WebSocket is open, and not after.
    #[cfg(feature = "websocket")]
    pub fn max_message_bytes(mut self, max: usize) -> Self {
        self.max_message_bytes = max;
        self
    }
}

/// Proxies.
///
/// By default the environment decides, as it does for curl: `HTTPS_PROXY` for https URLs, `HTTP_PROXY` for http URLs, `ALL_PROXY` for both,
/// in upper or lower case, except for the hosts in `NO_PROXY` (names with all their subdomains, addresses, networks such as `10.0.0.0/8`,
/// or `*`). Loopback addresses are always reached directly: no proxy could answer for this machine, and what is
/// meant for it would leave it in the clear.
///
/// A proxy is `http://`, `https://`, `socks5://` (names are resolved here) or `socks5h://` (names are resolved by the proxy), with
/// `user:password@` where it asks for them. https URLs go through a tunnel, so that the proxy never sees a token; http URLs are handed to an http
/// proxy whole.
impl Builder {
    /// Sends everything through this proxy, and ignores the environment.
    pub fn proxy(mut self, url: impl Into<String>) -> Self {
        self.proxies = Some(Proxies::all(&url.into()));
        self
    }

    /// Connects directly, and ignores the environment.
    pub fn no_proxy(mut self) -> Self {
        self.proxies = Some(Ok(Proxies::default()));
        self
    }

    /// Asks `lookup` in place of the environment for the variables above.
    ///
    /// ```
    /// use coze_transport::HyperTransport;
    ///
    /// # fn main() -> Result<(), coze_transport::TransportError> {
    /// let transport = HyperTransport::builder()
    ///     .proxy_variables(|name| match name {
    ///         "HTTPS_PROXY" => Some("http://gateway.example:3128".to_owned()),
    ///         "NO_PROXY" => Some("localhost,127.0.0.1".to_owned()),
    ///         _ => None,
    ///     })
    ///     .build()?;
    /// # Ok(()) }
    /// ```
    pub fn proxy_variables(
        mut self,
        lookup: impl Fn(&str) -> Option<String> + Send + Sync + 'static,
    ) -> Self {
        self.proxies = Some(Proxies::from_variables(&lookup));
        self
    }
}

/// Certificates.
#[cfg(feature = "tls")]
impl Builder {
    /// Trusts the certificates in this PEM text besides those of the platform: the private authority of a company or of a self-hosted server.
    ///
    /// Text without a usable certificate is an error of [`build`](Self::build).
    pub fn add_root_certificate_pem(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.roots.push(pem.into());
        self
    }

    /// Trusts the added certificates alone, and never reads those of the platform.
    pub fn added_roots_only(mut self, only: bool) -> Self {
        self.trust.only_added = only;
        self
    }

    /// Accepts every certificate: expired, of another host, of anybody. **Anyone on the network path can then read and change everything, the
    /// token included**; for tests alone. To trust a private authority, use [`add_root_certificate_pem`](Self::add_root_certificate_pem).
    ///
    /// With the feature `tracing`, [`build`](Self::build) warns of it.
    pub fn danger_accept_invalid_certificates(mut self, accept: bool) -> Self {
        self.trust.anyone = accept;
        self
    }
}

impl Builder {
    /// Builds the transport; nothing is connected yet.
    ///
    /// Fails with [`TransportError::is_config`], naming the option and why it is unusable.
    pub fn build(self) -> Result<HyperTransport, TransportError> {
        let mut tcp = HttpConnector::new();
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        tcp.set_keepalive(self.tcp_keep_alive);
        tcp.set_keepalive_interval(self.tcp_keep_alive);
        // Shared by the addresses of a family, so that an unreachable first one leaves time for the second.
        tcp.set_connect_timeout(self.connect_timeout);
        let route = Route {
            tcp,
            timeout: self.connect_timeout,
            proxies: self.proxies.clone().unwrap_or_else(Proxies::of_environment)?,
            http2_only: !matches!(self.versions, Versions::Any | Versions::Http1),
            #[cfg(feature = "tls")]
            tls: self.tls()?,
        };
        Ok(HyperTransport(Arc::new(Shared {
            client: self.client(),
            route: Arc::new(route),
            keeps: self.pool_max_idle_per_host > 0,
            pools: Mutex::default(),
            read_timeout: self.read_timeout,
            total_timeout: self.total_timeout,
            #[cfg(feature = "websocket")]
            upgrade: self.upgrade(),
            #[cfg(feature = "websocket")]
            max_message_bytes: self.max_message_bytes,
        })))
    }

    #[cfg(feature = "websocket")]
    fn upgrade(&self) -> hyper::client::conn::http1::Builder {
        let mut connection = hyper::client::conn::http1::Builder::new();
        connection.allow_obsolete_multiline_headers_in_responses(true);
        if let Some(max) = self.max_header_bytes {
            connection.max_buf_size(max.max(8192));
        }
        connection
    }

    fn client(&self) -> legacy::Builder {
        let mut client = legacy::Client::builder(TokioExecutor::new());
        client
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(self.pool_idle_timeout.map(|limit| limit.min(FOR_EVER)))
            .pool_max_idle_per_host(self.pool_max_idle_per_host)
            // RFC 9112, 5.2: a client replaces a line break in a folded header with spaces.
            .http1_allow_obsolete_multiline_headers_in_responses(true);
        let max_header_bytes = self.max_header_bytes.map(|max| max.max(8192));
        if let Some(max) = max_header_bytes {
            client.http1_max_buf_size(max);
        }
        #[cfg(feature = "http2")]
        {
            client
                .timer(TokioTimer::new())
                .http2_only(!matches!(self.versions, Versions::Any | Versions::Http1));
            if let Some((interval, timeout)) = self.http2_keep_alive {
                client.http2_keep_alive_interval(interval.min(FOR_EVER));
                client.http2_keep_alive_timeout(timeout.min(FOR_EVER));
            }
            if let Some(max) = max_header_bytes {
                client.http2_max_header_list_size(u32::try_from(max).unwrap_or(u32::MAX));
            }
        }
        client
    }

    #[cfg(feature = "tls")]
    fn tls(&self) -> Result<Tls, TransportError> {
        #[cfg(feature = "tracing")]
        if self.trust.anyone {
            tracing::warn!(
                target: "coze",
                "certificates of servers are not verified: anyone on the network path can read and change everything, the token included"
            );
        }
        let mut trust = self.trust.clone();
        for pem in &self.roots {
            trust.add(pem)?;
        }
        if trust.only_added && trust.added.is_empty() && !trust.anyone {
            return Err(TransportError::new(
                crate::error::Stage::Config,
                "only added root certificates are to be trusted, but none was added",
            ));
        }
        Ok(Tls::new(trust, self.versions))
    }
}
