//! The OAuth flows against the simulator, and that nothing prints their secrets.

use std::error::Error as _;
use std::fmt::{Debug, Write as _};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use coze::auth::{
    AppConfig, DeviceApp, FileStore, Grant, JwtApp, Loopback, MemoryStore, Scope, Secret, Server, Session,
    TokenProvider, TokenRequest, TokenStore as _, WebApp,
};
use coze::transport::HyperTransport;
use coze::{Coze, Error};
use coze_sim::{
    Consent, DEMO_BOT, DEMO_DEVICE_APP, DEMO_PKCE_APP, DEMO_WEB_APP, DEMO_WEB_SECRET, DeviceAnswer,
    ErrorForm, OAuth, Sim,
};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tracing::field::{Field, Visit};

use crate::served::{ask, patiently};

mod process;

async fn simulator(oauth: OAuth) -> Sim {
    Sim::builder().pace(Duration::ZERO).oauth(oauth).start().await.unwrap()
}

fn builder(sim: &Sim) -> coze::Builder {
    let transport = HyperTransport::builder().no_proxy().build().unwrap();
    Coze::builder().base_url(sim.url()).transport(transport)
}

fn server(sim: &Sim) -> Server {
    builder(sim).build_server().unwrap()
}

fn service(sim: &Sim) -> JwtApp {
    let config: AppConfig = serde_json::from_str(&sim.oauth_config()).unwrap();
    JwtApp::from_config(&config).unwrap()
}

