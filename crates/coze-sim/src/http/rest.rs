//! The unread rest of a request body after its response.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use axum::body::{Body, Bytes, HttpBody};
use http_body::{Frame, SizeHint};
use http_body_util::combinators::Fuse;
use http_body_util::{BodyExt, Limited};

/// Maximum number of bytes that are read to keep a connection; for more, a new connection is cheaper.
const WORTH_READING: usize = 1 << 20;

/// The body of a request, which is returned here when its handler drops it.
#[derive(Clone)]
pub(super) struct Rest(Arc<Mutex<Fuse<Body>>>);

impl Rest {
    pub(super) fn new(body: Body) -> Self {
        Self(Arc::new(Mutex::new(body.fuse())))
    }

    /// Reads the rest of the body if that is short enough to keep the connection, and returns whether the body is
    /// complete.
    ///
    /// Otherwise the response has to announce that the connection closes: hyper closes it silently, under the next
    /// request. A client that waits for `100 Continue` sends nothing.
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
