//! A transport on reqwest.

use coze::http::{Request, Response};
use coze::transport::websocket::Opened;
use coze::transport::{Body, Incoming, Transport, TransportError, async_trait};

use crate::socket;

/// Sends requests with reqwest, and opens WebSockets with tokio-tungstenite.
#[derive(Clone, Debug)]
pub(crate) struct Reqwest(reqwest::Client);

impl Reqwest {
    pub(crate) fn new() -> Result<Self, TransportError> {
        // A redirect would take the token to another server.
        let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none());
        client.build().map(Self).map_err(TransportError::other)
    }
}

#[async_trait]
impl Transport for Reqwest {
    async fn send(&self, request: Request<Body>) -> Result<Response<Incoming>, TransportError> {
        let request = request.map(|body| match body.as_bytes() {
            // What is in memory can be sent again when a kept connection turns out to be closed.
            Some(bytes) => reqwest::Body::from(bytes.clone()),
            None => reqwest::Body::wrap(body),
        });
        let request = reqwest::Request::try_from(request).map_err(TransportError::request)?;
        let response = self.0.execute(request).await.map_err(failure)?;
        Ok(Response::<reqwest::Body>::from(response).map(Incoming::new))
    }

    async fn open(&self, request: Request<()>) -> Result<Opened, TransportError> {
        socket::open(request).await
    }
}

/// Says in the terms of the client what went wrong: it decides by them whether a retry can do harm.
fn failure(error: reqwest::Error) -> TransportError {
    if error.is_connect() {
        TransportError::connect(error)
    } else if error.is_builder() {
        TransportError::request(error)
    } else {
        TransportError::other(error)
    }
}
