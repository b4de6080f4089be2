//! The life of one request, from top to bottom: `invoke` makes attempts until one succeeds or none may follow; `attempt` gets a
//! token, writes the head, sends, reads and decodes.

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bytes::Bytes;
use coze_transport::{Body, Incoming, TransportError};
use coze_types::{Encoded, ReplyError, log_id_in};
use http::response::Parts;
use http::{HeaderValue, Request};

use super::BoxFuture;
use super::attached::Attached;
use super::authorize::{Credentials, Tokens};
use super::base_url::BaseUrl;
use super::beginning::peek;
use super::client::Client;
use super::origin::Origin;
use super::request::{form, plain};
use super::retry::{Retry, retry_after};
use super::timeout::{ReadLimits, Timer};
use super::{coding, request};
use crate::error::{Error, TimeoutKind};
use crate::options::CallOptions;

/// One request, whatever its types are, and what its attempts have in common.
pub(crate) struct Invocation {
    pub(crate) client: Arc<Client>,
    pub(crate) request: Encoded,
    pub(crate) options: CallOptions,
    pub(crate) route: Route,
    pub(crate) tokens: Tokens,
    /// File whose place is in the form.
    pub(crate) file: Option<Box<dyn Attached>>,
    /// Whether nobody waits for the call any more, though what is on its way is of interest.
    pub(crate) abandoned: Option<Arc<AtomicBool>>,
    /// Whether nobody asks for what stands around the answer.
    pub(crate) value_only: bool,
}

/// Which server an attempt is sent to, and how.
#[derive(Clone, Copy)]
pub(crate) struct Route {
    pub(crate) server: fn(&Client) -> &BaseUrl,
    pub(crate) exchange: Exchange,
}

/// Sends one request, and resolves when the head of the response is there.
pub(crate) type Exchange =
    for<'c> fn(&'c Client, Request<Body>) -> BoxFuture<'c, Result<http::Response<Incoming>, TransportError>>;

impl Route {
    /// An ordinary request.
    pub(crate) const HTTP: Self = Self {
        server: |client| &client.base_url,
        exchange: |client, request| client.transport.send(request),
    };
}

/// What is made of a response, and where its parts go.
pub(crate) enum Shape<'a> {
    /// It is read whole, and decoded by this.
    Whole {
        decode: &'a mut (dyn FnMut(&http::Response<Bytes>) -> Result<(), ReplyError> + Send),
        around: &'a mut Option<(Parts, Origin)>,
    },
    /// It is passed on while its body is still arriving if it is of the expected kind, and otherwise read as an error.
    Open {
        is_wanted: IsWanted,
        refusal: fn(&http::Response<Bytes>) -> ReplyError,
        answer: &'a mut Option<Answer>,
    },
}

/// How much of a body is needed to detect its kind.
const BEGINNING: usize = 9;

/// Whether a response is what is wanted: by its head, or, where that does not say, by the beginning of its body.
pub(crate) type IsWanted = fn(&http::Response<Incoming>, Option<&[u8]>) -> Option<bool>;

/// A response whose body is still coming, and what is needed to read it.
pub(crate) struct Answer {
    pub(crate) response: http::Response<Incoming>,
    pub(crate) origin: Origin,
    pub(crate) limits: ReadLimits,
}

impl Invocation {
    /// Sends the request until a response is of the expected kind, and passes it on while its body is still arriving.
    pub(crate) async fn open(
        self: Box<Self>,
        limit: Option<Duration>,
        is_wanted: IsWanted,
        refusal: fn(&http::Response<Bytes>) -> ReplyError,
    ) -> Result<Answer, Error> {
        let (label, mut answer) = (self.request.template, None);
        Box::pin(self.invoke(limit, Shape::Open { is_wanted, refusal, answer: &mut answer })).await?;
        answer.ok_or_else(|| Error::incomplete("the response was not passed on").at(label))
    }

    /// Sends the request until an attempt succeeds or none may follow, all within the limit.
    pub(crate) async fn invoke(
        mut self: Box<Self>,
        limit: Option<Duration>,
        mut shape: Shape<'_>,
    ) -> Result<(), Error> {
        let label = self.request.template;
        let client = Arc::clone(&self.client);
        let timer = Timer::start(label, limit, client.limits.timeout);
        let policy = self.options.retry.unwrap_or(client.limits.retry);
        let is_idempotent = self.options.idempotent.unwrap_or_else(|| self.request.method.is_idempotent());
        let is_replayable = self.file.as_ref().is_none_or(|file| file.is_replayable());
        let mut retry = Retry::new(policy, is_idempotent, is_replayable);
        loop {
            let error = match self.attempt(&timer, &mut shape).await {
                Ok(()) => {
                    client.budget.succeed(retry.charged());
                    return Ok(());
                }
                Err(error) => error.at(label),
            };
            // A rejected token is renewed once, which is not a retry.
            let renewed = if self.tokens.is_refused(&error) {
                let renewing =
                    self.tokens.renew(&client.credentials, &client.budget, &timer, self.file.as_deref());
                Box::pin(renewing).await
            } else {
                Ok(false)
            };
            let delay = match renewed {
                Ok(true) => {
                    retry.note(&error, Duration::ZERO);
                    None
                }
                Ok(false) => Some(retry.next(error, timer.left(), &client.budget)?),
                Err(of_token) => {
                    retry.note(&error, Duration::ZERO);
                    return Err(retry.give_up(of_token.at(label)));
                }
            };
            #[cfg(feature = "tracing")]
            super::trace::again(label, retry.attempts());
            if let Some(delay) = delay {
                self.tokens.forget();
                tokio::time::sleep(delay).await;
            }
            self.check_wanted()?;
        }
    }

