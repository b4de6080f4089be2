//! What goes wrong below HTTP and in it: each has its question, and the next request works.

use std::convert::Infallible;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use coze_transport::bytes::Bytes;
use coze_transport::http::Request;
use coze_transport::http_body::{Body as HttpBody, Frame};
use coze_transport::{Body, HyperTransport, TransportError};
use tokio::net::TcpListener;

use crate::server::{Server, fail, get, ok, post, send, text, transport, within};

/// Sends to a server that answers badly and then well, and returns the first failure of head or body.
async fn failure(answer: impl AsRef<[u8]> + Clone + Send + Sync + 'static) -> TransportError {
    let server = Server::start(move |mut connection, number| {
        let answer = answer.clone();
        async move {
            connection.request().await;
            if number > 0 {
                return connection.send(ok("well")).await;
            }
            connection.send(answer).await;
            connection.finish().await;
        }
    })
    .await;
    let transport = transport();
    let error =
        text(&transport, post(server.url("/secret?token=1"), "{}")).await.expect_err("it should fail");
    let said = error.to_string();
    assert!(said.contains(&server.addr.to_string()), "{said}");
    assert!(!said.contains("secret") && !said.contains("token"), "{said}");
    assert!(error.cause().is_some(), "{error:?}");
    assert_eq!(text(&transport, get(server.url("/"))).await.unwrap(), "well");
    error
}

#[tokio::test]
async fn a_refused_connection() {
    let addr = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let error = fail(&transport(), post(format!("http://{addr}/"), "{}")).await;
    assert!(error.is_connect() && error.is_unsent(), "{error:?}");
    assert!(
        !error.is_timeout()
            && !error.is_dns()
            && !error.is_tls()
            && !error.is_proxy()
            && !error.is_closed_early()
    );
    assert!(
        error.to_string().starts_with(&format!("cannot connect to {addr}: Connection refused")),
        "{error}"
    );
    let mut cause = error.cause().unwrap();
    while let Some(next) = cause.source() {
        cause = next;
    }
    assert_eq!(cause.downcast_ref::<io::Error>().unwrap().kind(), io::ErrorKind::ConnectionRefused);
}

#[tokio::test]
async fn a_name_that_does_not_resolve() {
    // A label of over 63 bytes is no name, so that no resolver is asked.
    let host = format!("{}.invalid", "a".repeat(64));
    let error = fail(&transport(), get(format!("http://{host}/"))).await;
    assert!(error.is_dns() && error.is_connect() && error.is_unsent(), "{error:?}");
    assert!(
        error.to_string().starts_with(&format!("cannot resolve the host name of {host}:80: ")),
        "{error}"
    );
}

#[tokio::test]
async fn closed_before_any_byte() {
    let error = failure("").await;
    assert!(
        error.is_closed_early() && !error.is_unsent() && !error.is_connect() && !error.is_body(),
        "{error:?}"
    );
    assert!(error.to_string().ends_with("; the POST may have been carried out"), "{error}");
}

#[tokio::test]
async fn half_a_head() {
    let error = failure("HTTP/1.1 200 OK\r\nContent-Le").await;
    assert!(error.is_closed_early() && !error.is_unsent(), "{error:?}");
}

/// Answers so many requests, and then ends the connection with the next.
async fn serving(served: usize, reset: bool) -> Server {
    Server::start(move |mut connection, _| async move {
        for _ in 0..served {
            connection.request().await;
            connection.send(ok("a")).await;
        }
        connection.request().await;
        if reset { connection.reset() } else { connection.finish().await }
    })
    .await
}

#[tokio::test]
async fn a_connection_that_takes_a_request_and_ends_may_have_acted_on_it_however_often_it_served() {
    for served in [0, 1, 2] {
        for reset in [false, true] {
            let server = serving(served, reset).await;
            let transport = transport();
            for _ in 0..served {
                assert_eq!(text(&transport, post(server.url("/"), "{}")).await.unwrap(), "a");
            }
            let error = fail(&transport, post(server.url("/"), "{}")).await;
            assert_eq!(server.connections(), 1, "the POST was sent once");
            assert!(error.is_closed_early() && !error.is_unsent(), "{error:?}");
            assert!(error.to_string().ends_with("; the POST may have been carried out"), "{error}");
        }
    }
}

