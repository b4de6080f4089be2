//! The rows, by where the fault is.

use futures_util::StreamExt;

use crate::row::{Row, Verdict};

pub mod bodies;
pub mod busy;
pub mod coded;
pub mod connecting;
pub mod dropped;
pub mod heads;
pub mod http2;
pub mod kept;
pub mod recovery;
pub mod retries;
pub mod streams;
pub mod studio;

/// A group of rows.
pub struct Group {
    pub name: &'static str,
    pub rows: Vec<Row>,
}

/// The whole matrix.
pub fn all() -> Vec<Group> {
    let group = |name, rows| Group { name, rows };
    vec![
        group("connecting", connecting::rows()),
        group("kept", kept::rows()),
        group("heads", heads::rows()),
        group("http2", http2::rows()),
        group("bodies", bodies::rows()),
        group("coded", coded::rows()),
        group("streams", streams::rows()),
        group("recovery", recovery::rows()),
        group("retries", retries::rows()),
        group("dropped", dropped::rows()),
        group("busy", busy::rows()),
        group("studio", studio::rows()),
    ]
}

/// Runs rows, some at a time, and tells how they went, in their order.
pub async fn run(rows: Vec<Row>) -> Vec<Verdict> {
    futures_util::stream::iter(rows).map(Row::run).buffered(16).collect().await
}
