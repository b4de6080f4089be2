//! Browsers, foreign names, and clients that stall.

use std::time::Duration;

use coze_sim::{Dialect, Sim};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::support::{AUTH, LONG, Reply, chat, send, sim};

/// Asks as a browser does before a page sends a request with a token.
async fn preflight(sim: &Sim, path: &str, origin: &str) -> Reply {
    let headers = [
        ("origin", origin),
        ("access-control-request-method", "POST"),
        ("access-control-request-headers", "authorization,content-type,x-coze-client-user-agent"),
    ];
    send(sim, "OPTIONS", path, &headers, "").await
}

#[tokio::test]
async fn pages_of_this_computer_may_ask_and_others_by_option() {
    let sim = Sim::builder().allow_origin("https://app.example.com").start().await.unwrap();
    for (origin, allowed) in [
        ("http://localhost:5173", true),
        ("http://127.0.0.1:3000", true),
        ("http://[::1]:3000", true),
        ("http://app.localhost", true),
        ("https://app.example.com", true),
        ("https://app.example.com.evil.example", false),
        ("http://localhost.evil.example", false),
        ("null", false),
    ] {
        for path in ["/v3/chat", "/v1/files/upload", "/api/permission/oauth2/token"] {
            let reply = preflight(&sim, path, origin).await;
            assert_eq!(reply.status, 200);
            let expected = if allowed { origin } else { "" };
            assert_eq!(reply.header("access-control-allow-origin"), expected, "{origin}");
            assert_eq!(reply.header("access-control-allow-methods"), "POST");
            let headers = "authorization,content-type,x-coze-client-user-agent";
            assert_eq!(reply.header("access-control-allow-headers"), headers);
        }
    }
    // What follows: the answer is readable, and so is its log id; refusals as well.
    for token in ["Bearer pat_sim", "Bearer wrong"] {
        let headers = [("origin", "http://localhost:5173"), ("authorization", token)];
        let reply = send(&sim, "GET", "/v1/users/me", &headers, "").await;
        assert_eq!(reply.header("access-control-allow-origin"), "http://localhost:5173");
        assert!(reply.header("access-control-expose-headers").contains("x-tt-logid"));
    }
    // Only what is asked for is recorded.
    assert!(sim.requests().iter().all(|request| request.method == "GET"));
}

#[tokio::test]
async fn names_that_a_web_page_could_point_here_are_refused() {
    let sim = Sim::builder().host_name("sim.example.com").start().await.unwrap();
    for (host, known) in [("localhost:1", true), ("sim.example.com", true), ("evil.example", false)] {
        let reply = ask(&sim, host).await;
        assert!(reply.starts_with(if known { "HTTP/1.1 200" } else { "HTTP/1.1 403" }), "{host}: {reply}");
        let advice = r#"the Host \"evil.example\" is not a name of this computer; allow it with --host-name"#;
        assert_eq!(reply.contains(advice), !known, "{reply}");
    }
    let studio = Sim::builder().dialect(Dialect::Studio).start().await.unwrap();
    let reply = ask(&studio, "evil.example").await;
    assert!(reply.starts_with("HTTP/1.1 403"), "{reply}");
}

/// Sends a request under a name, and returns the whole answer.
async fn ask(sim: &Sim, host: &str) -> String {
    let (name, value) = AUTH;
    let head = format!(
        "GET /v1/bots/7400000000000000001 HTTP/1.1\r\nhost: {host}\r\n{name}: {value}\r\nconnection: close\r\n\r\n"
    );
    raw(sim, &head).await
}

/// Sends bytes, and returns what comes until the simulator closes.
async fn raw(sim: &Sim, request: &str) -> String {
    let mut stream = TcpStream::connect(sim.addr()).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    timeout(LONG, stream.read_to_end(&mut answer)).await.expect("the connection stays open").unwrap();
    String::from_utf8(answer).unwrap()
}

#[tokio::test]
async fn connections_in_memory_have_any_name() {
    let sim = sim().await;
    let (mut client, server) = tokio::io::duplex(1 << 16);
    let (name, value) = AUTH;
    let request = format!(
        "GET /v1/users/me HTTP/1.1\r\nhost: api.coze.example\r\n{name}: {value}\r\nconnection: close\r\n\r\n"
    );
    client.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    let ((), read) = tokio::join!(sim.serve(server), client.read_to_string(&mut answer));
    read.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}

