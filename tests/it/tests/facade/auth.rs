//! Tokens of providers: when they are asked for, how often, and what becomes of a refused one.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

use coze::auth::{self, Cached, JwtApp, Token, TokenRequest};
use coze::{Coze, CreateChat, Error, ErrorKind, Message, Region, RetryPolicy};
use serde_json::json;
use tokio::sync::Semaphore;

use crate::mock::{Mock, Reply};

mod device;
mod refusal;
mod session;
mod shared;
mod web;

fn ask() -> CreateChat {
    CreateChat::new("7", "u").message(Message::user("hi"))
}

fn chat() -> Reply {
    Reply::data(&json!({"id": "2", "conversation_id": "1", "status": "in_progress"}))
}

fn refused() -> Reply {
    Reply::new(
        401,
        "application/json",
        r#"{"code":4100,"msg":"authentication is invalid","detail":{"logid":"L1"}}"#,
    )
}

fn soon() -> SystemTime {
    SystemTime::now() + Duration::from_secs(900)
}

/// Hands out `t1`, `t2`, ..., each when a permit allows it.
#[derive(Clone)]
struct Mint {
    count: Arc<AtomicUsize>,
    gate: Arc<Semaphore>,
    kept: bool,
}

impl Mint {
    fn open(kept: bool) -> Self {
        Self { count: Arc::default(), gate: Arc::new(Semaphore::new(Semaphore::MAX_PERMITS)), kept }
    }

    fn closed() -> Self {
        Self { gate: Arc::new(Semaphore::new(0)), ..Self::open(true) }
    }

    fn count(&self) -> usize {
        self.count.load(Ordering::SeqCst)
    }

    fn provider(&self) -> impl auth::TokenProvider + use<> {
        let mint = self.clone();
        auth::from_fn(move |_: TokenRequest| {
            let mint = mint.clone();
            async move {
                let number = mint.count.fetch_add(1, Ordering::SeqCst) + 1;
                mint.gate.acquire().await.unwrap().forget();
                let token = Token::new(format!("token_{number}"))?;
                Ok::<_, Error>(if mint.kept { token.expires_at(soon()) } else { token })
            }
        })
    }
}

fn bearers(mock: &Mock) -> Vec<String> {
    mock.sent().iter().map(|sent| sent.header("authorization").unwrap_or_default().to_owned()).collect()
}

#[tokio::test]
async fn a_token_is_kept_until_its_end_and_one_without_end_is_not() {
    for (kept, expected) in [(true, ["token_1"; 3]), (false, ["token_1", "token_2", "token_3"])] {
        let (mock, mint) = (Mock::always(chat()), Mint::open(kept));
        let client = mock.builder().auth(mint.provider()).build().unwrap();
        for _ in 0..3 {
            client.chat().create(ask()).await.unwrap();
        }
        assert_eq!(bearers(&mock), expected.map(|token| format!("Bearer {token}")));
        assert!(mock.sent().iter().all(|sent| !sent.debug.contains("token_")));
    }
}

#[tokio::test]
async fn a_thousand_requests_ask_for_one_token() {
    let (mock, mint) = (Mock::always(chat()), Mint::closed());
    let client = mock.builder().auth(mint.provider()).build().unwrap();
    let calls: Vec<_> = (0..1000)
        .map(|_| {
            let client = client.clone();
            tokio::spawn(async move { client.chat().create(ask()).await.map(drop) })
        })
        .collect();
    while mint.count() == 0 {
        tokio::task::yield_now().await;
    }
    // Everybody who has not asked yet finds the refresh under way or its outcome.
    mint.gate.add_permits(1000);
    for call in calls {
        call.await.unwrap().unwrap();
    }
    assert_eq!(mint.count(), 1);
    assert_eq!(bearers(&mock), vec!["Bearer token_1"; 1000]);
}

#[tokio::test]
async fn a_request_that_is_dropped_takes_nothing_from_the_others() {
    let (mock, mint) = (Mock::always(chat()), Mint::closed());
    let client = mock.builder().auth(mint.provider()).build().unwrap();
    let leader = client.clone();
    let leader = tokio::spawn(async move { leader.chat().create(ask()).await.map(drop) });
    while mint.count() == 0 {
        tokio::task::yield_now().await;
    }
    let follower = client.clone();
    let follower = tokio::spawn(async move { follower.chat().create(ask()).await.map(drop) });
    tokio::task::yield_now().await;
    leader.abort();
    assert!(leader.await.unwrap_err().is_cancelled());
    mint.gate.add_permits(1000);
    follower.await.unwrap().unwrap();
    assert_eq!(mint.count(), 1);
}

