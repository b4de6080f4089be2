//! Tests of the simulator over real sockets.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by them")]

mod audio;
mod auth;
mod binary;
mod chat;
mod control;
mod conversation;
mod dataset;
mod faults;
mod file;
mod message;
mod oauth;
mod oauth_device;
mod oauth_jwt;
mod observe;
mod party;
mod realtime;
mod script;
mod socket;
mod studio;
mod support;
mod tools;
mod validation;
mod voice_chat;
mod voiceprint;
mod web;
mod workflow;
mod workflow_chat;
mod workflow_http;
