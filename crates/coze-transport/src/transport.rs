//! The one thing that a transport does.

use std::sync::Arc;

use async_trait::async_trait;
use http::{Request, Response};

use crate::{Body, Incoming, TransportError};

/// Moves one request to a server and its response back.
///
/// It knows nothing of Coze, of tokens, retries or JSON. Write your own to go through a corporate gateway, another HTTP stack or a
/// recorder:
///
/// ```
/// use coze_transport::http::{Request, Response};
/// use coze_transport::{Body, Incoming, Transport, TransportError, async_trait};
///
/// /// Answers every request with the bytes that it was sent.
/// struct Echo;
///
/// #[async_trait]
/// impl Transport for Echo {
///     async fn send(&self, request: Request<Body>) -> Result<Response<Incoming>, TransportError> {
///         Ok(Response::new(Incoming::new(request.into_body())))
///     }
/// }
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), TransportError> {
/// let response = Echo.send(Request::new(Body::from("hello"))).await?;
/// assert_eq!(response.into_body().bytes(1024).await?, "hello");
/// # Ok(()) }
/// ```
#[async_trait]
pub trait Transport: Send + Sync + 'static {
    /// Sends one request and resolves when the head of the response is there; the body streams.
    ///
    /// The URL of the request is absolute. A response of any status is `Ok`; dropping the future abandons the request.
    async fn send(&self, request: Request<Body>) -> Result<Response<Incoming>, TransportError>;
}

#[async_trait]
impl<T: Transport + ?Sized> Transport for Arc<T> {
    async fn send(&self, request: Request<Body>) -> Result<Response<Incoming>, TransportError> {
        (**self).send(request).await
    }
}

#[async_trait]
impl<T: Transport + ?Sized> Transport for Box<T> {
    async fn send(&self, request: Request<Body>) -> Result<Response<Incoming>, TransportError> {
        (**self).send(request).await
    }
}
