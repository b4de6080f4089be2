//! What the compared programs share: how they are driven, how their cost is taken, and the types that they decode.

mod latency;
mod model;
mod usage;

use std::cell::RefCell;
use std::collections::HashMap;
use std::error::Error;
use std::future::Future;
use std::hint::black_box;
use std::process::Command;
use std::rc::Rc;
use std::sync::Arc;

use serde_json::{Map, Value, json};
use tokio::sync::Semaphore;

pub use latency::Latency;
pub use model::{ChatEvent, ContentType, Conversation, Envelope, File, MessageType, Role, parse_event};
use usage::{Usage, monotonic_nanos, resident};

pub type BoxError = Box<dyn Error>;

/// Conversation that the plain request reads.
pub const CONVERSATION: &str = "7381473445440978001";
pub const BOT: &str = "7379462189365198898";
pub const TOKEN: &str = "pat_bench";

/// A piece of a stream, as a client hands it to its caller.
pub enum Piece<'a> {
    /// Content of a decoded delta.
    Delta(&'a str),
    /// Any other decoded event.
    Other,
    /// Bytes of a client that decodes nothing.
    Bytes(&'a [u8]),
}

/// A client under test.
pub trait Client: Clone + 'static {
    /// Asks for a streamed chat, whose shape the server reads from `user`, and hands on every piece.
    fn stream(&self, user: &str, sink: impl FnMut(Piece<'_>)) -> impl Future<Output = Result<(), BoxError>>;
    /// Reads a conversation and decodes it.
    fn request(&self) -> impl Future<Output = Result<(), BoxError>>;
    /// Uploads a file from disk; the number of bytes that the server says it got.
    fn upload(&self, path: &str) -> impl Future<Output = Result<u64, BoxError>>;
}

/// Where the server is.
#[derive(Clone, Debug)]
pub struct Server {
    pub base: String,
    /// Certificate of its authority, in PEM.
    pub root: Option<Vec<u8>>,
}

/// Body of the request for a streamed chat.
pub fn chat_body(user: &str) -> String {
    json!({
        "bot_id": BOT,
        "user_id": user,
        "stream": true,
        "additional_messages": [{"role": "user", "type": "question", "content": "hello", "content_type": "text"}],
    })
    .to_string()
}

/// Runs the mode that the command line names: `PROGRAM MODE KEY=VALUE…`; prints one line of JSON.
pub fn run<C: Client>(make: impl FnOnce(Server) -> Result<C, BoxError>) -> Result<(), BoxError> {
    let mut words = std::env::args().skip(1);
    let mode = words.next().ok_or("name a mode: stream, latency, concurrent, requests, upload, first")?;
    let options: HashMap<_, _> = words
        .filter_map(|word| word.split_once('=').map(|(key, value)| (key.to_owned(), value.to_owned())))
        .collect();
    let options = Options(options);
    let root = options.0.get("ca").map(std::fs::read).transpose()?;
    let server = Server { base: options.text("base")?.to_owned(), root };
    let mut runtime = if options.0.get("runtime").is_some_and(|kind| kind == "multi") {
        tokio::runtime::Builder::new_multi_thread()
    } else {
        tokio::runtime::Builder::new_current_thread()
    };
    let runtime = runtime.enable_all().build()?;
    let report = tokio::task::LocalSet::new().block_on(&runtime, async {
        let client = make(server)?;
        match mode.as_str() {
            "stream" => stream(client, &options).await,
            "latency" => latency(client, &options).await,
            "concurrent" => concurrent(client, &options).await,
            "requests" => requests(client, &options).await,
            "upload" => upload(client, &options).await,
            "first" => first(client).await,
            other => Err(format!("no mode {other:?}").into()),
        }
    })?;
    println!("{}", Value::Object(report));
    Ok(())
}

struct Options(HashMap<String, String>);

impl Options {
    fn text(&self, key: &str) -> Result<&str, BoxError> {
        Ok(self.0.get(key).ok_or_else(|| format!("{key}=… is missing"))?)
    }

    fn number(&self, key: &str) -> Result<u64, BoxError> {
        Ok(self.text(key)?.parse()?)
    }
}

type Report = Map<String, Value>;

/// Cost of `count` items between two points.
fn report(count: u64, before: &Usage, after: &Usage) -> Report {
    let mut report = Report::new();
    let cpu = (after.cpu - before.cpu).as_secs_f64();
    let wall = (after.at - before.at).as_secs_f64();
    report.insert("cpu".into(), json!(cpu * 1e6 / count as f64));
    report.insert("wall".into(), json!(wall * 1e6 / count as f64));
    report.insert("busy".into(), json!(cpu / wall));
    report.insert("grown".into(), json!(after.peak.saturating_sub(before.resident)));
    report
}

/// Connects, and lets buffers and code paths become warm.
async fn warm_up<C: Client>(client: &C) -> Result<(), BoxError> {
    client.stream("n=200;mode=blast", |_| {}).await
}

async fn stream<C: Client>(client: C, options: &Options) -> Result<Report, BoxError> {
    let (n, pace) = (options.number("n")?, options.text("pace")?);
    let repeat = options.number("repeat").unwrap_or(1);
    warm_up(&client).await?;
    let (mut deltas, mut bytes, mut text) = (0, 0, 0);
    let before = Usage::now()?;
    for _ in 0..repeat {
        client
            .stream(&format!("n={n};mode={pace}"), |piece| match piece {
                Piece::Delta(content) => {
                    deltas += 1;
                    text += content.len();
                }
                Piece::Other => {}
                Piece::Bytes(part) => bytes += part.len() as u64,
            })
            .await?;
    }
    let after = Usage::now()?;
    black_box(text);
    let n = n * repeat;
    if deltas != n && bytes < n * 200 {
        return Err(format!("{deltas} deltas and {bytes} bytes came instead of {n} deltas").into());
    }
    Ok(report(n, &before, &after))
}

async fn latency<C: Client>(client: C, options: &Options) -> Result<Report, BoxError> {
    let (n, micros) = (options.number("n")?, options.number("us")?);
    warm_up(&client).await?;
    let (mut seen, mut times) = (0, Latency::new());
    let before = Usage::now()?;
    client
        .stream(&format!("n={n};mode=paced;us={micros}"), |piece| {
            let now = monotonic_nanos();
            sent_at(piece, |sent| {
                seen += 1;
                // The first ones find cold caches on both sides.
                if seen > 100 {
                    times.add(now.saturating_sub(sent));
                }
            });
        })
        .await?;
    if seen != n {
        return Err(format!("{seen} of {n} deltas came").into());
    }
    let mut report = report(n, &before, &Usage::now()?);
    times.write(&mut report);
    Ok(report)
}

/// What all streams of a run share.
struct Shared {
    times: Latency,
    started: u64,
    failed: u64,
    events: u64,
    /// When the last stream had begun, and when the first one ended: between them all are open.
    steady: Option<Usage>,
    over: Option<Usage>,
}

async fn concurrent<C: Client>(client: C, options: &Options) -> Result<Report, BoxError> {
    let (streams, n, micros) = (options.number("streams")?, options.number("n")?, options.number("us")?);
    warm_up(&client).await?;
    let shared = Rc::new(RefCell::new(Shared {
        times: Latency::new(),
        started: 0,
        failed: 0,
        events: 0,
        steady: None,
        over: None,
    }));
    let resident_before = resident()?;
    let before = Usage::now()?;
    // Connections beyond the backlog of the listener would be refused.
    let opening = Arc::new(Semaphore::new(256));
    let tasks: Vec<_> = (0..streams)
        .map(|_| {
            let (client, shared, opening) = (client.clone(), Rc::clone(&shared), Arc::clone(&opening));
            tokio::task::spawn_local(async move {
                let mut permit = opening.acquire_owned().await.ok();
                let mut seen = 0;
                let outcome = client
                    .stream(&format!("n={n};mode=paced;us={micros}"), |piece| {
                        permit.take();
                        let now = monotonic_nanos();
                        let shared = &mut *shared.borrow_mut();
                        sent_at(piece, |sent| {
                            seen += 1;
                            if seen == 1 {
                                shared.started += 1;
                                if shared.started == streams {
                                    shared.steady = Usage::now().ok();
                                }
                            }
                            if shared.steady.is_some() && shared.over.is_none() {
                                shared.events += 1;
                                shared.times.add(now.saturating_sub(sent));
                            }
                        });
                    })
                    .await;
                let shared = &mut *shared.borrow_mut();
                if shared.over.is_none() {
                    shared.over = Usage::now().ok();
                }
                if let Err(error) = &outcome
                    && shared.failed == 0
                {
                    eprintln!("{error}");
                }
                shared.failed += u64::from(outcome.is_err() || seen != n);
            })
        })
        .collect();
    for task in tasks {
        task.await?;
    }
    let after = Usage::now()?;
    let shared = shared.borrow();
    let mut report = match (&shared.steady, &shared.over) {
        (Some(steady), Some(over)) if shared.events > 0 => report(shared.events, steady, over),
        // The first streams ended before the last began: no moment had all of them open, so there is nothing to tell.
        _ => Report::new(),
    };
    let whole = (after.cpu - before.cpu).as_secs_f64() * 1e6 / streams as f64;
    report.insert("cpu_per_stream".into(), json!(whole));
    let grown = after.peak.saturating_sub(resident_before);
    report.insert("memory_per_stream".into(), json!(grown as f64 / streams as f64));
    report.insert("failed".into(), json!(shared.failed));
    shared.times.write(&mut report);
    Ok(report)
}

async fn requests<C: Client>(client: C, options: &Options) -> Result<Report, BoxError> {
    let (n, ways) = (options.number("n")?, options.number("ways")?);
    // Growth from the first request on is asked for without a warm-up.
    for _ in 0..options.number("warm").unwrap_or(50) {
        client.request().await?;
    }
    let before = Usage::now()?;
    let tasks: Vec<_> = (0..ways)
        .map(|way| {
            let client = client.clone();
            let share = n / ways + u64::from(way < n % ways);
            tokio::task::spawn_local(async move {
                for _ in 0..share {
                    if let Err(error) = client.request().await {
                        return Err(error.to_string());
                    }
                }
                Ok(())
            })
        })
        .collect();
    for task in tasks {
        task.await??;
    }
    Ok(report(n, &before, &Usage::now()?))
}

async fn upload<C: Client>(client: C, options: &Options) -> Result<Report, BoxError> {
    let path = options.text("path")?;
    client.request().await?;
    let size = std::fs::metadata(path)?.len();
    let before = Usage::now()?;
    let received = client.upload(path).await?;
    let after = Usage::now()?;
    if received < size {
        return Err(format!("the server got {received} of {size} bytes").into());
    }
    Ok(report(size / 1_000_000, &before, &after))
}

/// From before the start of the process to the first delta.
///
/// The clock starts in a small process that starts this one again; a launcher of its own would measure its own size.
async fn first<C: Client>(client: C) -> Result<Report, BoxError> {
    const STARTED: &str = "E2E_STARTED";
    let Some(started) = std::env::var_os(STARTED) else {
        let output = Command::new(std::env::current_exe()?)
            .args(std::env::args_os().skip(1))
            .env(STARTED, monotonic_nanos().to_string())
            .output()?;
        return match serde_json::from_slice(&output.stdout) {
            Ok(report) => Ok(report),
            Err(_) => Err(String::from_utf8_lossy(&output.stderr).into()),
        };
    };
    let started: u64 = started.to_str().ok_or("the start is no number")?.parse()?;
    let mut first = None;
    client
        .stream("n=5;mode=each", |piece| {
            if !matches!(piece, Piece::Other) {
                first.get_or_insert_with(monotonic_nanos);
            }
        })
        .await?;
    let first = first.ok_or("no delta came")?;
    let mut report = Report::new();
    report.insert("first".into(), json!(first.saturating_sub(started) as f64 / 1e3));
    report.insert("cpu".into(), json!(Usage::now()?.cpu.as_secs_f64() * 1e6));
    Ok(report)
}

/// Times of sending in a piece: each delta says `t=` and 20 digits of nanoseconds.
fn sent_at(piece: Piece<'_>, mut each: impl FnMut(u64)) {
    match piece {
        Piece::Delta(content) => content.strip_prefix("t=").and_then(stamp).into_iter().for_each(&mut each),
        Piece::Other => {}
        Piece::Bytes(bytes) => {
            // The pieces of the byte-counting client are whole events here, one write each.
            for part in String::from_utf8_lossy(bytes).split("\"t=").skip(1) {
                stamp(part).into_iter().for_each(&mut each);
            }
        }
    }
}

fn stamp(text: &str) -> Option<u64> {
    text.get(..20)?.parse().ok()
}
