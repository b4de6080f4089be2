//! Redirects, and above all where the token does not go.

use std::convert::Infallible;

use coze_transport::bytes::Bytes;
use coze_transport::http::{Method, Request};
use coze_transport::{Body, HyperTransport};
use http_body_util::{BodyExt, Empty, Full};

use crate::server::{Server, fail, ok, send, text, transport};

/// Sends `/NNN/rest` on to `/rest` with status NNN, `/loop` to itself, and answers the rest with what it received.
async fn redirecting() -> Server {
    Server::start(|mut connection, _| async move {
        while let Some(request) = connection.request().await {
            let path = request.split(' ').nth(1).unwrap();
            let answer = match path.get(1..4).and_then(|status| status.parse::<u16>().ok()) {
                Some(status) => {
                    let to = &path[4..];
                    format!("HTTP/1.1 {status} Moved\r\nLocation: {to}\r\nContent-Length: 5\r\n\r\nmoved")
                }
                None if path == "/loop" => {
                    "HTTP/1.1 302 Found\r\nLocation: loop\r\nContent-Length: 0\r\n\r\n".to_owned()
                }
                None => ok(&request),
            };
            connection.send(answer).await;
        }
    })
    .await
}

/// Redirects everything to this URL.
async fn to(status: u16, location: &str) -> Server {
    Server::answering(format!("HTTP/1.1 {status} Moved\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n"))
        .await
}

fn request(method: Method, url: String, body: impl Into<Body>) -> Request<Body> {
    Request::builder()
        .method(method)
        .uri(url)
        .header("authorization", "Bearer secret")
        .body(body.into())
        .unwrap()
}

fn one_shot() -> Body {
    Body::wrap(Full::new(Bytes::from_static(b"{}")).map_err(|never: Infallible| never))
}

#[tokio::test]
async fn get_and_head_follow_every_kind_within_the_host() {
    let server = redirecting().await;
    for status in [301, 302, 303, 307, 308] {
        let url = server.url(&format!("/{status}/there?a=b"));
        let seen = text(&transport(), request(Method::GET, url.clone(), "")).await.unwrap();
        assert!(seen.starts_with("GET /there?a=b HTTP/1.1\r\n"), "{seen}");
        assert!(seen.contains("authorization: Bearer secret\r\n"), "{seen}");
        let head = send(&transport(), request(Method::HEAD, url, "")).await.unwrap();
        assert_eq!(head.status(), 200);
    }
}

#[tokio::test]
async fn the_connection_is_kept_across_a_redirect() {
    let server = redirecting().await;
    let transport = transport();
    for _ in 0..3 {
        text(&transport, request(Method::GET, server.url("/301/a"), "")).await.unwrap();
    }
    assert!(server.connections() <= 2, "{} connections", server.connections());
}

#[tokio::test]
async fn a_post_follows_only_what_keeps_it_a_post() {
    let server = redirecting().await;
    for status in [307, 308] {
        let url = server.url(&format!("/{status}/there"));
        let seen = text(&transport(), request(Method::POST, url, "{\"a\":1}")).await.unwrap();
        assert!(seen.starts_with("POST /there ") && seen.ends_with("\r\n\r\n{\"a\":1}"), "{seen}");
    }
    for status in [301, 302, 303] {
        for method in [Method::POST, Method::PUT, Method::DELETE, Method::PATCH] {
            let url = server.url(&format!("/{status}/there"));
            let error = fail(&transport(), request(method, url, "{}")).await;
            assert!(error.is_redirect() && !error.is_unsent(), "{error:?}");
            assert_eq!(error.status().unwrap(), status);
        }
    }
}

#[tokio::test]
async fn a_body_that_is_used_up_is_not_followed() {
    let server = redirecting().await;
    let error = fail(&transport(), request(Method::POST, server.url("/307/there"), one_shot())).await;
    assert!(error.is_redirect(), "{error:?}");
    assert!(error.to_string().contains("body cannot be sent a second time"), "{error}");
    // A stream of no bytes cannot be known to be empty either.
    let empty = Body::wrap(Empty::<Bytes>::new());
    let error = fail(&transport(), request(Method::GET, server.url("/307/there"), empty)).await;
    assert!(error.is_redirect(), "{error:?}");
}

