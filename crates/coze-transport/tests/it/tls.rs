//! https with certificates of a test authority.

use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use coze_transport::http::Version;
use coze_transport::{Builder, HyperTransport, TransportError};
use http_body_util::Full;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, date_time_ymd};
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio::io::copy_bidirectional;
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use crate::server::{Connection, Server, fail, get, ok, post, send, text, within};

/// An authority that signs certificates for tests.
pub(crate) struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    pub(crate) fn new() -> Self {
        static NUMBER: AtomicUsize = AtomicUsize::new(0);
        Self::named(&format!("test authority {}", NUMBER.fetch_add(1, Ordering::Relaxed)))
    }

    fn named(name: &str) -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    fn pem(&self) -> String {
        self.0.pem()
    }

    /// Signs a certificate for these names; `expired` ended long ago.
    pub(crate) fn acceptor(&self, names: &[&str], expired: bool, alpn: &[&str]) -> TlsAcceptor {
        let key = KeyPair::generate().unwrap();
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let mut params = CertificateParams::new(names).unwrap();
        if expired {
            params.not_before = date_time_ymd(2020, 1, 1);
            params.not_after = date_time_ymd(2021, 1, 1);
        }
        let certificate = params.signed_by(&key, &self.0).unwrap();
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key)
            .unwrap();
        config.alpn_protocols = alpn.iter().map(|name| name.as_bytes().to_vec()).collect();
        TlsAcceptor::from(Arc::new(config))
    }

    pub(crate) fn trusted(&self) -> Builder {
        HyperTransport::builder().no_proxy().add_root_certificate_pem(self.pem())
    }
}

/// Serves TLS connections whose handshake went well.
pub(crate) async fn secure<F, S>(acceptor: TlsAcceptor, serve: F) -> Server
where
    F: Fn(TlsStream<TcpStream>) -> S + Clone + Send + Sync + 'static,
    S: Future<Output = ()> + Send + 'static,
{
    Server::start(move |connection, _| {
        let (acceptor, serve) = (acceptor.clone(), serve.clone());
        async move {
            if let Ok(stream) = acceptor.accept(connection.stream).await {
                serve(stream).await;
            }
        }
    })
    .await
}

/// Answers over HTTP/1.1 with what it received.
async fn echo(stream: TlsStream<TcpStream>) {
    let mut connection = Connection::new(stream);
    while let Some(request) = connection.request().await {
        connection.send(ok(&request)).await;
    }
}

/// Answers over whatever version was agreed on, with its name.
async fn tell_version(stream: TlsStream<TcpStream>) {
    let answer = service_fn(|request: hyper::Request<hyper::body::Incoming>| async move {
        let body = Full::new(format!("{:?} {}", request.version(), request.uri().path()).into());
        Ok::<_, std::convert::Infallible>(hyper::Response::<Full<hyper::body::Bytes>>::new(body))
    });
    let server = hyper_util::server::conn::auto::Builder::new(TokioExecutor::new());
    // A client that goes away is no failure of the server.
    let _ = server.serve_connection(TokioIo::new(stream), answer).await;
}

pub(crate) fn https(addr: SocketAddr, path: &str) -> String {
    format!("https://localhost:{}{path}", addr.port())
}

fn not_secured(error: &TransportError, said: &str) {
    assert!(error.is_tls() && error.is_connect() && error.is_unsent(), "{error:?}");
    assert!(!error.is_timeout() && !error.is_dns() && !error.is_proxy(), "{error:?}");
    assert!(error.to_string().contains(said), "{error}");
}

