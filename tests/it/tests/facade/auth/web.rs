//! Authorization codes, and the receiver on this machine.

use std::collections::HashMap;
use std::time::Duration;

use coze::auth::{Authorization, Loopback, Server, WebApp};
use coze::{Coze, ErrorKind, Region};
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::mock::{Mock, Reply};
use crate::served::patiently;

fn server(mock: &Mock) -> Server {
    Coze::builder().region(Region::Cn).transport(mock.clone()).build_server().unwrap()
}

fn granted() -> Mock {
    Mock::always(Reply::json(
        &json!({"access_token": "czu_1", "expires_in": 4_000_000_000_i64, "refresh_token": "r1"}),
    ))
}

fn query(authorization: &Authorization) -> HashMap<String, String> {
    url::Url::parse(authorization.url()).unwrap().query_pairs().into_owned().collect()
}

#[tokio::test]
async fn a_web_app_sends_its_secret_and_a_public_one_its_verifier() {
    let mock = granted();
    let server = server(&mock);
    let redirect = "https://a.example/back?x=1";

    let app = WebApp::new("1.app.coze", "client_secret_1");
    let question = app.authorize(&server, redirect).unwrap();
    assert!(
        question.url().starts_with("https://www.coze.cn/api/permission/oauth2/authorize?response_type=code&")
    );
    let asked = query(&question);
    assert_eq!((asked["client_id"].as_str(), asked["redirect_uri"].as_str()), ("1.app.coze", redirect));
    assert!(asked["state"].len() >= 43 && !asked.contains_key("code_challenge"));
    // A web application keeps the question in the session of its user.
    let question: Authorization = serde_json::from_str(&serde_json::to_string(&question).unwrap()).unwrap();
    let code = question.code(&format!("{redirect}&code=code%5F1&state={}", asked["state"])).unwrap();
    let grant = app.exchange(&server, &question, code).await.unwrap();
    assert_eq!(grant.access_token.expose(), "czu_1");
    let sent = mock.only();
    assert_eq!(sent.uri, "https://api.coze.cn/api/permission/oauth2/token");
    assert_eq!(sent.header("authorization"), Some("Bearer client_secret_1"));
    let expected = json!({
        "grant_type": "authorization_code", "client_id": "1.app.coze", "code": "code_1", "redirect_uri": redirect,
    });
    assert_eq!(sent.json(), expected);

    let app = WebApp::public("2.app.coze");
    let question = app.authorize_workspace(&server, redirect, "734").unwrap();
    assert!(question.url().contains("/api/permission/oauth2/workspace_id/734/authorize?"));
    let asked = query(&question);
    assert_eq!((asked["code_challenge_method"].as_str(), asked["code_challenge"].len()), ("S256", 43));
    app.exchange(&server, &question, "code_2").await.unwrap();
    let sent = mock.sent().remove(1);
    assert_eq!(sent.header("authorization"), None);
    let verifier = sent.json()["code_verifier"].as_str().unwrap().to_owned();
    assert!((43..=128).contains(&verifier.len()) && verifier != asked["code_challenge"]);

    let question = app.clone().plain_challenge().authorize(&server, redirect).unwrap();
    let asked = query(&question);
    assert_eq!(asked["code_challenge_method"], "plain");
    app.exchange(&server, &question, "code_3").await.unwrap();
    assert_eq!(mock.sent()[2].json()["code_verifier"], asked["code_challenge"]);

    let printed = format!("{app:?} {question:?}");
    assert!(!printed.contains(&asked["state"]) && !printed.contains(&asked["code_challenge"]), "{printed}");
}

#[test]
fn a_code_of_another_question_is_refused() {
    let app = WebApp::public("2.app.coze");
    let server = server(&granted());
    let question = app.authorize(&server, "https://a.example/back").unwrap();
    let state = &query(&question)["state"];
    for bad in [
        "code=stolen&state=other".to_owned(),
        "code=stolen".to_owned(),
        "code=stolen&state=".to_owned(),
        format!("code=stolen&state={state}&state=other"),
        format!("code=stolen&state={state}x"),
        String::new(),
    ] {
        let error = question.code(&bad).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Authentication);
        assert!(error.api().is_none() && !error.to_string().contains("stolen"), "{error}");
    }
    let error =
        question.code(&format!("https://a.example/back?error=access_denied&state={state}")).unwrap_err();
    assert_eq!(error.api().unwrap().code.to_string(), "access_denied");
    let error = question.code(&format!("state={state}")).unwrap_err();
    assert!(error.to_string().contains("without a code"), "{error}");
    for exposed in ["http://a.example/back", "a.example", ""] {
        app.authorize(&server, exposed).unwrap_err();
    }
}

async fn visit(port: u16, request: &str) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

