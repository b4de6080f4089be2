//! The Rust SDK for [Coze (扣子)](https://www.coze.cn): streamed chats with agents, conversations, files, workflows and more.
//!
//! ```no_run
//! use coze::{Coze, CreateChat, Message};
//!
//! #[tokio::main]
//! async fn main() -> Result<(), coze::Error> {
//!     let client = Coze::from_env()?;
//!     let question = CreateChat::new("7379462189365198898", "user").message(Message::user("你好"));
//!     let mut text = client.chat().stream(question).await?.text();
//!     while let Some(piece) = text.next().await {
//!         print!("{}", piece?);
//!     }
//!     Ok(())
//! }
//! ```
//!
//! # Overview
//!
//! - [`Coze`] is the client; [`Coze::builder`] configures one. Its groups are those of the official SDKs:
//!   [`chat`](Coze::chat), [`conversations`](Coze::conversations), [`workflows`](Coze::workflows), [`bots`](Coze::bots),
//!   [`apps`](Coze::apps), [`folders`](Coze::folders), [`files`](Coze::files), [`audio`](Coze::audio),
//!   [`datasets`](Coze::datasets), [`users`](Coze::users), [`variables`](Coze::variables), [`plugins`](Coze::plugins),
//!   [`stores`](Coze::stores), [`templates`](Coze::templates), [`entities`](Coze::entities), [`connectors`](Coze::connectors),
//!   [`api_apps`](Coze::api_apps), [`benefits`](Coze::benefits),
//!   [`benefit_limitations`](Coze::benefit_limitations), [`bill_tasks`](Coze::bill_tasks),
//!   [`workspaces`](Coze::workspaces), [`enterprises`](Coze::enterprises), [`organizations`](Coze::organizations).
//! - Each method returns a [`Call`], which is sent when it is awaited and can be configured before that. It owns its data, so
//!   it can be stored and moved into a task. Lists are read as streams of [pages](Call::pages) or [items](Call::items).
//! - Requests, answers and events are the types of `coze-types`: [`mod@chat`], [`message`], [`conversation`],
//!   [`workflow`], [`bot`], [`app`], [`folder`], [`mod@file`], [`mod@audio`], [`dataset`], [`user`], [`variable`],
//!   [`plugin`], [`store`], [`template`], [`entity`], [`connector`], [`api_app`], [`benefit`],
//!   [`workspace`], [`enterprise`], [`organization`].
//! - [`Coze::send`] sends any endpoint, including your own; [`Coze::request`] sends a request to any path.
//! - [`realtime`] contains voice chats, live speech, transcription and interpretation over WebSockets.
//! - [`auth`] contains OAuth and your own token providers; a fixed token needs only [`Builder::token`].
//! - [`mod@test`] is for tests of your own code without a server.
//! - [`Error`] has a [`kind`](Error::kind) to match on, and the log id that the support of Coze needs.
//!
//! # Features
//!
//! | feature | default | what it adds |
//! | --- | --- | --- |
//! | `hyper` | yes | the built-in transport, with proxies; without it, provide your own |
//! | `tls` | yes | https for the built-in transport; includes `http2` |
//! | `http2` | by `tls` | HTTP/2 for the built-in transport |
//! | `realtime` | by `websocket` | [`realtime`] sessions, over any transport that opens WebSockets |
//! | `websocket` | yes | the same, and WebSockets for the built-in transport |
//! | `oauth` | yes | OAuth of users in a browser: [`WebApp`](auth::WebApp), [`Loopback`](auth::Loopback) |
//! | `jwt` | yes | OAuth of services: [`JwtApp`](auth::JwtApp) |
//! | `gzip` | no | decodes responses that a server or a proxy compresses with gzip |
//! | `read` | no | `Endpoint::read`, which reads requests back: for gateways and recorders |
//! | `tracing` | no | one event per request |

#![cfg_attr(docsrs, feature(doc_cfg))]
#![forbid(unsafe_code)]

mod api;
pub mod auth;
mod builder;
mod call;
mod client;
#[cfg(doctest)]
mod doctests;
mod error;
mod options;
mod paging;
mod raw;
#[cfg(feature = "realtime")]
pub mod realtime;
mod runtime;
mod stream;
pub mod test;
mod transfer;
mod wait;

pub use api::*;
pub use builder::{Builder, Region};
pub use call::{Call, WithResponse};
pub use client::Coze;
pub use error::{Attempt, Error, ErrorKind, TimeoutKind};
pub use paging::{Items, Pages};
pub use raw::RawCall;
pub use runtime::response::{Receive, Response};
pub use runtime::retry::RetryPolicy;
pub use stream::{
    Answer, ChatStream, EventStream, StreamChat, StreamOutputs, StreamRun, TextStream, WorkflowStream,
};
pub use transfer::{Download, FileSource, Progress, Upload};
pub use wait::{DatasetProgress, OnBusy, PollChat, PollDocuments, PollRun, StartChat, WatchDocuments};

pub use coze_transport as transport;
pub use coze_types as types;
pub use coze_types::chat::{Chat, ChatEvent, ChatStatus, CreateChat, SubmitToolOutputs};
pub use coze_types::groups::*;
pub use coze_types::message::{ContentPart, EnterMessage, Message};
pub use coze_types::workflow::{Parameters, RunWorkflow, StreamWorkflow, WorkflowEvent};
pub use coze_types::{ApiError, ApiErrorKind, Timestamp, UnknownEvent, endpoint, http, message};
pub use coze_types::{
    AppId, BotId, ChatId, ConnectorId, ConversationId, DatasetId, DocumentId, ExecuteId, FileId, LogId,
    MessageId, SectionId, ToolCallId, UserId, WorkflowId, WorkspaceId,
};
