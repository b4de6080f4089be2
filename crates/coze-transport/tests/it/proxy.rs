//! Real proxies on loopback: forwarding, CONNECT, SOCKS5, and the variables that choose them.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use coze_transport::{Builder, HyperTransport, TransportError};
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::TcpStream;

use crate::server::{Connection, Server, fail, get, post, send, text, within};

/// What a proxy was asked for, one entry per request or connection.
pub(crate) type Log = Arc<Mutex<Vec<String>>>;

/// Tunnels what begins with CONNECT and forwards the rest, for those who know the password.
pub(crate) async fn http_proxy(log: &Log, auth: Option<&'static str>) -> Server {
    let log = log.clone();
    Server::start(move |mut connection, _| {
        let log = log.clone();
        async move {
            while let Some(request) = connection.request().await {
                log.lock().unwrap().push(request.clone());
                let line = request.lines().next().unwrap();
                let (method, rest) = line.split_once(' ').unwrap();
                let target = rest.split(' ').next().unwrap();
                if let Some(auth) = auth
                    && !request.to_ascii_lowercase().contains(&format!("proxy-authorization: {auth}").to_ascii_lowercase())
                {
                    let refusal = "HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic\r\nContent-Length: 0\r\n\r\n";
                    connection.send(refusal).await;
                    continue;
                }
                if method == "CONNECT" {
                    let Ok(mut server) = TcpStream::connect(target).await else {
                        connection.send("HTTP/1.1 502 Bad Gateway\r\n\r\n").await;
                        return;
                    };
                    connection.send("HTTP/1.1 200 Connection established\r\nVia: test\r\n\r\n").await;
                    let _ = copy_bidirectional(&mut connection.stream, &mut server).await;
                    return;
                }
                let (host, path) = target.strip_prefix("http://").expect("absolute form").split_once('/').unwrap();
                let mut server = TcpStream::connect(host).await.unwrap();
                server.write_all(request.replace(target, &format!("/{path}")).as_bytes()).await.unwrap();
                server.shutdown().await.unwrap();
                let mut answer = Vec::new();
                server.read_to_end(&mut answer).await.unwrap();
                connection.send(answer).await;
            }
        }
    })
    .await
}

/// Speaks RFC 1928, and RFC 1929 where a user is given; names resolve to 127.0.0.1.
pub(crate) async fn socks_proxy(log: &Log, user: Option<(&'static str, &'static str)>) -> Server {
    let log = log.clone();
    Server::start(move |connection: Connection, _| {
        let log = log.clone();
        async move {
            // A client that hangs up is no failure of the proxy.
            let _ = socks(connection.stream, &log, user).await;
        }
    })
    .await
}

async fn socks(mut client: TcpStream, log: &Log, user: Option<(&str, &str)>) -> std::io::Result<()> {
    async fn take(client: &mut TcpStream, len: usize) -> std::io::Result<Vec<u8>> {
        let mut bytes = vec![0; len];
        client.read_exact(&mut bytes).await?;
        Ok(bytes)
    }
    async fn word(client: &mut TcpStream) -> std::io::Result<String> {
        let len = client.read_u8().await?;
        Ok(String::from_utf8(take(client, len.into()).await?).unwrap())
    }
    let hello = take(&mut client, 2).await?;
    let methods = take(&mut client, hello[1].into()).await?;
    let method = if user.is_some() { 2 } else { 0 };
    if !methods.contains(&method) {
        return client.write_all(&[5, 0xFF]).await;
    }
    client.write_all(&[5, method]).await?;
    if let Some((name, password)) = user {
        client.read_u8().await?;
        let known = word(&mut client).await? == name && word(&mut client).await? == password;
        client.write_all(&[1, u8::from(!known)]).await?;
        if !known {
            return Ok(());
        }
    }
    let request = take(&mut client, 4).await?;
    let host = match request[3] {
        1 => {
            let ip = take(&mut client, 4).await?;
            format!("{}.{}.{}.{}", ip[0], ip[1], ip[2], ip[3])
        }
        3 => word(&mut client).await?,
        other => panic!("address type {other}"),
    };
    let port = client.read_u16().await?;
    log.lock().unwrap().push(format!("{host}:{port}"));
    let Ok(mut server) = TcpStream::connect(("127.0.0.1", port)).await else {
        return client.write_all(&[5, 5, 0, 1, 0, 0, 0, 0, 0, 0]).await;
    };
    client.write_all(&[5, 0, 0, 1, 127, 0, 0, 1, 0, 0]).await?;
    copy_bidirectional(&mut client, &mut server).await.map(drop)
}

