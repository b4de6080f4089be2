//! The command that sets a configuration.

use serde::Serialize;

/// The command, under the name that it has at its endpoint.
#[derive(Serialize)]
pub(super) struct Update<'a, C> {
    event_type: &'static str,
    data: &'a C,
}

impl<'a, C> Update<'a, C> {
    pub(super) fn new(event_type: &'static str, config: &'a C) -> Self {
        Self { event_type, data: config }
    }
}