#[tokio::test]
async fn a_kept_connection_that_closed_while_the_thread_was_busy_is_not_used() {
    let (close, closed) = (std::sync::mpsc::channel::<()>(), std::sync::mpsc::channel::<()>());
    let (address, told) = std::sync::mpsc::channel();
    let thread = std::thread::spawn(move || {
        use std::io::{Read, Write};
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        address.send(listener.local_addr().unwrap()).unwrap();
        for last in [false, true] {
            let mut stream = listener.accept().unwrap().0;
            let mut request = [0; 4096];
            assert!(stream.read(&mut request).unwrap() > 0);
            stream.write_all(ok("well").as_bytes()).unwrap();
            if !last {
                close.1.recv().unwrap();
                drop(stream);
                closed.0.send(()).unwrap();
            }
        }
    });
    let url = format!("http://{}/", told.recv().unwrap());
    let transport = transport();
    assert_eq!(text(&transport, post(&url, "{}")).await.unwrap(), "well");
    // Nothing else runs on this thread until the server has closed.
    close.0.send(()).unwrap();
    closed.1.recv().unwrap();
    assert_eq!(text(&transport, post(&url, "{}")).await.unwrap(), "well");
    thread.join().unwrap();
}

#[tokio::test]
async fn a_header_that_goes_on_in_the_next_line_is_read() {
    let head = "HTTP/1.1 200 OK\r\nSet-Cookie: a=1;\r\n path=/\r\nContent-Length: 4\r\n\r\nwell";
    let server = Server::answering(head).await;
    assert_eq!(text(&transport(), get(server.url("/"))).await.unwrap(), "well");
}

#[tokio::test]
async fn what_is_not_http() {
    for answer in
        ["SSH-2.0-OpenSSH_9.6\r\n\r\n", "HTTP/1.1 abc\r\n\r\n", "HTTP/1.1 200 OK\r\nbad header\r\n\r\n"]
    {
        let error = failure(answer).await;
        assert!(!error.is_unsent() && !error.is_body() && !error.is_connect(), "{error:?}");
        assert!(error.to_string().starts_with("no response from "), "{error}");
    }
}

#[tokio::test]
async fn a_huge_head() {
    let line = format!("X-Filler: {}\r\n", "x".repeat(1000));
    let error = failure(format!("HTTP/1.1 200 OK\r\n{}\r\n", line.repeat(1000))).await;
    assert!(error.is_too_large() && !error.is_body(), "{error:?}");
    let error = failure(format!("HTTP/1.1 200 OK\r\n{}\r\n", "A: b\r\n".repeat(200))).await;
    assert!(error.is_too_large(), "{error:?}");
}

#[tokio::test]
async fn the_limit_of_the_head_can_be_lowered() {
    let server =
        Server::answering(format!("HTTP/1.1 200 OK\r\nX-Filler: {}\r\n\r\n", "x".repeat(20_000))).await;
    assert_eq!(send(&transport(), get(server.url("/"))).await.unwrap().status(), 200);
    // The least that hyper takes stands in for less.
    for max in [0, 10_000] {
        let strict = HyperTransport::builder().no_proxy().max_header_bytes(max).build().unwrap();
        let error = fail(&strict, get(server.url("/"))).await;
        assert!(error.is_too_large(), "{error:?}");
    }
}

#[tokio::test]
async fn a_cut_body() {
    for answer in [
        "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nfour",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nfour\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n8\r\nfour",
    ] {
        let error = failure(answer).await;
        assert!(error.is_body() && error.is_closed_early() && !error.is_unsent(), "{error:?}");
        assert!(error.to_string().starts_with("cannot read the response body from "), "{error}");
    }
}