fn log() -> Log {
    Log::default()
}

fn seen(log: &Log) -> Vec<String> {
    log.lock().unwrap().clone()
}

/// Builds from an environment given as pairs.
fn variables(pairs: &[(&'static str, String)]) -> Builder {
    let pairs = pairs.to_vec();
    HyperTransport::builder().proxy_variables(move |name| {
        pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| value.clone())
    })
}

/// A server that closes after each answer, so that the forwarding proxy knows its end.
async fn origin() -> Server {
    Server::start(|mut connection, _| async move {
        let request = connection.request().await.unwrap_or_default();
        let len = request.len();
        connection.send(format!("HTTP/1.1 200 OK\r\nContent-Length: {len}\r\n\r\n{request}")).await;
    })
    .await
}

async fn closed_port() -> SocketAddr {
    tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap()
}

#[tokio::test]
async fn plain_http_is_forwarded_whole() {
    let (log, server) = (log(), origin().await);
    let proxy = http_proxy(&log, None).await;
    let transport = HyperTransport::builder().proxy(proxy.url("")).build().unwrap();
    for _ in 0..3 {
        let received = text(&transport, post(server.url("/a?b=c"), "{}")).await.unwrap();
        assert!(received.starts_with("POST /a?b=c HTTP/1.1\r\n"), "{received}");
        assert!(received.contains(&format!("host: {}\r\n", server.addr)), "{received}");
    }
    let asked = seen(&log);
    assert!(asked[0].starts_with(&format!("POST {} HTTP/1.1\r\n", server.url("/a?b=c"))), "{asked:?}");
    assert!(!asked[0].contains("proxy-authorization"), "{asked:?}");
    assert_eq!(proxy.connections(), 1, "the way to the proxy is reused");
}

#[tokio::test]
async fn a_proxy_without_scheme_is_an_http_proxy() {
    let (log, server) = (log(), origin().await);
    let proxy = http_proxy(&log, None).await;
    let transport = HyperTransport::builder().proxy(proxy.addr.to_string()).build().unwrap();
    assert!(text(&transport, get(server.url("/"))).await.is_ok());
    assert_eq!(seen(&log).len(), 1);
}

#[tokio::test]
async fn user_and_password_of_the_url_are_sent() {
    let (log, server) = (log(), origin().await);
    // "user:p@ss"
    let proxy = http_proxy(&log, Some("Basic dXNlcjpwQHNz")).await;
    // Only the last @ ends the password, however the others are written.
    for password in ["p%40ss", "p@ss"] {
        let url = format!("http://user:{password}@{}", proxy.addr);
        for url in [url.clone(), url.replace("http://", "")] {
            let transport = HyperTransport::builder().proxy(url).build().unwrap();
            let received = text(&transport, get(server.url("/"))).await.unwrap();
            assert!(received.starts_with("GET / "), "{received}");
        }
    }
    // "us@er:p@s@s"
    let proxy = http_proxy(&log, Some("Basic dXNAZXI6cEBzQHM=")).await;
    let transport =
        HyperTransport::builder().proxy(format!("http://us@er:p@s@s@{}", proxy.addr)).build().unwrap();
    assert!(text(&transport, get(server.url("/"))).await.unwrap().starts_with("GET / "));
}

#[tokio::test]
async fn a_refusal_names_the_proxy_and_the_status() {
    let (log, server) = (log(), origin().await);
    let proxy = http_proxy(&log, Some("Basic dXNlcjpwQHNz")).await;
    let wrong = format!("http://user:wrong@{}", proxy.addr);
    for (url, fix) in [(proxy.url(""), "put user:password@"), (wrong, "check the user and password")] {
        let transport = HyperTransport::builder().proxy(url).build().unwrap();
        let error = fail(&transport, post(server.url("/"), "{}")).await;
        refused(&error, 407);
        let said = error.to_string();
        assert!(said.contains(&format!("the proxy {}", proxy.addr)) && said.contains(fix), "{said}");
        assert!(!format!("{said} {error:?}").contains("wrong"), "{error:?}");
    }
    assert_eq!(server.connections(), 0);
}

fn refused(error: &TransportError, status: u16) {
    assert!(error.is_proxy() && error.is_connect() && error.is_unsent() && !error.is_timeout(), "{error:?}");
    assert_eq!(error.status().unwrap(), status, "{error:?}");
}

#[tokio::test]
async fn a_proxy_that_is_not_there() {
    let addr = closed_port().await;
    for scheme in ["http", "socks5", "socks5h"] {
        let transport = HyperTransport::builder().proxy(format!("{scheme}://u:p@{addr}")).build().unwrap();
        let error = fail(&transport, get("http://127.0.0.1:9/")).await;
        assert!(error.is_proxy() && error.is_connect() && error.is_unsent(), "{error:?}");
        assert!(error.to_string().starts_with(&format!("cannot connect to the proxy {addr}: ")), "{error}");
    }
}

/// HTTP/2 without TLS cannot be forwarded, so it takes the tunnel; that needs no certificates here.
#[cfg(feature = "http2")]
#[tokio::test]
async fn a_tunnel_that_is_refused() {
    let (log, nobody) = (log(), closed_port().await);
    let proxy = http_proxy(&log, None).await;
    let transport = HyperTransport::builder().http2_only().proxy(proxy.url("")).build().unwrap();
    let error = fail(&transport, get(format!("http://{nobody}/"))).await;
    refused(&error, 502);
    let expected =
        format!("the proxy {} refused the way to {nobody} with status 502 Bad Gateway", proxy.addr);
    assert_eq!(error.to_string(), expected);
    assert!(seen(&log)[0].starts_with(&format!("CONNECT {nobody} HTTP/1.1\r\nHost: {nobody}\r\n")));
}

#[cfg(feature = "http2")]
#[tokio::test]
async fn the_password_of_the_proxy_stays_out_of_the_tunnel() {
    use std::convert::Infallible;

    use coze_transport::bytes::Bytes;
    use http_body_util::Full;
    use hyper::service::service_fn;
    use hyper_util::rt::{TokioExecutor, TokioIo};

    let server = Server::start(|connection: Connection, _| async move {
        let echo = service_fn(|request: hyper::Request<hyper::body::Incoming>| async move {
            let names: Vec<_> = request.headers().keys().map(ToString::to_string).collect();
            Ok::<_, Infallible>(hyper::Response::new(Full::new(Bytes::from(names.join(",")))))
        });
        let io = TokioIo::new(connection.stream);
        let _ =
            hyper::server::conn::http2::Builder::new(TokioExecutor::new()).serve_connection(io, echo).await;
    })
    .await;
    let log = log();
    let proxy = http_proxy(&log, Some("Basic dXNlcjpwQHNz")).await;
    let url = format!("http://user:p%40ss@{}", proxy.addr);
    let transport = HyperTransport::builder().http2_only().proxy(url).build().unwrap();
    let names = text(&transport, post(server.url("/"), "{}")).await.unwrap();
    assert_eq!(names, "content-length");
    assert!(seen(&log)[0].contains("Proxy-Authorization: Basic dXNlcjpwQHNz\r\n"));
}

#[cfg(feature = "http2")]
#[tokio::test]
async fn answers_of_a_proxy_that_are_none() {
    for (answer, said) in [
        ("", "unexpected end of file"),
        ("HTTP/1.1 200", "unexpected end of file"),
        ("SSH-2.0-test\r\n\r\n", "unsuccessful"),
        ("HTTP/1.1 2x0 OK\r\n\r\n", "unsuccessful"),
        (&format!("HTTP/1.1 2x0 {}", "x".repeat(20_000)), "unsuccessful"),
        (&format!("HTTP/1.1 200 {}", "x".repeat(20_000)), "proxy response headers too long"),
    ] {
        let proxy = Server::answering(answer.to_owned()).await;
        let transport = HyperTransport::builder().http2_only().proxy(proxy.url("")).build().unwrap();
        let error = fail(&transport, get("http://127.0.0.1:9/")).await;
        assert!(
            error.is_proxy() && error.is_connect() && error.is_unsent() && error.status().is_none(),
            "{error:?}"
        );
        assert!(error.to_string().contains(said), "{error}");
    }
}

#[tokio::test]
async fn socks5_resolves_here_and_socks5h_there() {
    let server = origin().await;
    for (scheme, asked) in [("socks5", "127.0.0.1"), ("socks5h", "localhost")] {
        let log = log();
        let proxy = socks_proxy(&log, None).await;
        let transport =
            HyperTransport::builder().proxy(format!("{scheme}://{}", proxy.addr)).build().unwrap();
        let port = server.addr.port();
        let received = text(&transport, get(format!("http://localhost:{port}/"))).await.unwrap();
        // A tunnel: the server gets the request as if there were no proxy.
        assert!(received.starts_with("GET / HTTP/1.1\r\n"), "{received}");
        assert_eq!(seen(&log), [format!("{asked}:{port}")]);
    }
}

#[tokio::test]
async fn socks5_without_a_port_in_the_url_means_port_80_for_http() {
    let log = log();
    let proxy = socks_proxy(&log, None).await;
    let transport = HyperTransport::builder().proxy(format!("socks5h://{}", proxy.addr)).build().unwrap();
    // Whether port 80 is open here does not matter: the proxy was asked for it.
    let _ = send(&transport, get("http://127.0.0.1/")).await;
    assert_eq!(seen(&log), ["127.0.0.1:80"]);
}

#[tokio::test]
async fn socks5_with_user_and_password() {
    let (log, server) = (log(), origin().await);
    let proxy = socks_proxy(&log, Some(("user", "p@ss"))).await;
    let through = |user: &str| {
        HyperTransport::builder().proxy(format!("socks5://{user}{}", proxy.addr)).build().unwrap()
    };
    assert!(text(&through("user:p%40ss@"), get(server.url("/"))).await.is_ok());
    for user in ["user:wrong@", ""] {
        let error = fail(&through(user), get(server.url("/"))).await;
        assert!(error.is_proxy() && error.is_connect() && error.is_unsent(), "{error:?}");
        assert!(!format!("{error} {error:?}").contains("wrong"), "{error:?}");
    }
}

#[tokio::test]
async fn socks5_that_cannot_reach_the_server() {
    let (log, nobody) = (log(), closed_port().await);
    let proxy = socks_proxy(&log, None).await;
    let transport = HyperTransport::builder().proxy(format!("socks5://{}", proxy.addr)).build().unwrap();
    let error = fail(&transport, get(format!("http://{nobody}/"))).await;
    assert!(error.is_proxy() && error.is_connect() && error.is_unsent(), "{error:?}");
    assert!(error.to_string().contains("connection refused"), "{error}");
    let transport = HyperTransport::builder().proxy(format!("socks5://{}", proxy.addr)).build().unwrap();
    let error = fail(&transport, get(format!("http://{}.invalid/", "a".repeat(64)))).await;
    assert!(error.is_dns() && error.is_connect(), "{error:?}");
}

#[tokio::test]
async fn a_proxy_that_dies_within_a_body() {
    let proxy = Server::answering("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nfour").await;
    let transport = HyperTransport::builder().proxy(proxy.url("")).build().unwrap();
    let error = text(&transport, get("http://127.0.0.1:9/")).await.unwrap_err();
    assert!(error.is_body() && error.is_closed_early(), "{error:?}");
}

#[tokio::test]
async fn variables_choose_by_scheme_and_case() {
    let server = origin().await;
    for name in ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"] {
        let log = log();
        let proxy = http_proxy(&log, None).await;
        let transport = variables(&[(name, proxy.url(""))]).build().unwrap();
        text(&transport, get(server.url("/"))).await.unwrap();
        assert_eq!(seen(&log).len(), 1, "{name}");
    }
    let log = log();
    let proxy = http_proxy(&log, None).await;
    for (name, value) in
        [("HTTPS_PROXY", proxy.url("")), ("https_proxy", proxy.url("")), ("HTTP_PROXY", String::new())]
    {
        let transport = variables(&[(name, value)]).build().unwrap();
        text(&transport, get(server.url("/"))).await.unwrap();
    }
    // A CGI program gets this one from whoever sends it a request.
    let cgi = variables(&[("REQUEST_METHOD", "GET".to_owned()), ("HTTP_PROXY", proxy.url(""))]);
    text(&cgi.build().unwrap(), get(server.url("/"))).await.unwrap();
    assert_eq!(seen(&log), [""; 0]);
}

