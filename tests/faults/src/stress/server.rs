//! A server that answers each request with its number, and closes at random.

use std::io;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use coze_transport::bytes::Bytes;
use coze_transport::http::{HeaderValue, Request, Response};
use coze_transport::http_body::{Body, Frame};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{sleep, timeout, timeout_at};

use super::raw::Cut;
use super::{Begun, Peer, dice, raw};
use crate::soak::Random;

pub(super) struct Server {
    pub(super) url: String,
    pub(super) begun: Begun,
    counts: Arc<Counts>,
}

#[derive(Default)]
pub(super) struct Counts {
    accepted: AtomicU64,
    closed: AtomicU64,
    pub(super) mixed: AtomicU64,
}

/// So few that a client needs several connections.
const STREAMS: u32 = 16;

impl Server {
    pub(super) async fn start(peer: Peer, begun: Begun) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let counts = Arc::<Counts>::default();
        let server = Self { url, begun: begun.clone(), counts: counts.clone() };
        tokio::spawn(async move {
            loop {
                // More files than allowed are no end.
                let Ok((stream, _)) = listener.accept().await else { continue };
                let random = dice(counts.accepted.fetch_add(1, Ordering::SeqCst), 1);
                let (begun, counts) = (begun.clone(), counts.clone());
                tokio::spawn(async move {
                    match peer {
                        Peer::Raw => raw::serve(stream, &begun, &counts, random).await,
                        _ => serve(stream, peer, begun, &counts, random).await,
                    }
                    counts.closed.fetch_add(1, Ordering::SeqCst);
                });
            }
        });
        server
    }

    /// Connections that were made.
    pub(super) fn connections(&self) -> u64 {
        self.counts.accepted.load(Ordering::SeqCst)
    }

    /// Requests that came with what was not theirs.
    pub(super) fn mixed(&self) -> u64 {
        self.counts.mixed.load(Ordering::SeqCst)
    }

    /// Connections that are open.
    pub(super) fn open(&self) -> u64 {
        self.connections() - self.counts.closed.load(Ordering::SeqCst)
    }
}

/// Serves a connection for a while, and ends it: with a farewell, or within whatever it does.
async fn serve(stream: TcpStream, peer: Peer, begun: Begun, counts: &Arc<Counts>, mut random: Random) {
    let socket = TokioIo::new(Cut::new(stream, &mut random));
    let service = service_fn(|request| answer(request, begun.clone(), counts.clone()));
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder.http2().max_concurrent_streams(STREAMS);
    let builder = if peer == Peer::Http2 { builder.http2_only() } else { builder.http1_only() };
    let mut serving = pin!(builder.serve_connection(socket, service));
    let life = Duration::from_millis(random.below(300));
    let end = sleep(if random.below(4) == 0 { life * 10 } else { life });
    if random.below(2) == 0 {
        return drop(timeout_at(end.deadline(), serving).await);
    }
    tokio::select! {
        _ = serving.as_mut() => return,
        () = end => {}
    }
    serving.as_mut().graceful_shutdown();
    let _ = timeout(Duration::from_millis(random.below(100)), serving).await;
}

async fn answer(
    request: Request<Incoming>,
    begun: Begun,
    counts: Arc<Counts>,
) -> io::Result<Response<Answer>> {
    let number: u64 = request.uri().path().trim_start_matches('/').parse().unwrap();
    begun[usize::try_from(number).unwrap()].fetch_add(1, Ordering::SeqCst);
    let mut random = dice(number, 2);
    let fails = |random: &mut Random| random.below(40) == 0;
    if fails(&mut random) {
        return Err(io::Error::other("before it reads"));
    }
    let sent = request.into_body().collect().await.map_err(io::Error::other)?.to_bytes();
    if sent != expected(number) {
        counts.mixed.fetch_add(1, Ordering::SeqCst);
    }
    if fails(&mut random) {
        return Err(io::Error::other("before it answers"));
    }
    if random.below(10) == 0 {
        sleep(Duration::from_micros(random.below(5000))).await;
    }
    let pieces = random.below(5) + 1;
    let mut response = Response::new(Answer { number, pieces, breaks: fails(&mut random), paused: false });
    if random.below(20) == 0 {
        response.headers_mut().insert("connection", HeaderValue::from_static("close"));
    }
    Ok(response)
}

/// What the request of this number says.
pub(super) fn expected(number: u64) -> String {
    format!("{number};").repeat(usize::try_from(number % 40).unwrap_or_default())
}

/// The number of the request, some times, with a pause before each.
struct Answer {
    number: u64,
    pieces: u64,
    breaks: bool,
    paused: bool,
}

impl Body for Answer {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        self.paused = !self.paused;
        if self.paused {
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        if self.pieces == 0 {
            return Poll::Ready(None);
        }
        self.pieces -= 1;
        if self.breaks && self.pieces == 0 {
            return Poll::Ready(Some(Err(io::Error::other("within its answer"))));
        }
        Poll::Ready(Some(Ok(Frame::data(format!("{};", self.number).into()))))
    }
}