#[tokio::test]
async fn a_failed_refresh_fails_all_that_wait_and_the_next_request_tries_again() {
    let mock = Mock::always(chat());
    let count = Arc::new(AtomicUsize::new(0));
    let gate = Arc::new(Semaphore::new(0));
    let (counted, gated) = (Arc::clone(&count), Arc::clone(&gate));
    let provider = auth::from_fn(move |_| {
        let (count, gate) = (Arc::clone(&counted), Arc::clone(&gated));
        async move {
            let number = count.fetch_add(1, Ordering::SeqCst);
            gate.acquire().await.unwrap().forget();
            match number {
                0 => Err(Error::auth("cannot ask the vault", "it is sealed")),
                1 => panic!("a provider that panics"),
                _ => Ok(Token::new("good")?.expires_at(soon())),
            }
        }
    });
    let client = mock.builder().auth(provider).build().unwrap();
    for word in ["it is sealed", "panicked"] {
        let before = count.load(Ordering::SeqCst);
        let calls: Vec<_> = (0..10)
            .map(|_| {
                let client = client.clone();
                tokio::spawn(async move { client.chat().create(ask()).await.unwrap_err() })
            })
            .collect();
        // All of them wait: with one thread, each runs until it does.
        while count.load(Ordering::SeqCst) == before {
            tokio::task::yield_now().await;
        }
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
        gate.add_permits(1);
        for call in calls {
            let error = call.await.unwrap();
            assert!(error.to_string().contains(word), "{error}");
        }
        assert_eq!(count.load(Ordering::SeqCst), before + 1);
    }
    assert_eq!(mock.sent().len(), 0);
    gate.add_permits(1);
    client.chat().create(ask()).await.unwrap();
    assert_eq!(bearers(&mock), ["Bearer good"]);
}

#[tokio::test]
async fn a_refused_token_is_renewed_once_and_the_request_sent_once_more() {
    // A POST, with no tries beyond the first, and a budget that nothing is taken from.
    let mock = Mock::script([refused(), chat(), chat()]);
    let mint = Mint::open(true);
    let client = mock.builder().auth(mint.provider()).retry(RetryPolicy::none()).build().unwrap();
    client.chat().create(ask()).await.unwrap();
    client.chat().create(ask()).await.unwrap();
    assert_eq!(bearers(&mock), ["Bearer token_1", "Bearer token_2", "Bearer token_2"]);
    assert_eq!(mock.sent()[0].body, mock.sent()[1].body);

    // The second refusal is final, and tells of the first.
    let mock = Mock::always(refused());
    let mint = Mint::open(true);
    let client = mock.builder().auth(mint.provider()).build().unwrap();
    let error = client.chat().create(ask()).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts().len(), mint.count()), (ErrorKind::Authentication, 1, 2));
    let first = &error.attempts()[0];
    assert_eq!((first.kind, first.delay), (ErrorKind::Authentication, Duration::ZERO));
    assert_eq!(first.log_id.as_ref().unwrap().as_str(), "L1");
    assert_eq!(mock.sent().len(), 2);
}

#[tokio::test]
async fn a_refused_stream_is_asked_for_again() {
    let stream = Reply::events(
        "event:conversation.message.delta\ndata:{\"id\":\"1\",\"type\":\"answer\",\"content\":\"hi\"}\n\nevent:done\ndata:\n\n",
    );
    // With status 200, as some refusals come.
    let refused = Reply::json(&json!({"code": 4100, "msg": "authentication is invalid"}));
    let mock = Mock::script([refused, stream]);
    let client = mock.builder().auth(Mint::open(true).provider()).build().unwrap();
    let mut text = client.chat().stream(ask()).await.unwrap().text();
    assert_eq!(text.next().await.unwrap().unwrap(), "hi");
    assert_eq!(bearers(&mock), ["Bearer token_1", "Bearer token_2"]);
}

#[tokio::test]
async fn the_same_token_is_not_tried_twice() {
    let mock = Mock::always(refused());
    let provider = auth::from_fn(async |_| Ok(Token::new("same")?.expires_at(soon())));
    let client = mock.builder().auth(provider).build().unwrap();
    let error = client.chat().create(ask()).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts().len()), (ErrorKind::Authentication, 0));
    assert_eq!(mock.sent().len(), 1);
}

