//! A small HTTP client over real sockets, and shorthands for requests.

use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use coze_sim::{DEMO_BOT, Dialect, Script, Sim};
use http::{HeaderMap, Request, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpStream;

/// Nothing that is waited for takes this long, unless it never comes.
pub(crate) const LONG: Duration = Duration::from_secs(30);

pub(crate) async fn sim() -> Sim {
    Sim::builder().pace(Duration::ZERO).start().await.unwrap()
}

pub(crate) async fn studio() -> Sim {
    Sim::builder().pace(Duration::ZERO).dialect(Dialect::Studio).start().await.unwrap()
}

pub(crate) async fn scripted(script: Value) -> Sim {
    let script = Script::parse(&script.to_string()).unwrap();
    Sim::builder().pace(Duration::ZERO).script(script).start().await.unwrap()
}

pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Reply {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {:?}", self.body))
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// Returns the payload of a success.
    #[track_caller]
    pub(crate) fn data(&self) -> Value {
        let json = self.json();
        assert_eq!(json["code"], 0, "{json}");
        json["data"].clone()
    }

    /// Returns status, code and message of a refusal.
    pub(crate) fn refusal(&self) -> (u16, i64, String) {
        let json = self.json();
        (self.status.as_u16(), json["code"].as_i64().unwrap(), json["msg"].as_str().unwrap().to_owned())
    }
}

/// Sends one request on a connection of its own, and returns the head and the body as it comes.
pub(crate) async fn open(
    sim: &Sim,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: impl Into<Bytes>,
) -> hyper::Result<http::Response<Incoming>> {
    let stream = TcpStream::connect(sim.addr()).await.unwrap();
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    tokio::spawn(connection);
    let mut request = Request::builder().method(method).uri(path).header("host", "sim");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    sender.send_request(request.body(Full::new(body.into())).unwrap()).await
}

pub(crate) async fn send(
    sim: &Sim,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: impl Into<Bytes>,
) -> Reply {
    let response = open(sim, method, path, headers, body).await.unwrap();
    let (head, body) = response.into_parts();
    Reply { status: head.status, headers: head.headers, body: body.collect().await.unwrap().to_bytes() }
}

pub(crate) const AUTH: (&str, &str) = ("authorization", "Bearer pat_sim");
pub(crate) const JSON: (&str, &str) = ("content-type", "application/json");

pub(crate) async fn get(sim: &Sim, path: &str) -> Reply {
    send(sim, "GET", path, &[AUTH], "").await
}

pub(crate) async fn delete(sim: &Sim, path: &str) -> Reply {
    send(sim, "DELETE", path, &[AUTH], "").await
}

pub(crate) async fn post(sim: &Sim, path: &str, body: Value) -> Reply {
    send(sim, "POST", path, &[AUTH, JSON], body.to_string()).await
}

pub(crate) async fn put(sim: &Sim, path: &str, body: Value) -> Reply {
    send(sim, "PUT", path, &[AUTH, JSON], body.to_string()).await
}

pub(crate) const FORM: (&str, &str) = ("content-type", "multipart/form-data; boundary=XX");

/// Makes a part of a form that is a file.
pub(crate) fn part(name: &str, file: &str, content: &[u8]) -> Vec<u8> {
    let disposition =
        format!("--XX\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"{file}\"\r\n");
    [disposition.as_bytes(), b"Content-Type: application/octet-stream\r\n\r\n", content, b"\r\n"].concat()
}

/// Makes a part of a form that is a text.
pub(crate) fn field(name: &str, text: &str) -> Vec<u8> {
    format!("--XX\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{text}\r\n").into_bytes()
}

/// Sends a form.
pub(crate) async fn form(sim: &Sim, method: &str, path: &str, parts: &[Vec<u8>]) -> Reply {
    let body = [parts.concat(), b"--XX--\r\n".to_vec()].concat();
    send(sim, method, path, &[AUTH, FORM], body).await
}

/// Makes a WAV file of silence: 16 kHz, 16 bit, one channel.
pub(crate) fn wav(milliseconds: u32) -> Vec<u8> {
    let size = 32 * milliseconds;
    let head = [&b"RIFF"[..], &(36 + size).to_le_bytes(), b"WAVEfmt \x10\0\0\0\x01\0\x01\0"].concat();
    let format = [16_000_u32.to_le_bytes(), 32_000_u32.to_le_bytes(), [2, 0, 16, 0]].concat();
    [head, format, b"data".to_vec(), size.to_le_bytes().to_vec(), vec![0; size as usize]].concat()
}

/// Decodes the content of an audio delta.
pub(crate) fn samples(content: &Value) -> Vec<u8> {
    BASE64_STANDARD.decode(content.as_str().unwrap()).unwrap()
}

/// Makes the body of a chat with the demo agent.
pub(crate) fn chat(text: &str) -> Value {
    json!({
        "bot_id": DEMO_BOT,
        "user_id": "u1",
        "stream": true,
        "additional_messages": [{"role": "user", "content": text, "content_type": "text"}],
    })
}

/// Makes the body of a chat with a scripted bot.
pub(crate) fn chat_with(bot: &str, text: &str) -> Value {
    let mut body = chat(text);
    body["bot_id"] = json!(bot);
    body
}

/// Puts fields into a body.
pub(crate) fn with(mut body: Value, fields: Value) -> Value {
    for (name, value) in fields.as_object().unwrap() {
        body[name] = value.clone();
    }
    body
}

#[derive(Clone, Debug)]
pub(crate) struct Event {
    pub(crate) name: String,
    pub(crate) data: String,
}

impl Event {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.data).unwrap_or_else(|error| panic!("{error}: {}", self.data))
    }
}