#[tokio::test]
async fn a_bad_chunk_size() {
    let error = failure("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nfour\r\nxyz\r\n").await;
    assert!(error.is_body() && !error.is_closed_early() && !error.is_timeout(), "{error:?}");
}

#[tokio::test]
async fn what_came_before_the_cut_is_delivered_and_the_error_comes_once() {
    let server = Server::answering("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nfour").await;
    let mut body = send(&transport(), get(server.url("/"))).await.unwrap().into_body();
    assert_eq!(within(body.chunk()).await.unwrap().unwrap(), "four");
    assert!(within(body.chunk()).await.unwrap().unwrap_err().is_closed_early());
    assert!(within(body.chunk()).await.is_none());
}

#[tokio::test]
async fn bytes_after_the_announced_length_are_not_delivered() {
    let server = Server::answering("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfour and more").await;
    assert_eq!(text(&transport(), get(server.url("/"))).await.unwrap(), "four");
    // Nor do they become the answer to the next request.
    assert_eq!(text(&transport(), get(server.url("/"))).await.unwrap(), "four");
}

#[tokio::test]
async fn contradicting_lengths() {
    let error = failure("HTTP/1.1 200 OK\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\nfour").await;
    assert!(!error.is_body() && !error.is_unsent(), "{error:?}");
}

#[tokio::test]
async fn requests_that_cannot_be_sent() {
    let transport = transport();
    for (request, said) in [
        (get("/only/a/path"), "the URL must be absolute"),
        (get("ftp://localhost/"), "\"ftp\" is not supported"),
        (get("http://user:password@localhost/"), "must not hold a user name"),
        (Request::connect("http://localhost/").body(Body::empty()).unwrap(), "CONNECT"),
        (
            Request::post("http://localhost/")
                .header("content-length", "5")
                .body(Body::from("four"))
                .unwrap(),
            "Content-Length does not match the body of 4 bytes",
        ),
    ] {
        let error = fail(&transport, request).await;
        assert!(error.is_request() && error.is_unsent() && !error.is_connect(), "{error:?}");
        assert!(error.to_string().contains(said), "{error}");
        assert!(!error.to_string().contains("password@"), "{error}");
    }
}

#[cfg(not(feature = "tls"))]
#[tokio::test]
async fn https_without_the_feature_names_the_feature() {
    let error = fail(&transport(), get("https://localhost/")).await;
    assert!(error.is_request() && error.is_unsent(), "{error:?}");
    assert!(error.to_string().contains("the feature `tls`"), "{error}");
}

/// A body that fails in the middle.
struct Broken(bool);

impl HttpBody for Broken {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        Poll::Ready(Some(if std::mem::replace(&mut self.0, false) {
            Ok(Frame::data("begin".into()))
        } else {
            Err(io::Error::other("disk on fire"))
        }))
    }
}

/// A body that never has more.
struct Silent;

impl HttpBody for Silent {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Pending
    }
}

#[tokio::test]
async fn a_request_body_that_fails() {
    let server = Server::echo().await;
    let transport = transport();
    let error = fail(&transport, post(server.url("/"), Body::wrap(Broken(true)))).await;
    assert!(error.is_request() && !error.is_unsent() && !error.is_body(), "{error:?}");
    assert_eq!(error.to_string(), "cannot read the request body: disk on fire");
    assert!(text(&transport, get(server.url("/"))).await.is_ok());
}

#[tokio::test]
async fn an_answer_before_the_request_is_complete_is_an_answer() {
    let server = Server::start(|mut connection, _| async move {
        connection.head().await;
        connection.send("HTTP/1.1 413 Too Large\r\nContent-Length: 3\r\nConnection: close\r\n\r\nno!").await;
        connection.finish().await;
    })
    .await;
    let response = send(&transport(), post(server.url("/"), Body::wrap(Silent))).await.unwrap();
    assert_eq!(response.status(), 413);
    assert_eq!(within(response.into_body().bytes(10)).await.unwrap(), "no!");
}
