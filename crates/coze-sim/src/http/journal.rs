//! The requests that the simulator received, for tests.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use http::header::{AUTHORIZATION, COOKIE};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use tokio::sync::watch;

use crate::oauth::{redacted_body, redacted_query};

/// Maximum number of requests, and of disconnects, that are recorded; the oldest are dropped.
const KEPT_REQUESTS: usize = 1024;
/// Maximum number of bytes that are recorded of each body.
const KEPT_BODY: usize = 64 << 10;

/// Properties of a request before its body is read.
#[derive(Clone, Debug)]
pub(crate) struct Received {
    /// Index of its record.
    pub(crate) record: u64,
    /// Log id of the response.
    pub(crate) log: Arc<str>,
}

/// A request as the simulator received it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Recorded {
    /// Method of the request.
    pub method: Method,
    /// Path, as it was sent (percent-encoded).
    pub path: String,
    /// Query, as it was sent, without the question mark; OAuth secrets are redacted.
    pub query: String,
    /// Headers; the value of `Authorization` is replaced by its scheme.
    pub headers: HeaderMap,
    /// JSON body, at most its first 64 KiB; empty for uploads and until the body is received. OAuth secrets are
    /// redacted.
    pub body: Bytes,
    /// Status of the response, once its head is sent.
    pub status: Option<StatusCode>,
}

/// A stream that the client closed before its end.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Disconnect {
    /// Path of the request.
    pub path: String,
    /// Bytes that were passed to the connection before the client disconnected.
    pub sent: u64,
}

/// Records requests and disconnects; shared by all connections.
#[derive(Debug)]
pub(crate) struct Journal {
    inner: Mutex<Inner>,
    streams: watch::Sender<Streams>,
}

#[derive(Debug, Default)]
struct Inner {
    requests: VecDeque<Recorded>,
    /// Number of requests that were dropped from the front.
    dropped: u64,
    disconnects: VecDeque<Disconnect>,
}

/// Counts streams.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Streams {
    pub(crate) open: usize,
    pub(crate) disconnected: usize,
}

impl Journal {
    pub(crate) fn new() -> Self {
        Self { inner: Mutex::default(), streams: watch::Sender::new(Streams::default()) }
    }

    fn inner(&self) -> std::sync::MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Records a request and returns its number.
    pub(crate) fn request(&self, head: &Parts) -> u64 {
        let mut headers = head.headers.clone();
        headers.remove(COOKIE);
        if let Some(value) = headers.get_mut(AUTHORIZATION) {
            *value = redacted(value);
        }
        let recorded = Recorded {
            method: head.method.clone(),
            path: head.uri.path().to_owned(),
            query: redacted_query(head.uri.path(), head.uri.query().unwrap_or_default()),
            headers,
            body: Bytes::new(),
            status: None,
        };
        let mut inner = self.inner();
        if inner.requests.len() == KEPT_REQUESTS {
            inner.requests.pop_front();
            inner.dropped += 1;
        }
        inner.requests.push_back(recorded);
        inner.dropped + inner.requests.len() as u64 - 1
    }

    fn update(&self, number: u64, change: impl FnOnce(&mut Recorded)) {
        let mut inner = self.inner();
        let index = number.checked_sub(inner.dropped).and_then(|index| usize::try_from(index).ok());
        if let Some(recorded) = index.and_then(|index| inner.requests.get_mut(index)) {
            change(recorded);
        }
    }

    pub(crate) fn body(&self, number: u64, body: &[u8]) {
        self.update(number, |recorded| {
            let body = redacted_body(&recorded.path, body);
            // A copy: a slice would keep the whole body in memory.
            recorded.body = Bytes::copy_from_slice(&body[..body.len().min(KEPT_BODY)]);
        });
    }

    pub(crate) fn status(&self, number: u64, status: StatusCode) {
        self.update(number, |recorded| recorded.status = Some(status));
    }

    /// Deletes the requests and the disconnects.
    pub(crate) fn reset(&self) {
        let mut inner = self.inner();
        // Requests in progress keep their numbers.
        inner.dropped += inner.requests.len() as u64;
        inner.requests.clear();
        inner.disconnects.clear();
        drop(inner);
        self.streams.send_modify(|streams| streams.disconnected = 0);
    }

    pub(crate) fn requests(&self) -> Vec<Recorded> {
        self.inner().requests.iter().cloned().collect()
    }

    pub(crate) fn disconnects(&self) -> Vec<Disconnect> {
        self.inner().disconnects.iter().cloned().collect()
    }

    pub(crate) fn streams(&self) -> watch::Receiver<Streams> {
        self.streams.subscribe()
    }

    /// Counts an open stream until the guard is dropped.
    pub(crate) fn open_stream(self: &Arc<Self>, path: &str) -> OpenStream {
        self.streams.send_modify(|streams| streams.open += 1);
        OpenStream { journal: Arc::clone(self), path: path.to_owned(), sent: 0, over: false }
    }
}

/// Watches one stream; if it is dropped before the end of the stream, the client disconnected.
#[derive(Debug)]
pub(crate) struct OpenStream {
    journal: Arc<Journal>,
    path: String,
    pub(crate) sent: u64,
    /// Set when the server ended the stream, regularly or as a scripted fault.
    pub(crate) over: bool,
}

impl Drop for OpenStream {
    fn drop(&mut self) {
        if !self.over {
            let disconnect = Disconnect { path: std::mem::take(&mut self.path), sent: self.sent };
            let mut inner = self.journal.inner();
            if inner.disconnects.len() == KEPT_REQUESTS {
                inner.disconnects.pop_front();
            }
            inner.disconnects.push_back(disconnect);
        }
        self.journal.streams.send_modify(|streams| {
            streams.open -= 1;
            streams.disconnected += usize::from(!self.over);
        });
    }
}

fn redacted(value: &HeaderValue) -> HeaderValue {
    let bearer = value.as_bytes().starts_with(b"Bearer ");
    HeaderValue::from_static(if bearer { "Bearer [redacted]" } else { "[redacted]" })
}
