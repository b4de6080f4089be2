//! What hyper's errors mean.

#[cfg(feature = "http2")]
use std::error::Error;
use std::io;

use http::Method;
use hyper_util::client::legacy;

use super::clock::Upload;
use super::origin::Origin;
use crate::TransportError;
use crate::error::{Stage, chain};

/// The request got no response head.
pub(crate) fn head(
    error: legacy::Error,
    method: &Method,
    origin: &Origin,
    upload: Option<&Upload>,
) -> TransportError {
    // The error of the connector or of the request body.
    if let Some(ours) = chain(&error).find_map(|cause| cause.downcast_ref::<TransportError>()) {
        return ours.clone();
    }
    if let Some(failure) = upload.and_then(Upload::failure) {
        return failure.clone();
    }
    if error.is_connect() {
        return TransportError::caused(Stage::Connect, format_args!("cannot connect to {origin}"), error);
    }
    #[cfg(feature = "http2")]
    if let Some(h2) = refusal(&error) {
        let closed = h2.is_go_away();
        let which = if closed { " on the connection, perhaps that of another response," } else { "" };
        let doing =
            format!("the head of the response from {origin}{which} is larger than the limit, or malformed");
        let refused = TransportError::caused(Stage::Head, doing, error);
        return doubted(refused.with(|inner| (inner.too_large, inner.closed_early) = (true, closed)), method);
    }
    let failed = TransportError::caused(Stage::Head, format_args!("no response from {origin}"), error);
    doubted(failed, method)
}

/// The connection ended, and hyper says nothing of the request.
pub(crate) fn lost(method: &Method, origin: &Origin) -> TransportError {
    let ended = io::Error::new(io::ErrorKind::UnexpectedEof, "the connection ended");
    doubted(TransportError::caused(Stage::Head, format_args!("no response from {origin}"), ended), method)
}

fn doubted(failed: TransportError, method: &Method) -> TransportError {
    if failed.is_unsent() || method.is_idempotent() {
        return failed;
    }
    failed.with(|inner| inner.message = format!("{}; the {method} may have been carried out", inner.message))
}

/// Detects a response head that this side rejected for its size, which h2 reports only by its reason.
///
/// A head within four times the limit ends only its request, and so does a malformed one. A larger one ends the connection, with all the
/// requests on it.
#[cfg(feature = "http2")]
fn refusal<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a h2::Error> {
    let h2 = chain(error).find_map(|cause| cause.downcast_ref::<h2::Error>()).filter(|h2| h2.is_library())?;
    let refused = match h2.reason()? {
        h2::Reason::PROTOCOL_ERROR => h2.is_reset(),
        h2::Reason::COMPRESSION_ERROR => true,
        h2::Reason::ENHANCE_YOUR_CALM => {
            let why = h2.to_string();
            why.contains("too_many_continuations") || why.contains("header_list_way_too_large")
        }
        _ => false,
    };
    refused.then_some(h2)
}

/// The head came, and the body broke.
pub(crate) fn body(error: hyper::Error, origin: &Origin) -> TransportError {
    TransportError::caused(Stage::Body, format_args!("cannot read the response body from {origin}"), error)
}
