//! An incremental parser of server-sent events: the whole event stream algorithm of the
//! [WHATWG standard](https://html.spec.whatwg.org/multipage/server-sent-events.html), without input and output of its own.
//!
//! Chunks of bytes go in, cut anywhere; events come out. An event that lies in one chunk is lent from it without
//! copying, only an event that spans chunks or data lines is joined in a buffer.
//!
//! ```
//! use bytes::Bytes;
//! use coze_sse::Parser;
//!
//! let chunks = ["event: delta\ndata: Hel", "lo\n\nevent: delta\ndata: world\n\n: a comment\n"];
//! let mut parser = Parser::new();
//! let mut text = String::new();
//! for chunk in chunks {
//!     parser.push(Bytes::from(chunk));
//!     while let Some(event) = parser.next_event() {
//!         let event = event?;
//!         assert_eq!(event.name(), "delta");
//!         text += &event.data();
//!     }
//! }
//! assert_eq!(text, "Helloworld");
//! assert!(!parser.has_partial(), "the stream ended in the middle of an event");
//! # Ok::<(), coze_sse::Error>(())
//! ```
//!
//! With the feature `stream`, `SseStream` does the same over any asynchronous stream of `Bytes`, and gives owned events.
//!
//! # What the standard leaves open
//!
//! - **Memory.** An event that never ends would fill the memory. Above a limit ([`DEFAULT_LIMIT`] unless changed) an event is
//!   reported as [`Error::TooLarge`] and skipped; the parser continues after the next blank line.
//! - **End of the stream.** An event without its blank line is never given out, as the standard says. Ask
//!   [`Parser::has_partial`] whether one was lost; `SseStream` makes it an error.
//! - **Invalid UTF-8** becomes U+FFFD in the text of a field, and only there: it never ends a stream. Nothing is validated until text
//!   is requested; the original bytes are available too.
//! - **Huge reconnection times** saturate at `u64::MAX` milliseconds.
//! - **Reconnecting.** [`Parser::reset`] keeps the last event id for the events of the new connection, as browsers do.
//!
//! # Features
//!
//! - `stream` (default): `SseStream`.
//! - `simd` (default): UTF-8 is checked with SIMD where the processor has it.

#![cfg_attr(docsrs, feature(doc_cfg))]
#![forbid(unsafe_code)]

mod error;
mod event;
mod line;
mod parser;
mod span;
#[cfg(feature = "stream")]
mod stream;
mod utf8;

pub use crate::error::Error;
pub use crate::event::{Event, EventBuf};
pub use crate::parser::{DEFAULT_LIMIT, Parser};
#[cfg(feature = "stream")]
pub use crate::stream::{SseStream, StreamError};

#[cfg(all(doctest, feature = "stream"))]
#[doc = include_str!("../README.md")]
struct ReadmeEnglish;

#[cfg(all(doctest, feature = "stream"))]
#[doc = include_str!("../README.zh-CN.md")]
struct ReadmeChinese;
