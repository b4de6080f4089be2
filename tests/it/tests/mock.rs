//! A transport in memory: records what the client sends, and answers as a test says.

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use coze::transport::{Body, Incoming, Transport, TransportError, async_trait};
use coze::{Coze, RetryPolicy};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode, Uri};
use http_body::Frame;
use tokio::time::{Instant, Sleep};

/// Token of every client in these tests; nothing may ever print it.
pub(crate) const TOKEN: &str = "pat_TopSecret0123456789";

/// A request as the transport got it.
#[derive(Clone)]
pub(crate) struct Sent {
    pub(crate) method: Method,
    pub(crate) uri: Uri,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    /// When it came, in the time of the runtime.
    pub(crate) at: Instant,
    /// How the whole request prints.
    pub(crate) debug: String,
}

impl Sent {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    pub(crate) fn path(&self) -> &str {
        self.uri.path()
    }

    /// Path and query.
    pub(crate) fn target(&self) -> &str {
        self.uri.path_and_query().unwrap().as_str()
    }

    pub(crate) fn line(&self) -> String {
        format!("{} {}", self.method, self.target())
    }
}

/// One piece of a response body.
#[derive(Clone)]
pub(crate) enum Piece {
    Data(Bytes),
    /// Time without a byte.
    Pause(Duration),
    /// Not ready when it is asked for, and ready at once after that, as a socket whose data waits in the kernel.
    Yield,
    /// The connection breaks.
    Fail(TransportError),
    /// Silence for ever.
    Hang,
}

/// A response, or what comes in its place.
#[derive(Clone)]
pub(crate) struct Reply {
    head: Head,
    status: StatusCode,
    headers: HeaderMap,
    pieces: VecDeque<Piece>,
}

#[derive(Clone)]
enum Head {
    Now,
    After(Duration),
    Never,
    Fail(TransportError),
}

impl Reply {
    pub(crate) fn new(status: u16, content_type: &str, body: impl Into<Bytes>) -> Self {
        let reply = Self {
            head: Head::Now,
            status: StatusCode::from_u16(status).unwrap(),
            headers: HeaderMap::new(),
            pieces: VecDeque::from([Piece::Data(body.into())]),
        };
        if content_type.is_empty() { reply } else { reply.header("content-type", content_type) }
    }

    pub(crate) fn json(value: &serde_json::Value) -> Self {
        Self::new(200, "application/json", value.to_string())
    }

    /// `{"code": 0, "data": …}`.
    pub(crate) fn data(data: &serde_json::Value) -> Self {
        Self::json(&serde_json::json!({"code": 0, "msg": "", "data": data}))
    }

    /// A whole event stream in one chunk.
    pub(crate) fn events(body: impl Into<Bytes>) -> Self {
        Self::new(200, "text/event-stream", body)
    }

    /// An event stream in pieces.
    pub(crate) fn pieces(pieces: impl IntoIterator<Item = Piece>) -> Self {
        Self::events("").in_pieces(pieces)
    }

    /// The same head with another body.
    pub(crate) fn in_pieces(self, pieces: impl IntoIterator<Item = Piece>) -> Self {
        Self { pieces: pieces.into_iter().collect(), ..self }
    }

    /// An event stream in chunks.
    pub(crate) fn chunks<'a>(chunks: impl IntoIterator<Item = &'a [u8]>) -> Self {
        Self::pieces(chunks.into_iter().map(|chunk| Piece::Data(Bytes::copy_from_slice(chunk))))
    }

    pub(crate) fn fail(error: TransportError) -> Self {
        Self { head: Head::Fail(error), ..Self::events("") }
    }

    pub(crate) fn silence() -> Self {
        Self { head: Head::Never, ..Self::events("") }
    }

    pub(crate) fn status(self, status: u16) -> Self {
        Self { status: StatusCode::from_u16(status).unwrap(), ..self }
    }

    pub(crate) fn after(self, delay: Duration) -> Self {
        Self { head: Head::After(delay), ..self }
    }

    pub(crate) fn header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.insert(HeaderName::from_static(name), HeaderValue::from_str(value).unwrap());
        self
    }
}

/// The transport; clones share what was sent.
#[derive(Clone)]
pub(crate) struct Mock(Arc<Inner>);

type Answer = Box<dyn Fn(usize, &Sent) -> Reply + Send + Sync>;

struct Inner {
    sent: Mutex<Vec<Sent>>,
    open: Arc<AtomicUsize>,
    answer: Answer,
}