#[tokio::test]
async fn an_upper_case_name_comes_first_unless_it_is_empty() {
    let server = origin().await;
    let (upper, lower) = (log(), log());
    let (one, two) = (http_proxy(&upper, None).await, http_proxy(&lower, None).await);
    let both = variables(&[("HTTP_PROXY", one.url("")), ("http_proxy", two.url(""))]);
    text(&both.build().unwrap(), get(server.url("/"))).await.unwrap();
    assert_eq!((seen(&upper).len(), seen(&lower).len()), (1, 0));
    let empty = variables(&[("HTTP_PROXY", " ".to_owned()), ("http_proxy", two.url(""))]);
    text(&empty.build().unwrap(), get(server.url("/"))).await.unwrap();
    assert_eq!((seen(&upper).len(), seen(&lower).len()), (1, 1));
}

#[tokio::test]
async fn no_proxy_lists_the_exceptions() {
    let server = origin().await;
    let port = server.addr.port();
    // A label of over 63 bytes is no name, so that no resolver is asked; whether the proxy is asked is seen all the same.
    let long = format!("{}.localhost", "a".repeat(64));
    for (list, host, direct) in [
        ("127.0.0.1", "127.0.0.1", true),
        ("10.0.0.0/8, 127.0.0.0/8", "127.0.0.1", true),
        ("localhost", "localhost", true),
        ("*", "127.0.0.1", true),
        ("example.com", "127.0.0.1", false),
        ("example.com, *.localhost", &long, true),
        (".localhost", &long, true),
        ("localhost", &long, true),
        ("example.com localhost", "localhost", true),
        ("example.com\t,  localhost.", "localhost", true),
        ("localhost", &format!("{long}."), true),
        ("LocalHost", "localhost", true),
        ("[::1] 127.0.0.1", "127.0.0.1", true),
        ("calhost", "localhost", false),
        // Loopback is no exception of its own.
        ("", "127.0.0.1", false),
        ("", "localhost", false),
    ] {
        for name in ["NO_PROXY", "no_proxy"] {
            let log = log();
            let proxy = http_proxy(&log, None).await;
            let transport =
                variables(&[("HTTP_PROXY", proxy.url("")), (name, list.to_owned())]).build().unwrap();
            let answer = text(&transport, get(format!("http://{host}:{port}/"))).await;
            assert_eq!(answer.is_ok(), !host.starts_with(&long), "{answer:?}");
            assert_eq!(seen(&log).is_empty(), direct, "{name}={list} {host}");
        }
    }
}

