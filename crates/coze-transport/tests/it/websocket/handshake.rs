//! The handshake: what is sent, what is refused, and the ways through proxies and TLS.

use std::time::Duration;

use coze_transport::http::{Request, StatusCode};
use coze_transport::websocket::{Message, Opened};
use coze_transport::{Body, HyperTransport, Incoming, Transport, TransportError, async_trait, http};
use tokio::sync::mpsc;

use super::{FIN, Peer, TEXT, accept, connected, frame, header, open, to};
use crate::server::{Server, transport, within};

#[tokio::test]
async fn the_request_is_a_handshake_and_carries_the_headers_of_the_caller() {
    let (heads, mut seen) = mpsc::unbounded_channel();
    let server = Server::start(move |connection, _| {
        let heads = heads.clone();
        async move {
            let mut peer = Peer::accept(connection, &frame(FIN | TEXT, "hello")).await;
            heads.send(peer.head.clone()).unwrap();
            peer.gone().await;
        }
    })
    .await;
    let mut request = to(server.url("/v1/chat?bot_id=7&device_id=1"));
    request.headers_mut().insert("authorization", "Bearer pat_x".parse().unwrap());
    request.headers_mut().insert("sec-websocket-extensions", "permessage-deflate".parse().unwrap());
    let Opened::Socket(response) = within(transport().open(request)).await.unwrap() else {
        panic!("refused")
    };
    assert_eq!(response.status(), StatusCode::SWITCHING_PROTOCOLS);
    assert_eq!(response.headers()["x-tt-logid"], "20250701");
    // What came together with the head is not lost.
    let first = within(response.into_body().receive()).await.unwrap().unwrap();
    assert_eq!(first, Message::Text("hello".into()));
    let head = within(seen.recv()).await.unwrap();
    assert!(head.starts_with("GET /v1/chat?bot_id=7&device_id=1 HTTP/1.1\r\n"), "{head}");
    for (name, value) in [
        ("host", server.addr.to_string().as_str()),
        ("upgrade", "websocket"),
        ("connection", "Upgrade"),
        ("sec-websocket-version", "13"),
        ("authorization", "Bearer pat_x"),
    ] {
        assert_eq!(header(&head, name).as_deref(), Some(value), "{name} in {head}");
    }
    assert_eq!(header(&head, "sec-websocket-extensions"), None, "{head}");
}

#[tokio::test]
async fn every_connection_has_a_key_of_its_own() {
    let (keys, mut seen) = mpsc::unbounded_channel();
    let server = Server::start(move |connection, _| {
        let keys = keys.clone();
        async move {
            let mut peer = Peer::accept(connection, b"").await;
            keys.send(header(&peer.head, "sec-websocket-key").unwrap()).unwrap();
            peer.gone().await;
        }
    })
    .await;
    let transport = transport();
    let _first = open(&transport, to(server.url("/"))).await.unwrap();
    let _second = open(&transport, to(server.url("/"))).await.unwrap();
    assert_ne!(within(seen.recv()).await, within(seen.recv()).await);
    assert_eq!(server.connections(), 2);
}

