//! What comes before the pipeline: an endpoint with its options is validated and encoded.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use coze_types::{Encoded, Endpoint, ValidationError, encode};

use super::Running;
use super::attached::Attached;
use super::authorize::Tokens;
use super::client::Client;
use super::pipeline::{Invocation, Route};
use super::response::Receive;
use crate::error::Error;
use crate::options::{CallOptions, Limit};

/// An endpoint, the client that sends it, and the options of that.
#[derive(Debug)]
pub(crate) struct Request<E> {
    pub(crate) client: Arc<Client>,
    pub(crate) endpoint: E,
    pub(crate) options: CallOptions,
    pub(crate) value_only: bool,
}

impl<E> Request<E> {
    pub(crate) fn new(client: &Arc<Client>, endpoint: E) -> Self {
        Self { client: Arc::clone(client), endpoint, options: CallOptions::default(), value_only: true }
    }

    /// The same request of another endpoint.
    pub(crate) fn with<F>(&self, endpoint: F) -> Request<F> {
        Request::new(&self.client, endpoint).options(self.options.clone())
    }

    pub(crate) fn options(mut self, options: CallOptions) -> Self {
        self.options = options;
        self
    }

    /// How long this request may take, or stand still where it may take any time.
    pub(crate) fn limit(&self) -> Option<Duration> {
        self.options.timeout.or(self.client.limits.timeout)
    }

    /// Bounds this request by the time that is left, if that is less than it is allowed anyway.
    pub(crate) fn within(mut self, left: Option<Duration>) -> Self {
        if let Some(left) = left {
            self.options.timeout = Limit::Own(Some(self.limit().map_or(left, |limit| limit.min(left))));
        }
        self
    }

    /// Whether all documented rules count, or only some.
    pub(crate) fn is_strict(&self) -> Option<bool> {
        self.options.strict.or(self.client.limits.strict)
    }
}

impl<E: Endpoint<Reply: Receive>> Request<E> {
    /// Sends the request; the future owns all that it needs.
    pub(crate) fn send(self) -> Running<<E::Reply as Receive>::Output> {
        self.send_with(None, None)
    }

    /// The same with a file, and with a flag that says when nobody waits for it any more.
    pub(crate) fn send_with(
        self,
        file: Option<Arc<dyn Attached>>,
        abandoned: Option<Arc<AtomicBool>>,
    ) -> Running<<E::Reply as Receive>::Output> {
        let invocation = invocation(&self.client, &self.endpoint, self.options).map(|mut invocation| {
            invocation.file = file;
            invocation.abandoned = abandoned;
            invocation.value_only = self.value_only;
            invocation
        });
        E::Reply::receive(invocation)
    }
}

impl<E: Clone> Clone for Request<E> {
    fn clone(&self) -> Self {
        Self { value_only: self.value_only, ..self.with(self.endpoint.clone()) }
    }
}

/// Encodes a request, unless it breaks a rule. Below here nothing is generic, until the answer is decoded.
pub(crate) fn invocation<E: Endpoint>(
    client: &Arc<Client>,
    endpoint: &E,
    options: CallOptions,
) -> Result<Box<Invocation>, Error> {
    let valid = validate(client, &options, endpoint.validate());
    let request = valid.and_then(|()| Ok(encode(endpoint)?)).map_err(|error| error.at(E::PATH))?;
    Ok(encoded(client, request, options))
}

/// The same, of a request that is encoded already.
pub(crate) fn encoded(client: &Arc<Client>, request: Encoded, options: CallOptions) -> Box<Invocation> {
    Box::new(Invocation {
        client: Arc::clone(client),
        request,
        options,
        route: Route::HTTP,
        tokens: Tokens::default(),
        file: None,
        abandoned: None,
        value_only: true,
    })
}

/// Fails where the caller made a mistake that the server need not be asked about.
pub(crate) fn validate(
    client: &Client,
    options: &CallOptions,
    mut errors: Vec<ValidationError>,
) -> Result<(), Error> {
    options.validate()?;
    let strict = options.strict.or(client.limits.strict);
    errors.retain(|error| match strict {
        None => error.is_enforced(),
        Some(strict) => strict || error.is_fatal(),
    });
    if errors.is_empty() { Ok(()) } else { Err(Error::refused(errors)) }
}
