//! What goes well: requests, lengths, reuse of connections.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use coze_transport::bytes::Bytes;
use coze_transport::http::{Request, Version};
use coze_transport::http_body::{Body as HttpBody, Frame, SizeHint};
use coze_transport::{Body, HyperTransport, Incoming, Transport};
use tokio::sync::{Notify, mpsc};

use crate::server::{Connection, Server, get, ok, post, send, text, transport, within};

/// A body of given pieces, whose length is told or kept secret.
struct Pieces(Vec<&'static str>, bool);

impl HttpBody for Pieces {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        if self.0.is_empty() {
            return Poll::Ready(None);
        }
        Poll::Ready(Some(Ok(Frame::data(self.0.remove(0).into()))))
    }

    fn size_hint(&self) -> SizeHint {
        if self.1 {
            SizeHint::with_exact(self.0.iter().map(|piece| piece.len() as u64).sum())
        } else {
            SizeHint::new()
        }
    }
}

#[tokio::test]
async fn a_request_arrives_as_it_was_made() {
    let server = Server::echo().await;
    let request = Request::post(server.url("/base/v3/chat?conversation_id=7"))
        .header("authorization", "Bearer secret")
        .body(Body::from("{}"))
        .unwrap();
    let seen = text(&transport(), request).await.unwrap();
    assert!(seen.starts_with("POST /base/v3/chat?conversation_id=7 HTTP/1.1\r\n"), "{seen}");
    assert!(seen.contains("authorization: Bearer secret\r\n"), "{seen}");
    assert!(seen.contains(&format!("host: {}\r\n", server.addr)), "{seen}");
    assert!(seen.ends_with("\r\n\r\n{}"), "{seen}");
}

#[tokio::test]
async fn a_known_length_is_announced() {
    let server = Server::echo().await;
    for (body, len, sent) in [
        (Body::from("four"), 4, "four"),
        (Body::wrap(Pieces(vec!["fi", "ve!"], true)), 5, "five!"),
        // Some gateways refuse a POST that says nothing of its length.
        (Body::empty(), 0, ""),
    ] {
        let seen = text(&transport(), post(server.url("/"), body)).await.unwrap();
        assert!(seen.contains(&format!("content-length: {len}\r\n")), "{seen}");
        assert!(seen.ends_with(&format!("\r\n\r\n{sent}")) && !seen.contains("chunked"), "{seen}");
    }
    let seen = text(&transport(), get(server.url("/"))).await.unwrap();
    assert!(!seen.contains("content-length"), "{seen}");
}

#[tokio::test]
async fn an_unknown_length_is_sent_in_chunks() {
    let server = Server::echo().await;
    let body = Body::wrap(Pieces(vec!["four", "seven!!"], false));
    let seen = text(&transport(), post(server.url("/"), body)).await.unwrap();
    assert!(
        seen.ends_with("transfer-encoding: chunked\r\n\r\n4\r\nfour\r\n7\r\nseven!!\r\n0\r\n\r\n"),
        "{seen}"
    );
}

#[tokio::test]
async fn a_large_body_in_memory_arrives_whole_with_and_without_a_timer() {
    let server = Server::start(|mut connection, _| async move {
        while let Some(request) = connection.request().await {
            let body = request.split_once("\r\n\r\n").unwrap().1;
            assert!(body.bytes().all(|byte| byte == b'x'));
            connection.send(ok(&body.len().to_string())).await;
        }
    })
    .await;
    let timed = HyperTransport::builder()
        .no_proxy()
        .read_timeout(std::time::Duration::from_secs(60))
        .total_timeout(std::time::Duration::from_secs(60));
    for transport in [transport(), timed.build().unwrap()] {
        let body = "x".repeat(3_000_001);
        assert_eq!(text(&transport, post(server.url("/"), body)).await.unwrap(), "3000001");
    }
}