/// Asks for an address as a browser does, and returns head and body.
async fn get(url: &str) -> String {
    let url = url::Url::parse(url).unwrap();
    let address = (url.host_str().unwrap(), url.port().unwrap());
    let mut stream = TcpStream::connect(address).await.unwrap();
    let target = &url[url::Position::BeforePath..];
    let request =
        format!("GET {target} HTTP/1.1\r\nHost: {}:{}\r\nConnection: close\r\n\r\n", address.0, address.1);
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

/// Opens the authorize URL and returns where the browser is sent.
async fn consent(url: &str) -> String {
    let answer = get(url).await;
    let location =
        answer.lines().find_map(|line| line.strip_prefix("location: ").or(line.strip_prefix("Location: ")));
    location.unwrap_or_else(|| panic!("no redirect: {answer}")).trim().to_owned()
}

/// The whole way of a public app: question, browser, receiver, code.
async fn login(sim: &Sim, app: &WebApp) -> Result<Grant, Error> {
    let server = server(sim);
    let loopback = Loopback::bind("http://127.0.0.1:0/callback").await?;
    let question = app.authorize(&server, loopback.redirect_uri())?;
    let url = question.url().to_owned();
    let browser = tokio::spawn(async move { get(&consent(&url).await).await });
    let code = loopback.receive(&question).await;
    browser.await.unwrap();
    app.exchange(&server, &question, code?).await
}

#[tokio::test]
async fn a_service_app_chats_and_outlives_its_token() {
    patiently(async {
        let sim = simulator(OAuth::new()).await;
        let client = builder(&sim).auth(service(&sim)).build().unwrap();
        for _ in 0..3 {
            client.chat().create(ask("hi")).await.unwrap();
        }
        assert_eq!(sim.oauth().token_requests(), 1);
        sim.oauth().expire_tokens();
        client.chat().stream(ask("hi")).await.unwrap().collect().await.unwrap();
        client.chat().create(ask("hi")).await.unwrap();
        assert_eq!(sim.oauth().token_requests(), 2);
    })
    .await;
}

#[tokio::test]
async fn each_variant_of_a_service_app_is_understood() {
    patiently(async {
        let sim = simulator(OAuth::new()).await;
        let server = server(&sim);
        let app = service(&sim).session_name("user_1");
        app.fetch(&server).await.unwrap();
        app.clone().account("7490888144456").fetch(&server).await.unwrap();
        app.clone().enterprise("volcano_210195").fetch(&server).await.unwrap();
        assert_eq!(sim.oauth().issued().len(), 3);
        let mut config: AppConfig = serde_json::from_str(&sim.oauth_config()).unwrap();
        config.client_id = coze_sim::DEMO_CHANNEL_APP.into();
        let channel = JwtApp::from_config(&config).unwrap().scope(Scope::bot_chat([DEMO_BOT]));
        channel.fetch(&server).await.unwrap();
        // The clock of the server is hours ahead or behind: the first answer says so, and the second JWT fits.
        for offset in [-7200, 7200] {
            let sim = simulator(OAuth::new().clock_offset(offset)).await;
            let client = builder(&sim).auth(service(&sim)).build().unwrap();
            for _ in 0..3 {
                client.chat().create(ask("hi")).await.unwrap();
            }
            assert!(sim.oauth().token_requests() <= 2, "{offset}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_thousand_requests_on_an_expired_token_make_one_token_request() {
    patiently(async {
        let sim = simulator(OAuth::new()).await;
        let client = builder(&sim).auth(service(&sim)).build().unwrap();
        client.users().me().await.unwrap();
        sim.oauth().expire_tokens();
        let calls: Vec<_> = (0..1000)
            .map(|_| {
                let client = client.clone();
                tokio::spawn(async move { client.users().me().await.map(drop) })
            })
            .collect();
        for call in calls {
            call.await.unwrap().unwrap();
        }
        assert_eq!(sim.oauth().token_requests(), 2);
    })
    .await;
}

#[tokio::test]
async fn users_give_access_and_tokens_rotate_in_a_file() {
    patiently(async {
        let sim = simulator(OAuth::new()).await;
        let folder = tempfile::tempdir().unwrap();
        let store = FileStore::new(folder.path().join("tokens.json"));
        for app in [
            WebApp::public(DEMO_PKCE_APP),
            WebApp::public(DEMO_PKCE_APP).plain_challenge(),
            WebApp::new(DEMO_WEB_APP, DEMO_WEB_SECRET),
        ] {
            let session = Session::new(app.clone(), store.clone());
            session.save(login(&sim, &app).await.unwrap()).await.unwrap();
            let first = session.grant().await.unwrap().unwrap();
            let client = builder(&sim).auth(session.clone()).build().unwrap();
            client.users().me().await.unwrap();
            sim.oauth().expire_tokens();
            client.users().me().await.unwrap();
            let second = session.grant().await.unwrap().unwrap();
            assert_ne!(first.refresh_token, second.refresh_token);
            assert_ne!(first.access_token, second.access_token);
        }
    })
    .await;
}

#[tokio::test]
async fn a_device_is_confirmed_and_refused() {
    patiently(async {
        let polls = [DeviceAnswer::Pending];
        let oauth = OAuth::new().device_interval(Duration::from_secs(1)).device_polls(polls);
        let sim = simulator(oauth).await;
        let app = DeviceApp::new(DEMO_DEVICE_APP);
        let login = app.start(&server(&sim)).await.unwrap();
        assert!(get(&login.code().verification_url()).await.starts_with("HTTP/1.1 200"));
        assert!(sim.oauth().approve_device(&login.code().user_code));
        let session = Session::new(app.clone(), MemoryStore::with(login.wait().await.unwrap()));
        let client = builder(&sim).auth(session).build().unwrap();
        client.users().me().await.unwrap();
        sim.oauth().expire_tokens();
        client.users().me().await.unwrap();

        let login = app.start(&server(&sim)).await.unwrap();
        assert!(sim.oauth().deny_device(&login.code().user_code));
        assert_eq!(login.wait().await.unwrap_err().api().unwrap().code.to_string(), "access_denied");
    })
    .await;
}

#[tokio::test]
async fn a_token_request_is_not_carried_along_a_redirect() {
    patiently(async {
        let elsewhere = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let target = format!("http://{}/token", elsewhere.local_addr().unwrap());
        let redirecting = tokio::spawn(async move {
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                let _ = stream.read(&mut [0; 16 * 1024]).await.unwrap();
                let answer = format!("HTTP/1.1 307 Temporary Redirect\r\nLocation: {target}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
                stream.write_all(answer.as_bytes()).await.unwrap();
            }
        });
        let transport = HyperTransport::builder().no_proxy().build().unwrap();
        let server = Coze::builder().base_url(base).transport(transport).build_server().unwrap();
        let app = WebApp::new(DEMO_WEB_APP, DEMO_WEB_SECRET);
        let question = app.authorize(&server, "http://127.0.0.1:1/").unwrap();
        let error = app.exchange(&server, &question, "code_secret").await.unwrap_err();
        assert!(error.transport().is_some_and(coze::transport::TransportError::is_redirect), "{error}");
        // Nobody has knocked at the other address.
        let knock = tokio::time::timeout(Duration::from_millis(50), elsewhere.accept()).await;
        assert!(knock.is_err());
        redirecting.abort();
    })
    .await;
}

/// All that is printed in a flow: results, errors with their causes, traces.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<String>>);

impl Log {
    fn add(&self, value: &impl Debug) {
        writeln!(self.0.lock().unwrap(), "{value:?}\n{value:#?}").unwrap();
    }

    fn result<T: Debug>(&self, result: &Result<T, Error>) {
        self.add(result);
        // What a test or a careless program says as it panics.
        let panic = catch_unwind(AssertUnwindSafe(|| match result {
            Ok(_) => drop(result.as_ref().unwrap_err()),
            Err(_) => drop(result.as_ref().unwrap()),
        }));
        let said = panic.unwrap_err().downcast::<String>().unwrap();
        writeln!(self.0.lock().unwrap(), "panic {said}").unwrap();
        let Err(error) = result else { return };
        let mut text = format!("{error}\n{:?}\n", error.attempts());
        let mut source = error.source();
        while let Some(cause) = source {
            writeln!(text, "{cause} {cause:?}").unwrap();
            source = cause.source();
        }
        self.0.lock().unwrap().push_str(&text);
    }
}

impl tracing::Subscriber for Log {
    fn enabled(&self, _: &tracing::Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, attributes: &tracing::span::Attributes<'_>) -> tracing::span::Id {
        attributes.record(&mut Line(self));
        tracing::span::Id::from_u64(1)
    }

    fn record(&self, _: &tracing::span::Id, values: &tracing::span::Record<'_>) {
        values.record(&mut Line(self));
    }

    fn record_follows_from(&self, _: &tracing::span::Id, _: &tracing::span::Id) {}

    fn event(&self, event: &tracing::Event<'_>) {
        event.record(&mut Line(self));
    }

    fn enter(&self, _: &tracing::span::Id) {}

    fn exit(&self, _: &tracing::span::Id) {}
}

struct Line<'a>(&'a Log);

impl Visit for Line<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        writeln!(self.0.0.lock().unwrap(), "trace {field}={value:?}").unwrap();
    }
}

#[tokio::test]
async fn no_flow_prints_a_secret_not_even_one_that_fails() {
    patiently(Box::pin(async {
        let log = Log::default();
        let _traced = tracing::subscriber::set_default(log.clone());
        let mut secrets: Vec<Secret> = vec![DEMO_WEB_SECRET.into()];
        let mut granted: Vec<Grant> = Vec::new();

        for form in [ErrorForm::Code, ErrorForm::Both] {
            let oauth = OAuth::new()
                .error_form(form)
                .consent(Consent::Approve)
                .device_interval(Duration::from_secs(1));
            let sim = simulator(oauth).await;
            // A test beside this one may have met a trace at the moment when this one began to listen.
            tracing::callsite::rebuild_interest_cache();
            let server = server(&sim);
            let config: AppConfig = serde_json::from_str(&sim.oauth_config()).unwrap();
            log.add(&config);
            secrets.extend(
                config.private_key.as_ref().unwrap().expose().lines().skip(1).take(5).map(Secret::new),
            );

            let jwt = service(&sim);
            let result = jwt.fetch(&server).await;
            log.result(&result);
            granted.extend(result);
            let signed = jwt.sign(&server).unwrap();
            log.add(&(&jwt, &server, &signed));
            secrets.push(signed);

            for app in [WebApp::public(DEMO_PKCE_APP), WebApp::new(DEMO_WEB_APP, DEMO_WEB_SECRET)] {
                let result = login(&sim, &app).await;
                log.result(&result);
                let grant = result.unwrap();
                // Again with the used one, which fails.
                let session = Session::new(app.clone(), MemoryStore::with(grant.clone()));
                let client = builder(&sim).auth(session.clone()).build().unwrap();
                log.add(&(&app, &session, &client));
                log.result(&client.users().me().await);
                sim.oauth().expire_tokens();
                let mut old = grant.clone();
                log.result(&client.users().me().await);
                old.expires_at = Some(coze::Timestamp::from_unix(1));
                let stale = Session::new(app.clone(), MemoryStore::with(old));
                let result = stale.token(TokenRequest::new(server.clone())).await;
                assert!(result.is_err());
                log.result(&result);
                granted.extend([grant, session.grant().await.unwrap().unwrap()]);

                let question = app.authorize(&server, "http://127.0.0.1:1/").unwrap();
                log.add(&question);
                let result = app.exchange(&server, &question, "code_that_is_wrong").await;
                assert!(result.is_err());
                log.result(&result);
                secrets.push("code_that_is_wrong".into());
            }

            let app = DeviceApp::new(DEMO_DEVICE_APP);
            let login = app.start(&server).await.unwrap();
            log.add(&(&app, &login));
            secrets.push(login.code().device_code.clone());
            sim.oauth().approve_device(&login.code().user_code);
            let result = login.wait_with(|progress| log.add(progress)).await;
            log.result(&result);
            granted.extend(result);

            // Answers that repeat what was sent, or cannot be read.
            for body in [
                r#"{"error_code":"invalid_grant","error_message":"no such code: code_that_is_wrong"}"#,
                r#"{"access_token":"czu_unreadable_token","expires_in":"czu_unreadable_token"}"#,
                "code_that_is_wrong",
            ] {
                for status in [http::StatusCode::OK, http::StatusCode::BAD_REQUEST] {
                    sim.oauth().fail_next(1, status, body);
                    let app = WebApp::public(DEMO_PKCE_APP);
                    let question = app.authorize(&server, "http://127.0.0.1:1/").unwrap();
                    log.result(&app.exchange(&server, &question, "code_that_is_wrong").await.map(drop));
                }
            }
            secrets.push("unreadable_token".into());

            // A damaged file and one that cannot be written.
            let folder = tempfile::tempdir().unwrap();
            let store = FileStore::new(folder.path().join("tokens.json"));
            store.save(granted.last().unwrap()).await.unwrap();
            log.add(&store);
            std::fs::write(
                store.path(),
                r#"{"access_token":"unreadable_token","expires_at":"unreadable_token"}"#,
            )
            .unwrap();
            log.result(&store.load().await);
        }

        for grant in &granted {
            secrets.push(grant.access_token.clone());
            secrets.extend(grant.refresh_token.clone());
        }
        assert!(granted.len() >= 10);
        let printed = log.0.lock().unwrap().clone();
        // What should be there is: the log listened.
        for word in [
            "trace endpoint=",
            "panic called `Result::unwrap()`",
            "panic called `Result::unwrap_err()`",
            "invalid_grant",
            "[redacted]",
        ] {
            assert!(printed.contains(word), "{word}: {printed}");
        }
        for secret in &secrets {
            assert!(secret.expose().len() > 8);
            let place = printed.find(secret.expose());
            assert!(
                place.is_none(),
                "prints a secret: {}",
                &printed[place.unwrap().saturating_sub(200)..][..300]
            );
        }
    }))
    .await;
}
