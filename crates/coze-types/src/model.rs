//! What the types of the API are made of: ids, words, times, and the declarations of their fields.

#[macro_use]
mod macros;

pub(crate) mod answer;
pub(crate) mod id;
pub(crate) mod lenient;
pub(crate) mod list;
pub(crate) mod plain;
pub(crate) mod query_value;
pub(crate) mod secret;
pub(crate) mod timestamp;
