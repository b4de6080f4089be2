//! Each time limit: what must run out is short, all else is generous.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use coze_transport::bytes::Bytes;
use coze_transport::http_body::{Body as HttpBody, Frame};
use coze_transport::{Body, Builder, HyperTransport, Transport};
use tokio::time::{Sleep, sleep};

use crate::server::{Server, fail, get, ok, post, send, text, within};

const SHORT: Duration = Duration::from_millis(100);
const LONG: Duration = Duration::from_secs(60);

fn builder() -> Builder {
    HyperTransport::builder().no_proxy().connect_timeout(LONG)
}

/// An address that answers no connection attempt: its queue is full, and Linux then drops what knocks.
#[cfg(target_os = "linux")]
async fn blackhole() -> (std::net::SocketAddr, tokio::net::TcpListener, Vec<tokio::net::TcpStream>) {
    use tokio::net::{TcpSocket, TcpStream};

    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let listener = socket.listen(1).unwrap();
    let addr = listener.local_addr().unwrap();
    let mut queued = Vec::new();
    while let Ok(connected) = tokio::time::timeout(Duration::from_secs(1), TcpStream::connect(addr)).await {
        queued.push(connected.unwrap());
        assert!(queued.len() < 100, "the queue has no end");
    }
    (addr, listener, queued)
}

#[test]
fn a_request_finds_its_runtime_when_it_is_polled() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let server = runtime.block_on(Server::echo());
    for transport in [builder(), builder().read_timeout(LONG).total_timeout(LONG)] {
        let transport = transport.build().unwrap();
        let request = || get(server.url("/"));
        let mut body = runtime.block_on(transport.send(request())).unwrap().into_body();
        // A body that was begun may be read anywhere.
        let mut cx = Context::from_waker(Waker::noop());
        while body.poll_chunk(&mut cx).is_pending() {
            std::thread::yield_now();
        }
        let Poll::Ready(Err(error)) = transport.send(request()).as_mut().poll(&mut cx) else {
            panic!("it needs a runtime")
        };
        assert!(error.is_config() && error.is_unsent(), "{error:?}");
    }
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn nobody_answers_the_connection() {
    let (addr, _listener, _queued) = blackhole().await;
    let transport = builder().connect_timeout(SHORT).build().unwrap();
    let error = fail(&transport, post(format!("http://{addr}/"), "{}")).await;
    assert!(error.is_timeout() && error.is_connect() && error.is_unsent(), "{error:?}");
    assert_eq!(error.waited(), Some(SHORT));
    assert_eq!(error.to_string(), format!("timed out after 100ms waiting for a connection to {addr}"));
}

#[cfg(feature = "tls")]
#[tokio::test]
async fn the_connect_timeout_covers_the_tls_handshake() {
    let server = Server::start(|mut connection, _| async move { connection.gone().await }).await;
    let transport = builder().connect_timeout(SHORT).build().unwrap();
    let error = fail(&transport, get(format!("https://{}/", server.addr))).await;
    assert!(error.is_timeout() && error.is_connect() && error.is_unsent(), "{error:?}");
}

#[cfg(feature = "http2")]
#[tokio::test]
async fn the_connect_timeout_covers_the_proxy() {
    let server = Server::start(|mut connection, _| async move { connection.gone().await }).await;
    for scheme in ["http", "socks5", "socks5h"] {
        let proxy = format!("{scheme}://{}", server.addr);
        let transport = builder().connect_timeout(SHORT).http2_only().proxy(proxy).build().unwrap();
        let error = fail(&transport, get("http://127.0.0.1:9/")).await;
        assert!(
            error.is_timeout() && error.is_connect() && error.is_proxy() && error.is_unsent(),
            "{error:?}"
        );
        let expected = format!("a connection to 127.0.0.1:9 through the proxy {}", server.addr);
        assert!(error.to_string().contains(&expected), "{error}");
    }
}

#[cfg(feature = "http2")]
#[tokio::test]
async fn the_read_timeout_does_not_run_while_connecting() {
    let server = Server::start(|mut connection, _| async move {
        // Stands for proxy and server both: the tunnel opens late, and the server greets in the same breath.
        connection.head().await;
        sleep(Duration::from_millis(2500)).await;
        connection.send("HTTP/1.1 200 OK\r\n\r\n").await;
        let io = hyper_util::rt::TokioIo::new(connection.stream);
        let answer = hyper::service::service_fn(|_| async {
            Ok::<_, std::convert::Infallible>(hyper::Response::new(http_body_util::Full::new(Bytes::from(
                "late",
            ))))
        });
        let executor = hyper_util::rt::TokioExecutor::new();
        let _ = hyper::server::conn::http2::Builder::new(executor).serve_connection(io, answer).await;
    })
    .await;
    let limit = Duration::from_secs(2);
    let transport = builder().http2_only().proxy(server.url("")).read_timeout(limit).build().unwrap();
    assert_eq!(text(&transport, get("http://127.0.0.1:9/")).await.unwrap(), "late");
}

