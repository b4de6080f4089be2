//! The one way of every request: generic code ends at encode and starts again at decode.

use std::fmt;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::pin::pin;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use coze_transport::{Body, Incoming, TransportError};
use coze_types::{Encoded, Form, LogId, Secret, log_id};
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderMap, HeaderName, HeaderValue, Request};
use tokio::time::Instant;

use crate::auth::Credentials;
use crate::builder::too_many_headers;
use crate::client::Client;
use crate::error::Error;
use crate::retry::{RetryPolicy, Tries};
use crate::upload::Attachment;
use crate::wait::Wait;

/// A time limit of one call: its own, which may be none, or that of the client.
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

/// What one call wants otherwise than its client.
#[derive(Default)]
pub(crate) struct Options {
    pub(crate) headers: HeaderMap,
    pub(crate) timeout: Limit,
    pub(crate) idle_timeout: Limit,
    pub(crate) strict: Option<bool>,
    pub(crate) retry: Option<RetryPolicy>,
    pub(crate) idempotent: Option<bool>,
    /// Nobody asks for what stands around the answer.
    pub(crate) value_only: bool,
    /// File whose place is in the form.
    pub(crate) attachment: Option<Box<Attachment>>,
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
            ..Self::default()
        }
    }

    pub(crate) fn header(&mut self, name: &str, value: &str) {
        let added = crate::builder::header(name, value)
            .and_then(|(name, value)| self.headers.try_append(name, value).map_err(|_| too_many_headers()));
        if let Err(error) = added {
            self.mistake.get_or_insert(error);
        }
    }
}

/// Says the names of headers only: their values may be secrets.
impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("headers", &self.headers.keys().collect::<Vec<_>>())
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
    pub(crate) log_id: Option<LogId>,
    pub(crate) label: &'static str,
    pub(crate) limits: ReadLimits,
    /// Token that was sent, which no error repeats.
    pub(crate) authorization: Option<HeaderValue>,
}

/// How long to wait for a body and how much of it to hold.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ReadLimits {
    pub(crate) body: usize,
    pub(crate) event: usize,
    pub(crate) idle_timeout: Option<Duration>,
}

impl Client {
    /// Sends one request and waits for the head of the response.
    async fn dispatch(
        &self,
        tries: &Tries<'_>,
        encoded: &Encoded,
        options: &Options,
    ) -> Result<Received, Error> {
        let label = encoded.template;
        let authorization = tries.authorization(options).await?;
        let (content_type, body) = match (&encoded.body, &options.attachment) {
            // Boxed: only uploads have room for it then.
            (coze_types::Body::Multipart(form), Some(attachment)) => {
                let (boundary, content_type) = boundary()?;
                let body = tries.before(Wait::Source, attachment.body(form.runs(&boundary)));
                (Some(content_type), Box::pin(body).await?)
            }
            (body, _) => write_body(body)?,
        };
        let head = [(CONTENT_TYPE, content_type), (AUTHORIZATION, authorization.clone())];
        #[cfg(feature = "tracing")]
        let started = std::time::Instant::now();
        let sent = self.start(encoded, options, head, body)?.await;
        #[cfg(feature = "tracing")]
        crate::trace::answered(label, started, &sent);
        let response = match (sent, &options.attachment) {
            (Ok(response), _) => response,
            (Err(error), attachment) => {
                let of_file = attachment.as_deref().and_then(Attachment::failure);
                return Err(of_file.unwrap_or_else(|| error.into()));
            }
        };
        if let Credentials::Server(clock) = &self.credentials {
            clock.note(response.headers());
        }
        let log_id = log_id(response.headers());
        let limits = ReadLimits {
            body: self.limits.body,
            event: self.limits.event,
            idle_timeout: options.idle_timeout.or(self.limits.idle_timeout),
        };
        Ok(Received { response, log_id, label, limits, authorization })
    }

    /// Makes one try as far as the head of the response.
    pub(crate) async fn head(
        &self,
        tries: &Tries<'_>,
        encoded: &Encoded,
        options: &Options,
    ) -> Result<Received, Error> {
        tries.attempt(Wait::Head, pin!(self.dispatch(tries, encoded, options))).await
    }

    /// Makes one try and reads the whole response.
    pub(crate) async fn exchange(
        &self,
        tries: &Tries<'_>,
        encoded: &Encoded,
        options: &Options,
    ) -> Result<(http::Response<Bytes>, Option<LogId>), Error> {
        let mut received = self.head(tries, encoded, options).await?;
        let body = received.collect(tries).await?;
        Ok((received.response.map(|_| body), received.log_id))
    }

    /// Starts the tries of a request, which may take `limit` together.
    pub(crate) fn tries<'a>(
        &'a self,
        encoded: &Encoded,
        options: &'a Options,
        limit: Option<Duration>,
    ) -> Tries<'a> {
        Tries {
            policy: options.retry.as_ref().unwrap_or(&self.limits.retry),
            budget: &self.budget,
            idempotent: options.idempotent.unwrap_or_else(|| encoded.method.is_idempotent()),
            #[cfg(feature = "tracing")]
            label: encoded.template,
            started: Instant::now(),
            limit,
            attachment: options.attachment.as_deref(),
            abandoned: options.abandoned.as_deref(),
            stall: self.limits.timeout,
            failed: Vec::new(),
            credentials: &self.credentials,
            token: Mutex::default(),
            preparing: Mutex::default(),
            renewed: false,
            hidden: options.hidden.clone(),
        }
    }

    /// Hands a request to the transport. Apart, since a call that holds the request too would not fit where it is quickly allocated.
    fn start<'a>(
        &'a self,
        encoded: &Encoded,
        options: &Options,
        head: [(HeaderName, Option<HeaderValue>); 2],
        body: Body,
    ) -> Result<impl Future<Output = Result<http::Response<Incoming>, TransportError>> + 'a, Error> {
        Ok(self.transport.send(self.write(encoded, options, head, body)?))
    }

    fn write(
        &self,
        encoded: &Encoded,
        options: &Options,
        head: [(HeaderName, Option<HeaderValue>); 2],
        body: Body,
    ) -> Result<Request<Body>, Error> {
        let mut request = Request::new(body);
        *request.method_mut() = encoded.method.clone();
        *request.uri_mut() = self.base_url.join(&encoded.target)?;
        let headers = request.headers_mut();
        // With room for those below and the two that the transport adds; more would go beyond what is quickly allocated.
        let room = self.headers.len() + encoded.headers.len() + options.headers.len() + 5;
        headers.try_reserve(room).map_err(|_| too_many_headers())?;
        for (name, value) in &self.headers {
            headers.append(name, value.clone());
        }
        for (name, value) in encoded.headers {
            let (name, value) = crate::builder::header(name, value)?;
            headers.insert(name, value);
        }
        // With the names as options this replaces what the client has; pairs would be appended.
        if !options.headers.is_empty() {
            headers.extend(options.headers.clone());
        }
        headers.insert(ACCEPT, HeaderValue::from_static(encoded.accept));
        for (name, value) in head {
            if let Some(value) = value {
                headers.insert(name, value);
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
    /// Reads the whole body, once.
    pub(crate) async fn collect(&mut self, tries: &Tries<'_>) -> Result<Bytes, Error> {
        let limit = self.limits.body;
        let body = std::mem::take(self.response.body_mut());
        // Boxed, since it takes more than all the rest of a call.
        let mut read = Box::pin(async move { body.bytes(limit).await.map_err(Error::from) });
        tries.attempt(Wait::Body, read.as_mut()).await.map_err(|error| error.logged(self.log_id.as_ref()))
    }
}
