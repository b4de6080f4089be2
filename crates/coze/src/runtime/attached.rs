//! A file that goes along with a request, as the pipeline sees it.

use std::time::Duration;

use coze_transport::Body;
use coze_types::Content;

use super::BoxFuture;
use crate::error::{Error, TimeoutKind};

/// What goes along with a request.
pub(crate) trait Attached: Send + Sync {
    /// Whether it can be sent more than once.
    fn is_replayable(&self) -> bool;

    /// Begins an attempt: the runs of the form, with the file between them.
    fn body(&self, runs: Vec<Content>) -> BoxFuture<'_, Result<Body, Error>>;

    /// The error that stopped the file, which says more than that of the connection.
    fn failure(&self) -> Option<Error>;

    /// Fails unless the file was sent to its end: an answer before that is not to be believed.
    fn completed(&self) -> Result<(), Error>;

    /// Waits until the file has been idle for this long, and returns the kind of the timeout if it was the file.
    fn stall(&self, limit: Duration) -> BoxFuture<'_, Option<TimeoutKind>>;
}
