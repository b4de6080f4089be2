//! A transport that keeps what another one sends and receives.

use std::fmt;
use std::io;
use std::path::Path;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use async_trait::async_trait;
use bytes::Bytes;
use coze_transport::websocket::Opened;
use coze_transport::{Body, Incoming, Transport, TransportError};
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response, StatusCode};
use http_body::{Body as HttpBody, Frame};
use serde::{Deserialize, Serialize};

use super::Reply;
use super::request::{read, target};

/// A [`Transport`] that sends through another one and keeps the exchanges.
///
/// Responses still stream. A request body that is a stream, such as an upload, is read into memory. Clones share the
/// recording.
///
/// ```no_run
/// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
/// use coze::Coze;
/// use coze::test::{Recorder, Recording, ScriptedTransport};
/// use coze::transport::HyperTransport;
///
/// let recorder = Recorder::new(HyperTransport::new()?);
/// let client = Coze::builder().token("pat_…").transport(recorder.clone()).build()?;
/// client.users().me().await?;
/// recorder.recording().save("tests/me.json")?;
///
/// // In the tests, without a server:
/// let client = ScriptedTransport::replay(Recording::load("tests/me.json")?).builder().build()?;
/// client.users().me().await?;
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct Recorder {
    inner: Arc<dyn Transport>,
    exchanges: Log,
}

type Log = Arc<Mutex<Vec<Exchange>>>;

impl Recorder {
    /// Wraps a transport.
    pub fn new(transport: impl Transport) -> Self {
        Self { inner: Arc::new(transport), exchanges: Arc::default() }
    }

    /// Returns the exchanges so far, oldest first; a body that is still being read is in it as far as it was read.
    pub fn recording(&self) -> Recording {
        Recording { exchanges: self.exchanges.lock().unwrap_or_else(PoisonError::into_inner).clone() }
    }
}

#[async_trait]
impl Transport for Recorder {
    async fn send(&self, request: Request<Body>) -> Result<Response<Incoming>, TransportError> {
        let (parts, body) = request.into_parts();
        let body = read(body).await?;
        let request = Request::from_parts(parts, body.clone());
        let mut exchange = Exchange {
            method: request.method().to_string(),
            target: target(&request).to_owned(),
            request: body.clone().into(),
            status: 0,
            headers: Vec::new(),
            response: Content::default(),
            error: None,
        };
        let result = self.inner.send(request.map(Body::from)).await;
        match &result {
            Ok(response) => exchange.set_head(response),
            Err(error) => exchange.error = Some(error.to_string()),
        }
        let number = {
            let mut exchanges = self.exchanges.lock().unwrap_or_else(PoisonError::into_inner);
            exchanges.push(exchange);
            exchanges.len() - 1
        };
        let log = Arc::clone(&self.exchanges);
        Ok(result?.map(|body| Incoming::new(Recorded { body, read: Vec::new(), log, number })))
    }

    /// Opens a WebSocket, whose messages are not recorded.
    async fn open(&self, request: Request<()>) -> Result<Opened, TransportError> {
        self.inner.open(request).await
    }
}

impl fmt::Debug for Recorder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recorder").field("recording", &self.recording()).finish_non_exhaustive()
    }
}

/// The body of a response on its way to its reader.
struct Recorded {
    body: Incoming,
    read: Vec<u8>,
    log: Log,
    number: usize,
}

impl Recorded {
    fn note(&self, error: Option<&TransportError>) {
        let mut exchanges = self.log.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(exchange) = exchanges.get_mut(self.number) {
            exchange.response = Bytes::copy_from_slice(&self.read).into();
            exchange.error = error.map(TransportError::to_string);
        }
    }
}

impl HttpBody for Recorded {
    type Data = Bytes;
    type Error = TransportError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, TransportError>>> {
        let next = ready!(Pin::new(&mut self.body).poll_frame(cx));
        match &next {
            Some(Ok(frame)) => self.read.extend_from_slice(frame.data_ref().map_or(&[], |data| data)),
            Some(Err(error)) => self.note(Some(error)),
            None => self.note(None),
        }
        Poll::Ready(next)
    }
}

