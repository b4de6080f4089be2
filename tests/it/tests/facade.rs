//! The client over a transport in memory: what it sends, and what it makes of any answer.

mod audio;
mod auth;
mod beside;
mod bot;
mod busy;
mod cancel;
mod coding;
mod dataset;
mod errors;
mod owned;
mod page;
mod poll;
mod printed;
mod raw;
mod repeat;
mod response;
mod retry;
mod secrets;
mod setup;
mod shape;
mod timeout;
mod watch;
