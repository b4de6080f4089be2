//! Answers that a server or a proxy compresses, whether that was asked for or not.

use std::io::Write as _;
use std::time::Duration;

use coze::audio::CreateSpeech;
use coze::{Coze, CreateChat, Error, ErrorKind, Message, RetryPolicy};
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::json;

use crate::mock::{Mock, Piece, Reply};

const ME: &str = r#"{"code":0,"msg":"","data":{"user_id":"7","user_name":"well"}}"#;

fn gzip(data: impl AsRef<[u8]>) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(data.as_ref()).unwrap();
    encoder.finish().unwrap()
}

fn events() -> String {
    let event = |name: &str, data: &str| format!("event:{name}\ndata:{data}\n\n");
    event("conversation.message.delta", r#"{"id":"3","type":"answer","content":"hi"}"#)
        + &event("conversation.chat.completed", r#"{"id":"2","conversation_id":"1","status":"completed"}"#)
        + &event("done", "[DONE]")
}

fn ask() -> CreateChat {
    CreateChat::new("7", "u").message(Message::user("hi"))
}

fn coded(reply: Reply, coding: &str) -> Reply {
    reply.header("content-encoding", coding)
}

/// What each shape of an answer makes of a coding.
async fn failures(client: &Coze, path: &std::path::Path) -> [Error; 4] {
    let saved =
        async { client.audio().speech().create(CreateSpeech::new("hi", "7")).await?.save(path).await };
    [
        client.users().me().await.unwrap_err(),
        client.chat().stream(ask()).await.unwrap_err(),
        client.chat().stream(ask()).recover().await.unwrap_err(),
        saved.await.unwrap_err(),
    ]
}

#[tokio::test]
async fn a_request_says_which_codings_are_read() {
    let mock = Mock::new(|number, _| match number {
        0 => Reply::new(200, "application/json", ME),
        1 => Reply::events(events()),
        _ => Reply::new(200, "audio/mpeg", "mp3"),
    });
    let client = mock.client();
    client.users().me().await.unwrap();
    client.chat().stream(ask()).await.unwrap();
    client.audio().speech().create(CreateSpeech::new("hi", "7")).await.unwrap();
    let said: Vec<_> =
        mock.sent().iter().map(|sent| sent.header("accept-encoding").unwrap().to_owned()).collect();
    assert_eq!(said, ["gzip", "identity", "identity"], "what is read as it comes is better not compressed");
    let error = client.users().me().header("Accept-Encoding", "br").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
}

#[tokio::test]
async fn gzip_is_read_in_every_shape_of_an_answer() {
    for coding in ["gzip", "x-gzip", "GZIP", "identity, gzip"] {
        let plain = Mock::always(coded(Reply::new(200, "application/json", gzip(ME)), coding));
        assert_eq!(plain.client().users().me().await.unwrap().user_name.unwrap(), "well");

        let mp3: Vec<u8> = (0..=255).cycle().take(300_000).collect();
        let packed = gzip(&mp3);
        let len = packed.len().to_string();
        let audio = coded(Reply::new(200, "audio/mpeg", packed), coding).header("content-length", &len);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.mp3");
        let speech = Mock::always(audio).client();
        let download = speech.audio().speech().create(CreateSpeech::new("hi", "7")).await.unwrap();
        assert_eq!(download.len(), None, "the length of what was sent says nothing");
        assert_eq!(download.save(&path).await.unwrap(), 300_000);
        assert_eq!(std::fs::read(&path).unwrap(), mp3);

        let refused = Reply::new(401, "application/json", gzip(r#"{"code":4100,"msg":"bad token"}"#));
        let error = Mock::always(coded(refused, coding)).client().users().me().await.unwrap_err();
        assert_eq!((error.kind(), error.status().unwrap().as_u16()), (ErrorKind::Authentication, 401));
    }
}

#[tokio::test(start_paused = true)]
async fn events_in_gzip_come_as_soon_as_they_are_sent() {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    let mut pieces = Vec::new();
    for event in events().split_inclusive("\n\n") {
        encoder.write_all(event.as_bytes()).unwrap();
        encoder.flush().unwrap();
        // Byte by byte, and then nothing for a while.
        pieces.extend(encoder.get_mut().drain(..).map(|byte| Piece::Data(vec![byte].into())));
        pieces.push(Piece::Pause(Duration::from_secs(10)));
    }
    let mock = Mock::always(coded(Reply::pieces(pieces), "gzip"));
    let started = tokio::time::Instant::now();
    let mut events = mock.client().chat().stream(ask()).await.unwrap();
    assert_eq!(events.next().await.unwrap().unwrap().text(), Some("hi"));
    assert_eq!(started.elapsed(), Duration::ZERO);
}

#[tokio::test]
async fn gzip_that_is_cut_or_broken_is_an_error() {
    let whole = gzip(ME);
    for body in [whole[..whole.len() - 4].to_vec(), whole[..20].to_vec(), b"not gzip at all".to_vec()] {
        // What is no gzip is none when it is asked for again; what is cut may be whole then.
        let is_cut = body.starts_with(&whole[..20]);
        let mock = Mock::always(coded(Reply::new(200, "application/json", body), "gzip"));
        let client = mock.builder().retry(RetryPolicy::new().base_delay(Duration::ZERO)).build().unwrap();
        let error = client.users().me().await.unwrap_err();
        assert_eq!((error.kind(), error.is_retryable()), (ErrorKind::Transport, is_cut), "{error}");
        assert!(error.to_string().contains("gzip"), "{error}");
        assert_eq!(mock.sent().len(), if is_cut { 3 } else { 1 });
    }
}

#[tokio::test]
async fn a_coding_that_is_not_read_is_named_and_nothing_is_saved() {
    for (coding, name) in [("br", "br"), ("Zstd", "zstd"), ("gzip, br", "gzip, br")] {
        let mock = Mock::new(move |_, sent| {
            let media_type = match sent.header("accept") {
                Some("text/event-stream") => "text/event-stream",
                Some("*/*") => "audio/mpeg",
                _ => "application/json",
            };
            coded(Reply::new(200, media_type, "coded"), coding).header("x-tt-logid", "L")
        });
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.mp3");
        let client = mock.builder().retry(RetryPolicy::new()).build().unwrap();
        for error in failures(&client, &path).await {
            assert_eq!((error.kind(), error.is_retryable()), (ErrorKind::Decode, false), "{error}");
            assert!(error.to_string().contains(&format!("{name:?}")), "{error}");
            assert_eq!(error.log_id().unwrap(), "L");
        }
        assert_eq!(mock.sent().len(), 4, "asked again");
        assert!(!path.exists());
    }
}

#[tokio::test(start_paused = true)]
async fn an_error_that_cannot_be_read_keeps_its_status() {
    let over = |status| Reply::new(status, "text/html", "x".repeat(2000));
    for (reply, words) in [
        (coded(Reply::new(503, "text/html", "coded"), "br"), "\"br\""),
        (over(503), "1000 bytes"),
        (over(401), "1000 bytes"),
        (over(429).header("retry-after", "3600"), "1000 bytes"),
    ] {
        let mock = Mock::always(reply.header("x-tt-logid", "L"));
        let builder = mock.builder().max_body(1000).retry(RetryPolicy::new());
        let client = builder.build().unwrap();
        let folder = tempfile::tempdir().unwrap();
        for error in failures(&client, &folder.path().join("out.mp3")).await {
            let status = error.status().expect("the status is known").as_u16();
            let kind = match status {
                401 => ErrorKind::Authentication,
                429 => ErrorKind::RateLimited,
                _ => ErrorKind::Server,
            };
            assert_eq!(error.kind(), kind, "{error}");
            assert!(
                error.to_string().contains(words) && error.to_string().contains(&status.to_string()),
                "{error}"
            );
            assert_eq!(error.log_id().unwrap(), "L");
            assert_eq!(error.retry_after().is_some(), status == 429);
        }
        // What only reads was repeated where the status says that it may help.
        let reads = mock.lines().iter().filter(|line| line.starts_with("GET")).count();
        let expected =
            if mock.client().users().me().await.unwrap_err().status().unwrap() == 503 { 3 } else { 1 };
        assert_eq!(reads, expected);
    }
    // A success that is too large has no status that would tell more.
    let mock = Mock::always(Reply::json(&json!({"code": 0, "data": "x".repeat(2000)})));
    let client = mock.builder().max_body(1000).build().unwrap();
    assert_eq!(client.users().me().await.unwrap_err().kind(), ErrorKind::TooLarge);
}
