//! What is left of the body of a request that was answered before it was read.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use axum::body::{Body, Bytes, HttpBody};
use http_body::{Frame, SizeHint};
use http_body_util::combinators::Fuse;
use http_body_util::{BodyExt, Limited};

/// So much is read to keep a connection; a client that sends more makes another one.
const WORTH_READING: usize = 1 << 20;

/// The body of a request, which stays here when its handler gives it up.
#[derive(Clone)]
pub(super) struct Rest(Arc<Mutex<Fuse<Body>>>);

impl Rest {
    pub(super) fn new(body: Body) -> Self {
        Self(Arc::new(Mutex::new(body.fuse())))
    }

    /// Reads what the handler left, where that is worth the connection, and says whether nothing more comes on it.
    ///
    /// Where something does, the answer has to say that the connection ends: hyper closes it without a word, under the next
    /// request. A client that waits to be told to go on sends nothing.
    pub(super) async fn read_rest(self, waits: bool) -> bool {
        self.is_end_stream() || (!waits && Limited::new(self, WORTH_READING).collect().await.is_ok())
    }
}

impl HttpBody for Rest {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner)).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).size_hint()
    }
}
