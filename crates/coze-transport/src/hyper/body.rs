//! Bodies on their way into hyper and out of it.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http_body::{Body as _, Frame, SizeHint};
use hyper::body::Incoming;

use super::clock::{Clock, Upload};
use super::failure;
use super::origin::Origin;
use super::slots::Slot;
use crate::error::Stage;
use crate::{Body, TransportError};

/// Room on a connection that is shared, which request and response hold together; nothing where none is shared.
pub(crate) type Room = Option<Arc<Slot>>;

/// Pieces in which a body in memory is handed over when its progress is watched.
const PIECE: usize = 64 * 1024;

/// A request body. It is one pointer wide, since each connection of hyper holds room for 32 requests.
pub(crate) struct Outgoing(Box<Load>);

struct Load {
    body: Body,
    upload: Option<Arc<Upload>>,
    _room: Room,
}

impl Outgoing {
    pub(crate) fn new(body: Body, upload: Option<Arc<Upload>>, room: Room) -> Self {
        Self(Box::new(Load { body, upload, _room: room }))
    }
}

impl http_body::Body for Outgoing {
    type Data = Bytes;
    type Error = TransportError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, TransportError>>> {
        let this = &mut *self.0;
        let Some(upload) = &this.upload else { return Pin::new(&mut this.body).poll_frame(cx) };
        if let Some(piece) = this.body.split_front(PIECE) {
            upload.moves();
            return Poll::Ready(Some(Ok(Frame::data(piece))));
        }
        let frame = ready!(Pin::new(&mut this.body).poll_frame(cx));
        upload.moves();
        if let Some(Err(error)) = &frame {
            upload.fails(error);
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.0.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.0.body.size_hint()
    }
}

/// A response body as hyper delivers it.
pub(crate) struct Received {
    body: Incoming,
    origin: Origin,
    clock: Option<Box<Clock>>,
    room: Room,
}

impl Received {
    pub(crate) fn new(body: Incoming, origin: Origin, clock: Option<Box<Clock>>, room: Room) -> Self {
        let mut received = Self { body, origin, clock, room };
        received.release();
        received
    }

    /// Makes room for another request as soon as the body is read, whether or not anybody asks for its end.
    fn release(&mut self) {
        if self.body.is_end_stream() {
            self.room = Room::default();
        }
    }
}

impl http_body::Body for Received {
    type Data = Bytes;
    type Error = TransportError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, TransportError>>> {
        let this = &mut *self;
        let frame = Pin::new(&mut this.body).poll_frame(cx);
        if let Some(clock) = &mut this.clock {
            if frame.is_ready() {
                clock.progressed();
            } else if clock.poll_expired(cx, true).is_ready() {
                let error = clock.error("the next piece of the response body", Stage::Body, &this.origin);
                return Poll::Ready(Some(Err(error)));
            }
        }
        if frame.is_ready() {
            this.release();
        }
        frame.map_err(|error| failure::body(error, &this.origin))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use std::task::Waker;

    use super::*;

    fn pieces(timed: bool) -> (Vec<usize>, Option<Arc<Upload>>) {
        let body = Body::from(vec![0; 2 * PIECE + 1]);
        let upload = Upload::of(&body, timed);
        let mut body = Outgoing::new(body, upload.clone(), Room::default());
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
