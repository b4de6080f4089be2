//! The one way of every request: generic code ends at encode and starts again at decode.

use std::fmt;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use bytes::Bytes;
use coze_transport::{Body, Incoming, TransportError};
use coze_types::{Form, Secret};
use http::header::{ACCEPT, ACCEPT_ENCODING, AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderName, HeaderValue, Request};

use crate::auth::Credentials;
use crate::builder::too_many_headers;
use crate::call::CallFuture;
use crate::coding;
use crate::error::Error;
use crate::origin::Origin;
use crate::retry::{RetryPolicy, Tries, retry_after};
use crate::upload::Attached;
use crate::wait::Wait;

/// A time limit of one call: its own, which may be none, or that of the client.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Limit {
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

/// What one call wants otherwise than its client.
pub(crate) struct Options {
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,
    pub(crate) timeout: Limit,
    pub(crate) idle_timeout: Limit,
    pub(crate) strict: Option<bool>,
    pub(crate) retry: Option<RetryPolicy>,
    pub(crate) idempotent: Option<bool>,
    /// Nobody asks for what stands around the answer.
    pub(crate) value_only: bool,
    /// File whose place is in the form.
    pub(crate) attachment: Option<Box<dyn Attached>>,
    /// Token in place of that of the client.
    pub(crate) authorization: Option<HeaderValue>,
    /// Secrets of the request, which no error repeats.
    pub(crate) hidden: Vec<Secret>,
    /// Whether nobody waits for the call any more, though what is on its way is of interest.
    pub(crate) abandoned: Option<Arc<AtomicBool>>,
    /// Mistake of the caller, told when the call is awaited.
    pub(crate) mistake: Option<Error>,
}

impl Options {
    /// Nothing. A constant, since no step of making one can fail: whoever makes one has nothing to clean up.
    pub(crate) const NONE: Self = Self {
        headers: Vec::new(),
        timeout: Limit::Inherited,
        idle_timeout: Limit::Inherited,
        strict: None,
        retry: None,
        idempotent: None,
        value_only: false,
        attachment: None,
        authorization: None,
        hidden: Vec::new(),
        abandoned: None,
        mistake: None,
    };

    /// The same for another request, without the file.
    pub(crate) fn again(&self) -> Self {
        Self {
            headers: self.headers.clone(),
            authorization: self.authorization.clone(),
            hidden: self.hidden.clone(),
            attachment: None,
            abandoned: self.abandoned.clone(),
            mistake: None,
            ..*self
        }
    }

    /// What a request that belongs to this one keeps of it: its headers and its token.
    pub(crate) fn beside(&self) -> Self {
        Self {
            headers: self.headers.clone(),
            authorization: self.authorization.clone(),
            hidden: self.hidden.clone(),
            ..Self::NONE
        }
    }

    pub(crate) fn header(&mut self, name: &str, value: &str) {
        match crate::builder::header(name, value) {
            Ok(header) => self.headers.push(header),
            Err(error) => {
                self.mistake.get_or_insert(error);
            }
        }
    }
}

/// Says the names of headers only: their values may be secrets.
impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("headers", &self.headers.iter().map(|(name, _)| name).collect::<Vec<_>>())
            .field("timeout", &self.timeout)
            .field("idle_timeout", &self.idle_timeout)
            .field("strict", &self.strict)
            .field("retry", &self.retry)
            .field("idempotent", &self.idempotent)
            .finish_non_exhaustive()
    }
}

/// A response whose body is still on its way, and what is needed to read it.
pub(crate) struct Received {
    pub(crate) response: http::Response<Incoming>,
    pub(crate) origin: Origin,
    pub(crate) limits: ReadLimits,
}

/// How long to wait for a body and how much of it to hold.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ReadLimits {
    pub(crate) body: usize,
    pub(crate) event: usize,
    pub(crate) idle_timeout: Option<Duration>,
}

/// A response that was read whole.
pub(crate) struct Answer {
    pub(crate) response: http::Response<Bytes>,
    pub(crate) origin: Origin,
}

impl Tries {
    /// Sends the request and waits for the head of the response.
    async fn dispatch(&self) -> Result<Received, Error> {
        let (client, request, options) = (self.client.client(), &self.request, &self.options);
        let label = request.template;
        let authorization = self.authorization().await?;
        let (content_type, body) = match (&request.body, &options.attachment) {
            (coze_types::Body::Multipart(form), Some(attachment)) => {
                let (boundary, content_type) = boundary()?;
                let body = self.before(Wait::Source, attachment.body(form.runs(&boundary))).await?;
                (Some(content_type), body)
            }
            (body, _) => write_body(body)?,
        };
        let head = [(CONTENT_TYPE, content_type), (AUTHORIZATION, authorization.clone())];
        #[cfg(feature = "tracing")]
        let started = std::time::Instant::now();
        let sent = self.start(head, body)?.await;
        let response = match sent {
            Ok(response) => response,
            Err(error) => {
                #[cfg(feature = "tracing")]
                crate::trace::unanswered(label, started, &error);
                let of_file = options.attachment.as_ref().and_then(|attachment| attachment.failure());
                return Err(of_file.unwrap_or_else(|| error.into()));
            }
        };
        if let Credentials::Server(clock) = &client.credentials {
            clock.note(response.headers());
        }
        let origin = Origin::new(label, response.headers(), authorization, options.hidden.clone());
        #[cfg(feature = "tracing")]
        crate::trace::answered(&origin, started, response.status());
        let response = if coding::is_coded(response.headers()) {
            coding::read(response).map_err(|error| origin.error(error))?
        } else {
            response
        };
        let limits = ReadLimits {
            body: client.limits.body,
            event: client.limits.event,
            idle_timeout: options.idle_timeout.or(client.limits.idle_timeout),
        };
        Ok(Received { response, origin, limits })
    }

