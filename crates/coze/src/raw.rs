//! Requests to paths that have no type yet.

use std::fmt;
use std::future::IntoFuture;
use std::time::Duration;

use bytes::Bytes;
use coze_types::{Body, EncodeError, Encoded, Events, Query, QueryValue, Raw, Reply, UnknownEvent};
use http::Method;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::call::CallFuture;
use crate::client::Coze;
use crate::dispatch::{Limit, Options};
use crate::error::Error;
use crate::receive;
use crate::response::Response;
use crate::retry::Tries;
use crate::stream::EventStream;

/// A request to a path that has no type yet; made by [`Coze::request`].
///
/// It goes the same way as a typed one: the token and the headers of the client are added, and an answer with a
/// code other than 0 is an error.
#[must_use = "a call is sent only when it is awaited"]
pub struct RawCall<'c> {
    client: &'c Coze,
    method: Method,
    query: Result<Query, EncodeError>,
    body: Result<Body, EncodeError>,
    options: Options,
}

/// Label of untyped requests in traces and errors.
const LABEL: &str = "untyped request";

impl<'c> RawCall<'c> {
    pub(crate) fn new(client: &'c Coze, method: Method, path: String) -> Self {
        let query = Query::of_path(path);
        Self { client, method, query, body: Ok(Body::Empty), options: Options::NONE }
    }

    /// Adds a query parameter; the value is percent-encoded.
    pub fn query(mut self, name: &str, value: impl QueryValue) -> Self {
        self.query = self.query.and_then(|mut query| query.push(name, &value).map(|()| query));
        self
    }

    /// Sends a JSON body.
    pub fn json<T: Serialize + ?Sized>(mut self, value: &T) -> Self {
        self.body = Body::json(value);
        self
    }

    /// Adds a header to this request.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.options.header(name, value);
        self
    }

    /// How long this call may take; `None` for ever.
    pub fn timeout(mut self, timeout: impl Into<Option<Duration>>) -> Self {
        self.options.timeout = Limit::Own(timeout.into());
        self
    }

    /// How long a stream may be silent; `None` for ever.
    pub fn idle_timeout(mut self, timeout: impl Into<Option<Duration>>) -> Self {
        self.options.idle_timeout = Limit::Own(timeout.into());
        self
    }

    /// Says whether a second execution of this request does no harm; see [`Call::idempotent`](crate::Call::idempotent).
    pub fn idempotent(mut self, idempotent: bool) -> Self {
        self.options.idempotent = Some(idempotent);
        self
    }

    /// Sends the request and hands out the events of the answer.
    ///
    /// What ends the stream is not known for an untyped path, so its end is no error.
    pub async fn events(self) -> Result<EventStream<UnknownEvent>, Error> {
        receive::value::<Events<UnknownEvent>>(self.tries::<Events<UnknownEvent>>()).await
    }

    fn tries<R: Reply>(mut self) -> Result<Tries, Error> {
        let written = match (self.options.mistake.take(), self.query, self.body) {
            (Some(mistake), ..) => Err(mistake),
            (None, Err(error), _) | (None, _, Err(error)) => Err(error.into()),
            (None, Ok(query), Ok(body)) => {
                Ok(Encoded::new(self.method, LABEL, query.into_target(), R::ACCEPT, body))
            }
        };
        match written {
            Ok(request) => Ok(Tries::new(self.client, request, self.options)),
            Err(error) => Err(error.at(LABEL)),
        }
    }
}

impl<'c> IntoFuture for RawCall<'c> {
    type Output = Result<Response<Bytes>, Error>;
    type IntoFuture = CallFuture<'c, Response<Bytes>>;

    #[inline]
    fn into_future(self) -> Self::IntoFuture {
        receive::response::<Raw>(self.tries::<Raw>())
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

impl fmt::Debug for RawCall<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RawCall")
            .field("method", &self.method)
            .field("query", &self.query)
            .finish_non_exhaustive()
    }
}
