//! One session: events in and out, its pings, and what a script does to it.

use std::collections::{HashMap, VecDeque};
use std::future::Future;
use std::time::Duration;

use bytes::Bytes;
use futures_util::{SinkExt, StreamExt};
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};
use tokio_websockets::{CloseCode, Message, WebSocketStream};

use crate::dialect::Dialect;
use crate::http::Call;
use crate::http::fields::{Fields, read};
use crate::http::journal::OpenStream;
use crate::http::stream::Signal;
use crate::script::session::{Close, Cue, Rule};
use crate::state::Refusal;

/// So many pings in a row may stay unanswered.
const PINGS: u32 = 4;
/// Time for the other side to answer a close frame.
const FAREWELL: Duration = Duration::from_secs(1);

/// Why no answer to an event was sent.
pub(super) enum Stop {
    /// Reported by an `error` event; the session continues.
    Refused(Refusal),
    /// The session is over.
    Over,
}

impl From<Refusal> for Stop {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<tokio_websockets::Error> for Stop {
    fn from(_: tokio_websockets::Error) -> Self {
        Self::Over
    }
}

pub(super) type Flow = Result<(), Stop>;

/// What an endpoint does with the events of its clients.
pub(super) trait Endpoint: Send + 'static {
    /// First word of `speech.created`.
    const NAME: &'static str;

    /// Answers an event.
    fn event(&mut self, session: &mut Session, event: Event) -> impl Future<Output = Flow> + Send;

    /// Returns the state of the agent.
    fn signal(&mut self, _: &mut Session, _: Signal) -> impl Future<Output = Flow> + Send {
        async { Ok(()) }
    }
}

/// An event of a client.
#[derive(Deserialize)]
pub(super) struct Event {
    #[serde(rename = "event_type")]
    pub(super) kind: String,
    pub(super) id: Option<String>,
    #[serde(default)]
    pub(super) data: Option<Map<String, Value>>,
}

impl Event {
    /// Reads what the event says.
    pub(super) fn data<T: Fields>(&mut self, session: &Session) -> Result<T, Refusal> {
        read(self.data.take().unwrap_or_default(), "data", session.call.sim.rules())
    }

    /// Refuses an event that the endpoint does not know.
    pub(super) fn unknown(&self) -> Flow {
        let problem = format!("the endpoint has no event {:?}", self.kind);
        Err(Refusal::invalid("event_type", problem).into())
    }
}

pub(super) struct Session {
    pub(super) call: Call,
    socket: WebSocketStream<TokioIo<Upgraded>>,
    rule: Rule,
    /// How often each event was sent.
    told: HashMap<String, u64>,
    watched: OpenStream,
    /// Events that the client wants; all of them if empty.
    pub(super) wanted: Vec<String>,
    /// Items from the agent while it runs.
    pub(super) run: Option<mpsc::Receiver<Signal>>,
    /// Events that are sent at the pace of the audio.
    pub(super) queue: VecDeque<(&'static str, Option<Value>)>,
    /// When the next of them goes out.
    due: Instant,
    pub(super) pace: Duration,
}

impl Session {
    pub(super) fn new(call: Call, socket: WebSocketStream<TokioIo<Upgraded>>) -> Self {
        let path = call.head.uri.path();
        let rule = call.sim.script.session(path);
        let watched = call.sim.journal.open_stream(path);
        let pace = call.sim.pace;
        Self {
            call,
            socket,
            rule,
            told: HashMap::new(),
            watched,
            wanted: Vec::new(),
            run: None,
            queue: VecDeque::new(),
            due: Instant::now(),
            pace,
        }
    }

    /// Serves the session until either side ends it.
    pub(super) async fn serve<E: Endpoint>(mut self, mut endpoint: E) {
        // Whichever way it ends, nothing is left to tell.
        let _ = self.exchange(&mut endpoint).await;
    }

