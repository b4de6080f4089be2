//! Grants that are kept, renewed and shared.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};

use coze::auth::{
    DeviceApp, FileStore, Grant, MemoryStore, Session, StoreLock, TokenStore, WebApp, async_trait,
};
use coze::{Coze, Error, ErrorKind, Timestamp};
use serde_json::json;

use super::{ask, bearers, chat};
use crate::mock::{Mock, Reply};

const TOKEN_PATH: &str = "/api/permission/oauth2/token";

fn unix(offset: i64) -> i64 {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
    i64::try_from(now.as_secs()).unwrap() + offset
}

fn grant(expires_at: i64) -> Grant {
    let mut grant = Grant::new("czu_0");
    grant.expires_at = Some(Timestamp::from_unix(expires_at));
    grant.refresh_token = Some("refresh_0".into());
    grant
}

/// A server that rotates: `refresh_N` is good once, for `czu_N+1` and `refresh_N+1`.
fn rotating(lifetime: i64, ahead: i64) -> Mock {
    let next = std::sync::Mutex::new(0);
    let date = move || {
        let time = SystemTime::now() + Duration::from_secs(100_000);
        let time = time - Duration::from_secs(u64::try_from(100_000 - ahead).unwrap());
        httpdate::fmt_http_date(time)
    };
    Mock::new(move |_, sent| {
        if sent.path() != TOKEN_PATH {
            return chat();
        }
        let mut next = next.lock().unwrap();
        if sent.json()["refresh_token"] != format!("refresh_{next}") {
            let body = json!({"error_code": "invalid_grant", "error_message": sent.json()["refresh_token"]});
            return Reply::new(400, "application/json", body.to_string());
        }
        *next += 1;
        Reply::json(&json!({
            "access_token": format!("czu_{next}"), "refresh_token": format!("refresh_{next}"),
            "expires_in": unix(ahead + lifetime),
        }))
        .header("date", &date())
    })
}

#[tokio::test]
async fn an_expired_grant_is_renewed_with_the_secret_of_the_app_and_stored() {
    let mock = rotating(900, 0);
    let store = MemoryStore::with(grant(unix(-10)));
    let session = Session::new(WebApp::new("1.app.coze", "client_secret_1"), store.clone());
    let client = mock.builder().auth(session.clone()).build().unwrap();
    for _ in 0..3 {
        client.chat().create(ask()).await.unwrap();
    }
    assert_eq!(bearers(&mock), ["Bearer client_secret_1", "Bearer czu_1", "Bearer czu_1", "Bearer czu_1"]);
    let stored = store.load().await.unwrap().unwrap();
    assert_eq!(stored.refresh_token.unwrap().expose(), "refresh_1");
    assert_eq!(stored.server.as_deref(), Some("https://mock.test"));
    let printed = format!("{session:?} {store:?} {client:?}");
    assert!(
        !printed.contains("czu_") && !printed.contains("refresh_1") && !printed.contains("secret_1"),
        "{printed}"
    );
}

#[tokio::test]
async fn the_clock_of_the_server_counts() {
    // Hours ahead or behind: by our clock each of these tokens is either long dead or good for hours.
    for ahead in [-7200, 7200] {
        let mock = rotating(900, ahead);
        let store = MemoryStore::with(grant(unix(-20_000)));
        let client = mock.builder().auth(Session::new(DeviceApp::new("d"), store)).build().unwrap();
        for _ in 0..3 {
            client.chat().create(ask()).await.unwrap();
        }
        assert_eq!(mock.lines().iter().filter(|line| line.contains(TOKEN_PATH)).count(), 1, "{ahead}");

        // One that the server means to be dead is asked for each time.
        let mock = rotating(-1, ahead);
        let store = MemoryStore::with(grant(unix(-20_000)));
        let client = mock.builder().auth(Session::new(DeviceApp::new("d"), store)).build().unwrap();
        for _ in 0..3 {
            client.chat().create(ask()).await.unwrap();
        }
        assert_eq!(mock.lines().iter().filter(|line| line.contains(TOKEN_PATH)).count(), 3, "{ahead}");
    }
}

