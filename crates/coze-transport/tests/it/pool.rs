//! Which connection a request takes, and when connections end.

#[cfg(feature = "http2")]
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use coze_transport::http::Request;
use coze_transport::{Body, HyperTransport};
use tokio::sync::mpsc;
use tokio::time::sleep;

use crate::server::{Channel, Server, get, ok, send, text, transport, within};

/// Time for what is on its way to arrive; where it does not, the test has less to find.
const MOMENT: Duration = Duration::from_millis(200);

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_request_that_connects_takes_a_connection_that_becomes_free() {
    use crate::server::Connection;
    use tokio::net::{TcpSocket, TcpStream};
    use tokio::sync::Notify;
    use tokio::time::timeout;

    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let listener = socket.listen(1).unwrap();
    let addr = listener.local_addr().unwrap();
    let transport = transport();
    let url = format!("http://{addr}/");
    let (asked, answer) = (Notify::new(), Notify::new());
    let serve = async {
        let mut connection = Connection::new(listener.accept().await.unwrap().0);
        connection.request().await;
        asked.notify_one();
        answer.notified().await;
        connection.send(ok("first")).await;
        connection.request().await.expect("the second request comes the same way");
        connection.send(ok("second")).await;
    };
    let ask = async {
        asked.notified().await;
        // The queue is full, and whoever connects now waits.
        let mut queued = Vec::new();
        while let Ok(connected) = timeout(Duration::from_secs(1), TcpStream::connect(addr)).await {
            queued.push(connected.unwrap());
            assert!(queued.len() < 100, "the queue has no end");
        }
        let second = text(&transport, get(&url));
        let free = async {
            sleep(MOMENT).await;
            answer.notify_one();
        };
        assert_eq!(tokio::join!(second, free).0.unwrap(), "second");
    };
    let ((), first, ()) = within(async { tokio::join!(serve, text(&transport, get(&url)), ask) }).await;
    assert_eq!(first.unwrap(), "first");
}

#[tokio::test]
async fn an_unused_connection_is_closed_after_its_time_or_with_its_transport() {
    let (gone, mut told) = mpsc::channel(1);
    let server = Server::start(move |mut connection, _| {
        let gone = gone.clone();
        async move {
            while connection.request().await.is_some() {
                connection.send(ok("")).await;
            }
            gone.send(()).await.unwrap();
        }
    })
    .await;
    let brief = HyperTransport::builder().no_proxy().pool_idle_timeout(MOMENT).build().unwrap();
    for round in 1..=2 {
        text(&brief, get(server.url("/"))).await.unwrap();
        within(told.recv()).await.expect("the server sees the end");
        assert_eq!(server.connections(), round);
    }
    let dropped = HyperTransport::builder().no_proxy().pool_idle_timeout(None).build().unwrap();
    text(&dropped, get(server.url("/"))).await.unwrap();
    text(&dropped, get(server.url("/"))).await.unwrap();
    assert!(told.try_recv().is_err() && server.connections() == 3);
    drop(dropped);
    within(told.recv()).await.expect("the server sees the end");
}

#[tokio::test]
async fn no_more_connections_are_kept_than_allowed() {
    let all = Arc::new(tokio::sync::Barrier::new(3));
    let (gone, mut told) = mpsc::channel(3);
    let server = Server::start(move |mut connection, _| {
        let (all, gone) = (all.clone(), gone.clone());
        async move {
            connection.request().await;
            all.wait().await;
            connection.send(ok("")).await;
            connection.gone().await;
            gone.send(()).await.unwrap();
        }
    })
    .await;
    let transport = HyperTransport::builder().no_proxy().pool_max_idle_per_host(1).build().unwrap();
    let request = || text(&transport, get(server.url("/")));
    let (one, two, three) = within(async { tokio::join!(request(), request(), request()) }).await;
    one.and(two).and(three).unwrap();
    within(told.recv()).await.unwrap();
    within(told.recv()).await.unwrap();
    sleep(MOMENT).await;
    assert!(told.try_recv().is_err(), "one of them is kept");
}

