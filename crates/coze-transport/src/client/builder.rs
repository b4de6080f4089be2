//! Options of the hyper implementation.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::connect::Route;
use super::link::Handshake;
use super::pool::Pool;
use super::proxy::Choice;
use super::tcp::Tcp;
#[cfg(feature = "tls")]
use super::tls::{Tls, Trust, Versions};
use super::{HyperTransport, Shared};
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
    versions: Speak,
    max_header_bytes: Option<usize>,
    proxy: Choice,
    redirects: usize,
    #[cfg(feature = "tls")]
    roots: Vec<Vec<u8>>,
    #[cfg(feature = "tls")]
    trust: Trust,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Speak {
    Any,
    Http1,
    #[cfg(feature = "http2")]
    Http2,
}

impl Speak {
    /// Whether HTTP/2 is spoken from the first byte on.
    fn only_http2(self) -> bool {
        !matches!(self, Self::Any | Self::Http1)
    }
}

/// Timers add to the clock, which has an end; hyper's panic there. This much is as good as for ever.
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
            versions: Speak::Any,
            max_header_bytes: None,
            proxy: Choice::default(),
            redirects: 5,
            #[cfg(feature = "tls")]
            roots: Vec::new(),
            #[cfg(feature = "tls")]
            trust: Trust::default(),
        }
    }
}

/// Time limits. `None` switches one off.
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

    /// Limits the whole exchange, from the call to the last byte of the body, redirects included. Off by default.
    pub fn total_timeout(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.total_timeout = limit.into();
        self
    }
}

/// Connections.
impl Builder {
    /// Asks the operating system to probe a silent connection after this time, so that a dead peer is noticed and home routers keep the
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
    /// 60 and 20 seconds by default: all requests share one connection, and without pings each would wait on a dead one.
    #[cfg(feature = "http2")]
    pub fn http2_keep_alive(mut self, interval: impl Into<Option<Duration>>, timeout: Duration) -> Self {
        self.http2_keep_alive = interval.into().map(|interval| (interval, timeout));
        self
    }

    /// Speaks HTTP/1.1 alone, and does not offer HTTP/2 in the TLS handshake.
    pub fn http1_only(mut self) -> Self {
        self.versions = Speak::Http1;
        self
    }

    /// Speaks HTTP/2 alone: without TLS from the first byte on (prior knowledge), with TLS to servers that offer it.
    #[cfg(feature = "http2")]
    pub fn http2_only(mut self) -> Self {
        self.versions = Speak::Http2;
        self
    }

    /// Limits the head of a response; more is a [`TransportError::is_too_large`] error. At least 8192 bytes.
    ///
    /// By default about 400 KiB over HTTP/1.1 and 16 KiB over HTTP/2. Over HTTP/1.1 it bounds the read buffer of a connection too.
    pub fn max_header_bytes(mut self, max: usize) -> Self {
        self.max_header_bytes = Some(max);
        self
    }

    /// Follows up to `max` redirects in a row, 5 by default, and only within one scheme, host and port; 0 hands every redirect to
    /// the caller as a response. See [`Redirect`](crate::Redirect) for the rules.
    pub fn redirects(mut self, max: usize) -> Self {
        self.redirects = max;
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
///
/// All this is in the feature `proxy`, which is on by default. Without it, where the environment names a proxy for a URL, which only
/// loopback addresses do without, connecting fails and says so: [`no_proxy`](Self::no_proxy) allows to go around it.
impl Builder {
    /// Sends everything through this proxy, and ignores the environment.
    #[cfg(feature = "proxy")]
    pub fn proxy(mut self, url: impl Into<String>) -> Self {
        self.proxy = Choice::All(url.into());
        self
    }

    /// Connects directly, and ignores the environment.
    pub fn no_proxy(mut self) -> Self {
        self.proxy = Choice::None;
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
    #[cfg(feature = "proxy")]
    pub fn proxy_variables(
        mut self,
        lookup: impl Fn(&str) -> Option<String> + Send + Sync + 'static,
    ) -> Self {
        self.proxy = Choice::Variables(Arc::new(lookup));
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

    /// Accepts every certificate: expired, of another host, of anybody. **Whoever sits on the way can then read and change everything, the
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
        let proxies = self.proxy.proxies()?;
        let route = Route {
            tcp: Tcp { keep_alive: self.tcp_keep_alive, timeout: self.connect_timeout },
            timeout: self.connect_timeout,
            proxies,
            http2_only: self.versions.only_http2(),
            #[cfg(feature = "tls")]
            tls: self.tls()?,
        };
        #[cfg_attr(not(feature = "http2"), expect(unused_mut, reason = "HTTP/2 has more to set"))]
        let mut handshake = Handshake::new(self.max_header_bytes.map(|max| max.max(8192)));
        #[cfg(feature = "http2")]
        if let Some((interval, timeout)) = self.http2_keep_alive {
            handshake.http2_keep_alive(interval.min(FOR_EVER), timeout.min(FOR_EVER));
        }
        let pool = Pool {
            route,
            handshake,
            idle_timeout: self.pool_idle_timeout.map(|limit| limit.min(FOR_EVER)),
            max_idle_per_host: self.pool_max_idle_per_host,
            state: Mutex::default(),
        };
        Ok(HyperTransport(Arc::new(Shared {
            pool: Arc::new(pool),
            read_timeout: self.read_timeout,
            total_timeout: self.total_timeout,
            redirects: self.redirects,
        })))
    }

    #[cfg(feature = "tls")]
    fn tls(&self) -> Result<Tls, TransportError> {
        #[cfg(feature = "tracing")]
        if self.trust.anyone {
            tracing::warn!(
                target: "coze",
                "certificates of servers are not checked: whoever sits on the way can read and change everything, the token included"
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
        let versions = match self.versions {
            Speak::Any => Versions::Any,
            Speak::Http1 => Versions::Http1,
            Speak::Http2 => Versions::Http2,
        };
        Ok(Tls::new(trust, versions))
    }
}
