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
    pub(crate) file: Option<Arc<dyn Attached>>,
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
pub(crate) type Exchange = fn(&Client, Request<Body>) -> Sending<'_>;

/// A request on its way, until the head of the response is there.
type Sending<'a> = BoxFuture<'a, Result<http::Response<Incoming>, TransportError>>;

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
        let mut shape = Shape::Open { is_wanted, refusal, answer: &mut answer };
        Box::pin(self.invoke(limit, &mut shape)).await?;
        answer.ok_or_else(|| Error::incomplete("the response was not passed on").at(label))
    }

    /// Sends the request until an attempt succeeds or none may follow, all within the limit.
    pub(crate) async fn invoke(
        mut self: Box<Self>,
        limit: Option<Duration>,
        shape: &mut Shape<'_>,
    ) -> Result<(), Error> {
        let stall = self.file.clone().zip(self.client.limits.timeout);
        let timer = Timer::start(self.request.template, limit, stall);
        let policy = self.options.retry.as_deref().copied().unwrap_or(self.client.limits.retry);
        let is_idempotent = self.options.idempotent.unwrap_or_else(|| self.request.method.is_idempotent());
        let is_replayable = self.file.as_ref().is_none_or(|file| file.is_replayable());
        let mut retry = Retry::new(policy, is_idempotent, is_replayable);
        loop {
            let error = match self.attempt(&timer, shape).await {
                Ok(()) => {
                    self.client.budget.succeed(retry.charged());
                    return Ok(());
                }
                Err(error) => error.at(self.request.template),
            };
            // A rejected token is renewed once, which is not a retry.
            let renewed = if self.tokens.is_refused(&error) {
                let Client { credentials, budget, .. } = &*self.client;
                Box::pin(self.tokens.renew(credentials, budget, &timer)).await
            } else {
                Ok(false)
            };
            let delay = match renewed {
                // If the request cannot be retried, the valid token is kept for the next one.
                Ok(true) if is_replayable => {
                    retry.note(&error, Duration::ZERO);
                    None
                }
                Ok(_) => Some(retry.next(error, timer.left(), &self.client.budget)?),
                Err(of_token) => {
                    retry.note(&error, Duration::ZERO);
                    return Err(retry.give_up(of_token.at(self.request.template)));
                }
            };
            #[cfg(feature = "tracing")]
            super::trace::again(self.request.template, retry.attempts());
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
        let authorization = self.tokens.header(&client.credentials, timer).await?;
        self.check_wanted()?;
        let content = self.body(timer).await?;
        let server = (self.route.server)(client);
        let request =
            request::head(client, server, &self.request, &self.options, content, authorization.clone())?;
        let sending = (self.route.exchange)(client, request);
        let mut received = self.receive(timer, sending, authorization.as_ref()).await?;
        if let Shape::Open { is_wanted, answer, .. } = shape
            // On the heap, since otherwise every call would reserve memory for a rare case.
            && Box::pin(received.is_wanted(*is_wanted, timer)).await?
        {
            **answer = Some(received);
            return Ok(());
        }
        let whole = received.read(timer).await?;
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
                let opening = timer.guard(TimeoutKind::Source, opening.as_mut());
                let body = Box::pin(opening).await?;
                Ok((Some(content_type), body))
            }
            (body, _) => plain(body),
        }
    }

    /// Waits for the head of the response to one attempt.
    async fn receive(
        &self,
        timer: &Timer,
        sending: Sending<'_>,
        authorization: Option<&HeaderValue>,
    ) -> Result<Answer, Error> {
        #[cfg(feature = "tracing")]
        let started = std::time::Instant::now();
        let sent = pin!(async {
            sending.await.map_err(|error| {
                #[cfg(feature = "tracing")]
                super::trace::unanswered(self.request.template, started, &error);
                // The error of the file says more than the end of the connection.
                self.file.as_ref().and_then(|file| file.failure()).unwrap_or_else(|| error.into())
            })
        });
        let mut response = timer.guard(TimeoutKind::Head, sent).await?;
        if let Credentials::Server(clock) = &self.client.credentials {
            clock.note(response.headers());
        }
        let origin =
            Origin::new(self.request.template, response.headers(), self.tokens.secrets(authorization));
        #[cfg(feature = "tracing")]
        super::trace::answered(&origin, started, response.status());
        coding::read(&mut response).map_err(|error| origin.error(error))?;
        let limits = ReadLimits {
            body: self.client.limits.body,
            event: self.client.limits.event,
            idle_timeout: self.options.idle_timeout.or(self.client.limits.idle_timeout),
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
    async fn is_wanted(&mut self, is_wanted: IsWanted, timer: &Timer) -> Result<bool, Error> {
        if let Some(by_head) = is_wanted(&self.response, None) {
            return Ok(by_head);
        }
        let body = self.response.body_mut();
        let beginning = timer.guard(TimeoutKind::Body, pin!(peek(body, BEGINNING))).await;
        let beginning = beginning.map_err(|error| self.origin.error(error))?;
        Ok(is_wanted(&self.response, Some(&beginning)).unwrap_or_default())
    }

    /// Reads the whole body, once.
    async fn read(&mut self, timer: &Timer) -> Result<http::Response<Bytes>, Error> {
        let body = std::mem::take(self.response.body_mut());
        match timer.guard(TimeoutKind::Body, pin!(body.bytes(self.limits.body))).await {
            Ok(body) => Ok(std::mem::take(&mut self.response).map(|_| body)),
            Err(error) => {
                let error = self.origin.error(error.of_answer(self.response.status()));
                Err(error.asked_to_wait(retry_after(self.response.headers())))
            }
        }
    }
}