impl Mock {
    /// Answers by a function of the number of the request, from 0, and the request.
    pub(crate) fn new(answer: impl Fn(usize, &Sent) -> Reply + Send + Sync + 'static) -> Self {
        Self(Arc::new(Inner { sent: Mutex::default(), open: Arc::default(), answer: Box::new(answer) }))
    }

    /// Answers the first request with the first reply, and so on; more requests fail.
    pub(crate) fn script(replies: impl IntoIterator<Item = Reply>) -> Self {
        let replies: Vec<Reply> = replies.into_iter().collect();
        Self::new(move |number, sent| match replies.get(number) {
            Some(reply) => reply.clone(),
            None => Reply::fail(TransportError::other(format!("no reply is scripted for {}", sent.line()))),
        })
    }

    /// Answers every request alike.
    pub(crate) fn always(reply: Reply) -> Self {
        Self::new(move |_, _| reply.clone())
    }

    /// A client that sends every request once: what it sends again is a matter of its own tests.
    pub(crate) fn builder(&self) -> coze::Builder {
        let builder = Coze::builder().token(TOKEN).base_url("https://mock.test").transport(self.clone());
        builder.retry(RetryPolicy::none())
    }

    pub(crate) fn client(&self) -> Coze {
        self.builder().build().unwrap()
    }

    pub(crate) fn sent(&self) -> Vec<Sent> {
        self.0.sent.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The one request that was sent.
    pub(crate) fn only(&self) -> Sent {
        let mut sent = self.sent();
        assert_eq!(sent.len(), 1);
        sent.remove(0)
    }

    pub(crate) fn lines(&self) -> Vec<String> {
        self.sent().iter().map(Sent::line).collect()
    }

    /// How many response bodies are neither read to the end nor dropped.
    pub(crate) fn open(&self) -> usize {
        self.0.open.load(Ordering::SeqCst)
    }
}

#[async_trait]
impl Transport for Mock {
    async fn send(&self, request: Request<Body>) -> Result<Response<Incoming>, TransportError> {
        let debug = format!("{request:?}");
        let (parts, body) = request.into_parts();
        let sent = Sent {
            method: parts.method,
            uri: parts.uri,
            headers: parts.headers,
            body: body.bytes().await?,
            at: Instant::now(),
            debug,
        };
        let number = {
            let mut all = self.0.sent.lock().unwrap_or_else(PoisonError::into_inner);
            all.push(sent.clone());
            all.len() - 1
        };
        let reply = (self.0.answer)(number, &sent);
        match reply.head {
            Head::Now => {}
            Head::After(delay) => tokio::time::sleep(delay).await,
            Head::Never => std::future::pending().await,
            Head::Fail(error) => return Err(error),
        }
        self.0.open.fetch_add(1, Ordering::SeqCst);
        let open = Open(Arc::clone(&self.0.open));
        let body = Scripted { pieces: reply.pieces, sleep: None, open: Some(open) };
        let mut response = Response::new(Incoming::new(body));
        *response.status_mut() = reply.status;
        *response.headers_mut() = reply.headers;
        Ok(response)
    }
}

/// The whole body, read through the public face of a body alone.
trait Bytewise {
    async fn bytes(self) -> Result<Bytes, TransportError>;
}

impl Bytewise for Body {
    async fn bytes(self) -> Result<Bytes, TransportError> {
        use http_body_util::BodyExt;
        Ok(self.collect().await?.to_bytes())
    }
}

struct Open(Arc<AtomicUsize>);

impl Drop for Open {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

struct Scripted {
    pieces: VecDeque<Piece>,
    sleep: Option<Pin<Box<Sleep>>>,
    open: Option<Open>,
}

impl http_body::Body for Scripted {
    type Data = Bytes;
    type Error = TransportError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, TransportError>>> {
        loop {
            if let Some(sleep) = &mut self.sleep {
                ready!(sleep.as_mut().poll(cx));
                self.sleep = None;
            }
            match self.pieces.pop_front() {
                Some(Piece::Data(data)) => return Poll::Ready(Some(Ok(Frame::data(data)))),
                Some(Piece::Pause(length)) => self.sleep = Some(Box::pin(tokio::time::sleep(length))),
                Some(Piece::Yield) => {
                    cx.waker().wake_by_ref();
                    return Poll::Pending;
                }
                Some(Piece::Fail(error)) => {
                    self.open = None;
                    return Poll::Ready(Some(Err(error)));
                }
                Some(Piece::Hang) => {
                    self.pieces.push_front(Piece::Hang);
                    return Poll::Pending;
                }
                None => {
                    self.open = None;
                    return Poll::Ready(None);
                }
            }
        }
    }
}
