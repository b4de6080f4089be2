//! Which proxy a URL goes through, and how to get through it.

use std::convert::Infallible;
use std::fmt;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use http::{HeaderValue, StatusCode, Uri};
use hyper_util::client::legacy::connect::proxy::{SocksV5, Tunnel};
use hyper_util::client::proxy::matcher::{Intercept, Matcher};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::lookup_host;
use tower_service::Service;

use super::origin::{Origin, at, bare};
use super::wire::Wire;
use crate::TransportError;
use crate::error::{BoxError, Stage};

/// Asks for a variable of the environment.
type Lookup = dyn Fn(&str) -> Option<String> + Send + Sync;

/// What the user said of proxies.
#[derive(Clone)]
pub(crate) enum Choice {
    Variables(Arc<Lookup>),
    All(String),
    None,
}

impl fmt::Debug for Choice {
    /// Keeps the URL out, which may hold a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Variables(_) => "Variables",
            Self::All(_) => "All",
            Self::None => "None",
        })
    }
}

impl Default for Choice {
    fn default() -> Self {
        Self::Variables(Arc::new(variable))
    }
}

impl Choice {
    pub(crate) fn proxies(&self) -> Result<Proxies, TransportError> {
        match self {
            Self::Variables(lookup) => Proxies::from_variables(&**lookup),
            Self::All(url) => Proxies::all(url),
            Self::None => Ok(Proxies::none()),
        }
    }
}

/// Reads a variable of the environment. To this machine no proxy leads: it could not answer for it, and what is meant to
/// stay here would leave it in the clear.
fn variable(name: &str) -> Option<String> {
    const LOOPBACK: &str = "localhost,127.0.0.0/8,::1";
    let var = |name| std::env::var(name).ok().filter(|value| !value.trim().is_empty());
    if name != "NO_PROXY" {
        return var(name);
    }
    Some(match var("NO_PROXY").or_else(|| var("no_proxy")) {
        Some(hosts) => format!("{hosts},{LOOPBACK}"),
        None => LOOPBACK.to_owned(),
    })
}

/// The rules by which a URL finds its proxy.
pub(crate) struct Proxies(Option<Matcher>);

impl Proxies {
    fn none() -> Self {
        Self(None)
    }

    /// One proxy for every URL.
    fn all(url: &str) -> Result<Self, TransportError> {
        Ok(Self(Some(Matcher::builder().all(usable("proxy", url)?).build())))
    }

    /// Reads the variables as curl does; the upper case name comes first.
    fn from_variables(lookup: &dyn Fn(&str) -> Option<String>) -> Result<Self, TransportError> {
        let first = |names: [&str; 2]| {
            names.into_iter().find_map(|name| {
                let value = lookup(name)?.trim().to_owned();
                (!value.is_empty()).then_some((name.to_owned(), value))
            })
        };
        // A CGI server hands a request's header `Proxy` on by this name.
        let cgi = lookup("REQUEST_METHOD").is_some();
        let http = first(if cgi { ["http_proxy"; 2] } else { ["HTTP_PROXY", "http_proxy"] });
        let https = first(["HTTPS_PROXY", "https_proxy"]);
        let all = first(["ALL_PROXY", "all_proxy"]);
        if http.is_none() && https.is_none() && all.is_none() {
            return Ok(Self::none());
        }
        let mut matcher = Matcher::builder();
        if let Some((name, url)) = http {
            matcher = matcher.http(usable(&name, &url)?);
        }
        if let Some((name, url)) = https {
            matcher = matcher.https(usable(&name, &url)?);
        }
        if let Some((name, url)) = all {
            matcher = matcher.all(usable(&name, &url)?);
        }
        if let Some((_, hosts)) = first(["NO_PROXY", "no_proxy"]) {
            let Some(hosts) = exceptions(&hosts) else { return Ok(Self::none()) };
            matcher = matcher.no(hosts);
        }
        Ok(Self(Some(matcher.build())))
    }

    pub(crate) fn of(&self, origin: &Origin) -> Option<Proxy> {
        let matcher = self.0.as_ref()?;
        let scheme = if origin.is_secure() { "https" } else { "http" };
        // A dot at its end makes a name absolute, and not another.
        let host = origin.host().trim_end_matches('.');
        let uri = Uri::builder().scheme(scheme).authority(host).path_and_query("/").build().ok()?;
        matcher.intercept(&uri).map(Proxy)
    }
}