#[tokio::test]
async fn the_head_never_comes() {
    let server = Server::start(|mut connection, number| async move {
        connection.request().await;
        if number > 0 {
            return connection.send(ok("well")).await;
        }
        connection.gone().await;
    })
    .await;
    let transport = builder().read_timeout(SHORT).build().unwrap();
    let error = fail(&transport, post(server.url("/"), "{}")).await;
    assert!(error.is_timeout() && !error.is_connect() && !error.is_body() && !error.is_unsent(), "{error:?}");
    assert_eq!(error.waited(), Some(SHORT));
    let expected = format!("timed out after 100ms waiting for the response head of {}", server.addr);
    assert_eq!(error.to_string(), expected);
    let patient = builder().read_timeout(LONG).build().unwrap();
    assert_eq!(text(&patient, get(server.url("/"))).await.unwrap(), "well");
}

#[tokio::test]
async fn a_head_that_drips_is_one_wait() {
    let server = Server::start(|mut connection, _| async move {
        connection.request().await;
        for byte in "HTTP/1.1 200 OK\r\nX-Endless: ".bytes().chain(std::iter::repeat(b'x')) {
            if tokio::io::AsyncWriteExt::write_all(&mut connection.stream, &[byte]).await.is_err() {
                return;
            }
            sleep(Duration::from_millis(20)).await;
        }
    })
    .await;
    let transport = builder().read_timeout(Duration::from_millis(300)).build().unwrap();
    let error = fail(&transport, get(server.url("/"))).await;
    assert!(error.is_timeout() && !error.is_body(), "{error:?}");
}

#[tokio::test]
async fn the_body_stalls() {
    let server = Server::start(|mut connection, _| async move {
        connection.request().await;
        connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n").await;
        connection.gone().await;
    })
    .await;
    let transport = builder().read_timeout(Duration::from_millis(500)).build().unwrap();
    let mut body = send(&transport, get(server.url("/"))).await.unwrap().into_body();
    assert_eq!(within(body.chunk()).await.unwrap().unwrap(), "one");
    let error = within(body.chunk()).await.unwrap().unwrap_err();
    assert!(error.is_timeout() && error.is_body() && !error.is_closed_early(), "{error:?}");
    assert!(within(body.chunk()).await.is_none());
}

#[tokio::test]
async fn a_reader_that_pauses_is_not_punished() {
    let server = Server::start(|mut connection, _| async move {
        connection.request().await;
        connection.send("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\none").await;
        sleep(Duration::from_millis(1200)).await;
        connection.send("two").await;
    })
    .await;
    let transport = builder().read_timeout(Duration::from_secs(1)).build().unwrap();
    let mut body = send(&transport, get(server.url("/"))).await.unwrap().into_body();
    assert_eq!(within(body.chunk()).await.unwrap().unwrap(), "one");
    // Waiting a little arms the timer; reading on after a pause longer than the limit must find the data, not the old timer.
    assert!(tokio::time::timeout(Duration::from_millis(10), body.chunk()).await.is_err());
    sleep(Duration::from_millis(2500)).await;
    assert_eq!(within(body.chunk()).await.unwrap().unwrap(), "two");
}

#[tokio::test]
async fn a_body_that_drips_is_not_idle() {
    let server = Server::start(|mut connection, _| async move {
        connection.request().await;
        connection.send("HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n").await;
        for _ in 0..20 {
            connection.send("x").await;
            sleep(Duration::from_millis(100)).await;
        }
    })
    .await;
    let transport = builder().read_timeout(Duration::from_secs(1)).build().unwrap();
    assert_eq!(text(&transport, get(server.url("/"))).await.unwrap(), "x".repeat(20));
}

#[tokio::test]
async fn the_wait_for_the_body_begins_with_the_head() {
    let server = Server::start(|mut connection, _| async move {
        connection.request().await;
        sleep(Duration::from_millis(1300)).await;
        connection.send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n").await;
        sleep(Duration::from_millis(1300)).await;
        connection.send("late").await;
    })
    .await;
    let transport = builder().read_timeout(Duration::from_secs(2)).build().unwrap();
    assert_eq!(text(&transport, get(server.url("/"))).await.unwrap(), "late");
}

