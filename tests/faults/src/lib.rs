//! What goes wrong between a client and a server, and what comes of it: the fault matrix and the soak.
//!
//! A [`Row`] names a cause, scripts a server on real sockets byte by byte, makes a call, and says which error or recovery
//! must come of it. After each row the next requests on the same client must work. `cargo test -p faults` runs the rows
//! as tests, `cargo xtask faults` prints them as a table.

#![allow(
    missing_docs,
    missing_debug_implementations,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::missing_panics_doc,
    reason = "a program of tests: what cannot go on panics"
)]

pub mod call;
pub mod row;
pub mod rows;
pub mod server;
pub mod soak;
pub mod stress;
pub mod unread;
pub mod wire;

pub use row::Row;