#[tokio::test]
async fn a_refusal_is_told_when_there_is_no_other_token() {
    let mock = Mock::always(refused());
    let provider = auth::from_fn(async |request: TokenRequest| match request.refused {
        None => Ok(Token::new("first")?.expires_at(soon())),
        Some(token) => {
            assert_eq!(token.expose(), "first");
            Err(Error::auth("cannot log in again", "ask the user"))
        }
    });
    let client = mock.builder().auth(provider).build().unwrap();
    let error = client.chat().create(ask()).await.unwrap_err();
    assert!(error.to_string().contains("ask the user"), "{error}");
    assert!(error.attempts()[0].cause.contains("4100"), "{:?}", error.attempts());
}

#[tokio::test]
async fn requests_that_one_token_is_refused_to_share_the_next() {
    let mock = Mock::new(|_, sent| match sent.header("authorization") {
        Some("Bearer token_1") => refused(),
        _ => chat(),
    });
    let mint = Mint::open(true);
    let client = mock.builder().auth(mint.provider()).build().unwrap();
    let calls: Vec<_> = (0..50)
        .map(|_| {
            let client = client.clone();
            tokio::spawn(async move { client.chat().create(ask()).await.map(drop) })
        })
        .collect();
    for call in calls {
        call.await.unwrap().unwrap();
    }
    assert_eq!(mint.count(), 2);
}

#[tokio::test]
async fn a_good_token_outlives_a_failed_renewal() {
    let mock = Mock::always(chat());
    let count = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&count);
    let provider = auth::from_fn(move |_| {
        let number = counted.fetch_add(1, Ordering::SeqCst);
        async move {
            match number {
                // Good for a while, and at once due: its end was said when its life had been ten times as long.
                0 => Ok(Token::new("old")?.expires_at(SystemTime::now() + Duration::from_secs(5))),
                _ => Err(Error::auth("cannot ask the vault", "it is sealed")),
            }
        }
    });
    let cached = Cached::new(provider);
    let client = mock.builder().auth(cached).build().unwrap();
    for _ in 0..3 {
        client.chat().create(ask()).await.unwrap();
    }
    assert!(count.load(Ordering::SeqCst) <= 2);
}

#[tokio::test]
async fn a_client_takes_the_address_of_its_app_and_refuses_another() {
    let config = |base: &str| {
        let mut config: serde_json::Value = serde_json::from_str(&service_config()).unwrap();
        config["coze_api_base"] = json!(base);
        JwtApp::from_config(&serde_json::from_value(config).unwrap()).unwrap()
    };
    let app = config("https://api.coze.cn");
    let builder = || Coze::builder().transport(Mock::always(chat())).auth(app.clone());
    assert_eq!(builder().build().unwrap().base_url(), "https://api.coze.cn");
    assert_eq!(builder().region(Region::Cn).build().unwrap().base_url(), "https://api.coze.cn");
    for other in [builder().region(Region::Com), builder().base_url("https://gateway.example")] {
        let error = other.build().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config);
        assert!(error.to_string().contains("https://api.coze.cn"), "{error}");
    }
    let exposed = Coze::builder().transport(Mock::always(chat())).auth(config("http://api.coze.cn"));
    assert!(exposed.build().unwrap_err().to_string().contains("in the clear"));
}

/// The configuration of a service app whose key nobody trusts but the simulator.
pub(crate) fn service_config() -> String {
    static CONFIG: std::sync::OnceLock<String> = std::sync::OnceLock::new();
    let config = CONFIG.get_or_init(|| {
        std::thread::spawn(|| {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async { coze_sim::Sim::start().await.unwrap().oauth_config() })
        })
        .join()
        .unwrap()
    });
    config.clone()
}

