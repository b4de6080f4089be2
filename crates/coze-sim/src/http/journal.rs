//! What tests can see of the requests that the simulator served.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use http::header::{AUTHORIZATION, COOKIE};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use tokio::sync::watch;

use crate::oauth::{redacted_body, redacted_query};

/// So many of the newest requests, and of the disconnects, are kept.
const KEPT_REQUESTS: usize = 1024;
/// So many bytes of each body are kept.
const KEPT_BODY: usize = 64 << 10;

/// What is known of a request before it is read.
#[derive(Clone, Debug)]
pub(crate) struct Received {
    /// Index of the record that tests look at.
    pub(crate) record: u64,
    /// Log id of the answer.
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
    /// Query, as it was sent, without the question mark; secrets of OAuth are replaced.
    pub query: String,
    /// Headers; the value of `Authorization` is replaced by its scheme.
    pub headers: HeaderMap,
    /// JSON body, at most its first 64 KiB; empty for uploads and until the body has arrived. Secrets of OAuth are
    /// replaced.
    pub body: Bytes,
    /// Status of the answer, once its head was ready.
    pub status: Option<StatusCode>,
}

/// A stream that the client closed before it was over.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Disconnect {
    /// Path of the request.
    pub path: String,
    /// Bytes that were handed to the connection before the client went away.
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
    /// How many requests were dropped from the front.
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
            // A copy: a slice would keep the whole body alive.
            recorded.body = Bytes::copy_from_slice(&body[..body.len().min(KEPT_BODY)]);
        });
    }

    pub(crate) fn status(&self, number: u64, status: StatusCode) {
        self.update(number, |recorded| recorded.status = Some(status));
    }

    /// Forgets the requests and the disconnects.
    pub(crate) fn reset(&self) {
        let mut inner = self.inner();
        // Requests that are being served keep their numbers.
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

    /// Counts a stream in; it is counted out when the guard is dropped.
    pub(crate) fn open_stream(self: &Arc<Self>, path: &str) -> OpenStream {
        self.streams.send_modify(|streams| streams.open += 1);
        OpenStream { journal: Arc::clone(self), path: path.to_owned(), sent: 0, over: false }
    }
}

/// Watches one stream; dropped before its end, it is a disconnect.
#[derive(Debug)]
pub(crate) struct OpenStream {
    journal: Arc<Journal>,
    path: String,
    pub(crate) sent: u64,
    /// Set when the server ended the stream, well or as a scripted fault.
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
