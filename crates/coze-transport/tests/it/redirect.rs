//! Redirects are not followed: a token goes nowhere else, and a POST becomes no GET.

use coze_transport::Body;
use coze_transport::http::{Method, Request};

use crate::server::{Server, fail, send, text, transport};

async fn to(status: u16, location: &str) -> Server {
    Server::answering(format!("HTTP/1.1 {status} Moved\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n"))
        .await
}

fn request(method: Method, url: String) -> Request<Body> {
    let request = Request::builder().method(method).uri(url).header("authorization", "Bearer secret");
    request.body(Body::from("{}")).unwrap()
}

#[tokio::test]
async fn a_redirect_is_an_error_that_names_where_it_leads() {
    let other = Server::echo().await;
    for (location, said) in [
        ("/there?token=hidden", "/there"),
        ("there", "there"),
        (&other.url("/steal?token=hidden"), &other.url("/steal")),
        (&format!("http://hidden@{}/steal", other.addr), &other.url("/steal")),
        ("//hidden@coze.test/there", "//coze.test/there"),
        ("https://coze.test", "https://coze.test"),
        ("a b", "something that is not a URL"),
        ("\u{e9}://x", "something that is not a URL"),
    ] {
        for status in [301, 302, 303, 307, 308] {
            for method in [Method::GET, Method::POST] {
                let server = to(status, location).await;
                let error = fail(&transport(), request(method, server.url("/"))).await;
                assert!(error.is_redirect() && !error.is_unsent(), "{error:?}");
                assert_eq!(error.status().unwrap(), status);
                let start = format!("{} redirects to {said} with status {status}", server.addr);
                assert!(error.to_string().starts_with(&start), "{error}");
                assert!(!format!("{error} {error:?}").contains("hidden"), "{error:?}");
                assert_eq!(server.connections(), 1);
            }
        }
    }
    assert_eq!(other.connections(), 0);
}

#[tokio::test]
async fn what_only_looks_like_a_redirect_is_a_response() {
    for answer in [
        "HTTP/1.1 302 Found\r\nContent-Length: 4\r\n\r\nbody",
        "HTTP/1.1 300 Choices\r\nLocation: /x\r\nContent-Length: 4\r\n\r\nbody",
        "HTTP/1.1 201 Created\r\nLocation: /x\r\nContent-Length: 4\r\n\r\nbody",
    ] {
        let server = Server::answering(answer).await;
        assert_eq!(text(&transport(), request(Method::GET, server.url("/"))).await.unwrap(), "body");
    }
    let server = Server::answering("HTTP/1.1 304 Not Modified\r\nLocation: /x\r\n\r\n").await;
    assert_eq!(send(&transport(), request(Method::GET, server.url("/"))).await.unwrap().status(), 304);
}