    async fn exchange<E: Endpoint>(&mut self, endpoint: &mut E) -> Flow {
        self.tell(&format!("{}.created", E::NAME), None, None).await?;
        let mut ping =
            tokio::time::interval(Duration::from_millis(self.rule.ping_ms.unwrap_or(15_000).max(1)));
        ping.reset();
        let mut unanswered = 0;
        loop {
            tokio::select! {
                message = self.socket.next() => match message {
                    Some(Ok(message)) if message.is_pong() => unanswered = 0,
                    Some(Ok(message)) if message.is_close() => self.watched.over = true,
                    Some(Ok(message)) if message.is_ping() => {}
                    Some(Ok(message)) => self.event(endpoint, &message).await?,
                    Some(Err(_)) | None => return Err(Stop::Over),
                },
                signal = next(&mut self.run), if self.run.is_some() => match signal {
                    Some(signal) => endpoint.signal(self, signal).await?,
                    None => self.run = None,
                },
                () = sleep_until(self.due), if !self.queue.is_empty() => {
                    if let Some((event, data)) = self.queue.pop_front() {
                        self.tell(event, data, None).await?;
                        self.due = Instant::now() + self.pace;
                    }
                }
                _ = ping.tick() => {
                    if unanswered == PINGS {
                        let reason = format!("{PINGS} pings without a pong");
                        return self.close(&Close { code: Some(1001), reason }).await;
                    }
                    unanswered += 1;
                    self.socket.send(Message::ping("")).await?;
                }
            }
        }
    }

    /// Takes a message of the client; an `error` event reports its problems.
    async fn event<E: Endpoint>(&mut self, endpoint: &mut E, message: &Message) -> Flow {
        let text = message.as_text();
        let event = match text.map(serde_json::from_str::<Event>) {
            Some(Ok(event)) => endpoint.event(self, event).await,
            Some(Err(error)) => {
                let problem = format!("expected an object with event_type and data: {error}");
                Err(Refusal::invalid("event", problem).into())
            }
            None => Err(Refusal::invalid("event", "expected a text message, got a binary one").into()),
        };
        let Err(Stop::Refused(refusal)) = event else { return event };
        let (code, msg) = Dialect::code(&refusal);
        self.error(code, &msg, text).await
    }

    /// Sends an `error` event, with the message of the client that it is about.
    pub(super) async fn error(&mut self, code: i64, msg: &str, origin: Option<&str>) -> Flow {
        let detail = origin.map(|origin| json!(origin));
        self.send_event("error", Some(json!({"code": code, "msg": msg})), None, detail).await
    }

    /// Sends an event; one that answers an event of the client has its id.
    pub(super) async fn tell(
        &mut self,
        event: &str,
        data: impl Into<Option<Value>>,
        id: Option<String>,
    ) -> Flow {
        let data = data.into();
        let wanted = self.wanted.is_empty() || self.wanted.iter().any(|wanted| wanted == event);
        if wanted { self.send_event(event, data, id, None).await } else { Ok(()) }
    }

    async fn send_event(
        &mut self,
        event: &str,
        data: Option<Value>,
        id: Option<String>,
        origin: Option<Value>,
    ) -> Flow {
        let count = self.told.entry(event.to_owned()).or_default();
        *count += 1;
        let count = *count;
        let at = |cue: &&Cue| cue.at == event && cue.nth.is_none_or(|nth| nth == count);
        let cue = self.rule.cues.iter().find(at).cloned().unwrap_or_default();
        tokio::time::sleep(Duration::from_millis(cue.wait_ms)).await;
        if !cue.instead {
            let text = self.written(event, data, id, origin);
            self.send(Message::text(text)).await?;
        }
        for sent in cue.send {
            let message = match sent {
                Value::String(text) => Message::text(text),
                Value::Array(bytes) => {
                    let bytes = bytes.iter().filter_map(|byte| u8::try_from(byte.as_u64()?).ok());
                    Message::binary(bytes.collect::<Bytes>())
                }
                mut event => {
                    let kind = event["event_type"].as_str().unwrap_or_default().to_owned();
                    let data = event.get_mut("data").map(Value::take);
                    Message::text(self.written(&kind, data, None, None))
                }
            };
            self.send(message).await?;
        }
        if let Some(close) = &cue.close {
            return self.close(close).await;
        }
        if cue.cut {
            self.watched.over = true;
            return Err(Stop::Over);
        }
        if cue.stall {
            while let Some(Ok(_)) = self.socket.next().await {}
            return Err(Stop::Over);
        }
        Ok(())
    }