#[tokio::test]
async fn a_refusal_is_an_answer_with_status_headers_and_body() {
    for (status, body) in [
        (403, r#"{"code":4101,"msg":"no permission"}"#),
        (429, ""),
        (502, "<html>bad</html>"),
        (200, "not a socket"),
    ] {
        let answer = format!(
            "HTTP/1.1 {status} Refused\r\nX-Tt-Logid: 20250702\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        let server = Server::answering(answer).await;
        let Opened::Refused(response) = within(transport().open(to(server.url("/v1/chat")))).await.unwrap()
        else {
            panic!("{status} is no socket")
        };
        assert_eq!(response.status().as_u16(), status);
        assert_eq!(response.headers()["x-tt-logid"], "20250702");
        assert_eq!(within(response.into_body().bytes(1024)).await.unwrap(), body);
    }
}

#[tokio::test]
async fn an_answer_101_that_is_no_websocket_says_why() {
    type Change = fn(&str) -> String;
    let rows: [(Change, &str); 7] = [
        (
            |_| "Connection: Upgrade\r\nUpgrade: h2c\r\n".to_owned(),
            "its header Upgrade is \"h2c\", not websocket",
        ),
        (
            |_| "Upgrade: websocket\r\nConnection: keep-alive\r\n".to_owned(),
            "its header Connection is \"keep-alive\"",
        ),
        (
            |_| "Upgrade: WebSocket\r\nConnection: keep-alive, upgrade\r\n".to_owned(),
            "its header Sec-WebSocket-Accept is missing",
        ),
        (
            |_| "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: c3RvbGVu\r\n".to_owned(),
            "does not fit the key",
        ),
        (
            |head| right(head, "Sec-WebSocket-Extensions: permessage-deflate\r\n"),
            "it uses the extension \"permessage-deflate\"",
        ),
        (|head| right(head, "Sec-WebSocket-Protocol: chat\r\n"), "it chose the subprotocol \"chat\""),
        (|head| right(head, "Sec-WebSocket-Protocol: super\r\n"), "it chose the subprotocol \"super\""),
    ];
    for (change, said) in rows {
        let server = Server::start(move |mut connection, _| async move {
            let head = connection.head().await.unwrap();
            connection.send(format!("HTTP/1.1 101 Switching Protocols\r\n{}\r\n", change(&head))).await;
            connection.gone().await;
        })
        .await;
        let mut request = to(server.url("/v1/chat"));
        if said.contains("super") {
            request.headers_mut().insert("sec-websocket-protocol", "chat, other".parse().unwrap());
        }
        let error = within(transport().open(request)).await.unwrap_err();
        assert!(error.is_malformed() && !error.is_unsent(), "{error:?}");
        assert!(error.to_string().contains(said), "{error}");
        assert!(error.to_string().contains(&server.addr.to_string()), "{error}");
    }
}

fn right(head: &str, more: &str) -> String {
    format!("Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {}\r\n{more}", accept(head))
}

#[tokio::test]
async fn a_subprotocol_that_was_offered_is_taken() {
    let server = Server::start(|mut connection, _| async move {
        let head = connection.head().await.unwrap();
        assert_eq!(header(&head, "sec-websocket-protocol").as_deref(), Some("chat, other"));
        let answer = right(&head, "Sec-WebSocket-Protocol: other\r\n");
        connection.send(format!("HTTP/1.1 101 Switching Protocols\r\n{answer}\r\n")).await;
        connection.gone().await;
    })
    .await;
    let mut request = to(server.url("/"));
    request.headers_mut().insert("sec-websocket-protocol", "chat, other".parse().unwrap());
    open(&transport(), request).await.unwrap();
}

#[tokio::test]
async fn what_cannot_be_opened_is_refused_before_it_is_sent() {
    for (request, said) in [
        (Request::post("http://127.0.0.1:1/").body(()).unwrap(), "opened by GET, not by POST"),
        (to("/v1/chat"), "must be absolute"),
        (to("ws://127.0.0.1:1/v1/chat"), "is not supported: use http or https"),
    ] {
        let error = within(transport().open(request)).await.unwrap_err();
        assert!(error.is_request() && error.is_unsent(), "{error:?}");
        assert!(error.to_string().contains(said), "{error}");
    }
    let error = within(transport().open(to("http://127.0.0.1:1/"))).await.unwrap_err();
    assert!(error.is_connect() && error.is_unsent(), "{error:?}");
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let server = Server::answering(
        "HTTP/1.1 302 Found\r\nLocation: https://other.example/login?token=x\r\nContent-Length: 0\r\n\r\n",
    )
    .await;
    let error = within(transport().open(to(server.url("/")))).await.unwrap_err();
    assert!(error.is_redirect(), "{error:?}");
    assert!(error.to_string().contains("https://other.example/login with status 302"), "{error}");
}

#[tokio::test]
async fn limits_hold_until_the_socket_is_open() {
    let limit = Duration::from_millis(50);
    let silent = Server::start(|mut connection, _| async move { connection.gone().await }).await;
    for build in
        [HyperTransport::builder().read_timeout(limit), HyperTransport::builder().total_timeout(limit)]
    {
        let transport = build.no_proxy().build().unwrap();
        let error = within(transport.open(to(silent.url("/")))).await.unwrap_err();
        assert!(error.is_timeout() && error.waited() == Some(limit), "{error:?}");
    }
    let slow = Server::start(|connection, _| async move {
        let mut peer = Peer::accept(connection, b"").await;
        tokio::time::sleep(Duration::from_secs(2)).await;
        peer.send(frame(FIN | TEXT, "late")).await;
        peer.gone().await;
    })
    .await;
    let limit = Duration::from_secs(1);
    let transport =
        HyperTransport::builder().no_proxy().read_timeout(limit).total_timeout(limit).build().unwrap();
    let mut socket = open(&transport, to(slow.url("/"))).await.unwrap();
    assert_eq!(within(socket.receive()).await.unwrap().unwrap(), Message::Text("late".into()));
}

#[tokio::test]
async fn a_handshake_that_is_given_up_drops_the_connection() {
    let (gone, mut seen) = mpsc::unbounded_channel();
    let server = Server::start(move |mut connection, _| {
        let gone = gone.clone();
        async move {
            connection.head().await.unwrap();
            gone.send("asked").unwrap();
            connection.gone().await;
            gone.send("gone").unwrap();
        }
    })
    .await;
    let transport = transport();
    let url = server.url("/");
    let opening = tokio::spawn(async move { transport.open(to(url)).await.map(drop) });
    assert_eq!(within(seen.recv()).await, Some("asked"));
    opening.abort();
    assert_eq!(within(seen.recv()).await, Some("gone"));
}

#[tokio::test]
async fn a_server_that_breaks_off_its_answer_is_told() {
    for answer in ["", "HTTP/1.1 101 Switch"] {
        let server = Server::answering(answer).await;
        let error = within(transport().open(to(server.url("/")))).await.unwrap_err();
        assert!(error.is_closed_early() && !error.is_unsent(), "{error:?}");
    }
}

#[tokio::test]
async fn dropping_the_socket_drops_the_connection() {
    let (gone, mut seen) = mpsc::unbounded_channel();
    let (_server, socket) = connected(move |mut peer| {
        let gone = gone.clone();
        async move {
            assert_eq!(peer.frame().await, None, "no close frame");
            gone.send(()).unwrap();
        }
    })
    .await;
    drop(socket);
    assert_eq!(within(seen.recv()).await, Some(()));
}

#[test]
fn without_a_runtime_it_says_so() {
    let transport = transport();
    let mut opening = std::pin::pin!(transport.open(to("http://127.0.0.1:1/")));
    let mut cx = std::task::Context::from_waker(std::task::Waker::noop());
    let std::task::Poll::Ready(Err(error)) = opening.as_mut().poll(&mut cx) else { panic!("it waits") };
    assert!(error.is_config() && error.to_string().contains("no tokio runtime"), "{error:?}");
}

#[tokio::test]
async fn a_transport_without_websockets_says_so() {
    struct Plain;
    #[async_trait]
    impl Transport for Plain {
        async fn send(&self, _: Request<Body>) -> Result<http::Response<Incoming>, TransportError> {
            Ok(http::Response::default())
        }
    }
    let boxed: Box<dyn Transport> = Box::new(std::sync::Arc::new(Plain));
    let error = boxed.open(to("https://ws.coze.cn/v1/chat?secret")).await.unwrap_err();
    assert!(error.is_unsupported() && error.is_unsent(), "{error:?}");
    assert!(error.to_string().contains("/v1/chat cannot be reached"), "{error}");
    assert!(!error.to_string().contains("secret"), "{error}");
}
