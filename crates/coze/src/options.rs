//! Options of one call: the same ones for everything that can be awaited.

use std::fmt;
use std::time::Duration;

use http::{HeaderName, HeaderValue};

use crate::error::Error;
use crate::runtime::header;
use crate::runtime::retry::RetryPolicy;

/// A timeout of one call: its own, which may be none, or that of the client.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) enum Limit {
    #[default]
    Inherited,
    Own(Option<Duration>),
}

impl Limit {
    pub(crate) fn or(self, inherited: Option<Duration>) -> Option<Duration> {
        match self {
            Self::Inherited => inherited,
            Self::Own(own) => own,
        }
    }
}

/// Options of one call, as the methods that [`options!`] writes set them.
#[derive(Clone, Default)]
pub(crate) struct CallOptions {
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,
    pub(crate) timeout: Limit,
    pub(crate) idle_timeout: Limit,
    pub(crate) strict: Option<bool>,
    /// In a box, since few calls have one, and every call would move the room for it.
    pub(crate) retry: Option<Box<RetryPolicy>>,
    pub(crate) idempotent: Option<bool>,
    /// What is wrong with a header; the call fails with it when it is awaited.
    pub(crate) mistake: Option<String>,
}

impl CallOptions {
    pub(crate) fn header(&mut self, name: &str, value: &str) {
        match header(name, value) {
            Ok(header) => self.headers.push(header),
            Err(error) => {
                self.mistake.get_or_insert(error.to_string());
            }
        }
    }

    /// Fails where a header cannot be sent.
    pub(crate) fn validate(&self) -> Result<(), Error> {
        self.mistake.as_ref().map_or(Ok(()), |mistake| Err(Error::header(mistake)))
    }

    /// What the requests keep that belong to a call: its headers.
    pub(crate) fn headers_only(&self) -> Self {
        Self { headers: self.headers.clone(), mistake: self.mistake.clone(), ..Self::default() }
    }

    /// What the requests keep by which a call waits: all but what concerns the request that begins.
    pub(crate) fn follow_up(&self) -> Self {
        Self { idempotent: None, strict: None, ..self.clone() }
    }
}

/// Says the names of headers only: their values may be secrets.
impl fmt::Debug for CallOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallOptions")
            .field("headers", &self.headers.iter().map(|(name, _)| name).collect::<Vec<_>>())
            .field("timeout", &self.timeout)
            .field("idle_timeout", &self.idle_timeout)
            .field("strict", &self.strict)
            .field("retry", &self.retry)
            .field("idempotent", &self.idempotent)
            .finish_non_exhaustive()
    }
}

/// Writes the methods that set options, for a type with `fn options_mut(&mut self) -> Option<&mut CallOptions>`.
macro_rules! options {
    () => {
        /// Adds a header to each request of this call.
        pub fn header(mut self, name: &str, value: &str) -> Self {
            if let Some(options) = self.options_mut() {
                options.header(name, value);
            }
            self
        }

        /// Sets the timeout of each request of this call, retries included; `None` disables it.
        ///
        /// For a stream it applies to the response head; `idle_timeout` limits the silence of the stream after
        /// that. An upload without it may take any time as long as it makes progress. The default is
        /// [`Builder::timeout`](crate::Builder::timeout).
        pub fn timeout(mut self, timeout: impl Into<Option<std::time::Duration>>) -> Self {
            if let Some(options) = self.options_mut() {
                options.timeout = crate::options::Limit::Own(timeout.into());
            }
            self
        }

        /// Sets how long a stream may be silent; `None` disables the timeout.
        ///
        /// The default is [`Builder::stream_idle_timeout`](crate::Builder::stream_idle_timeout).
        pub fn idle_timeout(mut self, timeout: impl Into<Option<std::time::Duration>>) -> Self {
            if let Some(options) = self.options_mut() {
                options.idle_timeout = crate::options::Limit::Own(timeout.into());
            }
            self
        }

        /// Sets whether a request that violates any documented rule is rejected without being sent.
        ///
        /// By default only requests that can never succeed are rejected, and files that are too large. With `false` only requests that
        /// cannot be encoded are rejected.
        pub fn strict(mut self, strict: bool) -> Self {
            if let Some(options) = self.options_mut() {
                options.strict = Some(strict);
            }
            self
        }

        /// Sets how often and how fast a request is retried.
        ///
        /// The upload of a source that can be read only once is never retried.
        pub fn retry(mut self, policy: crate::RetryPolicy) -> Self {
            if let Some(options) = self.options_mut() {
                options.retry = Some(Box::new(policy));
            }
            self
        }

        /// Sets whether executing the request twice is safe, so that it is retried even if it is not certain that
        /// the first attempt failed.
        ///
        /// By default true for GET, PUT and DELETE, and false for POST.
        pub fn idempotent(mut self, idempotent: bool) -> Self {
            if let Some(options) = self.options_mut() {
                options.idempotent = Some(idempotent);
            }
            self
        }
    };
}

pub(crate) use options;