/// Writes a list of exceptions as the matcher reads it, which takes commas alone between them; `None` is everything.
fn exceptions(list: &str) -> Option<String> {
    let mut hosts = Vec::new();
    for host in list.split(|c: char| c == ',' || c.is_whitespace()) {
        match bare(host.trim_end_matches('.')) {
            "*" => return None,
            // `*.example.com` is common, though curl and the matcher expect the dot alone.
            host => hosts.push(host.strip_prefix('*').filter(|rest| rest.starts_with('.')).unwrap_or(host)),
        }
    }
    Some(hosts.join(","))
}

/// Checks the URL of a proxy: the matcher drops what it cannot read, and the requests would silently go around the proxy. The value stays
/// out of the message: it may hold a password.
fn usable(name: &str, url: &str) -> Result<String, TransportError> {
    let fail = |why: &dyn fmt::Display| {
        Err(TransportError::new(Stage::Config, format_args!("{name} is not usable as a proxy: {why}")))
    };
    let expected = "expected http://host:port or socks5://host:port";
    let url = with_escaped_user(url);
    let Ok(uri) = url.parse::<Uri>() else { return fail(&format_args!("it is not a URL; {expected}")) };
    match uri.scheme_str() {
        None | Some("http" | "socks5" | "socks5h") => {}
        Some("https") if cfg!(feature = "tls") => {}
        Some("https") => return fail(&"https:// needs the feature `tls` of the crate coze-transport"),
        Some(scheme) => return fail(&format_args!("the scheme {scheme}:// is not supported; {expected}")),
    }
    if uri.host().is_none_or(str::is_empty) {
        return fail(&format_args!("it names no host; {expected}"));
    }
    // One that is out of range would silently be that of the scheme.
    let authority = uri.authority().map_or("", http::uri::Authority::as_str);
    let host = authority.rsplit('@').next().unwrap_or_default();
    let port = host.rsplit_once(':').map(|(_, port)| port).filter(|port| !port.ends_with(']'));
    if port.is_some_and(|port| port.parse::<u16>().unwrap_or(0) == 0) {
        return fail(&"its port is not a number from 1 to 65535");
    }
    if Matcher::builder().all(&url).build().intercept(&Uri::from_static("http://localhost/")).is_none() {
        return fail(&expected);
    }
    Ok(url)
}

/// Escapes each `@` of a user or password: only the last one ends them, while the matcher takes the first.
fn with_escaped_user(url: &str) -> String {
    let begin = url.find("://").map_or(0, |at| at + 3);
    let end = url[begin..].find(['/', '?', '#']).map_or(url.len(), |at| begin + at);
    match url[begin..end].rsplit_once('@') {
        Some((user, host)) => {
            format!("{}{}@{host}{}", &url[..begin], user.replace('@', "%40"), &url[end..])
        }
        None => url.to_owned(),
    }
}

/// The proxy for one URL; prints as `the proxy host:port`.
#[derive(Clone)]
pub(crate) struct Proxy(Intercept);

impl Proxy {
    /// Names the proxy as the one to blame.
    pub(crate) fn blame(error: TransportError) -> TransportError {
        error.mark(|marks| marks.proxy = true)
    }

    pub(crate) fn is_http(&self) -> bool {
        matches!(self.0.uri().scheme_str(), Some("http" | "https"))
    }

    #[cfg(feature = "tls")]
    pub(crate) fn is_https(&self) -> bool {
        self.0.uri().scheme_str() == Some("https")
    }

    pub(crate) fn basic_auth(&self) -> Option<&HeaderValue> {
        self.0.basic_auth()
    }

    pub(crate) fn host(&self) -> &str {
        self.0.uri().host().unwrap_or_default()
    }

    pub(crate) fn port(&self) -> u16 {
        self.0.uri().port_u16().unwrap_or(match self.0.uri().scheme_str() {
            Some("https") => 443,
            Some("http") => 80,
            _ => 1080,
        })
    }

    pub(crate) fn refused(&self, origin: &Origin, status: StatusCode) -> TransportError {
        let fix = if status != StatusCode::PROXY_AUTHENTICATION_REQUIRED {
            ""
        } else if self.0.basic_auth().is_some() {
            ": check the user and password in the URL of the proxy"
        } else {
            ": put user:password@ into the URL of the proxy"
        };
        let message = format_args!("{self} refused the way to {origin} with status {status}{fix}");
        Self::blame(TransportError::new(Stage::Connect, message)).with_status(status)
    }