impl Drop for Recorded {
    /// A reader may stop before the end.
    fn drop(&mut self) {
        let mut exchanges = self.log.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(exchange) = exchanges.get_mut(self.number).filter(|exchange| exchange.error.is_none()) {
            exchange.response = Bytes::from(std::mem::take(&mut self.read)).into();
        }
    }
}

/// What a [`Recorder`] kept; JSON through `serde`.
///
/// It holds no headers of requests, so that the access token is not in it. Bodies are kept as they are: those of OAuth
/// requests contain tokens and secrets.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Recording {
    /// Requests with their responses, oldest first.
    pub exchanges: Vec<Exchange>,
}

impl Recording {
    /// Reads a recording from a JSON file.
    pub fn load(path: impl AsRef<Path>) -> io::Result<Self> {
        let path = path.as_ref();
        let text = std::fs::read(path).map_err(|error| at(path, error.kind(), &error))?;
        serde_json::from_slice(&text).map_err(|error| at(path, io::ErrorKind::InvalidData, &error))
    }

    /// Writes the recording into a JSON file.
    pub fn save(&self, path: impl AsRef<Path>) -> io::Result<()> {
        let path = path.as_ref();
        let text = serde_json::to_vec_pretty(self).map_err(io::Error::other)?;
        std::fs::write(path, text).map_err(|error| at(path, error.kind(), &error))
    }
}

fn at(path: &Path, kind: io::ErrorKind, error: &dyn fmt::Display) -> io::Error {
    io::Error::new(kind, format!("{}: {error}", path.display()))
}

/// One request and its response.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Exchange {
    /// Method of the request.
    pub method: String,
    /// Path and query of the request.
    pub target: String,
    /// Body of the request.
    pub request: Content,
    /// HTTP status of the response; 0 if there was no response.
    pub status: u16,
    /// Headers of the response, cookies excepted.
    pub headers: Vec<(String, String)>,
    /// Body of the response.
    pub response: Content,
    /// Why there was no response, or why its body was truncated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

impl Exchange {
    fn set_head(&mut self, response: &Response<Incoming>) {
        self.status = response.status().as_u16();
        let headers = response.headers().iter().filter(|(name, _)| *name != http::header::SET_COOKIE);
        self.headers = headers
            .map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
            .collect();
    }

    pub(super) fn is_for<T>(&self, request: &Request<T>) -> bool {
        self.method == request.method().as_str() && self.target == target(request)
    }

    pub(super) fn into_reply(self) -> Reply {
        let error = self.error.map(|error| TransportError::body(format!("as recorded: {error}")));
        let (status, error) = match (StatusCode::from_u16(self.status), error) {
            (Ok(status), error) => (status, error),
            (Err(_), Some(error)) => return Reply::fail(error),
            (Err(error), None) => return Reply::fail(TransportError::other(error)),
        };
        let headers = self.headers.iter().filter_map(|(name, value)| {
            Some((name.parse::<HeaderName>().ok()?, value.parse::<HeaderValue>().ok()?))
        });
        let headers: HeaderMap = headers.collect();
        let reply = Reply::new("", self.response.into_bytes()).status(status).with_headers(headers);
        match error {
            Some(error) => reply.broken(error),
            None => reply,
        }
    }
}

/// A body: text in JSON where it is UTF-8, a list of numbers otherwise.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Content {
    /// UTF-8.
    Text(String),
    /// Anything else.
    Bytes(Vec<u8>),
}

impl Content {
    fn into_bytes(self) -> Bytes {
        match self {
            Self::Text(text) => text.into(),
            Self::Bytes(bytes) => bytes.into(),
        }
    }
}

impl Default for Content {
    fn default() -> Self {
        Self::Text(String::new())
    }
}

impl From<Bytes> for Content {
    fn from(bytes: Bytes) -> Self {
        match String::from_utf8(bytes.into()) {
            Ok(text) => Self::Text(text),
            Err(error) => Self::Bytes(error.into_bytes()),
        }
    }
}

impl fmt::Debug for Content {
    /// Shows the length alone: a body may hold secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let length = match self {
            Self::Text(text) => text.len(),
            Self::Bytes(bytes) => bytes.len(),
        };
        write!(f, "{length} bytes")
    }
}
