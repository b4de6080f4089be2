//! A server that does exactly what a test tells it, byte by byte.

use std::convert::Infallible;
use std::future::Future;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use coze_transport::bytes::Bytes;
use coze_transport::http::{Request, Response};
use coze_transport::http_body::{Body as HttpBody, Frame};
use coze_transport::{Body, HyperTransport, Incoming, Transport, TransportError};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

/// Long enough for the slowest machine: it only ends tests that would hang.
const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) async fn within<T>(work: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, work).await.expect("the test hangs")
}

/// Transport without the proxies that the machine may have configured.
pub(crate) fn transport() -> HyperTransport {
    HyperTransport::builder().no_proxy().build().unwrap()
}

pub(crate) fn get(url: impl AsRef<str>) -> Request<Body> {
    Request::get(url.as_ref()).body(Body::empty()).unwrap()
}

pub(crate) fn post(url: impl AsRef<str>, body: impl Into<Body>) -> Request<Body> {
    Request::post(url.as_ref()).body(body.into()).unwrap()
}

pub(crate) async fn send(
    transport: &impl Transport,
    request: Request<Body>,
) -> Result<Response<Incoming>, TransportError> {
    within(transport.send(request)).await
}

/// Sends a request that is to fail before its response head.
pub(crate) async fn fail(transport: &impl Transport, request: Request<Body>) -> TransportError {
    send(transport, request).await.expect_err("the request should fail")
}

/// Sends a request and reads its answer as text.
pub(crate) async fn text(
    transport: &impl Transport,
    request: Request<Body>,
) -> Result<String, TransportError> {
    let response = send(transport, request).await?;
    let bytes = within(response.into_body().bytes(1 << 20)).await?;
    Ok(String::from_utf8(bytes.to_vec()).unwrap())
}

pub(crate) struct Server {
    pub(crate) addr: SocketAddr,
    connections: Arc<AtomicUsize>,
    task: JoinHandle<()>,
}

impl Server {
    /// Runs `serve` for each connection, with its number, from 0.
    pub(crate) async fn start<F, S>(serve: F) -> Self
    where
        F: Fn(Connection, usize) -> S + Send + 'static,
        S: Future<Output = ()> + Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let addr = listener.local_addr().unwrap();
        let connections = Arc::new(AtomicUsize::new(0));
        let counter = connections.clone();
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let number = counter.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(serve(Connection::new(stream), number));
            }
        });
        Self { addr, connections, task }
    }

    /// Answers the first request of each connection with these bytes, and closes.
    pub(crate) async fn answering(answer: impl AsRef<[u8]> + Clone + Send + Sync + 'static) -> Self {
        Self::start(move |mut connection, _| {
            let answer = answer.clone();
            async move {
                connection.request().await;
                connection.send(answer).await;
                connection.finish().await;
            }
        })
        .await
    }

    /// Answers every request with what it received, and keeps the connection.
    pub(crate) async fn echo() -> Self {
        Self::start(|mut connection, _| async move {
            while let Some(request) = connection.request().await {
                connection.send(ok(&request)).await;
            }
        })
        .await
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.addr)
    }

    pub(crate) fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// A complete response that keeps the connection.
pub(crate) fn ok(body: &str) -> String {
    format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len())
}

pub(crate) struct Connection<S = TcpStream> {
    pub(crate) stream: S,
    buffer: Vec<u8>,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Connection<S> {
    pub(crate) fn new(stream: S) -> Self {
        Self { stream, buffer: Vec::new() }
    }

    /// Reads one request, head and body as they came; `None` when the client has closed.
    pub(crate) async fn request(&mut self) -> Option<String> {
        let head = self.until(|bytes| find(bytes, b"\r\n\r\n").map(|at| at + 4)).await?;
        let mut text = String::from_utf8(head).unwrap();
        let lower = text.to_ascii_lowercase();
        if lower.contains("transfer-encoding: chunked") {
            let body = self.until(|bytes| find(bytes, b"0\r\n\r\n").map(|at| at + 5)).await?;
            text.push_str(std::str::from_utf8(&body).unwrap());
        } else if let Some((_, rest)) = lower.split_once("content-length: ") {
            let len: usize = rest.split("\r\n").next().unwrap().parse().unwrap();
            let body = self.until(|bytes| (bytes.len() >= len).then_some(len)).await?;
            text.push_str(std::str::from_utf8(&body).unwrap());
        }
        Some(text)
    }

    /// Reads the head alone of one request.
    pub(crate) async fn head(&mut self) -> Option<String> {
        let head = self.until(|bytes| find(bytes, b"\r\n\r\n").map(|at| at + 4)).await?;
        Some(String::from_utf8(head).unwrap())
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

    /// Sends bytes; a client that has gone is no failure of the server.
    pub(crate) async fn send(&mut self, bytes: impl AsRef<[u8]>) {
        let _ = self.stream.write_all(bytes.as_ref()).await;
        let _ = self.stream.flush().await;
    }

    /// Sends back whatever comes, byte by byte, until the end of a chunked body has come and gone.
    pub(crate) async fn mirror(&mut self) {
        let mut last = Vec::new();
        loop {
            let bytes = std::mem::take(&mut self.buffer);
            self.send(&bytes).await;
            last.extend(bytes);
            last.drain(..last.len().saturating_sub(5));
            if last == b"0\r\n\r\n" || self.stream.read_buf(&mut self.buffer).await.unwrap_or(0) == 0 {
                return;
            }
        }
    }

    /// Says that there is no more to come, and waits for the client to go: closing with unread input would reset the connection.
    pub(crate) async fn finish(&mut self) {
        let _ = self.stream.shutdown().await;
        self.gone().await;
    }

    /// Waits until the client has closed the connection.
    pub(crate) async fn gone(&mut self) {
        let mut rest = [0; 1024];
        while !matches!(self.stream.read(&mut rest).await, Ok(0) | Err(_)) {}
    }
}

impl Connection {
    /// Breaks the connection.
    pub(crate) fn reset(self) {
        self.stream.set_zero_linger().unwrap();
    }
}

fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).position(|window| window == what)
}

/// A request body of what is sent to it.
pub(crate) struct Channel(pub(crate) mpsc::Receiver<&'static str>);

impl HttpBody for Channel {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.0.poll_recv(cx).map(|piece| piece.map(|piece| Ok(Frame::data(piece.into()))))
    }
}
