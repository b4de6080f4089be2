//! Traces of requests, with the feature `tracing`.

use std::time::Instant;

use coze_transport::{Incoming, TransportError};
use coze_types::log_id;

/// Says how a request was answered. Neither tokens nor bodies nor query values are told.
pub(crate) fn answered(
    endpoint: &'static str,
    started: Instant,
    result: &Result<http::Response<Incoming>, TransportError>,
) {
    let elapsed = started.elapsed();
    match result {
        Ok(response) => {
            let log_id = log_id(response.headers());
            let log_id = log_id.as_ref().map(tracing::field::display);
            tracing::debug!(target: "coze", endpoint, status = response.status().as_u16(), log_id, ?elapsed, "answered");
        }
        Err(error) => tracing::warn!(target: "coze", endpoint, %error, ?elapsed, "not answered"),
    }
}

/// Says that a request is sent again.
pub(crate) fn again(endpoint: &'static str, failed: usize, error: &crate::Error, delay: std::time::Duration) {
    tracing::info!(target: "coze", endpoint, failed, %error, ?delay, "trying again");
}

/// Says that a try was given up, since the time of the call was over.
pub(crate) fn late(endpoint: &'static str, elapsed: std::time::Duration, wait: crate::Wait) {
    tracing::warn!(target: "coze", endpoint, ?elapsed, "timed out waiting for {wait}");
}
