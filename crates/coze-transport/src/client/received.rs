//! A response body as hyper delivers it.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body as _, Frame, SizeHint};
use hyper::body::Incoming;

use crate::TransportError;
use crate::client::clock::Clock;
use crate::client::driver::Steering;
use crate::client::failure;
use crate::client::link::Link;
use crate::error::Stage;
use crate::origin::Origin;

pub(crate) struct Received {
    /// Absent once it is read.
    body: Option<Incoming>,
    steering: Steering,
    origin: Origin,
    clock: Option<Box<Clock>>,
    /// The connection, until it is given back.
    link: Option<Box<Link>>,
}

impl Received {
    /// A request that was not sent whole must go on while nobody reads: then the connection stays with its task.
    pub(crate) fn new(
        body: Incoming,
        origin: Origin,
        clock: Option<Box<Clock>>,
        link: Box<Link>,
        is_sent: bool,
    ) -> Self {
        let steering = if is_sent { link.steering() } else { Steering::default() };
        let body = Some(body).filter(|body| !body.is_end_stream());
        let mut received = Self { body, steering, origin, clock, link: Some(link) };
        if received.body.is_none() {
            received.release();
        }
        received
    }

    pub(crate) fn poll_frame(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, TransportError>>> {
        let frame = self.poll_body(cx);
        if let Some(clock) = &mut self.clock {
            if frame.is_ready() {
                clock.progressed();
            } else if clock.poll_expired(cx, true).is_ready() {
                let error = clock.error("the next piece of the response body", Stage::Body, &self.origin);
                return Poll::Ready(Some(Err(error)));
            }
        }
        frame.map_err(|error| failure::body(error, &self.origin))
    }

    fn poll_body(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let Some(body) = &mut self.body else { return Poll::Ready(None) };
        let frame = self.steering.poll(cx, |cx| Pin::new(&mut *body).poll_frame(cx));
        // The connection is free for others as soon as the body is read, whether or not anybody asks for its end.
        if matches!(frame, Poll::Ready(None)) || body.is_end_stream() {
            self.body = None;
            self.release();
        } else if matches!(&frame, Poll::Ready(Some(Ok(last))) if last.is_trailers()) {
            self.release();
        }
        frame
    }

    pub(crate) fn is_end_stream(&self) -> bool {
        self.body.as_ref().is_none_or(Incoming::is_end_stream)
    }

    pub(crate) fn size_hint(&self) -> SizeHint {
        self.body.as_ref().map_or_else(|| SizeHint::with_exact(0), Incoming::size_hint)
    }

    fn release(&mut self) {
        self.steering.release();
        if let Some(link) = self.link.take() {
            link.give_back();
        }
    }
}

impl Drop for Received {
    fn drop(&mut self) {
        // A body that is dropped before its end ends the connection.
        self.body = None;
        self.release();
    }
}