#[tokio::test]
async fn processes_that_share_a_file_use_a_refresh_token_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tokens.json");
    FileStore::new(&path).save(&grant(unix(-10))).await.unwrap();
    let mock = rotating(900, 0);
    // Each with a session, a cache and a handle of the file of its own.
    let clients: Vec<_> = (0..8)
        .map(|_| {
            mock.builder().auth(Session::new(DeviceApp::new("d"), FileStore::new(&path))).build().unwrap()
        })
        .collect();
    let calls: Vec<_> = clients
        .into_iter()
        .map(|client| tokio::spawn(async move { client.chat().create(ask()).await.map(drop) }))
        .collect();
    for call in calls {
        call.await.unwrap().unwrap();
    }
    assert_eq!(mock.lines().iter().filter(|line| line.contains(TOKEN_PATH)).count(), 1);
    assert_eq!(bearers(&mock)[1..], vec!["Bearer czu_1"; 8]);
}

/// A store whose disk is full for a while.
#[derive(Clone)]
struct Full(MemoryStore, Arc<AtomicBool>);

#[async_trait]
impl TokenStore for Full {
    async fn load(&self) -> Result<Option<Grant>, Error> {
        self.0.load().await
    }

    async fn save(&self, grant: &Grant) -> Result<(), Error> {
        if self.1.load(Ordering::SeqCst) {
            return Err(Error::auth("cannot write the tokens", "no space left"));
        }
        self.0.save(grant).await
    }

    async fn clear(&self) -> Result<(), Error> {
        self.0.clear().await
    }

    async fn lock(&self) -> Result<StoreLock, Error> {
        self.0.lock().await
    }
}

#[tokio::test]
async fn a_refresh_token_that_cannot_be_stored_is_neither_used_nor_lost() {
    let mock = rotating(900, 0);
    let full = Full(MemoryStore::with(grant(unix(-10))), Arc::new(AtomicBool::new(true)));
    let client = mock.builder().auth(Session::new(DeviceApp::new("d"), full.clone())).build().unwrap();
    for _ in 0..2 {
        let error = client.chat().create(ask()).await.unwrap_err();
        assert!(error.to_string().contains("no space left"), "{error}");
    }
    assert_eq!(mock.lines(), [format!("POST {TOKEN_PATH}")]);
    full.1.store(false, Ordering::SeqCst);
    client.chat().create(ask()).await.unwrap();
    assert_eq!(bearers(&mock), ["", "Bearer czu_1"]);
}

#[tokio::test]
async fn a_login_elsewhere_outdoes_what_could_not_be_stored() {
    let mock = rotating(900, 0);
    let full = Full(MemoryStore::with(grant(unix(-10))), Arc::new(AtomicBool::new(true)));
    let client = mock.builder().auth(Session::new(DeviceApp::new("d"), full.clone())).build().unwrap();
    client.chat().create(ask()).await.unwrap_err();
    full.1.store(false, Ordering::SeqCst);
    // Another process logs somebody else in, whose token has to be renewed at once.
    let mut other = grant(unix(-10));
    other.access_token = "czu_other".into();
    other.refresh_token = Some("refresh_other".into());
    full.save(&other).await.unwrap();
    client.chat().create(ask()).await.unwrap_err();
    assert_eq!(mock.sent()[1].json()["refresh_token"], "refresh_other");
    assert_eq!(full.load().await.unwrap(), Some(other));
    // And out: what was not stored does not come back.
    let full = Full(MemoryStore::with(grant(unix(-10))), Arc::new(AtomicBool::new(true)));
    let mock = rotating(900, 0);
    let client = mock.builder().auth(Session::new(DeviceApp::new("d"), full.clone())).build().unwrap();
    client.chat().create(ask()).await.unwrap_err();
    full.1.store(false, Ordering::SeqCst);
    full.clear().await.unwrap();
    let error = client.chat().create(ask()).await.unwrap_err();
    assert!(error.to_string().contains("log in"), "{error}");
    assert_eq!(full.load().await.unwrap(), None);
}