#[tokio::test]
async fn connections_are_reused_in_a_row_and_added_side_by_side() {
    let server = Server::echo().await;
    let transport = transport();
    for _ in 0..10 {
        text(&transport, get(server.url("/"))).await.unwrap();
    }
    assert_eq!(server.connections(), 1);

    let (arrived, together) = (Arc::new(tokio::sync::Barrier::new(3)), transport.clone());
    let barrier = arrived.clone();
    let busy = Server::start(move |mut connection, _| {
        let barrier = barrier.clone();
        async move {
            connection.request().await;
            barrier.wait().await;
            connection.send(ok("")).await;
        }
    })
    .await;
    let request = || text(&together, get(busy.url("/")));
    let (one, two, _) = within(async { tokio::join!(request(), request(), arrived.wait()) }).await;
    one.and(two).unwrap();
    assert_eq!(busy.connections(), 2);
}

#[tokio::test]
async fn no_idle_connection_is_kept_when_none_may_be() {
    let server = Server::echo().await;
    let transport = HyperTransport::builder().no_proxy().pool_max_idle_per_host(0).build().unwrap();
    for _ in 0..3 {
        text(&transport, get(server.url("/"))).await.unwrap();
    }
    assert_eq!(server.connections(), 3);
}

#[tokio::test]
async fn a_connection_that_died_in_the_pool_is_replaced_silently() {
    let closed = Arc::new(Notify::new());
    let signal = closed.clone();
    let server = Server::start(move |mut connection, _| {
        let signal = signal.clone();
        async move {
            connection.request().await;
            connection.send(ok("fresh")).await;
            connection.finish().await;
            signal.notify_one();
        }
    })
    .await;
    let transport = transport();
    for round in 1..=5 {
        // Even a POST: the request was not written when the connection was found dead.
        assert_eq!(text(&transport, post(server.url("/"), "{}")).await.unwrap(), "fresh");
        assert_eq!(server.connections(), round);
        // `finish` returns once the client has closed too, which it does because it saw the end.
        within(closed.notified()).await;
    }
}

#[tokio::test]
async fn dropping_a_half_read_body_closes_the_connection() {
    let (gone, mut told) = mpsc::channel(1);
    let server = Server::start(move |mut connection, number| {
        let gone = gone.clone();
        async move {
            connection.request().await;
            if number > 0 {
                return connection.send(ok("next")).await;
            }
            connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n").await;
            connection.gone().await;
            gone.send(()).await.unwrap();
        }
    })
    .await;
    let transport = transport();
    let mut body = send(&transport, get(server.url("/"))).await.unwrap().into_body();
    assert_eq!(within(body.chunk()).await.unwrap().unwrap(), "one");
    drop(body);
    within(told.recv()).await.expect("the server sees the end");
    assert_eq!(text(&transport, get(server.url("/"))).await.unwrap(), "next");
    assert_eq!(server.connections(), 2);
}

#[tokio::test]
async fn dropping_the_call_closes_the_connection() {
    let (gone, mut told) = mpsc::channel(1);
    let arrived = Arc::new(Notify::new());
    let signal = arrived.clone();
    let server = Server::start(move |mut connection: Connection, _| {
        let (gone, signal) = (gone.clone(), signal.clone());
        async move {
            connection.request().await;
            signal.notify_one();
            connection.gone().await;
            gone.send(()).await.unwrap();
        }
    })
    .await;
    let transport = transport();
    let call = transport.send(get(server.url("/")));
    within(async {
        tokio::select! {
            _ = call => panic!("no answer was sent"),
            () = arrived.notified() => {}
        }
    })
    .await;
    within(told.recv()).await.expect("the server sees the end");
}

#[tokio::test]
async fn a_body_comes_piece_by_piece() {
    let (next, asked) = mpsc::channel::<()>(1);
    let asked = Arc::new(tokio::sync::Mutex::new(asked));
    let server = Server::start(move |mut connection, _| {
        let asked = asked.clone();
        async move {
            connection.request().await;
            connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n").await;
            for chunk in ["3\r\none\r\n", "3\r\ntwo\r\n", "0\r\n\r\n"] {
                asked.lock().await.recv().await;
                connection.send(chunk).await;
            }
        }
    })
    .await;
    // The head is there before any of the body, and each piece before the next.
    let mut body = send(&transport(), get(server.url("/"))).await.unwrap().into_body();
    next.send(()).await.unwrap();
    assert_eq!(within(body.chunk()).await.unwrap().unwrap(), "one");
    next.send(()).await.unwrap();
    assert_eq!(within(body.chunk()).await.unwrap().unwrap(), "two");
    next.send(()).await.unwrap();
    assert!(within(body.chunk()).await.is_none());
    assert!(within(body.chunk()).await.is_none());
}

