//! The ways to the server: proxies and TLS are those of HTTP.

use coze_transport::HyperTransport;
use coze_transport::websocket::Message;
use coze_transport::{Builder, Transport};
use tokio::io::{AsyncRead, AsyncWrite};

use super::{FIN, Peer, TEXT, frame, open, to};
use crate::proxy::{Log, http_proxy, socks_proxy};
use crate::server::{Connection, Server, within};

async fn greet<S: AsyncRead + AsyncWrite + Unpin>(connection: Connection<S>) {
    let mut peer = Peer::accept(connection, b"").await;
    assert!(!peer.head.to_ascii_lowercase().contains("proxy-"), "{}", peer.head);
    peer.send(frame(FIN | TEXT, "hello")).await;
    peer.gone().await;
}

async fn greeted(build: Builder, url: String) {
    let mut socket = open(&build.build().unwrap(), to(url)).await.unwrap();
    assert_eq!(within(socket.receive()).await.unwrap().unwrap(), Message::Text("hello".into()));
}

#[tokio::test]
async fn proxies_are_passed_by_a_tunnel() {
    let server = Server::start(|connection, _| greet(connection)).await;
    let log = Log::default();
    let http = http_proxy(&log, Some("Basic dXNlcjpwYXNz")).await;
    greeted(
        HyperTransport::builder().proxy(format!("http://user:pass@{}", http.addr)),
        server.url("/v1/chat"),
    )
    .await;
    let seen = log.lock().unwrap().pop().unwrap();
    // Plain http too: a proxy that takes whole requests may not know upgrades.
    assert!(seen.starts_with(&format!("CONNECT {} HTTP/1.1\r\n", server.addr)), "{seen}");
    let socks = socks_proxy(&log, None).await;
    greeted(HyperTransport::builder().proxy(format!("socks5://{}", socks.addr)), server.url("/v1/chat"))
        .await;
    assert_eq!(log.lock().unwrap().pop().unwrap(), server.addr.to_string());
    assert_eq!(server.connections(), 2);
}

#[tokio::test]
async fn a_proxy_that_refuses_is_named() {
    let server = Server::start(|connection, _| greet(connection)).await;
    let proxy = http_proxy(&Log::default(), Some("Basic dXNlcjpwYXNz")).await;
    let transport = HyperTransport::builder().proxy(format!("http://{}", proxy.addr)).build().unwrap();
    let error = within(transport.open(to(server.url("/")))).await.unwrap_err();
    assert!(error.is_proxy() && error.is_connect() && error.is_unsent(), "{error:?}");
    assert!(error.to_string().contains("put user:password@ into the URL of the proxy"), "{error}");
    assert_eq!(server.connections(), 0);
}

#[cfg(feature = "tls")]
#[tokio::test]
async fn tls_is_that_of_http_and_http2_is_not_offered() {
    use crate::tls::{Authority, https, secure};

    let authority = Authority::new();
    let acceptor = authority.acceptor(&["localhost"], false, &["h2", "http/1.1"]);
    let server = secure(acceptor.clone(), |stream| async move {
        assert_ne!(stream.get_ref().1.alpn_protocol(), Some(&b"h2"[..]));
        greet(Connection::new(stream)).await;
    })
    .await;
    greeted(authority.trusted(), https(server.addr, "/v1/chat")).await;
    let log = Log::default();
    let proxy = http_proxy(&log, None).await;
    let through = authority.trusted().proxy(format!("http://{}", proxy.addr));
    greeted(through, https(server.addr, "/v1/chat")).await;
    assert_eq!(log.lock().unwrap().len(), 1);

    let stranger = HyperTransport::builder().no_proxy().build().unwrap();
    let error = within(stranger.open(to(https(server.addr, "/")))).await.unwrap_err();
    assert!(error.is_tls() && error.is_connect() && error.is_unsent(), "{error:?}");
    assert!(error.to_string().contains("unknown authority"), "{error}");
}
