//! Traces of requests, with the feature `tracing`.

use std::time::Instant;

use coze_transport::TransportError;
use http::StatusCode;

use super::Origin;
use crate::error::{Attempt, TimeoutKind};

/// Traces the response to a request, without tokens, bodies and query values.
pub(crate) fn answered(origin: &Origin, started: Instant, status: StatusCode) {
    let log_id = origin.log_id().map(tracing::field::display);
    tracing::debug!(
        target: "coze", endpoint = origin.label(), status = status.as_u16(), log_id, elapsed = ?started.elapsed(), "answered"
    );
}

/// Says that a request got no answer.
pub(crate) fn unanswered(endpoint: &'static str, started: Instant, error: &TransportError) {
    tracing::warn!(target: "coze", endpoint, %error, elapsed = ?started.elapsed(), "not answered");
}

/// Traces a retry, after these attempts.
pub(crate) fn again(endpoint: &'static str, attempts: &[Attempt]) {
    let Some(Attempt { cause, delay, .. }) = attempts.last() else { return };
    let delay_ms = u64::try_from(delay.as_millis()).unwrap_or(u64::MAX);
    tracing::info!(target: "coze", endpoint, failed = attempts.len(), error = %cause, delay_ms, "trying again");
}

/// Says that an attempt was given up, since the time of the call was over.
pub(crate) fn late(endpoint: &'static str, elapsed: std::time::Duration, wait: TimeoutKind) {
    tracing::warn!(target: "coze", endpoint, ?elapsed, "timed out waiting for {wait}");
}
