//! Who a URL talks to: scheme, host and port.

use std::fmt;

use http::Uri;
use http::uri::{Authority, Scheme};

use crate::TransportError;

/// Scheme, host and port of a URL; prints as `host:port`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Origin {
    secure: bool,
    authority: Authority,
}

impl Origin {
    /// Refuses what no transport can reach, and user names, which would travel on in logs and to proxies.
    pub(crate) fn of(uri: &Uri) -> Result<Self, TransportError> {
        let refused = |why: String| Err(TransportError::request(why));
        let Some(scheme) = uri.scheme() else {
            return refused("the URL must be absolute: it lacks a scheme and a host".to_owned());
        };
        let secure = *scheme == Scheme::HTTPS;
        if !secure && *scheme != Scheme::HTTP {
            let scheme = scheme.as_str();
            return refused(format!("the URL scheme {scheme:?} is not supported: use http or https"));
        }
        match uri.authority() {
            Some(authority) if authority.as_str().contains('@') => {
                refused("the URL must not hold a user name or password: send a header".to_owned())
            }
            Some(authority) if !authority.host().is_empty() => {
                Ok(Self { secure, authority: authority.clone() })
            }
            _ => refused("the URL must be absolute: it lacks a host".to_owned()),
        }
    }

    pub(crate) fn is_secure(&self) -> bool {
        self.secure
    }

    pub(crate) fn host(&self) -> &str {
        self.authority.host()
    }

    pub(crate) fn port(&self) -> u16 {
        self.authority.port_u16().unwrap_or(if self.secure { 443 } else { 80 })
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.host(), self.port())
    }
}

/// Host of a URL without the brackets of an IPv6 address.
pub(crate) fn bare(host: &str) -> &str {
    match host.as_bytes() {
        [b'[', .., b']'] => &host[1..host.len() - 1],
        _ => host,
    }
}

/// URL of a host and a port alone.
pub(crate) fn at(host: &str, port: u16) -> Result<Uri, http::Error> {
    Uri::builder().scheme(Scheme::HTTP).authority(format!("{host}:{port}")).path_and_query("/").build()
}
