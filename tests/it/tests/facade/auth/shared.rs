//! One cache for several clients and many requests.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

use coze::auth::{self, Cached, Grant, Token, TokenRequest};
use coze::{Coze, Error, RetryPolicy, Timestamp};
use tokio::sync::Semaphore;
use tokio::time::Instant;

use super::{ask, bearers, chat, refused, soon};
use crate::mock::Mock;

#[tokio::test]
async fn a_token_goes_to_no_server_but_the_one_that_it_was_asked_for() {
    let mock = Mock::always(chat());
    let provider = auth::from_fn(async |request: TokenRequest| {
        let host = request.server.base_url().trim_start_matches("https://").to_owned();
        Ok(Token::new(format!("token_of_{host}"))?.expires_at(soon()))
    });
    let cached = Cached::new(provider);
    let client = |base: &str| {
        let builder = Coze::builder().transport(mock.clone()).retry(RetryPolicy::none());
        builder.auth(cached.clone()).base_url(base).build().unwrap()
    };
    let (one, other) = (client("https://one.test"), client("https://other.test"));
    for client in [&one, &other, &one] {
        client.chat().create(ask()).await.unwrap();
    }
    let expected = ["Bearer token_of_one.test", "Bearer token_of_other.test", "Bearer token_of_one.test"];
    assert_eq!(bearers(&mock), expected);
    assert!(!format!("{cached:?}").contains("token_of"));
}

/// Hands the same token out until it hears that it was refused; tokens without an end are asked for each time.
#[tokio::test]
async fn a_refresh_that_does_not_know_of_the_refusal_is_followed_by_one_that_does() {
    let mock = Mock::new(|_, sent| match sent.header("authorization") {
        Some("Bearer old_token") => refused(),
        _ => chat(),
    });
    let gate = Arc::new(Semaphore::new(1));
    let asked = Arc::new(AtomicUsize::new(0));
    let (gated, counted) = (Arc::clone(&gate), Arc::clone(&asked));
    let provider = auth::from_fn(move |request: TokenRequest| {
        let (gate, asked) = (Arc::clone(&gated), Arc::clone(&counted));
        async move {
            asked.fetch_add(1, Ordering::SeqCst);
            if request.refused.is_some() {
                return Token::new("new_token");
            }
            gate.acquire().await.unwrap().forget();
            Token::new("old_token")
        }
    });
    let cached = Cached::new(provider);
    let server =
        Coze::builder().base_url("https://mock.test").transport(mock.clone()).build_server().unwrap();
    let client = mock.builder().auth(cached.clone()).build().unwrap();
    // The first is refused while the second asks, without a word of the refusal.
    let mut request = TokenRequest::new(server.clone());
    let old = auth::TokenProvider::token(&cached, request.clone()).await.unwrap();
    let second = tokio::spawn({
        let client = client.clone();
        async move { client.chat().create(ask()).await.map(drop) }
    });
    while asked.load(Ordering::SeqCst) < 2 {
        tokio::task::yield_now().await;
    }
    request.refused = Some(old);
    let first = tokio::spawn(async move { auth::TokenProvider::token(&cached, request).await });
    tokio::task::yield_now().await;
    gate.add_permits(1);
    assert_eq!(first.await.unwrap().unwrap().expose(), "new_token");
    second.await.unwrap().unwrap();
}

/// Good for nearly a minute, and due all the same.
fn due() -> Token {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
    let time = |offset: i64| Some(Timestamp::from_unix(i64::try_from(now.as_secs()).unwrap() + offset));
    let mut grant = Grant::new("old_token");
    (grant.issued_at, grant.expires_at) = (time(-900), time(58));
    grant.token().unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_failed_renewal_of_a_good_token_is_put_off() {
    let mock = Mock::always(chat());
    let count = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&count);
    let provider = auth::from_fn(move |_| {
        let number = counted.fetch_add(1, Ordering::SeqCst);
        async move {
            match number {
                0 => Ok(due()),
                1 => Err(Error::auth("cannot ask the vault", "it is sealed")),
                // It hangs: the old one is not kept waiting for ever.
                2 => std::future::pending().await,
                _ => unreachable!("one at a time"),
            }
        }
    });
    let client = mock.builder().auth(provider).build().unwrap();
    let send = async || client.chat().create(ask()).await.map(drop).unwrap();
    let asked = || count.load(Ordering::SeqCst);
    send().await;
    assert_eq!(asked(), 1);
    for _ in 0..3 {
        send().await;
        assert_eq!(asked(), 2);
        tokio::time::advance(Duration::from_secs(3)).await;
    }
    tokio::time::advance(Duration::from_secs(2)).await;
    let before = Instant::now();
    send().await;
    assert_eq!((asked(), before.elapsed().as_secs()), (3, 5));
    assert_eq!(bearers(&mock), vec!["Bearer old_token"; 5]);
}
