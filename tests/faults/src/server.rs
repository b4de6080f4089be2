//! A server that does on each connection what its script says, byte by byte.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::task::JoinSet;

mod http2;
mod tls;

pub use http2::{CANCEL, Frame, INTERNAL_ERROR, NO_ERROR, REFUSED_STREAM};
pub use tls::{Cert, root};

use crate::wire;

/// What a server does on a connection.
#[derive(Clone, Debug)]
pub enum Act {
    /// Reads a request.
    Take,
    /// Reads the request of a tunnel and grants it.
    Tunnel,
    /// Secures the connection.
    Tls(Cert),
    Say(Vec<u8>),
    /// Says one byte a packet, with a pause behind each.
    Drip(Vec<u8>, Duration),
    /// Says the same so many times.
    Repeat(Vec<u8>, usize),
    /// Answers all requests from here on with this.
    Always(Vec<u8>),
    /// Says nothing for a while.
    Wait(Duration),
    /// Says nothing more until the client has gone.
    Hold,
    /// Ends the connection, politely.
    Close,
    /// Breaks the connection.
    Reset,
    /// Speaks HTTP/2 from here on.
    Http2,
    Frame(Frame),
}

/// What happens on one connection; behind the last act requests are answered well.
pub type Script = Vec<Act>;

pub fn say(bytes: impl AsRef<[u8]>) -> Act {
    Act::Say(bytes.as_ref().to_vec())
}

/// Takes a request, says this, and ends the connection.
pub fn once(bytes: impl AsRef<[u8]>) -> Script {
    vec![Act::Take, say(bytes), Act::Close]
}

/// Takes a request, says this, and goes on well.
pub fn then_well(bytes: impl AsRef<[u8]>) -> Script {
    vec![Act::Take, say(bytes)]
}

/// The scripts of the first connections, and what comes before all on later ones.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    pub scripts: Vec<Script>,
    pub prelude: Script,
}

pub struct Server {
    pub addr: SocketAddr,
    log: Arc<Log>,
    tasks: JoinSet<()>,
}

/// What has come of the connections so far.
#[derive(Debug, Default)]
pub(crate) struct Log {
    requests: Mutex<Vec<String>>,
    said: AtomicU64,
    opened: AtomicUsize,
    ended: AtomicUsize,
}

impl Server {
    pub async fn start(plan: Plan) -> Self {
        Self::listen(TcpListener::bind("127.0.0.1:0").await.unwrap(), plan)
    }

    pub fn listen(listener: TcpListener, plan: Plan) -> Self {
        let addr = listener.local_addr().unwrap();
        let mut tasks = JoinSet::new();
        let log = Arc::new(Log::default());
        let noted = log.clone();
        tasks.spawn(async move {
            // Ends the connections with the server.
            let mut connections = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                let number = log.opened.fetch_add(1, Ordering::Relaxed);
                let script = plan.scripts.get(number).unwrap_or(&plan.prelude).clone();
                let (connection, log) = (Connection::new(stream, log.clone()), log.clone());
                connections.spawn(async move {
                    connection.serve(script).await;
                    log.ended.fetch_add(1, Ordering::Relaxed);
                });
            }
        });
        Self { addr, log: noted, tasks }
    }

    /// Bytes that [`Act::Repeat`] has handed to the network.
    pub fn said(&self) -> u64 {
        self.log.said.load(Ordering::Relaxed)
    }

    /// The requests that came, head and body.
    pub fn seen(&self) -> Vec<String> {
        self.log.requests.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// How many connections were opened, and how many of them have ended.
    pub fn connections(&self) -> (usize, usize) {
        (self.log.opened.load(Ordering::Relaxed), self.log.ended.load(Ordering::Relaxed))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.tasks.abort_all();
    }
}

/// A port that refuses until somebody listens on it.
pub fn reserved() -> (TcpSocket, SocketAddr) {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let addr = socket.local_addr().unwrap();
    (socket, addr)
}

/// A port whose queue is full: a connection to it is neither taken nor refused.
pub async fn blackhole() -> (TcpListener, Vec<TcpStream>) {
    let (socket, addr) = reserved();
    let listener = socket.listen(1).unwrap();
    let mut queued = Vec::new();
    while let Ok(connected) = tokio::time::timeout(Duration::from_secs(1), TcpStream::connect(addr)).await {
        queued.push(connected.unwrap());
        assert!(queued.len() < 100, "the queue has no end");
    }
    (listener, queued)
}

pub(crate) trait Io: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Io for T {}

