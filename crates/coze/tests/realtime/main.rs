//! Realtime sessions over real sockets, against a server that follows a script.
#![cfg(test)]

use std::future::Future;
use std::time::Duration;

use coze::realtime::{Connect, LiveEvent, Session};
use coze::{Coze, Error};
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_websockets::{CloseCode, Message, ServerBuilder, WebSocketStream};

mod drops;
mod ends;
mod life;
mod reconnect;
mod refusals;
mod voice;

/// Longer than anything here takes.
const LONG: Duration = Duration::from_secs(60);

/// Waits for what must happen.
async fn within<T>(step: impl Future<Output = T>) -> T {
    tokio::time::timeout(LONG, step).await.expect("it happens")
}

/// A server that follows `script` with each connection, and the address of it.
async fn listen<S, F>(script: S) -> String
where
    S: Fn(TcpStream, usize) -> F + Send + Sync + 'static,
    F: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        for number in 0.. {
            let (stream, _) = listener.accept().await.unwrap();
            tokio::spawn(script(stream, number));
        }
    });
    url
}

fn client(url: &str) -> Coze {
    Coze::builder().token("pat_secret").base_url(url).build().unwrap()
}

/// A client of a server that follows `script` after the handshake.
async fn serving<S, F>(script: S) -> Coze
where
    S: Fn(Peer) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = ()> + Send + 'static,
{
    let url = listen(move |stream, _| {
        let script = script.clone();
        async move { script(Peer::accept(stream).await).await }
    })
    .await;
    client(&url)
}

/// Connects to a server that is asked for nothing.
async fn open<E: LiveEvent>(connect: Connect<E>) -> Session<E> {
    within(connect.connect()).await.unwrap()
}

/// The server's end of a session.
struct Peer {
    request: http::Request<()>,
    socket: WebSocketStream<TcpStream>,
}

impl Peer {
    async fn accept(stream: TcpStream) -> Self {
        let (request, socket) = ServerBuilder::new().accept(stream).await.unwrap();
        Self { request, socket }
    }

    /// Sends an event; a client that has gone is no failure.
    async fn send(&mut self, event_type: &str, data: Value) {
        let mut event = json!({"id": "1", "event_type": event_type, "detail": {"logid": "log-1"}});
        if !data.is_null() {
            event["data"] = data;
        }
        let _ = self.socket.send(Message::text(event.to_string())).await;
    }

    /// The next command, or `None` when the client has closed or gone.
    async fn next(&mut self) -> Option<Value> {
        loop {
            let message = self.socket.next().await?.ok()?;
            match message.as_text() {
                Some(text) => return Some(serde_json::from_str(text).unwrap()),
                None if message.is_close() => return None,
                None => {}
            }
        }
    }

    /// The data of the next command, which is of that name.
    async fn expect(&mut self, event_type: &str) -> Value {
        let command = self.next().await.unwrap_or_else(|| panic!("{event_type}, not the end"));
        assert_eq!(command["event_type"], event_type, "{command}");
        command["data"].clone()
    }

    async fn close(&mut self, code: u16, reason: &str) {
        let code = CloseCode::try_from(code).unwrap();
        let _ = self.socket.send(Message::close(Some(code), reason)).await;
        while self.next().await.is_some() {}
    }
}

/// Reads the head of a request, and answers it as HTTP.
async fn refuse(mut stream: TcpStream, answer: &str) -> String {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.unwrap());
    }
    stream.write_all(answer.as_bytes()).await.unwrap();
    String::from_utf8(head).unwrap()
}

/// The error by which a session cannot be opened.
async fn refused<E: LiveEvent>(connect: Connect<E>) -> Error {
    within(connect.connect()).await.expect_err("no session")
}