    /// Sends the request once, and decodes the answer.
    async fn attempt(&mut self, timer: &Timer, shape: &mut Shape<'_>) -> Result<(), Error> {
        let client = &*self.client;
        let authorization = self.tokens.header(&client.credentials, timer, self.file.as_deref()).await?;
        self.check_wanted()?;
        let (content_type, body) = self.body(timer).await?;
        let received = self.send(timer, content_type, authorization, body).await?;
        // On the heap, since otherwise every call would reserve memory for a rare case.
        let (mut received, is_wanted) = match shape {
            Shape::Whole { .. } => (received, false),
            Shape::Open { is_wanted, .. } => Box::pin(received.judged(*is_wanted, timer)).await?,
        };
        if let Shape::Open { answer, .. } = shape
            && is_wanted
        {
            **answer = Some(received);
            return Ok(());
        }
        let whole = received.read(timer, self.file.as_deref()).await?;
        let mut origin = received.origin;
        let (decoded, around) = match shape {
            Shape::Whole { decode, around } => (decode(&whole), Some(around)),
            Shape::Open { refusal, .. } => (Err(refusal(&whole)), None),
        };
        if let Err(error) = decoded {
            return Err(origin.error(error).asked_to_wait(retry_after(whole.headers())));
        }
        if let Some(file) = &self.file {
            file.completed()?;
        }
        // Finding the id in the body requires a pass over all of it.
        if origin.log_id().is_none() && !self.value_only {
            origin.note(log_id_in(whole.body()));
        }
        if let Some(around) = around {
            **around = Some((whole.into_parts().0, origin));
        }
        Ok(())
    }

    /// The body of this attempt, and its media type.
    async fn body(&self, timer: &Timer) -> Result<(Option<HeaderValue>, Body), Error> {
        match (&self.request.body, &self.file) {
            (coze_types::Body::Multipart(runs), Some(file)) => {
                let (boundary, content_type) = form()?;
                let mut opening = file.body(runs.runs(&boundary));
                let opening = timer.guard(TimeoutKind::Source, Some(&**file), opening.as_mut());
                let body = Box::pin(opening).await?;
                Ok((Some(content_type), body))
            }
            (body, _) => plain(body),
        }
    }

    /// Sends one attempt, and waits for the head of the response.
    async fn send(
        &self,
        timer: &Timer,
        content_type: Option<HeaderValue>,
        authorization: Option<HeaderValue>,
        body: Body,
    ) -> Result<Answer, Error> {
        let (client, label) = (&*self.client, self.request.template);
        let server = (self.route.server)(client);
        let own = &self.options;
        let request =
            request::head(client, server, &self.request, own, content_type, authorization.clone(), body)?;
        #[cfg(feature = "tracing")]
        let started = std::time::Instant::now();
        let sending = (self.route.exchange)(client, request);
        let sent = pin!(async { Ok(sending.await) });
        let sent = timer.guard(TimeoutKind::Head, self.file.as_deref(), sent).await?;
        let response = sent.map_err(|error: TransportError| {
            #[cfg(feature = "tracing")]
            super::trace::unanswered(label, started, &error);
            // The error of the file says more than the end of the connection.
            self.file.as_ref().and_then(|file| file.failure()).unwrap_or_else(|| error.into())
        })?;
        if let Credentials::Server(clock) = &client.credentials {
            clock.note(response.headers());
        }
        let origin = Origin::new(label, response.headers(), self.tokens.secrets(authorization));
        #[cfg(feature = "tracing")]
        super::trace::answered(&origin, started, response.status());
        let response = if coding::is_coded(response.headers()) {
            coding::read(response).map_err(|error| origin.error(error))?
        } else {
            response
        };
        let limits = ReadLimits {
            body: client.limits.body,
            event: client.limits.event,
            idle_timeout: self.options.idle_timeout.or(client.limits.idle_timeout),
        };
        Ok(Answer { response, origin, limits })
    }

    /// Fails when nobody waits for the answer: what is not on its way is not sent any more.
    fn check_wanted(&self) -> Result<(), Error> {
        let abandoned = self.abandoned.as_ref().is_some_and(|abandoned| abandoned.load(Ordering::Relaxed));
        if abandoned { Err(Error::config("the call was dropped")) } else { Ok(()) }
    }
}

impl Answer {
    /// Whether it is what is wanted: by its head, or by the beginning of its body.
    async fn judged(mut self, is_wanted: IsWanted, timer: &Timer) -> Result<(Self, bool), Error> {
        if let Some(by_head) = is_wanted(&self.response, None) {
            return Ok((self, by_head));
        }
        let body = self.response.body_mut();
        let peeking = Box::pin(async move { peek(body, BEGINNING).await.map_err(Error::from) });
        let beginning = timer.guard(TimeoutKind::Body, None, pin!(peeking)).await;
        let beginning = beginning.map_err(|error| self.origin.error(error))?;
        let is_it = is_wanted(&self.response, Some(&beginning)).unwrap_or_default();
        Ok((self, is_it))
    }

    /// Reads the whole body, once.
    async fn read(
        &mut self,
        timer: &Timer,
        file: Option<&dyn Attached>,
    ) -> Result<http::Response<Bytes>, Error> {
        let (parts, body) = std::mem::take(&mut self.response).into_parts();
        // On the heap, since it is larger than the rest of a call.
        let limit = self.limits.body;
        let mut reading = Box::pin(async move { body.bytes(limit).await.map_err(Error::from) });
        match timer.guard(TimeoutKind::Body, file, reading.as_mut()).await {
            Ok(body) => Ok(http::Response::from_parts(parts, body)),
            Err(error) => {
                let error = self.origin.error(error.of_answer(parts.status));
                Err(error.asked_to_wait(retry_after(&parts.headers)))
            }
        }
    }
}
