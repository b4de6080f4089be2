//! Uploads that stand still, and what they wait for.

use coze::TimeoutKind;
use coze::auth::{Token, TokenProvider, TokenRequest};
use coze::transport::{Body, Incoming, Transport, TransportError};
use http::{Request, Response};

use super::*;

#[tokio::test(start_paused = true)]
async fn a_source_that_gives_nothing_is_not_taken_for_a_slow_server() {
    let silent = futures_util::stream::pending::<io::Result<Bytes>>();
    let mock = Mock::always(uploaded());
    let client = mock.builder().timeout(Duration::from_secs(5)).build().unwrap();
    let error = client.files().upload(FileSource::stream("a.png", silent)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout(TimeoutKind::Source), "{error}");
    assert!(error.to_string().contains("to give more"), "{error}");
}

/// Takes its time for each token.
#[derive(Debug)]
struct Slow;

#[coze::transport::async_trait]
impl TokenProvider for Slow {
    async fn token(&self, _: TokenRequest) -> Result<Token, coze::Error> {
        tokio::time::sleep(Duration::from_secs(1)).await;
        Token::new("t")
    }
}

#[tokio::test(start_paused = true)]
async fn the_wait_before_a_try_is_no_standstill_of_the_upload() {
    let busy = || Reply::new(429, "text/plain", "slow down").header("retry-after", "30");
    let mock = Mock::new(move |number, _| if number == 0 { busy() } else { uploaded() });
    let client = mock.builder().auth(Slow).timeout(Duration::from_secs(5));
    let client = client.retry(RetryPolicy::new()).build().unwrap();
    client.files().upload(FileSource::bytes("a.png", "png")).await.unwrap();
    assert_eq!(mock.sent().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_token_that_does_not_come_is_not_taken_for_a_slow_server() {
    let mock = Mock::always(uploaded());
    let client = mock.builder().auth(Slow).timeout(Duration::from_millis(500)).build().unwrap();
    let source = || FileSource::bytes("a.png", "png");
    let limited = client.files().upload(source()).timeout(Duration::from_millis(500)).await;
    for error in [client.files().upload(source()).await.unwrap_err(), limited.unwrap_err()] {
        assert_eq!(error.kind(), ErrorKind::Timeout(TimeoutKind::Token), "{error}");
        assert!(error.to_string().contains("after 500ms waiting for a token"), "{error}");
    }
    assert!(mock.sent().is_empty());
}

/// Refuses the token before it has read the file.
struct Early;

#[coze::transport::async_trait]
impl Transport for Early {
    async fn send(&self, _: Request<Body>) -> Result<Response<Incoming>, TransportError> {
        let mut response =
            Response::new(Incoming::from(r#"{"code":4100,"msg":"authentication is invalid"}"#));
        *response.status_mut() = http::StatusCode::UNAUTHORIZED;
        Ok(response)
    }
}

/// Hands out a token, and none in its place.
#[derive(Debug)]
struct Once;

#[coze::transport::async_trait]
impl TokenProvider for Once {
    async fn token(&self, request: TokenRequest) -> Result<Token, coze::Error> {
        if request.refused.is_some() {
            std::future::pending::<()>().await;
        }
        Token::new("t")
    }
}

#[tokio::test(start_paused = true)]
async fn a_token_that_is_not_renewed_is_not_taken_for_a_slow_server() {
    let builder = Mock::always(uploaded()).builder().transport(Early).auth(Once);
    let client = builder.timeout(Duration::from_secs(5)).build().unwrap();
    let error = client.files().upload(FileSource::bytes("a.png", "png")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout(TimeoutKind::Token), "{error}");
}
