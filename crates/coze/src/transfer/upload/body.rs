//! The form around a file, as the transport reads it.

use std::collections::VecDeque;
use std::future::{Future, pending};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use coze_transport::Body;
use coze_types::Content;
use http_body::{Frame, SizeHint};
use tokio::time::Instant;

use super::Progress;
use super::read::Pieces;
use super::source::Opened;
use crate::error::{Error, TimeoutKind};
use crate::runtime::BoxFuture;
use crate::runtime::attached::Attached;

/// The reported progress.
pub(super) type Tell = Arc<dyn Fn(Progress) + Send + Sync>;

/// The file of an upload, and what is known of the try that sends it.
pub(super) struct Attachment {
    file_name: Arc<str>,
    source: tokio::sync::Mutex<Opened>,
    replayable: bool,
    max: u64,
    tell: Option<Tell>,
    state: Arc<State>,
}

/// What the body reports to the call.
struct State {
    moved: Mutex<Instant>,
    failure: Mutex<Option<Error>>,
    complete: AtomicBool,
    /// Whether the connection waits for the file, and not the other way round.
    starved: AtomicBool,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Attachment {
    pub(super) fn new(file_name: &str, opened: Opened, max: u64, tell: Option<Tell>) -> Self {
        let state = State {
            moved: Mutex::new(Instant::now()),
            failure: Mutex::new(None),
            complete: AtomicBool::new(false),
            starved: AtomicBool::new(false),
        };
        Self {
            file_name: file_name.into(),
            replayable: opened.is_replayable(),
            source: tokio::sync::Mutex::new(opened),
            max,
            tell,
            state: Arc::new(state),
        }
    }

    async fn form(&self, runs: Vec<Content>) -> Result<Body, Error> {
        let mut source = self.source.lock().await;
        let pieces = source.pieces().await?;
        self.state.complete.store(false, Ordering::Relaxed);
        self.state.starved.store(false, Ordering::Relaxed);
        *lock(&self.state.failure) = None;
        *lock(&self.state.moved) = Instant::now();
        let total = source.len();
        let around: u64 =
            runs.iter().map(|run| if let Content::Bytes(bytes) = run { bytes.len() as u64 } else { 0 }).sum();
        Ok(Body::wrap(FormBody {
            runs: runs.into(),
            pieces,
            file_name: Arc::clone(&self.file_name),
            sent: 0,
            total,
            left: total.map(|total| total + around),
            max: self.max,
            tell: self.tell.clone(),
            state: Arc::clone(&self.state),
        }))
    }
}

impl Attached for Attachment {
    fn is_replayable(&self) -> bool {
        self.replayable
    }

    fn body(&self, runs: Vec<Content>) -> BoxFuture<'_, Result<Body, Error>> {
        Box::pin(self.form(runs))
    }

    fn failure(&self) -> Option<Error> {
        lock(&self.state.failure).take()
    }

    fn completed(&self) -> Result<(), Error> {
        if self.state.complete.load(Ordering::Acquire) {
            return Ok(());
        }
        let name = &self.file_name;
        Err(Error::file(format!("the server answered before the file {name:?} was sent to its end"), None))
    }

    fn stall(&self, limit: Duration) -> Pin<Box<dyn Future<Output = Option<TimeoutKind>> + Send + '_>> {
        // The wait before this attempt does not count.
        *lock(&self.state.moved) = Instant::now();
        Box::pin(async move {
            loop {
                let moved = *lock(&self.state.moved);
                // A timeout beyond the range of the clock is none.
                let Some(deadline) = moved.checked_add(limit) else { return pending().await };
                tokio::time::sleep_until(deadline).await;
                if *lock(&self.state.moved) == moved {
                    let complete = self.state.complete.load(Ordering::Acquire);
                    let starved = self.state.starved.load(Ordering::Acquire);
                    return (!complete).then_some(if starved {
                        TimeoutKind::Source
                    } else {
                        TimeoutKind::Upload
                    });
                }
            }
        })
    }
}

struct FormBody {
    runs: VecDeque<Content>,
    pieces: Pieces,
    file_name: Arc<str>,
    /// Bytes of the file that were handed to the connection.
    sent: u64,
    total: Option<u64>,
    /// Bytes of the body still to come.
    left: Option<u64>,
    max: u64,
    tell: Option<Tell>,
    state: Arc<State>,
}

impl FormBody {
    fn poll_file(&mut self, cx: &mut Context<'_>) -> Poll<Result<Option<Bytes>, Error>> {
        let (name, total) = (&*self.file_name, self.total);
        let error = loop {
            let next = self.pieces.as_mut().poll_next(cx);
            self.state.starved.store(next.is_pending(), Ordering::Release);
            match ready!(next) {
                Some(Ok(piece)) if piece.is_empty() => {}
                Some(Ok(piece)) => {
                    let sent = self.sent + piece.len() as u64;
                    if let Some(total) = total.filter(|total| sent > *total) {
                        break Error::file(
                            format!(
                                "{name:?} grew while it was sent: it had {total} bytes at first, and has at least {sent}"
                            ),
                            None,
                        );
                    }
                    if sent > self.max {
                        break Error::file(
                            format!(
                                "{name:?} has more than {} bytes, which is the limit of the documentation",
                                self.max
                            ),
                            None,
                        );
                    }
                    self.sent = sent;
                    if let Some(tell) = &self.tell {
                        tell(Progress { sent, total });
                    }
                    return Poll::Ready(Ok(Some(piece)));
                }
                None => match total {
                    _ if self.sent == 0 => {
                        break Error::file(format!("{name:?} is empty; upload a file that is not"), None);
                    }
                    Some(total) if self.sent < total => {
                        let sent = self.sent;
                        break Error::file(
                            format!(
                                "{name:?} shrank while it was sent: it had {total} bytes at first, and ended after {sent}"
                            ),
                            None,
                        );
                    }
                    _ => return Poll::Ready(Ok(None)),
                },
                Some(Err(error)) => {
                    break Error::file(
                        format!("reading {name:?} failed after {} bytes", self.sent),
                        Some(error),
                    );
                }
            }
        };
        Poll::Ready(Err(error))
    }
}

impl http_body::Body for FormBody {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, std::io::Error>>> {
        let this = &mut *self;
        let piece = loop {
            match this.runs.front() {
                None => return Poll::Ready(None),
                Some(Content::Bytes(bytes)) => {
                    let bytes = bytes.clone();
                    this.runs.pop_front();
                    if this.runs.is_empty() {
                        this.state.complete.store(true, Ordering::Release);
                    }
                    break bytes;
                }
                Some(_) => match ready!(this.poll_file(cx)) {
                    Ok(Some(piece)) => break piece,
                    Ok(None) => {
                        this.runs.pop_front();
                    }
                    Err(error) => {
                        this.runs.clear();
                        let told = std::io::Error::other(error.to_string());
                        *lock(&this.state.failure) = Some(error);
                        return Poll::Ready(Some(Err(told)));
                    }
                },
            }
        };
        *lock(&this.state.moved) = Instant::now();
        this.left = this.left.map(|left| left.saturating_sub(piece.len() as u64));
        Poll::Ready(Some(Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.runs.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        self.left.map_or_else(SizeHint::default, SizeHint::with_exact)
    }
}