#[tokio::test]
async fn a_grant_goes_nowhere_but_to_its_server_and_app() {
    let mock = rotating(900, 0);
    let attempt = async |change: fn(&mut Grant)| {
        let mut grant = grant(unix(900));
        change(&mut grant);
        let session = Session::new(DeviceApp::new("d"), MemoryStore::with(grant));
        let client = mock.builder().auth(session).build().unwrap();
        client.chat().create(ask()).await.unwrap_err()
    };
    let error = attempt(|grant| grant.server = Some("https://api.coze.cn".to_owned())).await;
    assert_eq!(error.kind(), ErrorKind::Config);
    assert!(error.to_string().contains("https://api.coze.cn"), "{error}");
    let error = attempt(|grant| grant.client_id = Some("another".into())).await;
    assert!(error.to_string().contains("another"), "{error}");
    assert_eq!(mock.sent().len(), 0);

    let error = Session::new(DeviceApp::new("d"), MemoryStore::new());
    let error = mock.builder().auth(error).build().unwrap().chat().create(ask()).await.unwrap_err();
    assert!(error.to_string().contains("log in"), "{error}");
}

#[tokio::test]
async fn a_used_refresh_token_is_told_by_its_code_and_not_repeated() {
    let mock = rotating(900, 0);
    let mut grant = grant(unix(-10));
    grant.refresh_token = Some("refresh_stolen".into());
    let session = Session::new(DeviceApp::new("d"), MemoryStore::with(grant));
    let server =
        Coze::builder().base_url("https://mock.test").transport(mock.clone()).build_server().unwrap();
    let error =
        coze::auth::TokenProvider::token(&session, coze::auth::TokenRequest::new(server)).await.unwrap_err();
    assert_eq!(error.api().unwrap().code.to_string(), "invalid_grant");
    assert_eq!(error.endpoint(), Some(TOKEN_PATH));
    let text = format!("{error} {error:?}");
    assert!(text.contains("[redacted]") && !text.contains("stolen"), "{text}");
}

#[tokio::test]
async fn a_token_that_cannot_be_sent_is_renewed_and_not_kept() {
    let count = std::sync::Mutex::new(0);
    let mock = Mock::new(move |_, sent| {
        if sent.path() != TOKEN_PATH {
            return chat();
        }
        let mut count = count.lock().unwrap();
        *count += 1;
        let token = if *count == 1 { "czu_\n1".to_owned() } else { format!("czu_{count}") };
        Reply::json(&json!({
            "access_token": token, "refresh_token": format!("refresh_{count}"), "expires_in": unix(900),
        }))
    });
    let store = MemoryStore::with(grant(unix(-10)));
    let client = mock.builder().auth(Session::new(DeviceApp::new("d"), store.clone())).build().unwrap();
    let error = client.chat().create(ask()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Authentication, "{error}");
    assert!(error.to_string().contains("line break") && !error.to_string().contains("czu_"), "{error}");
    // The refresh token that came with it is good.
    client.chat().create(ask()).await.unwrap();
    assert_eq!(mock.sent()[1].json()["refresh_token"], "refresh_1");
    assert_eq!(bearers(&mock), ["", "", "Bearer czu_2"]);

    // So also where it was stored by somebody else.
    let mut broken = grant(unix(900));
    broken.access_token = "czu_0\r".into();
    let mock = rotating(900, 0);
    let session = Session::new(DeviceApp::new("d"), MemoryStore::with(broken));
    mock.builder().auth(session).build().unwrap().chat().create(ask()).await.unwrap();
    assert_eq!(bearers(&mock), ["", "Bearer czu_1"]);
}