    /// Opens a way through to `origin`.
    pub(crate) async fn tunnel(&self, wire: Wire, origin: &Origin) -> Result<Wire, TransportError> {
        let opened =
            if self.is_http() { self.connect(wire, origin).await } else { self.socks(wire, origin).await };
        opened.map_err(Self::blame)
    }

    async fn connect(&self, wire: Wire, origin: &Origin) -> Result<Wire, TransportError> {
        let head = Arc::default();
        let sipped = Opened::new(Sip { wire, head: Arc::clone(&head) });
        let mut tunnel = Tunnel::new(self.0.uri().clone(), sipped);
        if let Some(auth) = self.0.basic_auth() {
            tunnel = tunnel.with_auth(auth.clone());
        }
        let target = at(origin.host(), origin.port()).map_err(TransportError::request)?;
        match tunnel.call(target).await {
            Ok(opened) => Ok(opened.into_inner().wire),
            Err(error) => Err(match status(&head.lock().unwrap_or_else(PoisonError::into_inner)) {
                Some(status) if !status.is_success() => self.refused(origin, status),
                _ => self.failed(origin, error),
            }),
        }
    }

    async fn socks(&self, wire: Wire, origin: &Origin) -> Result<Wire, TransportError> {
        let target = if self.0.uri().scheme_str() == Some("socks5h") {
            at(origin.host(), origin.port()).ok()
        } else {
            // Plain socks5 means that the name is resolved on this side; hyper-util would block the thread for it.
            let unresolved = |error: io::Error| {
                let doing = format_args!("cannot resolve the host name of {origin}");
                TransportError::caused(Stage::Connect, doing, error).mark(|marks| marks.dns = true)
            };
            let found = lookup_host((bare(origin.host()), origin.port())).await.map_err(unresolved)?.next();
            found.and_then(|address| address.to_string().parse::<Uri>().ok())
        };
        let Some(target) = target else {
            return Err(TransportError::new(
                Stage::Connect,
                format_args!("the host name of {origin} has no address"),
            ));
        };
        let mut socks = SocksV5::new(self.0.uri().clone(), Opened::new(wire));
        if let Some((user, password)) = self.0.raw_auth() {
            socks = socks.with_auth(user.to_owned(), password.to_owned());
        }
        socks.call(target).await.map(TokioIo::into_inner).map_err(|error| self.failed(origin, error))
    }

    fn failed(&self, origin: &Origin, source: impl Into<BoxError>) -> TransportError {
        TransportError::caused(
            Stage::Connect,
            format_args!("{self} did not open the way to {origin}"),
            source,
        )
    }
}

impl fmt::Display for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the proxy {}:{}", self.host(), self.port())
    }
}

/// Status of a response head, from its first line.
fn status(head: &[u8]) -> Option<StatusCode> {
    let rest = head.strip_prefix(b"HTTP/1.")?;
    StatusCode::from_bytes(rest.get(2..5)?).ok()
}

/// A connector that hands out the connection that is already there.
struct Opened<T>(Option<TokioIo<T>>);

impl<T> Opened<T> {
    fn new(opened: T) -> Self {
        Self(Some(TokioIo::new(opened)))
    }
}

impl<T: Send + 'static> Service<Uri> for Opened<T> {
    type Response = TokioIo<T>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<TokioIo<T>, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Uri) -> Self::Future {
        let opened = self.0.take();
        Box::pin(async move {
            match opened {
                Some(opened) => Ok(opened),
                // The handshake asks once.
                None => std::future::pending().await,
            }
        })
    }
}

/// Reads byte by byte: what follows the head of the answer belongs to the server, and one of HTTP/2 may speak first. It keeps the
/// first line, since hyper-util does not tell the status.
struct Sip {
    wire: Wire,
    head: Arc<Mutex<Vec<u8>>>,
}

/// Enough for the status.
const FIRST: usize = 16;

impl AsyncRead for Sip {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let mut byte = [0];
        let mut one = ReadBuf::new(&mut byte);
        ready!(Pin::new(&mut self.wire).poll_read(cx, &mut one))?;
        let mut head = self.head.lock().unwrap_or_else(PoisonError::into_inner);
        if head.len() < FIRST {
            head.extend_from_slice(one.filled());
        }
        buf.put_slice(one.filled());
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Sip {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.wire).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.wire).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.wire).poll_shutdown(cx)
    }
}