#[tokio::test]
async fn the_version_is_agreed_on_in_the_handshake() {
    let authority = Authority::new();
    for (alpn, build, expected) in [
        (&["h2", "http/1.1"][..], authority.trusted(), "HTTP/2.0 /v"),
        (&["http/1.1"], authority.trusted(), "HTTP/1.1 /v"),
        (&[], authority.trusted(), "HTTP/1.1 /v"),
        (&["h2", "http/1.1"], authority.trusted().http1_only(), "HTTP/1.1 /v"),
        (&["h2", "http/1.1"], authority.trusted().http2_only(), "HTTP/2.0 /v"),
    ] {
        let server = secure(authority.acceptor(&["localhost"], false, alpn), tell_version).await;
        let transport = build.build().unwrap();
        let response = send(&transport, get(https(server.addr, "/v"))).await.unwrap();
        let version = if expected.contains('2') { Version::HTTP_2 } else { Version::HTTP_11 };
        assert_eq!(response.version(), version);
        assert_eq!(response.into_body().bytes(100).await.unwrap(), expected);
        for _ in 0..3 {
            assert_eq!(text(&transport, get(https(server.addr, "/v"))).await.unwrap(), expected);
        }
        assert_eq!(server.connections(), 1);
    }
}

#[tokio::test]
async fn http2_requests_share_one_connection() {
    let authority = Authority::new();
    let server = secure(authority.acceptor(&["localhost"], false, &["h2"]), tell_version).await;
    let transport = authority.trusted().build().unwrap();
    // The first one agrees on HTTP/2; the others then need no connection of their own.
    text(&transport, get(https(server.addr, "/v"))).await.unwrap();
    let request = || text(&transport, get(https(server.addr, "/v")));
    let (a, b, c) = tokio::join!(request(), request(), request());
    a.and(b).and(c).unwrap();
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn a_server_without_http2_is_an_error_where_only_http2_will_do() {
    let authority = Authority::new();
    let server = secure(authority.acceptor(&["localhost"], false, &[]), echo).await;
    let error = fail(&authority.trusted().http2_only().build().unwrap(), get(https(server.addr, "/"))).await;
    assert!(error.is_connect() && error.is_unsent(), "{error:?}");
    assert!(error.to_string().contains("does not offer HTTP/2"), "{error}");
}

#[tokio::test]
async fn an_address_in_place_of_a_name() {
    let authority = Authority::new();
    let server = secure(authority.acceptor(&["127.0.0.1"], false, &[]), echo).await;
    let transport = authority.trusted().build().unwrap();
    assert!(text(&transport, get(format!("https://{}/", server.addr))).await.is_ok());
}

#[tokio::test]
async fn an_unknown_authority() {
    let (known, unknown) = (Authority::new(), Authority::new());
    let server = secure(unknown.acceptor(&["localhost"], false, &[]), echo).await;
    for transport in
        [known.trusted(), known.trusted().added_roots_only(true), HyperTransport::builder().no_proxy()]
    {
        let error = fail(&transport.build().unwrap(), post(https(server.addr, "/"), "{}")).await;
        not_secured(&error, "add its root certificate to the transport");
    }
}

#[tokio::test]
async fn several_roots_can_be_added_at_once_and_in_turn() {
    let (one, two, three) = (Authority::new(), Authority::new(), Authority::new());
    let transport = HyperTransport::builder()
        .no_proxy()
        .add_root_certificate_pem(format!("Some words first.\n{}\n{}", one.pem(), two.pem()))
        .add_root_certificate_pem(three.pem())
        .added_roots_only(true)
        .build()
        .unwrap();
    for authority in [one, two, three] {
        let server = secure(authority.acceptor(&["localhost"], false, &[]), echo).await;
        assert!(text(&transport, get(https(server.addr, "/"))).await.is_ok());
    }
}

/// The process that runs this has the test authority for its platform's root; the test below starts it.
#[tokio::test]
#[ignore = "needs its environment from the_roots_of_the_platform_are_trusted_by_default"]
async fn child_with_roots_in_its_environment() {
    let url = std::env::var("TEST_TARGET").unwrap();
    let default = HyperTransport::builder().no_proxy().build().unwrap();
    text(&default, get(&url)).await.unwrap();
    let other = Authority::new();
    assert!(text(&other.trusted().build().unwrap(), get(&url)).await.is_ok());
    assert!(fail(&other.trusted().added_roots_only(true).build().unwrap(), get(&url)).await.is_tls());
}

#[tokio::test]
async fn the_roots_of_the_platform_are_trusted_by_default() {
    let authority = Authority::new();
    let server = secure(authority.acceptor(&["localhost"], false, &[]), echo).await;
    let roots = std::env::temp_dir().join(format!("coze-transport-roots-{}.pem", server.addr.port()));
    let child = |file: &std::path::Path| {
        let mut child = tokio::process::Command::new(std::env::current_exe().unwrap());
        child.args(["--ignored", "--exact", "tls::child_with_roots_in_its_environment"]);
        child
            .env_remove("SSL_CERT_DIR")
            .env("SSL_CERT_FILE", file)
            .env("TEST_TARGET", https(server.addr, "/"));
        child
    };
    std::fs::write(&roots, authority.pem()).unwrap();
    let output = within(child(&roots).output()).await.unwrap();
    std::fs::remove_file(&roots).unwrap();
    assert!(output.status.success(), "{output:?}");
    // Without any root the first https request says so.
    let output = within(child(&roots).output()).await.unwrap();
    let said =
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("no root certificate of this system can be read"), "{said}");
}

