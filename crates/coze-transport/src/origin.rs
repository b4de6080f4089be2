//! Who a URL talks to: scheme, host and port.

use std::fmt;

use http::Uri;
use http::uri::{Authority, Scheme};
#[cfg(feature = "hyper")]
use http::uri::{Parts, PathAndQuery};

use crate::error::TransportError;

/// Scheme, host and port of a URL; prints as `host:port`.
#[derive(Clone, Debug)]
pub(crate) struct Origin {
    secure: bool,
    authority: Authority,
}

impl Origin {
    /// Refuses what no transport can reach, and user names, which would travel on in logs and to proxies.
    pub(crate) fn of(uri: &Uri) -> Result<Self, TransportError> {
        let secure = match uri.scheme() {
            Some(scheme) if *scheme == Scheme::HTTPS => true,
            Some(scheme) if *scheme == Scheme::HTTP => false,
            Some(scheme) => {
                return Err(TransportError::request(format_args!(
                    "the URL scheme {scheme:?} is not supported: use http or https",
                    scheme = scheme.as_str()
                )));
            }
            None => {
                return Err(TransportError::request(
                    "the URL must be absolute: it lacks a scheme and a host",
                ));
            }
        };
        match uri.authority() {
            Some(authority) if authority.as_str().as_bytes().contains(&b'@') => {
                Err(TransportError::request("the URL must not hold a user name or password: send a header"))
            }
            Some(authority) if authority.as_str().as_bytes().first().is_some_and(|byte| *byte != b':') => {
                Ok(Self { secure, authority: authority.clone() })
            }
            _ => Err(TransportError::request("the URL must be absolute: it lacks a host")),
        }
    }

    #[cfg(feature = "hyper")]
    pub(crate) fn is_secure(&self) -> bool {
        self.secure
    }

    pub(crate) fn scheme(&self) -> &'static str {
        if self.secure { "https" } else { "http" }
    }

    /// Host and port as the URL writes them.
    #[cfg(feature = "hyper")]
    pub(crate) fn authority(&self) -> &str {
        self.authority.as_str()
    }

    /// URL with the path `/`.
    #[cfg(feature = "proxy")]
    pub(crate) fn uri(&self) -> Uri {
        self.with_path(PathAndQuery::from_static("/"))
    }

    #[cfg(feature = "hyper")]
    pub(crate) fn with_path(&self, path: PathAndQuery) -> Uri {
        let mut parts = Parts::default();
        parts.scheme = Some(if self.secure { Scheme::HTTPS } else { Scheme::HTTP });
        parts.authority = Some(self.authority.clone());
        parts.path_and_query = Some(path);
        // It has all the parts that one with a scheme has to have.
        Uri::from_parts(parts).unwrap_or_default()
    }

    pub(crate) fn host(&self) -> &str {
        self.authority.host()
    }

    pub(crate) fn port(&self) -> u16 {
        self.authority.port_u16().unwrap_or(if self.secure { 443 } else { 80 })
    }
}

/// Host of a URL without the brackets of an IPv6 address.
#[cfg(feature = "hyper")]
pub(crate) fn bare(host: &str) -> &str {
    match host.as_bytes() {
        [b'[', .., b']'] => &host[1..host.len() - 1],
        _ => host,
    }
}

impl PartialEq for Origin {
    fn eq(&self, other: &Self) -> bool {
        self.secure == other.secure
            && (self.authority.as_str() == other.authority.as_str()
                || self.port() == other.port() && self.host().eq_ignore_ascii_case(other.host()))
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.host(), self.port())
    }
}
