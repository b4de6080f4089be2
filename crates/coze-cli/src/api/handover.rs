//! A transport that keeps the response back for its owner.

use std::sync::{Arc, Mutex, PoisonError};

use coze::http::{Request, Response};
use coze::transport::websocket::Opened;
use coze::transport::{Body, HyperTransport, Incoming, Transport, TransportError, async_trait};

/// Sends requests, and passes the response on unchanged instead of to the client.
///
/// The client would read the answer to an untyped request whole, and keep the body of an error to itself. Here both are
/// printed as they arrive; the client still checks and writes the request.
pub(super) struct Handover {
    inner: HyperTransport,
    slot: Slot,
}

/// Where the response lies ready.
#[derive(Clone, Default)]
pub(super) struct Slot(Arc<Mutex<Option<Response<Incoming>>>>);

impl Slot {
    pub(super) fn take(&self) -> Option<Response<Incoming>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl Handover {
    pub(super) fn new(inner: HyperTransport) -> (Self, Slot) {
        let slot = Slot::default();
        (Self { inner, slot: slot.clone() }, slot)
    }
}

#[async_trait]
impl Transport for Handover {
    async fn send(&self, request: Request<Body>) -> Result<Response<Incoming>, TransportError> {
        let response = self.inner.send(request).await?;
        *self.slot.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(response);
        Ok(Response::new(Incoming::default()))
    }

    async fn open(&self, request: Request<()>) -> Result<Opened, TransportError> {
        self.inner.open(request).await
    }
}
