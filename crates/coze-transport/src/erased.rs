//! A body of any type behind one pointer.

use std::pin::Pin;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use http_body_util::BodyExt;
use http_body_util::combinators::UnsyncBoxBody;

use crate::error::BoxError;

type Inner = UnsyncBoxBody<Bytes, BoxError>;

/// The mutex only makes the body `Sync`, so that a reference to a request or a response may live across an await.
/// Reading goes through `&mut` and never locks.
pub(crate) struct Erased(Mutex<Inner>);

impl Erased {
    pub(crate) fn new<B>(body: B) -> Self
    where
        B: Body<Data = Bytes> + Send + 'static,
        B::Error: Into<BoxError>,
    {
        Self(Mutex::new(body.map_err(Into::into).boxed_unsync()))
    }

    pub(crate) fn poll_frame(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        Pin::new(self.0.get_mut().unwrap_or_else(PoisonError::into_inner)).poll_frame(cx)
    }

    pub(crate) fn is_end_stream(&self) -> bool {
        self.lock().is_end_stream()
    }

    pub(crate) fn size_hint(&self) -> SizeHint {
        self.lock().size_hint()
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
