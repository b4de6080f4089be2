//! Requests that cannot be read back.

use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt::{self, Write as _};

use super::OneLine;

/// A request that cannot be read back.
#[derive(Debug)]
pub struct ReadError(Cow<'static, str>);

impl ReadError {
    /// An error of a reader of your own.
    pub fn message(message: impl Into<Cow<'static, str>>) -> Self {
        Self(message.into())
    }
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        OneLine::new(f).write_str(&self.0)
    }
}

impl StdError for ReadError {}