#[tokio::test]
async fn a_logout_and_a_login_reach_the_tokens_that_clients_keep() {
    let mock = Mock::always(chat());
    let named = |name: &str| {
        let mut grant = grant(unix(900));
        grant.access_token = name.into();
        grant
    };
    let session = Session::new(DeviceApp::new("d"), MemoryStore::with(named("czu_a")));
    // One cache in another.
    let cached = coze::auth::Cached::new(session.clone());
    let clients =
        [mock.builder().auth(session.clone()).build().unwrap(), mock.builder().auth(cached).build().unwrap()];
    for client in &clients {
        client.chat().create(ask()).await.unwrap();
    }
    session.clear().await.unwrap();
    for client in &clients {
        let error = client.chat().create(ask()).await.unwrap_err();
        assert!(error.to_string().contains("log in"), "{error}");
    }
    session.save(named("czu_b")).await.unwrap();
    for client in &clients {
        client.chat().create(ask()).await.unwrap();
        session.save(named("czu_c")).await.unwrap();
        client.chat().create(ask()).await.unwrap();
        session.save(named("czu_b")).await.unwrap();
    }
    let tokens = ["a", "a", "b", "c", "b", "c"].map(|name| format!("Bearer czu_{name}"));
    assert_eq!(bearers(&mock), tokens);
}

#[tokio::test]
async fn an_end_in_seconds_from_now_is_one() {
    for ahead in [0, -7200, 7200] {
        let date = httpdate::fmt_http_date(
            SystemTime::UNIX_EPOCH + Duration::from_secs(u64::try_from(unix(ahead)).unwrap()),
        );
        let mock = Mock::new(move |_, sent| match sent.path() {
            TOKEN_PATH => Reply::json(
                &json!({"access_token": "czu_1", "refresh_token": "refresh_1", "expires_in": "900"}),
            )
            .header("date", &date),
            _ => chat(),
        });
        let store = MemoryStore::with(grant(unix(-20_000)));
        let client = mock.builder().auth(Session::new(DeviceApp::new("d"), store.clone())).build().unwrap();
        for _ in 0..3 {
            client.chat().create(ask()).await.unwrap();
        }
        assert_eq!(bearers(&mock), ["", "Bearer czu_1", "Bearer czu_1", "Bearer czu_1"], "{ahead}");
        let end = store.load().await.unwrap().unwrap().expires_at.unwrap().as_unix();
        assert!((end - unix(ahead + 900)).abs() < 60, "{ahead}: {end}");
    }
}

#[tokio::test]
async fn a_date_that_no_clock_shows_does_not_renew_on_every_call() {
    for date in [
        "Fri, 31 Dec 9999 23:59:59 GMT",
        "Tue, 01 Jan 2075 00:00:00 GMT",
        "Thu, 01 Jan 1970 00:00:00 GMT",
        "Mon, 01 Jan 2001 00:00:00 GMT",
    ] {
        // A point in time, also one in a month, a number of seconds, and what some write for none.
        for lifetime in [unix(900), unix(30 * 86_400), 900, -1] {
            let mock = Mock::new(move |_, sent| match sent.path() {
                TOKEN_PATH => Reply::json(
                    &json!({"access_token": "czu_1", "refresh_token": "refresh_1", "expires_in": lifetime}),
                )
                .header("date", date),
                _ => chat(),
            });
            let store = MemoryStore::with(grant(unix(-20_000)));
            // Each process begins without the clock of the server.
            for _ in 0..2 {
                let session = Session::new(DeviceApp::new("d"), store.clone());
                let client = mock.builder().auth(session).build().unwrap();
                for _ in 0..2 {
                    client.chat().create(ask()).await.unwrap();
                }
            }
            let bearers = bearers(&mock);
            assert_eq!(bearers.iter().filter(|bearer| bearer.is_empty()).count(), 1, "{date} {lifetime}");
            let issued = store.load().await.unwrap().unwrap().issued_at.unwrap().as_unix();
            assert!(lifetime < 0 || (issued - unix(0)).abs() < 60, "{date} {lifetime}: {issued}");
        }
    }
}
