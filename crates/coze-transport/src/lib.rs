//! The HTTP transport of the Coze SDK: a small trait, and an implementation on hyper.
//!
//! [`Transport`] moves one [`Body`] to a server and an [`Incoming`] back; it knows nothing of Coze, of tokens, retries or JSON. What can go
//! wrong on the way is a [`TransportError`].
//!
//! [`Transport::open`] opens a WebSocket, a [`websocket::Socket`] that moves whole messages; a transport may do without.
//!
//! The feature `hyper` brings `HyperTransport`, which stands on hyper-util and goes through proxies, those of the environment and others.
//! The feature `tls`, on by default, lets it speak https and HTTP/2, the feature `http2` HTTP/2 without TLS, and the
//! feature `websocket`, on by default, to open WebSockets. With none of them, this crate has no async runtime below it, and you bring a
//! transport of your own.

#![cfg_attr(docsrs, feature(doc_cfg))]

mod body;
mod error;
#[cfg(feature = "hyper")]
mod hyper;
mod transport;
pub mod websocket;

pub use async_trait::async_trait;
pub use body::{Body, Incoming};
pub use bytes;
pub use error::TransportError;
pub use http;
pub use http_body;
pub use transport::Transport;

#[cfg(feature = "hyper")]
pub use self::hyper::{Builder, HyperTransport};

#[cfg(all(doctest, feature = "hyper"))]
mod readme {
    #[doc = include_str!("../README.md")]
    struct English;
    #[doc = include_str!("../README.zh-CN.md")]
    struct Chinese;
}