#[tokio::test]
async fn an_expired_certificate() {
    let authority = Authority::new();
    let server = secure(authority.acceptor(&["localhost"], true, &[]), echo).await;
    let error = fail(&authority.trusted().build().unwrap(), get(https(server.addr, "/"))).await;
    not_secured(&error, "its certificate has expired");
}

#[tokio::test]
async fn a_certificate_of_another_host() {
    let authority = Authority::new();
    let server = secure(authority.acceptor(&["example.com"], false, &[]), echo).await;
    let error = fail(&authority.trusted().build().unwrap(), get(https(server.addr, "/"))).await;
    not_secured(&error, "localhost");
    assert!(error.to_string().contains("example.com"), "{error}");
}

#[tokio::test]
async fn every_certificate_is_accepted_only_on_demand() {
    let authority = Authority::new();
    let server = secure(authority.acceptor(&["example.com"], true, &[]), echo).await;
    let reckless =
        HyperTransport::builder().no_proxy().danger_accept_invalid_certificates(true).build().unwrap();
    assert!(text(&reckless, get(https(server.addr, "/"))).await.is_ok());
    let careful =
        HyperTransport::builder().no_proxy().danger_accept_invalid_certificates(false).build().unwrap();
    assert!(fail(&careful, get(https(server.addr, "/"))).await.is_tls());
}

#[tokio::test]
async fn a_server_that_speaks_no_tls() {
    let chatty = Server::start(|mut connection, _| async move {
        connection.send("HTTP/1.1 400 Bad Request\r\n\r\n").await;
        connection.finish().await;
    })
    .await;
    let transport = HyperTransport::builder().no_proxy().build().unwrap();
    let error = fail(&transport, get(https(chatty.addr, "/"))).await;
    not_secured(&error, "it seems to speak no TLS");
    let silent = Server::start(|mut connection, _| async move { connection.finish().await }).await;
    let error = fail(&transport, get(https(silent.addr, "/"))).await;
    not_secured(&error, "it closed the connection");
}

#[tokio::test]
async fn a_cut_under_tls() {
    let authority = Authority::new();
    let acceptor = authority.acceptor(&["localhost"], false, &[]);
    let server = secure(acceptor, |stream| async move {
        let mut connection = Connection::new(stream);
        connection.request().await;
        connection.send("HTTP/1.1 200 OK\r\n\r\nno length, and no farewell").await;
        let (tcp, _) = connection.stream.into_inner();
        drop(tcp);
    })
    .await;
    // Without the farewell of TLS nobody knows whether this was all.
    let error = text(&authority.trusted().build().unwrap(), get(https(server.addr, "/"))).await.unwrap_err();
    assert!(error.is_body() && error.is_closed_early(), "{error:?}");
}

