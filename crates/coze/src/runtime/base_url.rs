//! The address of a server, with the path prefix that it may have.

use std::fmt;

use http::Uri;
use http::uri::{Parts, PathAndQuery};

use crate::error::Error;

/// A base URL without trailing slash, query, fragment or user name.
#[derive(Clone)]
pub(crate) struct BaseUrl {
    text: String,
    /// Read once, so that a request need not read scheme and host again.
    uri: Uri,
    /// Path, unless it is empty.
    prefix: Option<String>,
}

impl BaseUrl {
    /// Reads a base URL; `name` says where it came from, for the error.
    pub(crate) fn parse(name: &str, text: &str) -> Result<Self, Error> {
        let told = told(text);
        let fail = |why: &str| Error::config(format!("{name} {told:?} {why}"));
        if text.is_empty() {
            return Err(Error::config(format!(
                "{name} is empty; give it an address such as https://api.coze.cn"
            )));
        }
        if text.contains('@') {
            // The text may hold a password: do not repeat it.
            return Err(Error::config(format!(
                "{name} must not hold a user name or password; give the token to the builder instead"
            )));
        }
        if text.contains(char::is_whitespace) {
            return Err(fail("has a blank or a line break in it; take it out"));
        }
        if text.contains(char::is_control) {
            return Err(fail("has a control character in it; take it out"));
        }
        if text.contains(['"', '\'', '`']) {
            return Err(fail("has a quote in it; take it out"));
        }
        let Some((scheme, _)) = text.split_once("://") else {
            return Err(fail("has no scheme; put https:// or http:// before it"));
        };
        if !["http", "https"].iter().any(|known| scheme.eq_ignore_ascii_case(known)) {
            return Err(fail("has a scheme that is neither http nor https"));
        }
        if text.contains(['?', '#']) {
            return Err(fail("has a query or fragment; leave everything from ? or # away"));
        }
        let uri: Uri = text.parse().map_err(|error| fail(&format!("is not an address: {error}")))?;
        if uri.host().is_none_or(str::is_empty) {
            return Err(fail("names no host"));
        }
        if matches!(port(&uri), None | Some(Some(0))) {
            return Err(fail("has a port that is not a number from 1 to 65535"));
        }
        let prefix = uri.path().trim_end_matches('/').to_owned();
        Ok(Self {
            text: text.trim_end_matches('/').to_owned(),
            prefix: Some(prefix).filter(|prefix| !prefix.is_empty()),
            uri,
        })
    }

    /// Address of a path and query on this server.
    pub(crate) fn join(&self, target: &str) -> Result<Uri, Error> {
        let join = || -> Result<Uri, http::Error> {
            let mut parts = Parts::default();
            parts.scheme = self.uri.scheme().cloned();
            parts.authority = self.uri.authority().cloned();
            parts.path_and_query = Some(match &self.prefix {
                None => PathAndQuery::try_from(target)?,
                Some(prefix) => PathAndQuery::try_from(format!("{prefix}{target}"))?,
            });
            Ok(Uri::from_parts(parts)?)
        };
        join().map_err(|error| {
            let url = format!("{}{target}", self.text);
            Error::config(format!("{:?} is not an address: {error}", told(&url)))
        })
    }

    /// Whether anyone on the way can read along: http, and not to this machine alone.
    pub(crate) fn is_exposed(&self) -> bool {
        is_exposed(&self.uri)
    }

    /// Address of the WebSockets of this server: the hosted services have hosts of their own for them.
    #[cfg(feature = "realtime")]
    pub(crate) fn of_websockets(&self) -> Result<Self, Error> {
        let host = self.uri.host().unwrap_or_default();
        let known = [("api.coze.cn", "ws.coze.cn"), ("api.coze.com", "ws.coze.com")];
        let Some((_, of_websockets)) = known.iter().find(|(api, _)| host.eq_ignore_ascii_case(api)) else {
            return Ok(self.clone());
        };
        let at = self.text.find("://").map_or(0, |at| at + 3);
        let (scheme, rest) = self.text.split_at(at);
        let text = format!("{scheme}{of_websockets}{}", rest.get(host.len()..).unwrap_or_default());
        Self::parse("the base URL of WebSockets", &text)
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }
}

/// As much of an address as an error tells: the beginning, without the query, which may hold a secret.
fn told(text: &str) -> &str {
    let end = text.find(['?', '#']).unwrap_or(text.len());
    text[..end].char_indices().nth(200).map_or(&text[..end], |(at, _)| &text[..at])
}