pub(crate) struct Connection {
    stream: Box<dyn Io>,
    /// The same socket, to break it with.
    twin: TcpStream,
    buffer: Vec<u8>,
    log: Arc<Log>,
    http2: Option<http2::State>,
}

impl Connection {
    fn new(stream: TcpStream, log: Arc<Log>) -> Self {
        stream.set_nodelay(true).unwrap();
        let stream = stream.into_std().unwrap();
        let twin = TcpStream::from_std(stream.try_clone().unwrap()).unwrap();
        let stream = Box::new(TcpStream::from_std(stream).unwrap());
        Self { stream, twin, buffer: Vec::new(), log, http2: None }
    }

    /// Follows the script; a client that has gone ends it.
    async fn serve(mut self, script: Script) {
        for act in script {
            let going_on = match act {
                Act::Take => self.take().await.is_some(),
                Act::Tunnel => self.take().await.is_some() && self.say(b"HTTP/1.1 200 OK\r\n\r\n").await,
                Act::Tls(cert) => match self.secure(cert).await {
                    Some(secured) => {
                        self = secured;
                        true
                    }
                    None => return,
                },
                Act::Say(bytes) => self.say(&bytes).await,
                Act::Drip(bytes, pause) => self.drip(&bytes, pause).await,
                Act::Repeat(bytes, times) => self.repeat(&bytes, times).await,
                Act::Always(bytes) => {
                    while self.take().await.is_some() && self.say(&bytes).await {}
                    return;
                }
                Act::Wait(pause) => {
                    tokio::time::sleep(pause).await;
                    true
                }
                Act::Hold => return self.gone().await,
                Act::Close => return self.close().await,
                Act::Reset => return self.reset(),
                Act::Http2 => self.open_http2().await,
                Act::Frame(frame) => self.frame(frame).await,
            };
            if !going_on {
                return;
            }
        }
        if self.http2.is_some() {
            while self.answer_http2().await {}
        } else {
            while let Some(request) = self.take().await {
                if !self.say(&wire::good(&request)).await {
                    return;
                }
            }
        }
    }

    fn note(&self, request: &str) {
        self.log.requests.lock().unwrap_or_else(PoisonError::into_inner).push(request.to_owned());
    }

    /// Reads one request, head and body.
    async fn take(&mut self) -> Option<String> {
        let head = self.until(|bytes| find(bytes, b"\r\n\r\n").map(|at| at + 4)).await?;
        let mut text = String::from_utf8(head).unwrap();
        if let Some((_, rest)) = text.to_ascii_lowercase().split_once("content-length: ") {
            let len: usize = rest.split("\r\n").next().unwrap().parse().unwrap();
            let body = self.until(|bytes| (bytes.len() >= len).then_some(len)).await?;
            text.push_str(&String::from_utf8_lossy(&body));
        }
        self.note(&text);
        Some(text)
    }

    async fn until(&mut self, end: impl Fn(&[u8]) -> Option<usize>) -> Option<Vec<u8>> {
        loop {
            if let Some(end) = end(&self.buffer) {
                return Some(self.buffer.drain(..end).collect());
            }
            if self.stream.read_buf(&mut self.buffer).await.unwrap_or(0) == 0 {
                return None;
            }
        }
    }

    async fn say(&mut self, bytes: &[u8]) -> bool {
        self.stream.write_all(bytes).await.is_ok() && self.stream.flush().await.is_ok()
    }

    async fn drip(&mut self, bytes: &[u8], pause: Duration) -> bool {
        for byte in bytes {
            if !self.say(&[*byte]).await {
                return false;
            }
            if pause.is_zero() {
                tokio::task::yield_now().await;
            } else {
                tokio::time::sleep(pause).await;
            }
        }
        true
    }

    async fn repeat(&mut self, bytes: &[u8], times: usize) -> bool {
        for _ in 0..times {
            if self.stream.write_all(bytes).await.is_err() {
                return false;
            }
            self.log.said.fetch_add(bytes.len() as u64, Ordering::Relaxed);
        }
        self.stream.flush().await.is_ok()
    }

    /// Says that there is no more to come, and waits for the client to go: closing with unread input would break the
    /// connection.
    async fn close(mut self) {
        let _ = self.stream.shutdown().await;
        self.gone().await;
    }

    async fn gone(mut self) {
        let mut rest = [0; 1024];
        while !matches!(self.stream.read(&mut rest).await, Ok(0) | Err(_)) {}
    }

    fn reset(self) {
        self.twin.set_zero_linger().unwrap();
    }
}

fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).position(|window| window == what)
}
