//! Tests of the client, the server, and the whole way through a workflow.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by them")]

mod binary;
mod client;
mod failures;
mod server;
mod support;
mod way;