#[tokio::test]
async fn clients_that_stall_are_given_up() {
    let sim = Sim::builder().patience(Duration::from_millis(100)).start().await.unwrap();
    assert_eq!(raw(&sim, "POST /v3/chat HTTP/1.1\r\nhost: sim\r\n").await, "", "an unfinished head");
    let (name, value) = AUTH;
    for (path, kind) in [
        ("/v3/chat", "application/json"),
        ("/v1/files/upload", "multipart/form-data; boundary=XX"),
        ("/api/permission/oauth2/token", "application/json"),
    ] {
        let head = format!(
            "POST {path} HTTP/1.1\r\nhost: sim\r\n{name}: {value}\r\ncontent-type: {kind}\r\ncontent-length: 100\r\n\r\n--XX\r\n"
        );
        let answer = raw(&sim, &head).await;
        assert!(answer.starts_with("HTTP/1.1 400"), "{path}: {answer}");
    }
}

#[tokio::test]
async fn slow_clients_are_served() {
    let sim = Sim::builder().patience(Duration::from_secs(2)).pace(Duration::ZERO).start().await.unwrap();
    let body = chat("hi").to_string();
    let (name, value) = AUTH;
    let head = format!(
        "POST /v3/chat HTTP/1.1\r\nhost: sim\r\n{name}: {value}\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    let mut stream = TcpStream::connect(sim.addr()).await.unwrap();
    stream.write_all(head.as_bytes()).await.unwrap();
    // Each silence is short, all together are not.
    for piece in body.as_bytes().chunks(body.len().div_ceil(8)) {
        tokio::time::sleep(Duration::from_millis(300)).await;
        stream.write_all(piece).await.unwrap();
    }
    let mut answer = String::new();
    timeout(LONG, stream.read_to_string(&mut answer)).await.unwrap().unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}

#[tokio::test]
async fn other_names_without_a_dot_are_those_of_this_network() {
    let sim = sim().await;
    assert!(ask(&sim, "coze-sim:8080").await.starts_with("HTTP/1.1 200"));
}

#[tokio::test]
async fn a_refusal_that_no_body_was_read_for_leaves_the_connection_in_order() {
    let sim = sim().await;
    let (name, value) = AUTH;
    let next =
        format!("GET /v1/users/me HTTP/1.1\r\nhost: sim\r\n{name}: {value}\r\nconnection: close\r\n\r\n");
    for (path, token) in
        [("/v1/no/such", value), ("/v3/chat?nonsense=1", value), ("/v3/chat", "Bearer wrong")]
    {
        // In halves with a pause, so that the refusal may come before the body.
        let head =
            format!("POST {path} HTTP/1.1\r\nhost: sim\r\n{name}: {token}\r\ncontent-length: 20000\r\n\r\n");
        let mut stream = TcpStream::connect(sim.addr()).await.unwrap();
        stream.write_all(head.as_bytes()).await.unwrap();
        tokio::time::sleep(Duration::from_millis(50)).await;
        stream.write_all(&vec![b' '; 20_000]).await.unwrap();
        stream.write_all(next.as_bytes()).await.unwrap();
        let mut answers = String::new();
        timeout(LONG, stream.read_to_string(&mut answers)).await.unwrap().unwrap();
        assert_eq!(answers.matches("HTTP/1.1 ").count(), 2, "{path}: {answers}");
        assert!(answers.contains("HTTP/1.1 200"), "{path}: {answers}");
    }
    // A body that does not come ends the connection, and the answer says so.
    let sim = Sim::builder().patience(Duration::from_millis(100)).start().await.unwrap();
    for expect in ["", "expect: 100-continue\r\n"] {
        let head = format!(
            "POST /v1/no/such HTTP/1.1\r\nhost: sim\r\n{name}: {value}\r\n{expect}content-length: 10\r\n\r\n"
        );
        let answer = raw(&sim, &head).await;
        assert!(answer.contains("connection: close"), "{answer}");
    }
}