#[tokio::test]
async fn https_goes_through_every_kind_of_proxy_unseen() {
    let authority = Authority::new();
    let server = secure(authority.acceptor(&["localhost"], false, &["h2"]), tell_version).await;
    let tunnel = |mut connection: Connection<_>| async move {
        let head: String = connection.head().await.unwrap();
        let target = head.split(' ').nth(1).unwrap().to_owned();
        assert!(head.starts_with("CONNECT localhost:") && !head.contains("secret"), "{head}");
        connection.send("HTTP/1.1 200 OK\r\n\r\n").await;
        let _ =
            copy_bidirectional(&mut connection.stream, &mut TcpStream::connect(target).await.unwrap()).await;
    };
    let plain = Server::start(move |connection, _| tunnel(connection)).await;
    let proxy = HyperTransport::builder()
        .add_root_certificate_pem(authority.pem())
        .proxy_variables(move |name| (name == "HTTPS_PROXY").then(|| format!("http://{}", plain.addr)))
        .build()
        .unwrap();
    let mut request = get(https(server.addr, "/secret"));
    request.headers_mut().insert("authorization", "Bearer secret".parse().unwrap());
    assert_eq!(text(&proxy, request).await.unwrap(), "HTTP/2.0 /secret");
}

#[tokio::test]
async fn a_proxy_may_itself_be_reached_by_tls() {
    let authority = Authority::new();
    let server = secure(authority.acceptor(&["localhost"], false, &["h2"]), tell_version).await;
    let proxy = secure(authority.acceptor(&["localhost"], false, &[]), |stream| async move {
        let mut connection = Connection::new(stream);
        let head = connection.head().await.unwrap();
        let target = head.split(' ').nth(1).unwrap().to_owned();
        if head.starts_with("GET") {
            return connection.send(ok(&format!("forwarded {target}"))).await;
        }
        connection.send("HTTP/1.1 200 OK\r\n\r\n").await;
        let _ =
            copy_bidirectional(&mut connection.stream, &mut TcpStream::connect(target).await.unwrap()).await;
    })
    .await;
    let transport = authority.trusted().proxy(https(proxy.addr, "")).build().unwrap();
    // TLS within TLS for https, and the request itself for http.
    assert_eq!(text(&transport, get(https(server.addr, "/inner"))).await.unwrap(), "HTTP/2.0 /inner");
    let forwarded = text(&transport, get("http://127.0.0.1:9/plain")).await.unwrap();
    assert_eq!(forwarded, "forwarded http://127.0.0.1:9/plain");

    let stranger = HyperTransport::builder().proxy(https(proxy.addr, "")).build().unwrap();
    let error = fail(&stranger, get(https(server.addr, "/"))).await;
    assert!(error.is_tls() && error.is_proxy() && error.is_unsent(), "{error:?}");
}

#[test]
fn bad_certificates_are_errors_of_the_builder() {
    let good = Authority::new().pem();
    let key = KeyPair::generate().unwrap().serialize_pem();
    let cut = good.replace("-----END CERTIFICATE-----", "");
    let damaged = good.replace('\n', "\n*");
    let wrapped = "-----BEGIN CERTIFICATE-----\naGVsbG8=\n-----END CERTIFICATE-----\n";
    for (pem, said) in [
        ("", "no -----BEGIN CERTIFICATE----- block"),
        ("hello", "no -----BEGIN CERTIFICATE----- block"),
        (key.as_str(), "no -----BEGIN CERTIFICATE----- block"),
        (&cut, "damaged"),
        (&damaged, "damaged"),
        (wrapped, "certificate 1 of its text cannot be a root"),
        (&format!("{good}{wrapped}"), "certificate 2 of its text cannot be a root"),
    ] {
        let error = HyperTransport::builder().no_proxy().add_root_certificate_pem(pem).build().unwrap_err();
        assert!(error.is_config() && !error.is_tls(), "{error:?}");
        assert!(error.to_string().starts_with("the root certificate is not usable: "), "{error}");
        assert!(error.to_string().contains(said), "{error}");
    }
    let error = HyperTransport::builder().no_proxy().added_roots_only(true).build().unwrap_err();
    assert!(error.is_config() && error.to_string().contains("none was added"), "{error:?}");
}
