//! Errors of tokens: told to all who wait for one, and without the secrets.

use std::sync::Arc;

use http::HeaderValue;

use super::{Cause, Error, Inner};

impl Error {
    /// The same error for another of those who wait for one token.
    pub(crate) fn share(&self) -> Self {
        let inner = &self.0;
        let cause = match &inner.cause {
            Cause::Config(message) => Cause::Config(message.clone()),
            Cause::Auth(message) => Cause::Auth(message.clone()),
            Cause::Api(error) => Cause::Api(error.clone()),
            Cause::Decode(error) => Cause::Decode(error.clone()),
            Cause::Transport(error) => Cause::Transport(error.clone()),
            Cause::Timeout { wait, limit } => Cause::Timeout { wait: *wait, limit: *limit },
            // No flow ends so, but a provider of somebody's own may.
            _ => return Self::new(Cause::Auth(self.to_string())),
        };
        Self(Arc::new(Inner {
            endpoint: inner.endpoint,
            log_id: inner.log_id.clone(),
            cause,
            retry_after: inner.retry_after,
            attempts: inner.attempts.clone(),
            subject: None,
        }))
    }

    /// Takes the token of a request out of what the server says.
    pub(crate) fn hiding_token(self, authorization: Option<&HeaderValue>) -> Self {
        let text = authorization.and_then(|value| value.to_str().ok());
        self.hiding(text.map(|text| text.trim_start_matches("Bearer ")).into_iter())
    }

    /// Takes secrets out of what the server says.
    pub(crate) fn hiding<'s>(self, secrets: impl Iterator<Item = &'s str>) -> Self {
        // Less than that is no secret, and would blank out innocent text.
        let secrets = secrets.filter(|secret| secret.len() >= 4);
        self.with(|inner| {
            for secret in secrets {
                match &mut inner.cause {
                    Cause::Api(error) => error.hide(secret),
                    Cause::Decode(error) => error.hide(secret),
                    _ => {}
                }
                if inner.log_id.as_ref().is_some_and(|id| id.as_str().contains(secret)) {
                    inner.log_id = None;
                }
            }
        })
    }
}
