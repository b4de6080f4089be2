//! The program as users run it: its outputs, its exit codes, its session on a terminal.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by them")]

mod api;
mod audio;
mod auth;
mod bots;
mod chat;
mod datasets;
mod failure;
mod files;
mod help;
#[cfg(unix)]
mod interrupt;
mod lists;
mod login;
mod quiet;
mod retries;
#[cfg(unix)]
mod session;
mod support;
mod variables;
mod voice;
mod workflow;