#[tokio::test]
async fn informational_and_empty_responses_are_understood() {
    let server = Server::answering("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n").await;
    let response = send(&transport(), post(server.url("/"), "{}")).await.unwrap();
    assert_eq!(response.status(), 204);
    assert_eq!(within(response.into_body().bytes(0)).await.unwrap(), "");
}

#[tokio::test]
async fn a_body_without_length_ends_with_the_connection() {
    let server = Server::answering("HTTP/1.0 200 OK\r\n\r\nuntil the end").await;
    assert_eq!(text(&transport(), get(server.url("/"))).await.unwrap(), "until the end");
}

#[tokio::test]
async fn the_limit_of_a_body_is_kept() {
    let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nfour\r\n4\r\nfour\r\n0\r\n\r\n";
    for answer in [ok("fourfour"), chunked.to_owned()] {
        let server = Server::answering(answer).await;
        let request = async || send(&transport(), get(server.url("/"))).await.unwrap().into_body();
        assert_eq!(within(request().await.bytes(8)).await.unwrap(), "fourfour");
        let error = within(request().await.bytes(7)).await.unwrap_err();
        assert!(error.is_too_large() && error.is_body() && !error.is_timeout(), "{error:?}");
        assert_eq!(error.to_string(), "the response body is over the limit of 7 bytes");
    }
}

#[tokio::test]
async fn the_version_of_the_request_is_the_transports_choice() {
    let server = Server::echo().await;
    for version in [Version::HTTP_10, Version::HTTP_2, Version::HTTP_3] {
        let mut request = get(server.url("/"));
        *request.version_mut() = version;
        assert!(text(&transport(), request).await.unwrap().starts_with("GET / HTTP/1.1\r\n"));
    }
}

#[tokio::test]
async fn it_works_behind_every_pointer() {
    let server = Server::echo().await;
    let boxed: Box<dyn Transport> = Box::new(Arc::new(transport()));
    assert!(text(&boxed, get(server.url("/"))).await.unwrap().starts_with("GET /"));
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

#[test]
fn it_can_be_built_without_a_runtime_and_used_in_several() {
    let transport = HyperTransport::builder().no_proxy().build().unwrap();
    let servers = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let server = servers.block_on(Server::echo());
    // One after the other, as tests that share a client: none takes a connection of one that has ended.
    for round in 1..=100 {
        let runtime = runtime();
        for _ in 0..2 {
            runtime.block_on(text(&transport, post(server.url("/"), "{}"))).unwrap();
        }
        assert_eq!(server.connections(), round);
    }
    // Side by side: none waits for a connection that another drives, which may not be running.
    let (one, two) = (runtime(), runtime());
    for _ in 0..2 {
        for runtime in [&one, &two] {
            runtime.block_on(text(&transport, post(server.url("/"), "{}"))).unwrap();
        }
    }
    assert_eq!(server.connections(), 102);
}

#[test]
fn without_a_runtime_it_says_so() {
    let transport = transport();
    let request = transport.send(get("http://127.0.0.1:9/"));
    let mut cx = Context::from_waker(std::task::Waker::noop());
    let Poll::Ready(Err(error)) = std::pin::pin!(request).poll(&mut cx) else { panic!("it goes on") };
    assert!(error.is_config() && error.is_unsent(), "{error:?}");
}

#[test]
fn requests_and_responses_can_be_shared_between_threads() {
    fn check<T: Send + Sync + Unpin + 'static>() {}
    check::<Body>();
    check::<Incoming>();
    check::<HyperTransport>();
}
