//! What nobody should do to a client, and what comes of it: an error that says so.
#![cfg(test)]

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake};
use std::thread::Thread;
use std::time::Duration;

use coze::auth::{DeviceApp, FileStore, Loopback, Token, TokenStore, WebApp, from_fn};
use coze::transport::async_trait;
use coze::{Builder, Coze, Error, ErrorKind, FileSource, OnBusy};
use coze_transport::http::{Request, Response};
use coze_transport::{Body, HyperTransport, Incoming, Transport, TransportError};
use faults::call::{PATIENCE, next_works, question};
use faults::server::{Act, Plan, Server, say};
use faults::wire::{STREAM, chunk, completed, created, delta, done};
use tokio::runtime::Runtime;

fn builder(server: &Server) -> Builder {
    Coze::builder()
        .token("t")
        .base_url(format!("http://{}", server.addr))
        .transport(HyperTransport::builder().no_proxy().build().unwrap())
}

/// Runs a future without a runtime.
fn alone<T>(future: impl Future<Output = T>) -> T {
    struct Wakes(Thread);

    impl Wake for Wakes {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }

    let waker = Arc::new(Wakes(std::thread::current())).into();
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
            return output;
        }
        std::thread::park();
    }
}

/// A transport that needs no runtime, to a server on which all chats run for ever.
struct Memory {
    busy: bool,
}

#[async_trait]
impl Transport for Memory {
    async fn send(&self, request: Request<Body>) -> Result<Response<Incoming>, TransportError> {
        Ok(Response::new(Incoming::from(match request.uri().path() {
            "/v3/chat" if self.busy => r#"{"code":4016,"msg":"conversation is occupied"}"#,
            "/v3/chat" => r#"{"code":0,"data":{"id":"2","conversation_id":"1","status":"in_progress"}}"#,
            "/api/permission/oauth2/device/code" => {
                r#"{"device_code":"d","user_code":"u","verification_uri":"https://a.test","expires_in":60,"interval":5}"#
            }
            path => panic!("unexpected {path}"),
        })))
    }
}

#[track_caller]
fn wants_a_runtime(error: &Error) {
    assert_eq!(error.kind(), ErrorKind::Config, "{error}");
    assert!(error.to_string().contains("no tokio runtime"), "{error}");
}

#[tokio::test]
async fn more_headers_than_a_request_holds() {
    let server = Server::start(Plan::default()).await;
    let client = builder(&server).build().unwrap();
    for count in [24_572, 40_000] {
        for name in [|number| format!("x-{number}"), |_| "x-same".to_owned()] {
            let call = (0..count).fold(client.users().me(), |call, number| call.header(&name(number), "v"));
            let error = call.await.unwrap_err();
            assert!(error.to_string().contains("too many headers"), "{error}");

            let many = (0..count).fold(builder(&server), |builder, number| builder.header(name(number), "v"));
            let error = match many.build() {
                Ok(client) => client.users().me().await.unwrap_err(),
                Err(error) => error,
            };
            assert!(error.to_string().contains("too many headers"), "{error}");
        }
    }
    assert_eq!(server.seen().len(), 0);
    next_works(&client).await.unwrap();
}

#[test]
fn a_client_without_a_runtime() {
    let runtime = Runtime::new().unwrap();
    let server = runtime.block_on(Server::start(Plan::default()));
    let client = builder(&server).build().unwrap();
    let provided = builder(&server).auth(from_fn(async |_| Token::new("t"))).build().unwrap();
    let file = || FileSource::bytes("a.pdf", "text");
    for timeout in [None, Some(Duration::MAX)] {
        wants_a_runtime(&alone(async { client.users().me().timeout(timeout).await.unwrap_err() }));
        wants_a_runtime(&alone(async { provided.users().me().timeout(timeout).await.unwrap_err() }));
        wants_a_runtime(&alone(async {
            client.chat().stream(question()).timeout(timeout).await.map(drop).unwrap_err()
        }));
        wants_a_runtime(&alone(async { client.files().upload(file()).timeout(timeout).await.unwrap_err() }));
    }
    wants_a_runtime(&alone(async { client.chat().create_and_poll(question()).await.map(drop).unwrap_err() }));
    wants_a_runtime(&alone(async { client.workflows().poll("1", "2").await.unwrap_err() }));
    assert_eq!(server.seen().len(), 0);
    runtime.block_on(next_works(&client)).unwrap();
}

#[test]
fn a_poll_without_a_runtime() {
    let client = |memory| Coze::builder().token("t").transport(memory).timeout(None).build().unwrap();
    let running = client(Memory { busy: false });
    let error = alone(async { running.chat().create_and_poll(question()).deadline(None).await.unwrap_err() });
    wants_a_runtime(&error);
    assert!(error.chat().is_some(), "{error}");
    let busy = client(Memory { busy: true });
    let wait = OnBusy::Wait(PATIENCE);
    wants_a_runtime(&alone(async { busy.chat().create(question()).when_busy(wait).await.unwrap_err() }));
}

#[test]
fn a_login_without_a_runtime() {
    let runtime = Runtime::new().unwrap();
    let server = Coze::builder().transport(Memory { busy: false }).timeout(None).build_server().unwrap();
    let mut login = alone(DeviceApp::new("app").start(&server)).unwrap();
    wants_a_runtime(&alone(login.poll()).unwrap_err());

    let store = FileStore::new("/nowhere/tokens.json");
    wants_a_runtime(&alone(store.load()).unwrap_err());
    wants_a_runtime(&alone(store.lock()).map(drop).unwrap_err());

    let address = "http://127.0.0.1:0/callback";
    wants_a_runtime(&alone(Loopback::bind(address)).unwrap_err());
    let loopback = runtime.block_on(Loopback::bind(address)).unwrap();
    let question = WebApp::new("app", "secret").authorize(&server, loopback.redirect_uri()).unwrap();
    wants_a_runtime(&alone(loopback.receive(&question)).unwrap_err());
}

#[test]
fn a_stream_that_is_read_outside_of_its_runtime() {
    let runtime = Runtime::new().unwrap();
    let opening = say([STREAM.as_bytes(), &chunk(created())].concat());
    let rest = say(chunk([delta("hello"), completed(), done()].concat()));
    let silent = vec![Act::Take, opening.clone(), Act::Hold];
    let slow = vec![Act::Take, opening, Act::Wait(Duration::from_secs(1)), rest];
    let plan = Plan { scripts: vec![silent, slow], ..Plan::default() };
    let server = runtime.block_on(Server::start(plan));
    let client = builder(&server).build().unwrap();
    let begin = |idle: Option<Duration>| {
        runtime.block_on(async { client.chat().stream(question()).idle_timeout(idle).await.unwrap() })
    };

    let mut limited = begin(Some(PATIENCE));
    let error = alone(async {
        loop {
            if let Err(error) = limited.next().await.unwrap() {
                break error;
            }
        }
    });
    wants_a_runtime(&error);
    assert!(alone(limited.next()).is_none());

    let mut unlimited = begin(None);
    let text = alone(async {
        let mut text = String::new();
        while let Some(event) = unlimited.next().await {
            text += event.unwrap().text().unwrap_or_default();
        }
        text
    });
    assert_eq!(text, "hello");
    runtime.block_on(next_works(&client)).unwrap();
}
