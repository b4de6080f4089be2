//! Requests to paths without a type.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use coze_types::{Body, EncodeError, Encoded, Events, Query, QueryValue, Raw, Reply, UnknownEvent};
use http::Method;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::call::{Deferred, Prepare, lost};
use crate::error::Error;
use crate::options::{CallOptions, options};
use crate::runtime::Running;
use crate::runtime::client::Client;
use crate::runtime::pipeline::Invocation;
use crate::runtime::prepare::encoded;
use crate::runtime::response::{Receive, Response};
use crate::stream::EventStream;

/// A request to a path without a type, created by [`Coze::request`](crate::Coze::request).
///
/// It is handled like a typed one: the token and the headers of the client are added, and a response with a
/// code other than 0 is an error. It owns its data.
#[must_use = "a call is sent only when it is awaited"]
pub struct RawCall(Deferred<RawRequest, Bytes>);

struct RawRequest {
    client: Arc<Client>,
    method: Method,
    query: Result<Query, EncodeError>,
    body: Result<Body, EncodeError>,
    options: CallOptions,
}

/// Label of untyped requests in traces and errors.
const LABEL: &str = "untyped request";

impl RawCall {
    pub(crate) fn new(client: &Arc<Client>, method: Method, path: String) -> Self {
        let query = Query::of_path(path);
        let (client, options) = (Arc::clone(client), CallOptions::default());
        Self(Deferred::Prepared(RawRequest { client, method, query, body: Ok(Body::Empty), options }))
    }

    /// Adds a query parameter; the value is percent-encoded.
    pub fn query(self, name: &str, value: impl QueryValue) -> Self {
        Self(self.0.map(|mut request| {
            request.query = request.query.and_then(|mut query| query.push(name, &value).map(|()| query));
            request
        }))
    }

    /// Sends a JSON body.
    pub fn json<T: Serialize + ?Sized>(mut self, value: &T) -> Self {
        if let Some(request) = self.0.prepared_mut() {
            request.body = Body::json(value);
        }
        self
    }

    options!();

    fn options_mut(&mut self) -> Option<&mut CallOptions> {
        self.0.prepared_mut().map(Prepare::options_mut)
    }

    /// Sends the request and streams the events of the response.
    ///
    /// The last event of an untyped path is unknown, so no end of the stream is an error.
    pub async fn events(self) -> Result<EventStream<UnknownEvent>, Error> {
        match self.0 {
            Deferred::Prepared(request) => Ok(request.send::<Events<UnknownEvent>>().await?.value),
            _ => Err(lost()),
        }
    }
}

impl RawRequest {
    fn send<R: Receive>(self) -> Running<R::Output> {
        R::receive(self.write::<R>().map_err(|error| error.at(LABEL)))
    }

    fn write<R: Reply>(self) -> Result<Box<Invocation>, Error> {
        self.options.validate()?;
        let request = Encoded::new(self.method, LABEL, self.query?.into_target(), R::ACCEPT, self.body?);
        Ok(encoded(&self.client, request, self.options))
    }
}

impl Prepare for RawRequest {
    type Output = Bytes;

    fn options_mut(&mut self) -> &mut CallOptions {
        &mut self.options
    }

    fn begin(self) -> Running<Bytes> {
        self.send::<Raw>()
    }
}

impl Future for RawCall {
    type Output = Result<Response<Bytes>, Error>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.0.poll(cx)
    }
}

impl Response<Bytes> {
    /// Body as text; invalid UTF-8 becomes U+FFFD.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.value).into_owned()
    }

    /// Reads the whole body, envelope included, as a type of your own.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        serde_json::from_slice(&self.value)
    }
}

impl fmt::Debug for RawCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("RawCall").field(&self.0).finish()
    }
}

impl fmt::Debug for RawRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RawRequest")
            .field("method", &self.method)
            .field("query", &self.query)
            .finish_non_exhaustive()
    }
}