/// Port that an address names, if it names one; `None` where that is none, which `Uri` takes for no port.
#[expect(clippy::option_option, reason = "an address without a port is as good as one with a port")]
pub(crate) fn port(uri: &Uri) -> Option<Option<u16>> {
    let authority = uri.authority().map_or("", http::uri::Authority::as_str);
    match authority.rsplit_once(':').map(|(_, port)| port).filter(|port| !port.ends_with(']')) {
        Some(port) => port.parse().ok().map(Some),
        None => Some(None),
    }
}

/// Whether anyone on the way can read what is sent to an address.
pub(crate) fn is_exposed(uri: &Uri) -> bool {
    let host = uri.host().unwrap_or_default().trim_matches(['[', ']']);
    let is_local = host.eq_ignore_ascii_case("localhost")
        || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.to_canonical().is_loopback());
    uri.scheme_str() == Some("http") && !is_local
}

impl fmt::Debug for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.text.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_prefix_is_kept() {
        assert!(BaseUrl::parse("base URL", "http://[::1]").is_ok());
        for text in ["http://host:8888/coze", "http://host:8888/coze/"] {
            let base = BaseUrl::parse("base URL", text).unwrap();
            assert_eq!(base.join("/v3/chat?a=1").unwrap(), "http://host:8888/coze/v3/chat?a=1");
        }
    }

    #[cfg(feature = "realtime")]
    #[test]
    fn the_hosted_services_have_hosts_for_websockets() {
        for (base, expected) in [
            ("https://api.coze.cn", "https://ws.coze.cn"),
            ("https://API.coze.com:8443/x/", "https://ws.coze.com:8443/x"),
            ("http://127.0.0.1:8080/my-api.coze.cn", "http://127.0.0.1:8080/my-api.coze.cn"),
            ("https://gateway.example/coze", "https://gateway.example/coze"),
        ] {
            assert_eq!(BaseUrl::parse("base URL", base).unwrap().of_websockets().unwrap().as_str(), expected);
        }
    }

    #[test]
    fn bad_addresses_are_named_with_the_reason() {
        for (text, word) in [
            ("", "empty"),
            ("api.coze.cn", "scheme"),
            ("ftp://api.coze.cn", "neither"),
            ("https://api.coze.cn?x=1", "query"),
            ("https://api.coze.cn#x", "fragment"),
            ("https://", "not an address"),
            ("https:// host", "blank"),
            (" https://host", "blank"),
            ("https://host\r", "line break"),
            ("https://ho\0st", "control"),
            ("\"https://host\"", "quote"),
            ("'https://host'", "quote"),
            ("http://host:99999", "port"),
            ("http://host:", "port"),
            ("http://[::1]:0", "port"),
        ] {
            let error = BaseUrl::parse("the base URL", text).unwrap_err().to_string();
            assert!(error.contains(word) && error.contains("the base URL"), "{text:?}: {error}");
        }
    }

    #[test]
    fn plain_http_is_safe_within_the_machine_alone() {
        let exposed = |text| BaseUrl::parse("the base URL", text).unwrap().is_exposed();
        for safe in
            ["https://h", "http://127.0.0.1:1", "http://127.8.9.1", "http://[::1]:2", "HTTP://LOCALHOST:3/x"]
        {
            assert!(!exposed(safe), "{safe}");
        }
        for risky in
            ["http://h", "http://10.0.0.1", "http://127.0.0.1.evil.example", "http://localhost.evil.example"]
        {
            assert!(exposed(risky), "{risky}");
        }
    }

    #[test]
    fn an_error_tells_the_beginning_of_an_address() {
        let long = format!("https://host/{}?secret", "é".repeat(100_000));
        let parsed = BaseUrl::parse("the base URL", "https://host").unwrap();
        for error in
            [BaseUrl::parse("the base URL", &long).unwrap_err(), parsed.join(&long[12..]).unwrap_err()]
        {
            let error = error.to_string();
            assert!(error.contains("https://host/é") && !error.contains("secret"), "{error}");
            assert!(error.chars().count() < 400, "{error}");
        }
    }

    #[test]
    fn a_password_is_refused_and_not_repeated() {
        let error = BaseUrl::parse("the base URL", "https://u:secret@api.coze.cn").unwrap_err().to_string();
        assert!(error.contains("password") && !error.contains("secret"), "{error}");
    }
}
