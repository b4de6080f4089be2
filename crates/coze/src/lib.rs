//! The SDK of [Coze (扣子)](https://www.coze.cn) for Rust: chat with agents as a stream, and all that is around.

#![forbid(unsafe_code)]

mod api;
mod base_url;
mod builder;
mod call;
mod client;
mod dispatch;
mod error;
mod page;
mod raw;
mod receive;
mod response;
mod stream;
#[cfg(feature = "tracing")]
mod trace;

pub use api::*;
pub use builder::{Builder, Region};
pub use call::{Call, CallFuture};
pub use client::Coze;
pub use error::{Error, ErrorKind};
pub use page::{Items, Pages};
pub use raw::RawCall;
pub use receive::Receive;
pub use response::Response;
pub use stream::{Answer, EventStream, TextStream};

pub use coze_transport as transport;
pub use coze_types as types;
pub use coze_types::chat::{Chat, ChatEvent, ChatStatus, CreateChat, SubmitToolOutputs};
pub use coze_types::message::{EnterMessage, Message, Object};
pub use coze_types::{ApiError, chat, endpoint, http, message};