    /// Makes one try as far as the head of the response.
    pub(crate) async fn head(&self) -> Result<Received, Error> {
        self.attempt(Wait::Head, pin!(self.dispatch())).await
    }

    /// Makes one try and reads the whole response.
    pub(crate) async fn exchange(&self) -> Result<Answer, Error> {
        let mut received = self.head().await?;
        let body = received.collect(self).await?;
        Ok(Answer { response: received.response.map(|_| body), origin: received.origin })
    }

    /// Hands the request to the transport. Apart, since a call that holds the request too would not fit where it is quickly allocated.
    fn start(
        &self,
        head: [(HeaderName, Option<HeaderValue>); 2],
        body: Body,
    ) -> Result<impl Future<Output = Result<http::Response<Incoming>, TransportError>> + '_, Error> {
        Ok(self.client.client().transport.send(self.write(head, body)?))
    }

    fn write(
        &self,
        head: [(HeaderName, Option<HeaderValue>); 2],
        body: Body,
    ) -> Result<Request<Body>, Error> {
        let (client, encoded, options) = (self.client.client(), &self.request, &self.options);
        let mut request = Request::new(body);
        *request.method_mut() = encoded.method.clone();
        *request.uri_mut() = client.base_url.join(&encoded.target)?;
        let headers = request.headers_mut();
        // With room for those below and the two that the transport adds; more than six in all would go beyond what is quickly
        // allocated.
        let of_head = head.iter().filter(|(_, value)| value.is_some()).count();
        let room = client.headers.len() + encoded.headers.len() + options.headers.len() + of_head + 4;
        headers.try_reserve(room).map_err(|_| too_many_headers())?;
        // Those of the call take the place of those of the endpoint, and both that of those of the client.
        let of_call = |name: &HeaderName| options.headers.iter().any(|(own, _)| own == name);
        let of_endpoint = |name: &HeaderName| encoded.headers.iter().any(|(own, _)| name == own);
        for (name, value) in &client.headers {
            if !of_call(name) && !of_endpoint(name) {
                headers.append(name.clone(), value.clone());
            }
        }
        for (name, value) in encoded.headers {
            let (name, value) = crate::builder::header(name, value)?;
            if !of_call(&name) {
                headers.append(name, value);
            }
        }
        for (name, value) in &options.headers {
            headers.append(name.clone(), value.clone());
        }
        // What follows nobody else may set.
        headers.append(ACCEPT, HeaderValue::from_static(encoded.accept));
        headers.append(ACCEPT_ENCODING, coding::accepted(encoded.accept));
        for (name, value) in head {
            if let Some(value) = value {
                headers.append(name, value);
            }
        }
        Ok(request)
    }
}

fn write_body(body: &coze_types::Body) -> Result<(Option<HeaderValue>, Body), Error> {
    Ok(match body {
        coze_types::Body::Empty => (None, Body::empty()),
        coze_types::Body::Json(json) => {
            (Some(HeaderValue::from_static("application/json")), Body::from(json.clone()))
        }
        coze_types::Body::Multipart(form) => {
            let (boundary, content_type) = boundary()?;
            (Some(content_type), Body::from(form.encode(&boundary)?))
        }
        _ => return Err(Error::config("this client cannot send this sort of body")),
    })
}

/// Boundary of a form, and the media type that names it.
fn boundary() -> Result<(String, HeaderValue), Error> {
    let boundary = Form::choose_boundary(random);
    let content_type = HeaderValue::from_str(&Form::content_type(&boundary))
        .map_err(|_| Error::config("the boundary of the form cannot stand in a header"))?;
    Ok((boundary, content_type))
}

/// Random bits from the keys of the standard hasher; not for secrets.
pub(crate) fn random() -> u64 {
    RandomState::new().build_hasher().finish()
}

impl Received {
    /// Reads the whole body, once. Boxed, since that takes more than all the rest of a call.
    pub(crate) fn collect<'a>(&'a mut self, tries: &'a Tries) -> CallFuture<'a, Bytes> {
        Box::pin(async move {
            let (body, limit) = (std::mem::take(self.response.body_mut()), self.limits.body);
            let read = pin!(async move { body.bytes(limit).await.map_err(Error::from) });
            let read = tries.attempt(Wait::Body, read).await;
            read.map_err(|error| {
                let (status, asked) = (self.response.status(), retry_after(self.response.headers()));
                self.origin.error(error.of_answer(status)).asked_to_wait(asked)
            })
        })
    }
}
