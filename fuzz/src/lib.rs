//! What the fuzz targets do with an input: each function panics where it finds a fault.
//!
//! The tests of the workspace include this file and replay the seeds, so that a former crash stays mended.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::missing_panics_doc,
    reason = "a finding is a panic"
)]

mod address;
mod envelope;
mod event;
mod kept;
mod message;
mod multipart;
mod realtime;
mod simulator;
mod sse;

pub use address::address;
pub use envelope::envelope;
pub use event::{chat_event, workflow_event};
pub use multipart::multipart;
pub use realtime::realtime_event;
pub use simulator::simulator;
pub use sse::sse;

/// Something that takes any input.
pub type Target = fn(&[u8]);

/// Every target by its name, which is that of the folder of its seeds too.
pub const TARGETS: [(&str, Target); 8] = [
    ("address", address),
    ("chat_event", chat_event),
    ("envelope", envelope),
    ("multipart", multipart),
    ("realtime_event", realtime_event),
    ("simulator", simulator),
    ("sse", sse),
    ("workflow_event", workflow_event),
];
