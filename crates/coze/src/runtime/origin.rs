//! Where an answer came from: what each error about it says, and what none of them repeats.

use std::fmt;

use coze_types::{LogId, Secret};
use http::{HeaderMap, HeaderValue};

use crate::error::Error;

/// The request that an answer belongs to. The text of a server becomes an error here, and nowhere else.
#[derive(Clone)]
pub(crate) struct Origin {
    label: &'static str,
    log_id: Option<LogId>,
    /// Token that was sent.
    authorization: Option<HeaderValue>,
    /// Further secrets of the request.
    hidden: Box<[Secret]>,
}

/// Less than that is no secret, and would blank out innocent text.
const SHORTEST: usize = 4;

impl Origin {
    pub(crate) fn new(
        label: &'static str,
        headers: &HeaderMap,
        (authorization, hidden): (Option<HeaderValue>, Box<[Secret]>),
    ) -> Self {
        let mut origin = Self { label, log_id: None, authorization, hidden };
        origin.log_id = coze_types::log_id(headers).and_then(|id| origin.harmless(id));
        origin
    }

    /// Endpoint, as its path template.
    pub(crate) fn label(&self) -> &'static str {
        self.label
    }

    /// Id of the request in the logs of the server.
    pub(crate) fn log_id(&self) -> Option<&LogId> {
        self.log_id.as_ref()
    }

    /// Token that was sent.
    #[cfg(feature = "realtime")]
    pub(crate) fn authorization(&self) -> Option<&HeaderValue> {
        self.authorization.as_ref()
    }

    /// Takes an id from elsewhere in the answer, where its head had none.
    pub(crate) fn note(&mut self, log_id: Option<LogId>) {
        if self.log_id.is_none() {
            self.log_id = log_id.and_then(|id| self.harmless(id));
        }
    }

    /// Makes what the server said an error of this request: without its secrets, with its endpoint and log id.
    pub(crate) fn error(&self, error: impl Into<Error>) -> Error {
        error.into().hiding(self.secrets()).at(self.label).logged(self.log_id.as_ref())
    }

    /// Takes the secrets out of a text of the server.
    pub(crate) fn redact(&self, text: &mut String) {
        for secret in self.secrets() {
            if text.contains(secret) {
                *text = text.replace(secret, "[redacted]");
            }
        }
    }

    fn secrets(&self) -> impl Iterator<Item = &str> {
        let token = self.authorization.as_ref().and_then(|value| value.to_str().ok());
        let token = token.map(|text| text.trim_start_matches("Bearer "));
        self.hidden.iter().map(Secret::expose).chain(token).filter(|secret| secret.len() >= SHORTEST)
    }

    /// An id that repeats a secret is none.
    fn harmless(&self, id: LogId) -> Option<LogId> {
        let leaks = self.secrets().any(|secret| id.as_str().contains(secret));
        (!leaks).then_some(id)
    }
}

impl fmt::Debug for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Origin")
            .field("endpoint", &self.label)
            .field("log_id", &self.log_id)
            .finish_non_exhaustive()
    }
}
