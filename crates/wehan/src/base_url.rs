//! The address of a B side, which a token may be sent to.

use std::net::IpAddr;

use http::Uri;

use crate::error::Error;

/// A base URL without trailing slash, query, fragment or user name: https, or http to this machine.
#[derive(Clone, Debug)]
pub(crate) struct BaseUrl(String);

impl BaseUrl {
    pub(crate) fn parse(text: &str) -> Result<Self, Error> {
        if text.contains('@') {
            // The text may hold a password: do not repeat it.
            return Err(Error::config(
                "the base URL must not hold a user name or password; give the token to the builder instead",
            ));
        }
        let fail = |why: &str| Error::config(format!("the base URL {text:?} {why}"));
        if text.contains(['?', '#']) {
            return Err(fail("has a query or fragment; leave everything from ? or # away"));
        }
        let uri: Uri = text.parse().map_err(|error| fail(&format!("is not an address: {error}")))?;
        let Some(host) = uri.host().filter(|host| !host.is_empty()) else {
            return Err(fail("names no host; give it an address such as https://api.wehan.com"));
        };
        match uri.scheme_str() {
            Some("https") => {}
            Some("http") if is_loopback(host) => {}
            Some("http") => {
                return Err(fail(
                    "would send the token unencrypted; use https, or http to this machine only",
                ));
            }
            _ => return Err(fail("has a scheme that is not https")),
        }
        Ok(Self(text.trim_end_matches('/').to_owned()))
    }

    /// Address of a path and query on this server.
    pub(crate) fn join(&self, target: &str) -> Result<Uri, Error> {
        let url = format!("{}{target}", self.0);
        url.parse().map_err(|error| Error::config(format!("{url:?} is not an address: {error}")))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether what is sent there is unreadable on the way.
    #[cfg(feature = "hyper")]
    pub(crate) fn is_encrypted(&self) -> bool {
        self.0.get(..6).is_some_and(|scheme| scheme.eq_ignore_ascii_case("https:"))
    }
}

fn is_loopback(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost") || address.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_token_goes_over_https_or_stays_on_this_machine() {
        for text in [
            "https://api.wehan.com",
            "http://127.0.0.1:80",
            "http://[::1]:9",
            "http://localhost:1/b/",
            "HTTPS://a.b",
        ] {
            assert!(BaseUrl::parse(text).is_ok(), "{text}");
        }
        for (text, word) in [
            ("http://api.wehan.com", "unencrypted"),
            ("http://127.0.0.1.evil.com", "unencrypted"),
            ("http://localhost.evil.com", "unencrypted"),
            ("http://0.0.0.0:80", "unencrypted"),
            ("ftp://api.wehan.com", "scheme"),
            ("api.wehan.com", "https"),
            ("", "not an address"),
            ("https://api.wehan.com?a=1", "query"),
        ] {
            let error = BaseUrl::parse(text).unwrap_err().to_string();
            assert!(error.contains(word), "{text:?}: {error}");
        }
    }

    #[test]
    fn a_password_is_refused_and_not_repeated() {
        let error = BaseUrl::parse("https://u:secret@api.wehan.com").unwrap_err().to_string();
        assert!(error.contains("password") && !error.contains("secret"), "{error}");
    }

    #[test]
    fn a_path_prefix_is_kept() {
        let base = BaseUrl::parse("https://gateway.example/wehan/").unwrap();
        assert_eq!(base.join("/api/jobs").unwrap(), "https://gateway.example/wehan/api/jobs");
    }
}
