//! Ctrl-C, for commands that leave nothing behind.

use crate::failure::Failure;

/// Works until Ctrl-C: then what is under way is dropped, with what it would leave half done.
pub(crate) async fn or_stop<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    tokio::select! {
        result = work => result,
        Ok(()) = tokio::signal::ctrl_c() => Err(Failure::interrupted("interrupted")),
    }
}