#[tokio::test]
async fn a_body_whose_rest_is_there_already_keeps_its_connection_unread() {
    let server = Server::start(|mut connection, _| async move {
        while connection.request().await.is_some() {
            let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
            connection.send(format!("{head}3\r\none\r\n0\r\n\r\n")).await;
        }
    })
    .await;
    let transport = transport();
    for _ in 0..3 {
        let mut body = send(&transport, get(server.url("/"))).await.unwrap().into_body();
        assert_eq!(within(body.chunk()).await.unwrap().unwrap(), "one");
        drop(body);
        sleep(MOMENT).await;
    }
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn an_answer_to_a_request_that_is_still_being_sent_frees_no_connection() {
    let server = Server::start(|mut connection, number| async move {
        if number > 0 {
            connection.request().await;
            return connection.send(ok("other")).await;
        }
        connection.head().await;
        connection.send(ok("early")).await;
        connection.gone().await;
    })
    .await;
    let transport = transport();
    // It goes on for as long as the other end of its channel is there.
    let (pieces, body) = mpsc::channel(1);
    let request = Request::post(server.url("/")).body(Body::wrap(Channel(body))).unwrap();
    assert_eq!(text(&transport, request).await.unwrap(), "early");
    assert_eq!(text(&transport, get(server.url("/"))).await.unwrap(), "other");
    drop(pieces);
}

#[cfg(feature = "http2")]
#[tokio::test]
async fn many_requests_of_http2_wait_for_one_connection_and_survive_its_loss() {
    let (tunnels, mut opened) = mpsc::channel(1);
    let server = Server::start(move |mut connection, number| {
        let tunnels = tunnels.clone();
        async move {
            connection.head().await;
            tunnels.send(number).await.unwrap();
            if number == 0 {
                // Never opens.
                return connection.gone().await;
            }
            connection.send("HTTP/1.1 200 OK\r\n\r\n").await;
            let io = hyper_util::rt::TokioIo::new(connection.stream);
            let answer = hyper::service::service_fn(|_| async {
                Ok::<_, Infallible>(hyper::Response::new("well".to_owned()))
            });
            let executor = hyper_util::rt::TokioExecutor::new();
            let _ = hyper::server::conn::http2::Builder::new(executor).serve_connection(io, answer).await;
        }
    })
    .await;
    let transport = HyperTransport::builder().http2_only().proxy(server.url("")).build().unwrap();
    let mut first = coze_transport::Transport::send(&transport, get("http://127.0.0.1:9/"));
    let opening = async {
        tokio::select! {
            _ = &mut first => panic!("there is no connection"),
            number = opened.recv() => assert_eq!(number, Some(0)),
        }
    };
    within(opening).await;
    let rest: Vec<_> = (0..10)
        .map(|_| {
            let transport = transport.clone();
            tokio::spawn(async move { text(&transport, get("http://127.0.0.1:9/")).await })
        })
        .collect();
    sleep(MOMENT).await;
    assert_eq!(server.connections(), 1);
    // Whoever waited makes another connection, again one for all.
    drop(first);
    for request in rest {
        assert_eq!(within(request).await.unwrap().unwrap(), "well");
    }
    assert_eq!((opened.recv().await, server.connections()), (Some(1), 2));
}

#[tokio::test]
async fn a_response_without_a_body_holds_no_connection() {
    let server = Server::start(|mut connection, _| async move {
        while connection.request().await.is_some() {
            connection.send("HTTP/1.1 204 No Content\r\n\r\n").await;
        }
    })
    .await;
    let transport = transport();
    let mut kept = Vec::new();
    for _ in 0..5 {
        kept.push(send(&transport, get(server.url("/"))).await.unwrap());
    }
    assert_eq!(server.connections(), 1);
}