#[tokio::test]
async fn the_option_no_proxy_beats_the_environment() {
    let (log, server) = (log(), origin().await);
    let proxy = http_proxy(&log, None).await;
    let builder = variables(&[("HTTP_PROXY", proxy.url(""))]);
    text(&builder.no_proxy().build().unwrap(), get(server.url("/"))).await.unwrap();
    assert!(seen(&log).is_empty());
}

/// The process that runs this alone has the variable; the test below starts it.
#[tokio::test]
#[ignore = "needs its environment from the_environment_is_read_by_default"]
async fn child_with_a_proxy_in_its_environment() {
    let url = std::env::var("TEST_TARGET").unwrap();
    println!("{}", text(&HyperTransport::new().unwrap(), get(url)).await.unwrap());
}

#[tokio::test]
async fn the_environment_is_read_by_default() {
    let (log, server) = (log(), origin().await);
    let proxy = http_proxy(&log, None).await;
    let mut child = tokio::process::Command::new(std::env::current_exe().unwrap());
    for name in
        ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy", "NO_PROXY", "no_proxy", "REQUEST_METHOD"]
    {
        child.env_remove(name);
    }
    child.args(["--ignored", "--exact", "proxy::child_with_a_proxy_in_its_environment"]);
    child.env("HTTP_PROXY", proxy.url(""));

    // What is for this machine goes there alone.
    child.env("TEST_TARGET", server.url("/from/child"));
    let output = within(child.output()).await.unwrap();
    assert!(output.status.success(), "{output:?}");
    assert!(seen(&log).is_empty());

    // The same server by an address that is not known to be of this machine.
    let target = server.url("/from/child").replace("127.0.0.1", "0.0.0.0");
    let output = within(child.env("TEST_TARGET", &target).output()).await.unwrap();
    assert!(output.status.success(), "{output:?}");
    assert!(seen(&log)[0].starts_with(&format!("GET {target} ")));
}

