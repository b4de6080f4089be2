//! What a transport does.

use std::sync::Arc;

use async_trait::async_trait;
use http::{Request, Response};

use crate::websocket::Opened;
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

    /// Opens a WebSocket. By default this fails with [`TransportError::is_unsupported`].
    ///
    /// The URL of the request is absolute, `http` or `https`, and its method GET. The headers of the handshake (`Upgrade`, `Connection` and
    /// `Sec-WebSocket-*`) are up to the transport. Any status but 101 is [`Opened::Refused`]. A wrapper around another transport forwards
    /// this method.
    async fn open(&self, request: Request<()>) -> Result<Opened, TransportError> {
        Err(TransportError::unsupported(format_args!(
            "this transport opens no WebSockets, so that {} cannot be reached: implement `Transport::open`, or use the built-in transport \
             with its feature `websocket`",
            request.uri().path()
        )))
    }
}

macro_rules! forward {
    ($($pointer:ident),+) => {$(
        #[async_trait]
        impl<T: Transport + ?Sized> Transport for $pointer<T> {
            async fn send(&self, request: Request<Body>) -> Result<Response<Incoming>, TransportError> {
                (**self).send(request).await
            }

            async fn open(&self, request: Request<()>) -> Result<Opened, TransportError> {
                (**self).open(request).await
            }
        }
    )+};
}

forward!(Arc, Box);
