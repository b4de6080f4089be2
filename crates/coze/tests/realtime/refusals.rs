//! Handshakes that are refused, and sessions that are not configured.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use coze::auth::{self, Token, TokenRequest};
use coze::realtime::{
    InputAudio, InterruptConfig, InterruptMode, RealtimeConfig, TurnDetection, VoiceProcessingConfig,
};
use coze::{ErrorKind, RetryPolicy, TimeoutKind};
use serde_json::Value;

use super::*;

fn answer(status: &str, headers: &str, body: &str) -> String {
    format!(
        "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nX-Tt-Logid: log-9\r\n{headers}Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// A client of a server that answers every handshake so, and how many there were.
async fn answering(answer: String) -> (Coze, Arc<AtomicUsize>) {
    let count = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&count);
    let url = listen(move |stream, _| {
        counted.fetch_add(1, Ordering::SeqCst);
        let answer = answer.clone();
        async move {
            refuse(stream, &answer).await;
        }
    })
    .await;
    (client(&url), count)
}

#[tokio::test]
async fn a_refused_handshake_is_an_error_of_the_api() {
    for (status, body, kind, said) in [
        (
            "401 Unauthorized",
            r#"{"code":4100,"msg":"authentication is invalid"}"#,
            ErrorKind::Authentication,
            "4100",
        ),
        (
            "403 Forbidden",
            r#"{"code":4101,"msg":"not on the allow list"}"#,
            ErrorKind::Permission,
            "allow list",
        ),
        ("404 Not Found", "{\"code\":4200,\"msg\":\"no such bot\"}", ErrorKind::Unpublished, "no such bot"),
        ("403 Forbidden", "", ErrorKind::Permission, "403"),
        ("502 Bad Gateway", "<html>bad gateway</html>", ErrorKind::Server, "502"),
    ] {
        let (client, _) = answering(answer(status, "", body)).await;
        let connect = client.chat().realtime("7").retry(RetryPolicy::none());
        let error = refused(connect).await;
        assert_eq!(error.log_id().unwrap(), "log-9", "{error}");
        assert_eq!(
            (error.endpoint(), error.status().map(|status| status.as_str().to_owned())),
            (Some("/v1/chat"), Some(status[..3].to_owned()))
        );
        assert!(
            error.to_string().contains(said) && error.kind() == kind,
            "{status}: {:?} {error}",
            error.kind()
        );
    }
}

#[tokio::test]
async fn a_page_in_place_of_a_websocket_is_an_error() {
    let (client, _) = answering(answer("200 OK", "", r#"{"code":0,"data":{}}"#)).await;
    let error = refused(client.audio().speech().live()).await;
    assert!(
        error.to_string().contains("with the status 200, not 101") && error.kind() == ErrorKind::Decode,
        "{error}"
    );
}

#[tokio::test]
async fn a_busy_server_is_asked_again_within_the_policy() {
    let (client, count) = answering(answer(
        "429 Too Many Requests",
        "Retry-After: 0\r\n",
        r#"{"code":4013,"msg":"slow down"}"#,
    ))
    .await;
    let error = refused(client.audio().speech().live()).await;
    assert_eq!(
        (error.kind(), error.attempts().len(), count.load(Ordering::SeqCst)),
        (ErrorKind::RateLimited, 2, 3),
        "{error}"
    );
}

#[tokio::test]
async fn each_connection_has_a_fresh_token_and_a_refused_one_is_renewed() {
    let url = listen(|stream, number| async move {
        match number {
            0 | 2 => {
                let mut peer = Peer::accept(stream).await;
                let expected = format!("Bearer token-{}", number + 1);
                assert_eq!(peer.request.headers()["authorization"], expected.as_str());
                peer.send("speech.created", Value::Null).await;
                peer.next().await;
            }
            _ => {
                let head =
                    refuse(stream, &answer("401 Unauthorized", "", r#"{"code":4100,"msg":"old"}"#)).await;
                assert!(head.to_ascii_lowercase().contains("authorization: bearer token-2"), "{head}");
            }
        }
    })
    .await;
    let count = AtomicUsize::new(0);
    let provider = auth::from_fn(move |_: TokenRequest| {
        let number = count.fetch_add(1, Ordering::SeqCst) + 1;
        async move { Token::new(format!("token-{number}")) }
    });
    let client = Coze::builder().auth(provider).base_url(url).build().unwrap();
    let connect = client.audio().speech().live();
    // One builder opens any number of sessions.
    for _ in 0..2 {
        open(connect.clone()).await.close().await.unwrap();
    }
}

#[tokio::test]
async fn an_error_before_the_configuration_is_in_force_is_that_of_connect() {
    let client = serving(|mut peer| async move {
        peer.send("chat.created", Value::Null).await;
        peer.expect("chat.update").await;
        peer.send("error", json!({"code": 4000, "msg": "bad sample rate pat_secret"})).await;
        peer.next().await;
    })
    .await;
    let error = refused(client.chat().realtime("7").input_audio(InputAudio::pcm(1))).await;
    assert_eq!((error.kind(), error.api().unwrap().code == 4000), (ErrorKind::InvalidRequest, true));
    assert_eq!(error.log_id().unwrap(), "log-1");
    assert!(!error.to_string().contains("pat_secret"), "{error}");
}

#[tokio::test]
async fn a_token_that_is_refused_after_the_handshake_is_renewed_once() {
    let url = listen(|stream, number| async move {
        let mut peer = Peer::accept(stream).await;
        let expected = format!("Bearer token-{}", number + 1);
        assert_eq!(peer.request.headers()["authorization"], expected.as_str());
        if number == 0 {
            peer.send("error", json!({"code": 4100, "msg": "authentication is invalid"})).await;
        } else {
            peer.send("speech.created", Value::Null).await;
        }
        peer.next().await;
    })
    .await;
    let count = AtomicUsize::new(0);
    let provider = auth::from_fn(move |_: TokenRequest| {
        let number = count.fetch_add(1, Ordering::SeqCst) + 1;
        async move {
            Token::new(format!("token-{number}"))
                .map(|token| token.expires_at(std::time::SystemTime::now() + LONG * 60))
        }
    });
    let client = Coze::builder().auth(provider).base_url(url).build().unwrap();
    open(client.audio().speech().live()).await;
}

#[tokio::test]
async fn a_session_that_is_not_configured_in_time_says_what_is_missing() {
    let limit = Duration::from_millis(300);
    for (created, missing) in [(false, "chat.created"), (true, "chat.updated")] {
        let client = serving(move |mut peer| async move {
            if created {
                peer.send("chat.created", Value::Null).await;
            }
            while peer.next().await.is_some() {}
        })
        .await;
        let connect = client.chat().realtime("7").input_audio(InputAudio::g711a()).timeout(limit);
        let error = refused(connect).await;
        assert_eq!(
            (error.kind(), error.timed_out()),
            (ErrorKind::Timeout(TimeoutKind::WebSocket), Some(limit))
        );
        assert!(error.to_string().contains(missing), "{error}");
    }
    // A server that takes the connection and never answers.
    let url = listen(|stream, _| async move {
        tokio::time::sleep(LONG).await;
        drop(stream);
    })
    .await;
    let error = refused(client(&url).chat().realtime("7").timeout(limit)).await;
    assert_eq!(error.kind(), ErrorKind::Timeout(TimeoutKind::Head), "{error}");
}

#[tokio::test]
async fn a_close_before_the_configuration_is_an_error_with_its_code() {
    let client = serving(|mut peer| async move { peer.close(1008, "no such plan").await }).await;
    let error = refused(client.chat().realtime("7")).await;
    assert_eq!(error.kind(), ErrorKind::Closed);
    let why = error.close_frame().unwrap();
    assert_eq!((why.code, why.reason.as_str(), error.is_retryable()), (1008, "no such plan", false));
    assert!(
        error.to_string().contains("1008 (a breach of its policy) and the reason \"no such plan\""),
        "{error}"
    );
}

#[tokio::test]
async fn what_the_pages_forbid_is_rejected_without_a_connection() {
    let client = client("http://127.0.0.1:1");
    let keywords = InterruptConfig::new(InterruptMode::KeywordPrefix, ["停"]);
    let voice = VoiceProcessingConfig::default().enable_ans(true).enable_pdns(true);
    let config = RealtimeConfig::default()
        .input_audio(InputAudio::g711a().sample_rate(16_000))
        .turn_detection(TurnDetection::server_vad().interrupt_config(keywords))
        .voice_processing_config(voice);
    let error = refused(client.chat().realtime("7").config(config).conversation_id("")).await;
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
    let fields: Vec<_> = error.validation_errors().iter().map(|error| error.field.as_str()).collect();
    assert_eq!(
        fields,
        [
            "input_audio.sample_rate",
            "turn_detection.interrupt_config.keywords[0]",
            "chat_config.conversation_id",
            "voice_processing_config.enable_pdns",
        ]
    );
    // An empty id would name another agent, or none.
    let error = refused(client.chat().realtime("")).await;
    assert!(error.to_string().contains("bot_id"), "{error}");
    let error = refused(client.chat().realtime("7").header("Sec-WebSocket-Key", "x")).await;
    assert_eq!(error.kind(), ErrorKind::Connect, "{error}");
}

#[tokio::test]
async fn parameters_are_encoded() {
    let client = serving(|mut peer| async move {
        assert_eq!(peer.request.uri(), "/v1/chat?bot_id=a%26workflow_id%3Dx&workflow_id=9&device_id=-5");
        peer.send("chat.created", Value::Null).await;
        peer.next().await;
    })
    .await;
    open(client.chat().realtime("a&workflow_id=x").workflow_id("9").device_id(-5)).await;
}
