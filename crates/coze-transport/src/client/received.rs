//! A response body as hyper delivers it.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body as _, Frame, SizeHint};
use hyper::body::Incoming;

use crate::TransportError;
use crate::client::clock::Clock;
use crate::client::failure;
use crate::client::link::Link;
use crate::error::Stage;
use crate::origin::Origin;

pub(crate) struct Received {
    body: Incoming,
    origin: Origin,
    clock: Option<Box<Clock>>,
    /// The connection, until it is given back.
    link: Option<Box<Link>>,
}

impl Received {
    pub(crate) fn new(body: Incoming, origin: Origin, clock: Option<Box<Clock>>, link: Box<Link>) -> Self {
        Self { body, origin, clock, link: Some(link) }
    }

    pub(crate) fn poll_frame(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, TransportError>>> {
        let frame = Pin::new(&mut self.body).poll_frame(cx);
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

    pub(crate) fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    pub(crate) fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for Received {
    fn drop(&mut self) {
        if let Some(link) = self.link.take() {
            link.give_back();
        }
    }
}