    /// Writes an event in the order of the service: its type comes first.
    fn written(&self, event: &str, data: Option<Value>, id: Option<String>, origin: Option<Value>) -> String {
        let sim = &self.call.sim;
        let id = id.unwrap_or_else(|| sim.store.mint.uuid());
        let data = data.map_or_else(String::new, |data| format!("\"data\":{data},"));
        let time = sim.store.clock.since_epoch().as_millis().to_string();
        let mut detail = json!({"logid": *self.call.log, "respond_at": time});
        if let Some(origin) = origin {
            detail["origin_message"] = origin;
        }
        format!("{{\"event_type\":{},\"id\":{},{data}\"detail\":{detail}}}", json!(event), json!(id))
    }

    async fn send(&mut self, message: Message) -> Flow {
        self.watched.sent += message.as_payload().len() as u64;
        Ok(self.socket.send(message).await?)
    }

    /// Sends a message as it is: as text if it is one.
    pub(super) async fn raw(&mut self, bytes: Bytes) -> Flow {
        match String::from_utf8(bytes.to_vec()) {
            Ok(text) => self.send(Message::text(text)).await,
            Err(_) => self.send(Message::binary(bytes)).await,
        }
    }

    /// Ends the session by a close frame.
    async fn close(&mut self, Close { code, reason }: &Close) -> Flow {
        self.watched.over = true;
        let code = code.and_then(|code| CloseCode::try_from(code).ok());
        self.socket.send(Message::close(code, reason)).await?;
        // What is under way is of no interest any more.
        let rest = async { while let Some(Ok(_)) = self.socket.next().await {} };
        let _ = tokio::time::timeout(FAREWELL, rest).await;
        Err(Stop::Over)
    }

    /// Returns what the script says instead of what was heard.
    pub(super) fn heard(&mut self, heard: String) -> String {
        if self.rule.heard.is_empty() { heard } else { self.rule.heard.remove(0) }
    }

    /// Returns whether the script sets the next transcript.
    pub(super) fn is_scripted(&self) -> bool {
        !self.rule.heard.is_empty()
    }
}

async fn next(run: &mut Option<mpsc::Receiver<Signal>>) -> Option<Signal> {
    run.as_mut()?.recv().await
}

/// The settings in force, and their declaration, by which changes are checked.
pub(super) struct Settings<T> {
    pub(super) shown: Map<String, Value>,
    pub(super) read: T,
}

impl<T: Fields + Default> Settings<T> {
    /// Takes the defaults, which must be an object.
    pub(super) fn new(defaults: Value) -> Self {
        let Value::Object(shown) = defaults else { return Self { shown: Map::new(), read: T::default() } };
        let read = serde_json::from_value(Value::Object(shown.clone())).unwrap_or_default();
        Self { shown, read }
    }

    /// Returns them with what an event changes.
    pub(super) fn updated(&self, session: &Session, event: &mut Event) -> Result<Self, Refusal> {
        let mut given = event.data.take().unwrap_or_default();
        crate::http::schema::check(T::FIELDS, &mut given, "data", session.call.sim.rules())?;
        let mut shown = self.shown.clone();
        merge(&mut shown, given);
        let read = read(shown.clone(), "data", session.call.sim.rules())?;
        Ok(Self { shown, read })
    }

    pub(super) fn show(&self) -> Value {
        Value::Object(self.shown.clone())
    }
}

fn merge(into: &mut Map<String, Value>, given: Map<String, Value>) {
    for (name, value) in given {
        match (into.get_mut(&name), value) {
            (Some(Value::Object(into)), Value::Object(value)) => merge(into, value),
            (_, value) => {
                into.insert(name, value);
            }
        }
    }
}
