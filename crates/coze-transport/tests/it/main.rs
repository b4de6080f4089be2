//! The hyper implementation over real loopback sockets.
#![cfg(feature = "hyper")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by them")]

mod driver;
mod faults;
#[cfg(feature = "http2")]
mod http2;
mod plain;
mod pool;
mod proxy;
mod redirect;
mod server;
mod timeouts;
#[cfg(feature = "tls")]
mod tls;
#[cfg(feature = "websocket")]
mod websocket;
