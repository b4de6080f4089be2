//! `coze auth`.

use coze_sim::{Dialect, Sim};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::support::{TOKEN, coze, coze_at, run, sim};

#[tokio::test(flavor = "multi_thread")]
async fn check_says_whose_the_token_is() {
    let sim = sim().await;
    let ran = run(coze_at(&sim, &["auth", "check"]));
    assert_eq!(ran.stderr, "");
    let line = ran.ok();
    assert!(line.contains(&sim.url()) && line.contains("Simulated user") && line.ends_with('\n'), "{line}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_cannot_tell_is_not_taken_for_a_bad_token() {
    let sim = Sim::builder().token(TOKEN).dialect(Dialect::Studio).start().await.unwrap();
    run(coze_at(&sim, &["auth", "check"]))
        .fails(4, &["does not offer", "does not report the owner of a token"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn words_of_a_server_begin_no_line() {
    let server = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", server.local_addr().unwrap());
    tokio::spawn(async move {
        let (mut stream, _) = server.accept().await.unwrap();
        let mut head = [0; 4096];
        let _ = stream.read(&mut head).await.unwrap();
        let body = r#"{"code":0,"data":{"user_id":"7","user_name":"me\nlogged in"}}"#;
        let head =
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length:";
        stream.write_all(format!("{head} {}\r\n\r\n{body}", body.len()).as_bytes()).await.unwrap();
    });
    let mut command = coze(&["auth", "check"]);
    command.env("COZE_API_TOKEN", TOKEN).env("COZE_API_BASE", url);
    let line = run(command).ok();
    assert!(line.contains("me logged in") && line.lines().count() == 1, "{line:?}");
}