/// Splits a stream of LF lines into events; comments go.
pub(crate) fn events(stream: &str) -> Vec<Event> {
    let block = |block: &str| {
        let field = |name: &str| {
            let values: Vec<&str> =
                block.lines().filter_map(|line| line.strip_prefix(name)?.strip_prefix(':')).collect();
            values.join("\n")
        };
        Event { name: field("event"), data: field("data") }
    };
    stream.split("\n\n").filter(|text| text.contains("event:")).map(block).collect()
}

/// Chats and returns all events.
pub(crate) async fn stream(sim: &Sim, path: &str, body: Value) -> Vec<Event> {
    let reply = post(sim, path, body).await;
    assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
    assert!(reply.header("content-type").starts_with("text/event-stream"), "{}", reply.text());
    events(reply.text())
}

pub(crate) fn names(events: &[Event]) -> Vec<&str> {
    events.iter().map(|event| event.name.as_str()).collect()
}

/// Joins the deltas of the answer.
pub(crate) fn said(events: &[Event]) -> String {
    let deltas = events.iter().filter(|event| event.name == "conversation.message.delta");
    deltas.map(|event| event.json()["content"].as_str().unwrap().to_owned()).collect()
}

/// Finds the first event of a name.
#[track_caller]
pub(crate) fn find(events: &[Event], name: &str) -> Value {
    match events.iter().find(|event| event.name == name) {
        Some(event) => event.json(),
        None => panic!("no {name} in {:?}", names(events)),
    }
}

/// Returns the data of all events of a name.
pub(crate) fn all_of(events: &[Event], name: &str) -> Vec<Value> {
    events.iter().filter(|event| event.name == name).map(Event::json).collect()
}

/// Polls a chat until it has the status.
pub(crate) async fn until(sim: &Sim, conversation: &str, chat: &str, status: &str) -> Value {
    let path = format!("/v3/chat/retrieve?conversation_id={conversation}&chat_id={chat}");
    let poll = async {
        loop {
            let chat = get(sim, &path).await.data();
            if chat["status"] == status {
                return chat;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(LONG, poll).await.unwrap_or_else(|_| panic!("never {status}"))
}

pub(crate) fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("not a text: {value}")).to_owned()
}
