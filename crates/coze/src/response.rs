//! An answer with what stood around it.

use coze_types::LogId;
use http::{HeaderMap, StatusCode};

use crate::origin::Origin;

/// An answer together with the status, the headers and the log id of the response.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Response<T> {
    /// Answer.
    pub value: T,
    /// HTTP status.
    pub status: StatusCode,
    /// Headers.
    pub headers: HeaderMap,
    /// Id of the request in the logs of the server.
    pub log_id: Option<LogId>,
    pub(crate) origin: Origin,
}

impl<T> Response<T> {
    pub(crate) fn new(value: T, parts: http::response::Parts, origin: Origin) -> Self {
        let log_id = origin.log_id().cloned();
        Self { value, status: parts.status, headers: parts.headers, log_id, origin }
    }
}