#[tokio::test]
async fn a_service_app_signs_what_the_documentation_says() {
    let config = serde_json::from_str(&service_config()).unwrap();
    let mock = Mock::always(Reply::json(&json!({"access_token": "czs_1", "expires_in": 4_000_000_000_i64})));
    let app = JwtApp::from_config(&config).unwrap().session_name("user_2222");
    let server = Coze::builder()
        .base_url(config.coze_api_base.clone().unwrap())
        .transport(mock.clone())
        .build_server();
    let server = server.unwrap();
    for _ in 0..2 {
        let grant =
            app.clone().account("74908").lifetime(Duration::from_secs(86400)).fetch(&server).await.unwrap();
        assert_eq!(grant.access_token.expose(), "czs_1");
    }
    let sent = mock.sent();
    let claims = sent.iter().map(|sent| {
        assert_eq!(sent.line(), "POST /api/permission/oauth2/account/74908/token");
        assert_eq!(sent.json()["duration_seconds"], 86399);
        let jwt = sent.header("authorization").unwrap().strip_prefix("Bearer ").unwrap().to_owned();
        let parts: Vec<_> = jwt.split('.').map(unbase64).collect();
        let header: serde_json::Value = serde_json::from_slice(&parts[0]).unwrap();
        assert_eq!(header, json!({"alg": "RS256", "typ": "JWT", "kid": config.public_key_id}));
        assert_eq!(parts[2].len(), 256);
        serde_json::from_slice::<serde_json::Value>(&parts[1]).unwrap()
    });
    let claims: Vec<_> = claims.collect();
    let host = config.coze_api_base.as_ref().unwrap().strip_prefix("http://").unwrap();
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs();
    for claim in &claims {
        assert_eq!(
            (claim["iss"].as_str(), claim["aud"].as_str()),
            (Some(config.client_id.as_str()), Some(host))
        );
        assert!(claim["iat"].as_u64().unwrap().abs_diff(now) < 3600);
        assert_eq!(claim["exp"].as_u64().unwrap() - claim["iat"].as_u64().unwrap(), 600);
        assert!(claim["jti"].as_str().unwrap().len() > 32);
        assert_eq!(claim["session_name"], "user_2222");
    }
    assert_ne!(claims[0]["jti"], claims[1]["jti"]);
    let error = app.lifetime(Duration::from_secs(86401)).fetch(&server).await.unwrap_err();
    assert!(error.to_string().contains("a day"), "{error}");
}

#[tokio::test]
async fn a_service_app_whose_clock_is_ahead_gets_its_token() {
    let config: auth::AppConfig = serde_json::from_str(&service_config()).unwrap();
    // Seconds by which ours is ahead, whether the server says its own, and how often it is asked.
    for (ahead, says, asked) in [
        (0, true, 1),
        (2, false, 1),
        (5, true, 1),
        (29, false, 1),
        (29, true, 1),
        (40, true, 2),
        (300, true, 2),
        (100_000, true, 2),
        (40, false, 1),
    ] {
        let mock = Mock::new(move |_, sent| {
            let now = SystemTime::now() - Duration::from_secs(ahead);
            let unix = now.duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs();
            let jwt = sent.header("authorization").unwrap().split('.').nth(1).unwrap();
            let claims: serde_json::Value = serde_json::from_slice(&unbase64(jwt)).unwrap();
            let reply = if claims["iat"].as_u64().unwrap() > unix {
                let body = json!({"error_code": "invalid_request", "error_message": "iat is in the future"});
                Reply::new(400, "application/json", body.to_string())
            } else {
                Reply::json(&json!({"access_token": "czs_1", "expires_in": unix + 900}))
            };
            if says { reply.header("date", &httpdate::fmt_http_date(now)) } else { reply }
        });
        let app = JwtApp::from_config(&config).unwrap();
        let server = Coze::builder()
            .base_url(config.coze_api_base.clone().unwrap())
            .transport(mock.clone())
            .build_server()
            .unwrap();
        let fetched = app.fetch(&server).await;
        assert_eq!(mock.sent().len(), asked, "{ahead} {says}: {fetched:?}");
        assert_eq!(fetched.is_ok(), says || ahead < 30, "{ahead} {says}: {fetched:?}");
    }
}

#[test]
fn an_app_file_that_an_editor_of_windows_has_saved_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("coze_oauth_config.json");
    let text = service_config().replace('\n', "\r\n");
    std::fs::write(&path, format!("\u{feff}{text}")).unwrap();
    let config = auth::load_config(&path).unwrap();
    let app = JwtApp::from_config(&config).unwrap();
    // The key in a file of its own, too.
    let key = folder.path().join("private_key.pem");
    let pem = config.private_key.as_ref().unwrap().expose().replace('\n', "\r\n");
    std::fs::write(&key, format!("\u{feff}{pem}")).unwrap();
    JwtApp::from_key_file(app_id(&app), "kid", &key).unwrap();

    let wide: Vec<_> =
        std::iter::once(0xfeff).chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    std::fs::write(&path, wide).unwrap();
    let error = auth::load_config(&path).unwrap_err().to_string();
    assert!(error.contains("coze_oauth_config.json is UTF-16; save it as UTF-8"), "{error}");
}

fn app_id(app: &JwtApp) -> auth::ClientId {
    auth::App::client_id(app).clone()
}

/// Base64url without padding, by hand.
fn unbase64(text: &str) -> Vec<u8> {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let (mut bytes, mut bits, mut count) = (Vec::new(), 0_u32, 0);
    for letter in text.bytes() {
        bits = bits << 6 | u32::try_from(LETTERS.iter().position(|known| *known == letter).unwrap()).unwrap();
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push(u8::try_from(bits >> count & 0xff).unwrap());
        }
    }
    bytes
}
