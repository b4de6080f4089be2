//! Which proxy a URL goes through, and how to get through it.

use std::fmt;
use std::future::{Ready, ready};
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use http::{HeaderValue, StatusCode, Uri};
use hyper_util::client::legacy::connect::proxy::{SocksV5, Tunnel};
use hyper_util::client::proxy::matcher::{Intercept, Matcher};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::lookup_host;
use tower_service::Service;

use super::origin::{Origin, at, bare};
use super::wire::{Wire, write_to_wire};
use crate::TransportError;
use crate::error::{BoxError, Stage};

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
#[derive(Clone, Default)]
pub(crate) struct Proxies(Option<Arc<Matcher>>);

impl fmt::Debug for Proxies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Proxies")
    }
}

impl Proxies {
    pub(crate) fn of_environment() -> Result<Self, TransportError> {
        Self::from_variables(&variable)
    }

    /// One proxy for every URL.
    pub(crate) fn all(url: &str) -> Result<Self, TransportError> {
        Ok(Self(Some(Arc::new(Matcher::builder().all(usable("proxy", url)?).build()))))
    }

    /// Reads the variables as curl does; the upper case name comes first.
    pub(crate) fn from_variables(lookup: &dyn Fn(&str) -> Option<String>) -> Result<Self, TransportError> {
        let first = |names: [&str; 2]| {
            names.into_iter().find_map(|name| {
                let value = lookup(name)?.trim().to_owned();
                (!value.is_empty()).then_some((name.to_owned(), value))
            })
        };
        // A CGI server sets this variable from the header `Proxy` of a request.
        let cgi = lookup("REQUEST_METHOD").is_some();
        let http = first(if cgi { ["http_proxy"; 2] } else { ["HTTP_PROXY", "http_proxy"] });
        let (https, all) = (first(["HTTPS_PROXY", "https_proxy"]), first(["ALL_PROXY", "all_proxy"]));
        if http.is_none() && https.is_none() && all.is_none() {
            return Ok(Self::default());
        }
        let usable = |named: Option<(String, String)>| {
            named.map(|(name, url)| usable(&name, &url)).transpose().map(Option::unwrap_or_default)
        };
        // The matcher ignores an empty URL.
        let mut matcher = Matcher::builder().http(usable(http)?).https(usable(https)?).all(usable(all)?);
        if let Some((_, hosts)) = first(["NO_PROXY", "no_proxy"]) {
            let Some(hosts) = exceptions(&hosts) else { return Ok(Self::default()) };
            matcher = matcher.no(hosts);
        }
        Ok(Self(Some(Arc::new(matcher.build()))))
    }

    pub(crate) fn of(&self, origin: &Origin) -> Option<Proxy> {
        let matcher = self.0.as_ref()?;
        let scheme = if origin.is_secure() { "https" } else { "http" };
        // A trailing dot makes a name absolute, which is the same name.
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
            // `*.example.com` is common, though curl and the matcher expect only the dot.
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
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    if rest.find(['/', '?', '#']).is_some_and(|end| rest[end..].contains('@')) {
        return fail(
            &"its user or password has a character that ends a name; write / as %2F, ? as %3F and # as %23",
        );
    }
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
    // A port out of range would silently become that of the scheme.
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
        error.with(|inner| inner.proxy = true)
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
        Self::blame(TransportError::new(Stage::Connect, message)).with(|inner| inner.status = Some(status))
    }

    /// Opens a way through to `origin`.
    pub(crate) async fn tunnel(&self, wire: Wire, origin: &Origin) -> Result<Wire, TransportError> {
        let head = Arc::default();
        let opened = Opened(Some(TokioIo::new(Sip { wire, head: Arc::clone(&head) })));
        let is_http = self.is_http();
        let tried =
            if is_http { self.connect(opened, origin).await } else { self.socks(opened, origin).await };
        tried.map(|opened| opened.into_inner().wire).map_err(|error| {
            let status = status(&head.lock().unwrap_or_else(PoisonError::into_inner));
            match (status, error.downcast::<TransportError>()) {
                (Some(status), _) if is_http && !status.is_success() => self.refused(origin, status),
                (_, Ok(ours)) => Self::blame(*ours),
                (_, Err(error)) => {
                    let doing = format_args!("{self} did not open the way to {origin}");
                    Self::blame(TransportError::caused(Stage::Connect, doing, error))
                }
            }
        })
    }

    async fn connect(&self, opened: Opened, origin: &Origin) -> Result<TokioIo<Sip>, BoxError> {
        let mut tunnel = Tunnel::new(self.0.uri().clone(), opened);
        if let Some(auth) = self.0.basic_auth() {
            tunnel = tunnel.with_auth(auth.clone());
        }
        Ok(tunnel.call(at(origin.host(), origin.port())?).await?)
    }

    async fn socks(&self, opened: Opened, origin: &Origin) -> Result<TokioIo<Sip>, BoxError> {
        let target = if self.0.uri().scheme_str() == Some("socks5h") {
            at(origin.host(), origin.port())?
        } else {
            // Plain socks5 means that the client resolves the name; hyper-util would block the thread for it.
            let found = lookup_host((bare(origin.host()), origin.port())).await.map_err(|error| {
                let doing = format_args!("cannot resolve the host name of {origin}");
                TransportError::caused(Stage::Connect, doing, error).with(|inner| inner.dns = true)
            })?;
            let address = found.into_iter().next().ok_or("its host name has no address")?;
            address.to_string().parse()?
        };
        let mut socks = SocksV5::new(self.0.uri().clone(), opened);
        if let Some((user, password)) = self.0.raw_auth() {
            socks = socks.with_auth(user.to_owned(), password.to_owned());
        }
        Ok(socks.call(target).await?)
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

/// A connector that returns an existing connection.
struct Opened(Option<TokioIo<Sip>>);

impl Service<Uri> for Opened {
    type Response = TokioIo<Sip>;
    type Error = io::Error;
    type Future = Ready<io::Result<TokioIo<Sip>>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Uri) -> Self::Future {
        ready(self.0.take().ok_or_else(|| io::Error::other("the connection can be taken only once")))
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
        std::task::ready!(Pin::new(&mut self.wire).poll_read(cx, &mut one))?;
        let mut head = self.head.lock().unwrap_or_else(PoisonError::into_inner);
        if head.len() < FIRST {
            head.extend_from_slice(one.filled());
        }
        buf.put_slice(one.filled());
        Poll::Ready(Ok(()))
    }
}

write_to_wire!(Sip);
