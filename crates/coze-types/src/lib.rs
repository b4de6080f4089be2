//! Types of the [Coze (扣子)](https://www.coze.cn) API: requests, answers, stream events, errors, and a
//! description of each endpoint, without IO.
//!
//! A request is a plain struct that implements [`Endpoint`]. [`encode`] writes it down; its
//! [`Endpoint::Reply`] names the shape that reads the answer. Between the two, bring any HTTP stack.

#![forbid(unsafe_code)]

#[macro_use]
mod macros;

pub mod bot;
pub mod chat;
pub mod conversation;
pub mod file;
pub mod message;
pub mod user;
pub mod workflow;

mod check;
mod endpoint;
mod error;
mod event;
mod id;
mod lenient;
mod multipart;
mod paged;
mod path;
mod query;
mod reply;
mod timestamp;

#[doc(hidden)]
pub use http;

pub use check::Violation;
pub use endpoint::{Body, Encoded, Endpoint, Streamable, Streamed, encode};
pub use error::{
    ApiError, DecodeError, EncodeError, ErrorCode, ErrorInfo, ErrorKind, ReplyError, RetryAdvice, log_id,
};
pub use event::{Event, Phase, UnknownEvent};
pub use id::*;
pub use lenient::{Extra, MetaData};
pub use mime::Mime;
pub use multipart::{Form, Part};
pub use paged::Paged;
pub use path::Path;
pub use query::{Query, QueryValue};
pub use reply::{Bare, Data, Decode, Empty, Events, Object, Raw, Reply, Wrapped, Wrapper, is_event_stream};
pub use timestamp::Timestamp;
