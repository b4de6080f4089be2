//! How requests are written and answers are read; names no group of the API.

#[macro_use]
pub(crate) mod endpoint;
pub(crate) mod error;
pub(crate) mod event;
pub(crate) mod json;
pub(crate) mod multipart;
pub(crate) mod paged;
pub(crate) mod path;
pub(crate) mod query;
#[cfg(feature = "read")]
pub(crate) mod read;
pub(crate) mod reply;
pub(crate) mod validate;
