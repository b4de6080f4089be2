//! A request: what its types and options say, and how its head and body are written.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use coze_transport::Body;
use coze_types::{Encoded, Endpoint, Form, Violation, encode};
use http::header::{
    ACCEPT, ACCEPT_ENCODING, AUTHORIZATION, CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, HOST,
    TRANSFER_ENCODING, UPGRADE, USER_AGENT,
};
use http::{HeaderName, HeaderValue, Request as HttpRequest};

use super::attached::Attached;
use super::authorize::Tokens;
use super::client::Client;
use super::pipeline::Invocation;
use super::random::random;
use super::response::Receive;
use super::{Running, coding};
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
        file: Option<Box<dyn Attached>>,
        abandoned: Option<Arc<AtomicBool>>,
    ) -> Running<<E::Reply as Receive>::Output> {
        let invocation = invocation(&self.client, &self.endpoint, self.options).map(|mut invocation| {
            invocation.file = file;
            invocation.abandoned = abandoned;
            invocation.value_only = self.value_only;
            invocation
        });
        Box::pin(async move { E::Reply::receive(invocation?).await })
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
) -> Result<Invocation, Error> {
    let valid = validate(client, &options, endpoint.check());
    let request = valid.and_then(|()| Ok(encode(endpoint)?)).map_err(|error| error.at(E::PATH))?;
    Ok(encoded(client, request, options))
}

/// The same, of a request that is encoded already.
pub(crate) fn encoded(client: &Arc<Client>, request: Encoded, options: CallOptions) -> Invocation {
    Invocation {
        client: Arc::clone(client),
        request,
        options,
        tokens: Tokens::default(),
        file: None,
        abandoned: None,
        value_only: true,
    }
}

/// Fails where the caller made a mistake that the server need not be asked about.
fn validate(client: &Client, options: &CallOptions, mut violations: Vec<Violation>) -> Result<(), Error> {
    options.validate()?;
    let strict = options.strict.or(client.limits.strict);
    violations.retain(|violation| match strict {
        None => violation.is_enforced(),
        Some(strict) => strict || violation.is_fatal(),
    });
    if violations.is_empty() { Ok(()) } else { Err(Error::refused(violations)) }
}

/// Writes the head of one attempt.
pub(super) fn head(
    client: &Client,
    encoded: &Encoded,
    options: &CallOptions,
    content_type: Option<HeaderValue>,
    authorization: Option<HeaderValue>,
    body: Body,
) -> Result<HttpRequest<Body>, Error> {
    let mut request = HttpRequest::new(body);
    *request.method_mut() = encoded.method.clone();
    *request.uri_mut() = client.base_url.join(&encoded.target)?;
    let headers = request.headers_mut();
    let of_head = [(CONTENT_TYPE, content_type), (AUTHORIZATION, authorization)];
    // With room for those below and the two that the transport adds; more than six in all would go beyond what is quickly allocated.
    let written = of_head.iter().filter(|(_, value)| value.is_some()).count();
    let room = client.headers.len() + encoded.headers.len() + options.headers.len() + written + 4;
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
        let (name, value) = header(name, value)?;
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
    for (name, value) in of_head {
        if let Some(value) = value {
            headers.append(name, value);
        }
    }
    Ok(request)
}

/// Writes a body that is held in memory, and its media type.
pub(super) fn plain(body: &coze_types::Body) -> Result<(Option<HeaderValue>, Body), Error> {
    Ok(match body {
        coze_types::Body::Empty => (None, Body::empty()),
        coze_types::Body::Json(json) => {
            (Some(HeaderValue::from_static("application/json")), Body::from(json.clone()))
        }
        coze_types::Body::Multipart(parts) => {
            let (boundary, content_type) = form()?;
            (Some(content_type), Body::from(parts.encode(&boundary)?))
        }
        _ => return Err(Error::config("this client cannot send this sort of body")),
    })
}

/// Boundary of a form, and the media type that names it.
pub(super) fn form() -> Result<(String, HeaderValue), Error> {
    let boundary = Form::choose_boundary(random);
    let content_type = HeaderValue::from_str(&Form::content_type(&boundary))
        .map_err(|_| Error::config("the boundary of the form cannot stand in a header"))?;
    Ok((boundary, content_type))
}

/// Headers that the client or the transport writes; another one of them could change what the request means.
const OWN: [HeaderName; 10] = [
    ACCEPT,
    ACCEPT_ENCODING,
    AUTHORIZATION,
    CONNECTION,
    CONTENT_LENGTH,
    CONTENT_TYPE,
    HOST,
    TRANSFER_ENCODING,
    UPGRADE,
    USER_AGENT,
];

/// Reads a header that a caller adds.
pub(crate) fn header(name: &str, value: &str) -> Result<(HeaderName, HeaderValue), Error> {
    let parsed: HeaderName =
        name.parse().map_err(|_| Error::header(format!("{name:?} is not the name of a header")))?;
    if OWN.contains(&parsed) {
        return Err(Error::header(format!("the header `{parsed}` is set by the client; do not add it")));
    }
    // The value may be a secret: do not repeat it.
    let mut value = HeaderValue::from_str(value).map_err(|_| {
        Error::header(format!("the value of the header `{parsed}` has a character that a header cannot hold"))
    })?;
    value.set_sensitive(true);
    Ok((parsed, value))
}

/// More than a map of headers holds, which would panic.
pub(crate) fn too_many_headers() -> Error {
    Error::header("there are too many headers; a request holds some 24,000")
}