#[test]
fn unusable_proxies_are_errors_that_keep_the_password() {
    for (url, said) in [
        ("http://", "not a URL"),
        ("http://user:hidden@", "it is not a URL"),
        ("not a url with hidden", "it is not a URL"),
        ("ftp://user:hidden@localhost:21", "the scheme ftp:// is not supported"),
        ("socks4://user:hidden@localhost", "the scheme socks4:// is not supported"),
        ("/hidden", "it names no host"),
        ("http://user:hidden@localhost:0", "its port is not a number"),
        ("socks5h://user:hidden@localhost:99999", "its port is not a number"),
        ("user:hidden@localhost:99999", "its port is not a number"),
        ("http://user:p/hidden@localhost", "%2F"),
        ("http://user:p#hidden@localhost:80", "%23"),
        ("user:p?hidden@localhost", "%3F"),
    ] {
        let error = HyperTransport::builder().proxy(url).build().unwrap_err();
        assert!(error.is_config() && !error.is_proxy(), "{error:?}");
        assert!(error.to_string().starts_with("proxy is not usable as a proxy: "), "{error}");
        assert!(error.to_string().contains(said), "{error}");
        let named = variables(&[("https_proxy", url.to_owned())]).build().unwrap_err();
        assert!(named.to_string().starts_with("https_proxy is not usable as a proxy: "), "{named}");
        assert!(!format!("{error} {error:?} {named:?}").contains("hidden"), "{error:?}");
    }
    let builder = HyperTransport::builder().proxy("http://user:hidden@localhost");
    assert!(!format!("{builder:?} {:?}", builder.clone().build()).contains("hidden"));
}
