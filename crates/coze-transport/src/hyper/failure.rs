//! What hyper's errors mean.

use std::error::Error;
use std::io;

use http::Method;
use hyper_util::client::legacy;

use super::body::Upload;
use super::origin::Origin;
use crate::TransportError;
use crate::error::{Marks, Stage, chain};

/// The request got no response head.
pub(crate) fn head(
    error: legacy::Error,
    method: &Method,
    origin: &Origin,
    upload: Option<&Upload>,
) -> TransportError {
    // What the connector or the request body said.
    if let Some(ours) = chain(&error).find_map(|cause| cause.downcast_ref::<TransportError>()) {
        return ours.clone();
    }
    if let Some(failure) = upload.and_then(Upload::failure) {
        return failure.clone();
    }
    if error.is_connect() {
        return TransportError::caused(Stage::Connect, format_args!("cannot connect to {origin}"), error);
    }
    let mut marks = Marks::default();
    learn(&error, &mut marks);
    #[cfg(feature = "http2")]
    let refused = marks.learn_refusal(&error);
    #[cfg(not(feature = "http2"))]
    let refused = false;
    let doing = if refused && marks.closed_early {
        format!(
            "a head on the connection to {origin}, perhaps that of another response, is larger than the limit, or malformed"
        )
    } else if refused {
        format!("the head of the response from {origin} is larger than the limit, or malformed")
    } else {
        format!("no response from {origin}")
    };
    let failed = TransportError::caused(Stage::Head, doing, error).mark(|known| known.join(marks));
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
    failed.adding(format_args!("; the {method} may have been carried out"))
}

#[cfg(feature = "http2")]
impl Marks {
    /// Learns whether this side refused a head for its size, which h2 tells by its reason alone; says whether it did.
    ///
    /// A head within four times the limit ends only its request, and so does a malformed one. A larger one ends the
    /// connection, with all the requests on it.
    fn learn_refusal(&mut self, error: &(dyn Error + 'static)) -> bool {
        let found = chain(error).find_map(|cause| cause.downcast_ref::<h2::Error>());
        let Some(h2) = found.filter(|h2| h2.is_library()) else { return false };
        let refused = match h2.reason() {
            Some(h2::Reason::PROTOCOL_ERROR) => h2.is_reset(),
            Some(h2::Reason::COMPRESSION_ERROR) => true,
            Some(h2::Reason::ENHANCE_YOUR_CALM) => {
                let why = h2.to_string();
                why.contains("too_many_continuations") || why.contains("header_list_way_too_large")
            }
            _ => false,
        };
        if refused {
            self.too_large = true;
            self.closed_early = h2.is_go_away();
        }
        refused
    }
}

/// The head came, and the body broke.
pub(crate) fn body(error: hyper::Error, origin: &Origin) -> TransportError {
    let mut marks = Marks::default();
    learn(&error, &mut marks);
    // The server has begun to answer.
    marks.unsent = false;
    TransportError::caused(Stage::Body, format_args!("cannot read the response body from {origin}"), error)
        .mark(|known| known.join(marks))
}

fn learn(error: &(dyn Error + 'static), marks: &mut Marks) {
    for cause in chain(error) {
        if let Some(hyper) = cause.downcast_ref::<hyper::Error>() {
            marks.closed_early |= hyper.is_incomplete_message();
            marks.timeout |= hyper.is_timeout();
            // hyper gives a request back by this name, before it wrote any of it.
            marks.unsent |= hyper.is_canceled();
            // hyper asks `is_parse_too_large` only of servers.
            marks.too_large |= hyper.is_parse() && hyper.to_string() == "message head is too large";
        }
        #[cfg(feature = "http2")]
        if let Some(h2) = cause.downcast_ref::<h2::Error>() {
            marks.closed_early |= h2.is_reset() || h2.is_go_away();
            // RFC 9113 promises for both that the stream was not processed; a GOAWAY ends only the streams after the last one it names.
            let refused = h2.is_reset() && h2.reason() == Some(h2::Reason::REFUSED_STREAM);
            marks.unsent |= h2.is_remote() && (refused || h2.is_go_away());
        }
    }
}
