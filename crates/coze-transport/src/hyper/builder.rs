//! Options of the hyper implementation.

use std::time::Duration;

use http::Version;
use hyper_util::client::legacy;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};

use super::proxy::Proxies;
#[cfg(feature = "tls")]
use super::tls::Trust;
use crate::TransportError;

/// Options of a [`HyperTransport`](crate::HyperTransport), each with a default that suits a client of a hosted API.
#[derive(Clone, Debug)]
pub struct Builder {
    pub(crate) tcp: HttpConnector,
    pub(crate) client: legacy::Builder,
    /// Connections that are to become WebSockets.
    #[cfg(feature = "websocket")]
    pub(crate) upgrade: hyper::client::conn::http1::Builder,
    #[cfg(feature = "websocket")]
    pub(crate) max_message_bytes: usize,
    pub(crate) connect_timeout: Option<Duration>,
    pub(crate) read_timeout: Option<Duration>,
    pub(crate) total_timeout: Option<Duration>,
    /// Whether connections are kept at all.
    pub(crate) keeps: bool,
    /// The only version that is spoken.
    pub(crate) only: Option<Version>,
    /// Those of the environment, unless others are chosen.
    pub(crate) proxies: Option<Result<Proxies, TransportError>>,
    #[cfg(feature = "tls")]
    pub(crate) trust: Trust,
}

/// Timers add to the clock, which has an end; hyper's panic there. This is practically forever.
const FOR_EVER: Duration = Duration::from_secs(100 * 365 * 86_400);

impl Default for Builder {
    fn default() -> Self {
        let mut tcp = HttpConnector::new();
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        let mut client = legacy::Client::builder(TokioExecutor::new());
        // RFC 9112, 5.2: a client replaces a line break in a folded header with spaces.
        client.http1_allow_obsolete_multiline_headers_in_responses(true);
        client.timer(TokioTimer::new()).pool_timer(TokioTimer::new());
        #[cfg(feature = "websocket")]
        let mut upgrade = hyper::client::conn::http1::Builder::new();
        #[cfg(feature = "websocket")]
        upgrade.allow_obsolete_multiline_headers_in_responses(true);
        let builder = Self {
            tcp,
            client,
            #[cfg(feature = "websocket")]
            upgrade,
            #[cfg(feature = "websocket")]
            max_message_bytes: 16 * 1024 * 1024,
            connect_timeout: None,
            read_timeout: None,
            total_timeout: None,
            keeps: true,
            only: None,
            proxies: None,
            #[cfg(feature = "tls")]
            trust: Trust::default(),
        };
        #[cfg(feature = "http2")]
        let builder = builder.http2_keep_alive(Duration::from_secs(60), Duration::from_secs(20));
        builder
            .connect_timeout(Duration::from_secs(10))
            .tcp_keep_alive(Duration::from_secs(60))
            .pool_idle_timeout(Duration::from_secs(50))
    }
}

/// Timeouts. `None` disables one.
impl Builder {
    /// Limits the time from the name lookup to the end of the TLS handshake, a proxy included. 10 seconds by default.
    pub fn connect_timeout(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.connect_timeout = limit.into();
        // Shared by the addresses of a family, so that an unreachable first one leaves time for the second.
        self.tcp.set_connect_timeout(self.connect_timeout);
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
        let after = after.into();
        self.tcp.set_keepalive(after);
        self.tcp.set_keepalive_interval(after);
        self
    }

    /// Closes a pooled connection that was not used for this long. 50 seconds by default, below the 60 after which common load balancers
    /// close from their side.
    pub fn pool_idle_timeout(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.client.pool_idle_timeout(limit.into().map(|limit| limit.min(FOR_EVER)));
        self
    }

    /// Keeps at most so many unused connections to each host; 0 closes each after its request. Without limit by default.
    pub fn pool_max_idle_per_host(mut self, max: usize) -> Self {
        self.client.pool_max_idle_per_host(max);
        self.keeps = max > 0;
        self
    }

    /// Sends an HTTP/2 ping each `interval` while requests are open, and closes the connection when one stays unanswered for `timeout`.
    /// 60 and 20 seconds by default: requests share a connection, and without pings each would wait on a broken one.
    #[cfg(feature = "http2")]
    pub fn http2_keep_alive(mut self, interval: impl Into<Option<Duration>>, timeout: Duration) -> Self {
        self.client.http2_keep_alive_interval(interval.into().map(|interval| interval.min(FOR_EVER)));
        self.client.http2_keep_alive_timeout(timeout.min(FOR_EVER));
        self
    }

    /// Speaks HTTP/1.1 alone, and does not offer HTTP/2 in the TLS handshake.
    pub fn http1_only(mut self) -> Self {
        self.only = Some(Version::HTTP_11);
        #[cfg(feature = "http2")]
        self.client.http2_only(false);
        self
    }

    /// Speaks HTTP/2 alone: without TLS from the first byte on (prior knowledge), with TLS to servers that offer it.
    #[cfg(feature = "http2")]
    pub fn http2_only(mut self) -> Self {
        self.only = Some(Version::HTTP_2);
        self.client.http2_only(true);
        self
    }

    /// Limits the head of a response; more is a [`TransportError::is_too_large`] error. At least 8192 bytes.
    ///
    /// By default about 400 KiB over HTTP/1.1 and 16 KiB over HTTP/2. Over HTTP/1.1 it bounds the read buffer of a connection too.
    pub fn max_header_bytes(mut self, max: usize) -> Self {
        let max = max.max(8192);
        self.client.http1_max_buf_size(max);
        #[cfg(feature = "http2")]
        self.client.http2_max_header_list_size(u32::try_from(max).unwrap_or(u32::MAX));
        #[cfg(feature = "websocket")]
        self.upgrade.max_buf_size(max);
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

    /// Uses `lookup` instead of the environment for the variables above.
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
        self.trust.add(&pem.into());
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