#[tokio::test]
async fn the_receiver_waits_for_the_right_visitor() {
    let server = server(&granted());
    let loopback = Loopback::bind("http://127.0.0.1:0/callback").await.unwrap();
    let redirect = loopback.redirect_uri().to_owned();
    let port = url::Url::parse(&redirect).unwrap().port().unwrap();
    assert_eq!(redirect, format!("http://127.0.0.1:{port}/callback"));
    let question = WebApp::public("2.app.coze").authorize(&server, &redirect).unwrap();
    let state = query(&question)["state"].clone();
    let waiting = tokio::spawn({
        let question = question.clone();
        async move { loopback.receive(&question).await }
    });
    patiently(async {
        // A connection ahead of need, one that breaks off, and ones that want something else.
        let _idle = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
        drop(TcpStream::connect(("127.0.0.1", port)).await.unwrap());
        for (request, status) in [
            ("GET /favicon.ico HTTP/1.1\r\n\r\n".to_owned(), "404"),
            (format!("GET /?code=c&state={state} HTTP/1.1\r\n\r\n"), "404"),
            ("GET /callback?code=stolen&state=other HTTP/1.1\r\n\r\n".to_owned(), "400"),
            (format!("POST /callback?code=c&state={state} HTTP/1.1\r\n\r\n"), "405"),
            ("\r\n\r\n".to_owned(), "404"),
            (format!("GET /{} HTTP/1.1\r\n\r\n", "x".repeat(100_000)), "404"),
        ] {
            // What is too long may be cut off instead of answered.
            let answer = if request.len() > 50_000 { String::new() } else { visit(port, &request).await };
            assert!(answer.is_empty() || answer.starts_with(&format!("HTTP/1.1 {status}")), "{answer}");
            assert!(!waiting.is_finished());
        }
        let answer =
            visit(port, &format!("GET /callback?code=code%5F1&state={state} HTTP/1.1\r\nHost: x\r\n\r\n"))
                .await;
        assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("no-store"), "{answer}");
        assert!(
            answer.contains("授权成功") && answer.contains("logged in") && !answer.contains("code_1"),
            "{answer}"
        );
        assert_eq!(waiting.await.unwrap().unwrap().expose(), "code_1");
        // Nobody listens any more.
        assert!(TcpStream::connect(("127.0.0.1", port)).await.is_err());
    })
    .await;
}

#[tokio::test]
async fn a_visitor_that_does_not_hang_up_brings_the_code_all_the_same() {
    let server = server(&granted());
    let loopback = Loopback::bind("http://127.0.0.1:0/").await.unwrap();
    let port = url::Url::parse(loopback.redirect_uri()).unwrap().port().unwrap();
    let question = WebApp::public("2.app.coze").authorize(&server, loopback.redirect_uri()).unwrap();
    let state = query(&question)["state"].clone();
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    stream.write_all(format!("GET /?code=code_1&state={state} HTTP/1.1\r\n\r\n").as_bytes()).await.unwrap();
    assert_eq!(patiently(loopback.receive(&question)).await.unwrap().expose(), "code_1");
    drop(stream);
}

#[tokio::test]
async fn the_receiver_tells_refusals_and_its_end() {
    let server = server(&granted());
    let loopback = Loopback::bind("http://localhost:0").await.unwrap();
    let redirect = loopback.redirect_uri().to_owned();
    assert!(redirect.starts_with("http://localhost:"), "{redirect}");
    let port = url::Url::parse(&redirect).unwrap().port().unwrap();
    let question = WebApp::public("2.app.coze").authorize(&server, &redirect).unwrap();
    let state = query(&question)["state"].clone();
    let visitor = tokio::spawn(async move {
        visit(port, &format!("GET /?error=access_denied&state={state} HTTP/1.1\r\n\r\n")).await
    });
    let error = patiently(loopback.receive(&question)).await.unwrap_err();
    assert_eq!(error.api().unwrap().code.to_string(), "access_denied");
    assert!(patiently(visitor).await.unwrap().starts_with("HTTP/1.1 403"));

    let loopback = Loopback::bind("http://127.0.0.1:0").await.unwrap().timeout(Duration::from_millis(10));
    let error = patiently(loopback.receive(&question)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout(coze::TimeoutKind::Login));

    for bad in ["https://127.0.0.1:1", "http://example.com", "http://0.0.0.0:1", "x"] {
        let error = Loopback::bind(bad).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config, "{error}");
    }
    // None of them is the port 80.
    for bad in ["http://127.0.0.1:99999/cb", "http://localhost:65536", "http://127.0.0.1:/cb"] {
        let error = Loopback::bind(bad).await.unwrap_err();
        assert!(error.to_string().contains("a port that is not a number from 0 to 65535"), "{error}");
        WebApp::public("2.app.coze").authorize(&server, bad).unwrap_err();
    }
    let loopback = Loopback::bind("http://127.0.0.1:00/a:0").await.unwrap();
    let redirect = url::Url::parse(loopback.redirect_uri()).unwrap();
    assert_eq!((redirect.port().is_some_and(|port| port > 0), redirect.path()), (true, "/a:0"));
    let taken = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://127.0.0.1:{}", taken.local_addr().unwrap().port());
    assert!(Loopback::bind(&address).await.unwrap_err().to_string().contains("another port"));
}
