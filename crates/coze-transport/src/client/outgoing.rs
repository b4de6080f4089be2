//! A request body on its way into hyper.

use std::pin::Pin;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http_body::{Frame, SizeHint};
use tokio::time::Instant;

use crate::{Body, TransportError};

/// Pieces in which a body in memory is handed over when its progress is watched.
const PIECE: usize = 64 * 1024;

/// Nothing, or a pointer: every connection of hyper holds room for 32 requests, so that a word here is 256 bytes there. That saves 1,024
/// bytes of an open stream (counted allocations).
pub(crate) struct Outgoing(Option<Box<Load>>);

struct Load {
    body: Body,
    upload: Option<Arc<Upload>>,
}

/// What the waiting side wants to know of a body that hyper reads in another task.
#[derive(Default)]
pub(crate) struct Upload {
    moved: Mutex<Option<Instant>>,
    failure: OnceLock<TransportError>,
}

impl Upload {
    /// Tells when a piece was last handed over.
    pub(crate) fn last_moved(&self) -> Option<Instant> {
        *self.moved.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn moves(&self) {
        *self.moved.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
    }

    /// Says whether nobody is going to read the body any further.
    pub(crate) fn is_over(self: &Arc<Self>) -> bool {
        Arc::strong_count(self) == 1
    }

    /// Error of the body itself; HTTP/2 replaces it by a reset.
    pub(crate) fn failure(&self) -> Option<&TransportError> {
        self.failure.get()
    }
}

impl Outgoing {
    /// Only streams can fail, and only timed uploads are watched: the others need nothing shared.
    pub(crate) fn new(body: Body, timed: bool) -> Self {
        if body.as_bytes().is_some_and(Bytes::is_empty) {
            return Self(None);
        }
        let watched = !body.is_empty() && (timed || !body.is_replayable());
        Self(Some(Box::new(Load { body, upload: watched.then(Arc::default) })))
    }

    pub(crate) fn upload(&self) -> Option<Arc<Upload>> {
        self.0.as_ref()?.upload.clone()
    }
}

impl http_body::Body for Outgoing {
    type Data = Bytes;
    type Error = TransportError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, TransportError>>> {
        let Some(this) = self.0.as_deref_mut() else { return Poll::Ready(None) };
        let Some(upload) = &this.upload else { return Pin::new(&mut this.body).poll_frame(cx) };
        if let Some(piece) = this.body.split_front(PIECE) {
            upload.moves();
            return Poll::Ready(Some(Ok(Frame::data(piece))));
        }
        let frame = ready!(Pin::new(&mut this.body).poll_frame(cx));
        upload.moves();
        if let Some(Err(error)) = &frame {
            // The first failure ends the body; there is no second.
            let _ = upload.failure.set(error.clone());
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.0.as_ref().is_none_or(|load| load.body.is_end_stream())
    }

    fn size_hint(&self) -> SizeHint {
        self.0.as_ref().map_or_else(|| SizeHint::with_exact(0), |load| load.body.size_hint())
    }
}

#[cfg(test)]
mod tests {
    use std::task::Waker;

    use super::*;

    fn pieces(timed: bool) -> (Vec<usize>, Option<Arc<Upload>>) {
        let mut body = Outgoing::new(Body::from(vec![0; 2 * PIECE + 1]), timed);
        let upload = body.upload();
        let mut cx = Context::from_waker(Waker::noop());
        let mut lengths = Vec::new();
        while let Poll::Ready(Some(frame)) = http_body::Body::poll_frame(Pin::new(&mut body), &mut cx) {
            lengths.push(frame.unwrap().into_data().unwrap().len());
            let left = 2 * PIECE + 1 - lengths.iter().sum::<usize>();
            assert_eq!(http_body::Body::size_hint(&body).exact(), Some(left as u64));
        }
        (lengths, upload)
    }

    #[test]
    fn a_timed_body_in_memory_moves_in_pieces() {
        let (lengths, upload) = pieces(true);
        assert_eq!(lengths, [PIECE, PIECE, 1]);
        assert!(upload.unwrap().last_moved().is_some());
    }

    #[test]
    fn without_a_timer_it_moves_at_once_and_shares_nothing() {
        let (lengths, upload) = pieces(false);
        assert_eq!(lengths, [2 * PIECE + 1]);
        assert!(upload.is_none());
    }
}
