//! Access to the simulator: accepted host names, and origins of web pages.

use std::net::IpAddr;
use std::time::Duration;

use axum::http::header::HeaderName;
use axum::http::request::Parts;
use axum::http::uri::Authority;
use axum::http::{HeaderValue, Uri, header};
use tower_http::cors::{AllowHeaders, AllowMethods, AllowOrigin, CorsLayer};

/// Returns whether a request uses one of the host names of the simulator.
///
/// A web page can let any name of its domain resolve to this computer, and send requests to the simulator as if it were
/// its own server (DNS rebinding). It cannot do so with an address, with `localhost`, or with a name without a dot.
/// A request with a whole URL uses the simulator as a proxy, which no page can make a browser do.
pub(crate) fn is_known(head: &Parts, names: &[String]) -> bool {
    let Some(host) = head.headers.get(header::HOST).filter(|_| head.uri.authority().is_none()) else {
        return true;
    };
    let authority = host.to_str().ok().and_then(|host| host.parse::<Authority>().ok());
    authority.is_some_and(|authority| is_own(authority.host()) || is_one_of(authority.host(), names))
}

fn is_own(host: &str) -> bool {
    let host = host.strip_suffix('.').unwrap_or(host);
    is_loopback(host) || address(host).is_some() || (!host.is_empty() && !host.contains('.'))
}

fn is_one_of(host: &str, names: &[String]) -> bool {
    names.iter().any(|name| name.eq_ignore_ascii_case(host))
}

fn address(host: &str) -> Option<IpAddr> {
    host.trim_start_matches('[').trim_end_matches(']').parse().ok()
}

/// Returns whether a name or address always denotes this computer.
fn is_loopback(host: &str) -> bool {
    let name = host.to_ascii_lowercase();
    name == "localhost"
        || name.ends_with(".localhost")
        || address(&name).is_some_and(|address| address.is_loopback())
}

/// CORS: pages of this computer and of the given origins may send requests.
pub(crate) fn cors(origins: &[String]) -> CorsLayer {
    let origins = origins.to_vec();
    let allowed = move |origin: &HeaderValue, _: &Parts| {
        let Ok(origin) = origin.to_str() else { return false };
        let local = origin.parse::<Uri>().is_ok_and(|uri| uri.host().is_some_and(is_loopback));
        local || origins.iter().any(|known| known == origin)
    };
    CorsLayer::new()
        .allow_origin(AllowOrigin::predicate(allowed))
        .allow_methods(AllowMethods::mirror_request())
        .allow_headers(AllowHeaders::mirror_request())
        .expose_headers([HeaderName::from_static("x-tt-logid"), HeaderName::from_static("x-log-id")])
        .allow_private_network(true)
        .max_age(Duration::from_secs(600))
}

#[cfg(test)]
mod tests {
    use axum::http::Request;

    use super::*;

    #[test]
    fn names_that_a_page_could_take_are_foreign() {
        let names = ["sim.example.com".to_owned()];
        for (host, known) in [
            ("127.0.0.1:8080", true),
            ("[::1]:8080", true),
            ("192.168.1.5:80", true),
            ("localhost", true),
            ("LOCALHOST:1", true),
            ("a.localhost:1", true),
            ("coze-sim:8080", true),
            ("sim.example.com:8080", true),
            ("SIM.example.com", true),
            ("example.com", false),
            ("127.0.0.1.example.com", false),
            ("localhost.example.com:80", false),
            ("example.com.", false),
            ("", false),
        ] {
            let (head, ()) = Request::get("/").header("host", host).body(()).unwrap().into_parts();
            assert_eq!(is_known(&head, &names), known, "{host}");
        }
        let (head, ()) = Request::get("/").body(()).unwrap().into_parts();
        assert!(is_known(&head, &[]), "HTTP/1.0");
        let request = Request::get("http://example.com/").header("host", "example.com");
        assert!(is_known(&request.body(()).unwrap().into_parts().0, &[]), "a proxy");
    }
}