#[tokio::test]
async fn the_whole_exchange_is_over_although_the_body_moves() {
    let server = Server::start(|mut connection, _| async move {
        connection.request().await;
        connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n").await;
        loop {
            if tokio::io::AsyncWriteExt::write_all(&mut connection.stream, b"3\r\none\r\n").await.is_err() {
                return;
            }
            sleep(Duration::from_millis(10)).await;
        }
    })
    .await;
    let limit = Duration::from_millis(500);
    let transport = builder().read_timeout(LONG).total_timeout(limit).build().unwrap();
    let error = text(&transport, get(server.url("/"))).await.unwrap_err();
    assert!(error.is_timeout() && error.is_body(), "{error:?}");
    assert_eq!(error.waited(), Some(limit));
    assert!(
        error.to_string().starts_with("timed out after 500ms waiting for the whole response of "),
        "{error}"
    );
}

#[tokio::test]
async fn the_whole_exchange_is_over_before_there_is_a_connection() {
    let server = Server::start(|mut connection, _| async move { connection.gone().await }).await;
    let builder = builder().proxy(format!("socks5h://{}", server.addr));
    let error = fail(&builder.total_timeout(SHORT).build().unwrap(), post("http://127.0.0.1:9/", "{}")).await;
    assert!(error.is_timeout() && error.is_unsent() && error.waited() == Some(SHORT), "{error:?}");
}

#[tokio::test]
async fn the_whole_exchange_is_over_before_the_head() {
    let server = Server::start(|mut connection, _| async move { connection.gone().await }).await;
    let transport = builder().total_timeout(SHORT).build().unwrap();
    let error = fail(&transport, get(server.url("/"))).await;
    assert!(error.is_timeout() && !error.is_body() && !error.is_unsent(), "{error:?}");
    assert_eq!(error.waited(), Some(SHORT));
}

/// An upload that takes longer than the read timeout, but never pauses for so long.
struct Slow(u32, Pin<Box<Sleep>>);

impl HttpBody for Slow {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        if self.0 == 0 {
            return Poll::Ready(None);
        }
        std::task::ready!(self.1.as_mut().poll(cx));
        self.0 -= 1;
        self.1 = Box::pin(sleep(Duration::from_millis(100)));
        Poll::Ready(Some(Ok(Frame::data("piece".into()))))
    }
}

#[tokio::test]
async fn an_upload_that_moves_is_not_idle() {
    let server = Server::echo().await;
    let transport = builder().read_timeout(Duration::from_secs(1)).build().unwrap();
    let body = Body::wrap(Slow(15, Box::pin(sleep(Duration::ZERO))));
    let seen = text(&transport, post(server.url("/"), body)).await.unwrap();
    assert_eq!(seen.matches("piece").count(), 15);
}

#[tokio::test]
async fn the_whole_exchange_is_over_although_the_upload_moves() {
    let server = Server::echo().await;
    let limit = Duration::from_millis(300);
    let transport = builder().read_timeout(LONG).total_timeout(limit).build().unwrap();
    let body = Body::wrap(Slow(u32::MAX, Box::pin(sleep(Duration::ZERO))));
    let error = fail(&transport, post(server.url("/"), body)).await;
    assert!(error.is_timeout() && !error.is_unsent() && error.waited() == Some(limit), "{error:?}");
}

#[tokio::test]
async fn limits_beyond_time_are_no_limits() {
    let server = Server::echo().await;
    let endless = builder()
        .connect_timeout(Duration::MAX)
        .read_timeout(Duration::MAX)
        .total_timeout(Duration::MAX)
        .build()
        .unwrap();
    assert!(text(&endless, post(server.url("/"), "{}")).await.is_ok());
    let none = builder().connect_timeout(None).read_timeout(None).total_timeout(None).build().unwrap();
    assert!(text(&none, post(server.url("/"), "{}")).await.is_ok());
}

/// Panics of tasks that nobody waits for are told to the hook alone; here they run in the thread of the test.
#[tokio::test]
async fn limits_beyond_the_clock_are_none() {
    let (this, panicked) = (std::thread::current().id(), Arc::new(AtomicBool::new(false)));
    let (noted, told) = (panicked.clone(), std::panic::take_hook());
    std::panic::set_hook(Box::new(move |panic| {
        noted.fetch_or(std::thread::current().id() == this, Ordering::Relaxed);
        told(panic);
    }));
    let server = Server::echo().await;
    for limit in [Duration::MAX, Duration::from_secs(u64::MAX / 2)] {
        let transport = builder()
            .connect_timeout(limit)
            .read_timeout(limit)
            .total_timeout(limit)
            .tcp_keep_alive(limit)
            .pool_idle_timeout(limit)
            .build()
            .unwrap();
        for _ in 0..2 {
            assert!(text(&transport, get(server.url("/"))).await.unwrap().starts_with("GET / "));
        }
        // The pool looks after its connections in a task of its own.
        sleep(SHORT).await;
    }
    assert!(!panicked.load(Ordering::Relaxed));
}