#[tokio::test]
async fn another_host_never_gets_the_token() {
    let other = Server::echo().await;
    let port = other.addr.port();
    let mut targets = vec![
        other.url("/steal"),
        format!("//{}/steal", other.addr),
        format!("http://localhost:{port}/steal"),
        format!("http://user@{}/steal", other.addr),
    ];
    for status in [301, 302, 303, 307, 308] {
        for method in [Method::GET, Method::POST] {
            for target in &targets {
                let server = to(status, target).await;
                let error = fail(&transport(), request(method.clone(), server.url("/"), "{}")).await;
                assert!(error.is_redirect(), "{error:?}");
                let said = error.to_string();
                assert!(said.contains(&server.addr.to_string()), "{said}");
                assert!(said.contains(&port.to_string()) || target.contains('@'), "{said}");
                assert!(!said.contains("secret") && !said.contains("steal"), "{said}");
            }
        }
    }
    // The same host by another name is another host.
    targets.clear();
    let server = to(302, "http://localhost:1/").await;
    let error = fail(&transport(), request(Method::GET, server.url("/"), "")).await;
    assert!(error.to_string().contains("another host, localhost:1,"), "{error}");
    assert_eq!(other.connections(), 0);
}

#[tokio::test]
async fn another_scheme_names_the_base_url_as_the_fix() {
    let server = Server::start(|mut connection, _| async move {
        let request = connection.request().await.unwrap_or_default();
        let host = request.split("host: ").nth(1).unwrap().split("\r\n").next().unwrap().to_owned();
        connection
            .send(format!("HTTP/1.1 301 Moved\r\nLocation: https://{host}/\r\nContent-Length: 0\r\n\r\n"))
            .await;
    })
    .await;
    let error = fail(&transport(), request(Method::GET, server.url("/"), "")).await;
    assert!(error.is_redirect() && error.to_string().contains("use https:// in the base URL"), "{error}");
}

#[tokio::test]
async fn a_loop_ends() {
    let server = redirecting().await;
    let error = fail(&transport(), request(Method::GET, server.url("/loop"), "")).await;
    assert!(error.is_redirect(), "{error:?}");
    assert!(error.to_string().contains("redirects without end: 5 were followed"), "{error}");
}

#[tokio::test]
async fn the_bound_is_exact() {
    let server = redirecting().await;
    let url = server.url("/301/302/307/end");
    let limited = |max| HyperTransport::builder().no_proxy().redirects(max).build().unwrap();
    assert!(text(&limited(3), request(Method::GET, url.clone(), "")).await.unwrap().starts_with("GET /end "));
    assert!(fail(&limited(2), request(Method::GET, url.clone(), "")).await.is_redirect());
    let response = send(&limited(0), request(Method::GET, url, "")).await.unwrap();
    assert_eq!(response.status(), 301);
    assert_eq!(response.headers()["location"], "/302/307/end");
}

#[tokio::test]
async fn what_only_looks_like_a_redirect_is_a_response() {
    for answer in [
        "HTTP/1.1 302 Found\r\nContent-Length: 4\r\n\r\nbody",
        "HTTP/1.1 300 Choices\r\nLocation: /x\r\nContent-Length: 4\r\n\r\nbody",
        "HTTP/1.1 201 Created\r\nLocation: /x\r\nContent-Length: 4\r\n\r\nbody",
    ] {
        let server = Server::answering(answer).await;
        assert_eq!(text(&transport(), request(Method::GET, server.url("/"), "")).await.unwrap(), "body");
    }
}

#[tokio::test]
async fn a_location_that_is_no_url() {
    for location in ["http://", "http://[::1", "ftp://127.0.0.1/", "a b", "\u{e9}://x"] {
        let server = to(302, location).await;
        let error = fail(&transport(), request(Method::GET, server.url("/"), "")).await;
        assert!(error.is_redirect(), "{location} {error:?}");
        assert!(error.to_string().contains(&server.addr.to_string()), "{error}");
    }
}
