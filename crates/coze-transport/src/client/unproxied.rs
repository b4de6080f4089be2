//! In place of proxies, where their feature is switched off: no way leads through one.

use std::fmt;
use std::net::IpAddr;

use http::{HeaderValue, StatusCode};

use crate::TransportError;
use crate::client::stream::Wire;
use crate::error::Stage;
use crate::origin::{Origin, bare};

/// What the user said of proxies.
#[derive(Clone, Debug, Default)]
pub(crate) enum Choice {
    #[default]
    Variables,
    None,
}

impl Choice {
    #[expect(clippy::unnecessary_wraps, reason = "those of proxies may be unusable")]
    pub(crate) fn proxies(&self) -> Result<Proxies, TransportError> {
        Ok(Proxies { direct: matches!(self, Self::None) })
    }
}

/// Whether proxies that the environment names are to be ignored.
pub(crate) struct Proxies {
    direct: bool,
}

impl Proxies {
    #[expect(clippy::unused_self, reason = "proxies are asked so")]
    pub(crate) fn of(&self, _: &Origin) -> Option<Proxy> {
        None
    }

    /// Refuses to go around a proxy that the environment names: it may be there to hide, to watch or to filter.
    pub(crate) fn check(&self, origin: &Origin) -> Result<(), TransportError> {
        if self.direct || is_loopback(origin.host()) {
            return Ok(());
        }
        let is_set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        let Some(name) = proxy_of(origin.is_secure(), is_set) else { return Ok(()) };
        Err(TransportError::new(
            Stage::Config,
            format_args!(
                "{name} names a proxy on the way to {origin}, which needs the feature `proxy` of the crate coze-transport: \
                 switch it on, or build the transport with no_proxy()"
            ),
        )
        .unsent())
    }
}

/// Name of the variable that decides, as it would with the feature.
fn proxy_of(secure: bool, is_set: impl Fn(&str) -> bool) -> Option<&'static str> {
    let names = match secure {
        true => ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"],
        // A CGI server hands a request's header `Proxy` on in capitals.
        false if is_set("REQUEST_METHOD") => ["http_proxy", "http_proxy", "ALL_PROXY", "all_proxy"],
        false => ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"],
    };
    names.into_iter().find(|name| is_set(name))
}

fn is_loopback(host: &str) -> bool {
    let bare = bare(host);
    match bare.parse::<IpAddr>() {
        Ok(address) => address.is_loopback(),
        Err(_) => bare.rsplit('.').next().is_some_and(|last| last.eq_ignore_ascii_case("localhost")),
    }
}

/// There is none.
pub(crate) enum Proxy {}

impl Proxy {
    pub(crate) fn blame(error: TransportError) -> TransportError {
        error
    }

    pub(crate) fn is_http(&self) -> bool {
        match *self {}
    }

    #[cfg(feature = "tls")]
    pub(crate) fn is_https(&self) -> bool {
        match *self {}
    }

    pub(crate) fn basic_auth(&self) -> Option<&HeaderValue> {
        match *self {}
    }

    pub(crate) fn host(&self) -> &str {
        match *self {}
    }

    pub(crate) fn port(&self) -> u16 {
        match *self {}
    }

    pub(crate) fn refused(&self, _: &Origin, _: StatusCode) -> TransportError {
        match *self {}
    }

    #[expect(clippy::unused_async, reason = "proxies take their time")]
    pub(crate) async fn tunnel(&self, _: Wire, _: &Origin) -> Result<Wire, TransportError> {
        match *self {}
    }
}

impl fmt::Display for Proxy {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variable_is_named_only_where_it_would_decide() {
        let of = |secure, set: &[&str]| proxy_of(secure, |name| set.contains(&name));
        assert_eq!(of(true, &["HTTPS_PROXY", "ALL_PROXY"]), Some("HTTPS_PROXY"));
        assert_eq!(of(true, &["HTTP_PROXY", "http_proxy"]), None);
        assert_eq!(of(false, &["HTTP_PROXY", "HTTPS_PROXY"]), Some("HTTP_PROXY"));
        assert_eq!(of(false, &["HTTP_PROXY", "REQUEST_METHOD"]), None);
        assert_eq!(of(false, &["all_proxy", "REQUEST_METHOD"]), Some("all_proxy"));
        assert_eq!(of(false, &["NO_PROXY"]), None);
    }

    #[test]
    fn this_machine_needs_no_proxy() {
        for host in ["localhost", "api.LocalHost", "127.0.0.1", "127.9.9.9", "[::1]"] {
            assert!(is_loopback(host), "{host}");
        }
        for host in ["localhost.example", "10.0.0.1", "[fe80::1]", "notlocalhost", ""] {
            assert!(!is_loopback(host), "{host}");
        }
    }
}
