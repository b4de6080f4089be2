//! Errors of tokens, returned to all waiting requests, without the secrets.

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
            // No flow ends so, but a provider of the user may.
            _ => return Self::new(Cause::Auth(self.to_string())),
        };
        Self(Box::new(Inner {
            endpoint: inner.endpoint,
            log_id: inner.log_id.clone(),
            cause,
            retry_after: inner.retry_after,
            attempts: inner.attempts.clone(),
            spent: inner.spent,
            subject: None,
        }))
    }

    /// Takes secrets out of what the server says.
    pub(crate) fn hiding<'s>(self, secrets: impl Iterator<Item = &'s str>) -> Self {
        self.with(|inner| {
            for secret in secrets {
                match &mut inner.cause {
                    Cause::Api(error) => error.hide(secret),
                    Cause::Decode(error) => error.hide(secret),
                    Cause::Closed(Some(why)) => why.reason = why.reason.replace(secret, "[redacted]"),
                    Cause::RequiresAction(text) => *text = text.replace(secret, "[redacted]"),
                    Cause::Canceled(id) if id.as_str().contains(secret) => *id = "[redacted]".into(),
                    _ => {}
                }
            }
        })
    }
}
