//! What the transports for tests see of a request.

use std::future::poll_fn;
use std::pin::Pin;

use bytes::{Bytes, BytesMut};
use coze_transport::{Body, TransportError};
use http::Request;
use http_body::Body as _;

/// Path and query of a request.
pub(super) fn target<T>(request: &Request<T>) -> &str {
    request.uri().path_and_query().map_or("", |target| target.as_str())
}

/// Reads the body of a request into memory.
pub(super) async fn read(mut body: Body) -> Result<Bytes, TransportError> {
    if let Some(bytes) = body.as_bytes() {
        return Ok(bytes.clone());
    }
    let mut all = BytesMut::new();
    while let Some(frame) = poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await {
        if let Ok(data) = frame?.into_data() {
            all.extend_from_slice(&data);
        }
    }
    Ok(all.freeze())
}
