//! The life of one request, from the endpoint to the answer; [`pipeline`] shows it.

use std::future::Future;
use std::pin::Pin;

pub(crate) mod attached;
pub(crate) mod authorize;
pub(crate) mod base_url;
mod beginning;
pub(crate) mod client;
mod coding;
mod header;
pub(crate) mod origin;
pub(crate) mod pace;
pub(crate) mod pipeline;
pub(crate) mod prepare;
pub(crate) mod random;
mod request;
pub(crate) mod response;
pub(crate) mod retry;
pub(crate) mod timeout;
pub(crate) mod token;
#[cfg(feature = "tracing")]
mod trace;

pub(crate) use header::{header, too_many_headers};
pub(crate) use origin::Origin;
pub(crate) use prepare::Request;
pub(crate) use response::Response;

/// A future on the heap.
pub(crate) type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A call on its way, which owns all that it needs.
pub(crate) type Running<T> = BoxFuture<'static, Result<Response<T>, crate::error::Error>>;
