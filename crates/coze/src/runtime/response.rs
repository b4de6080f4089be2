//! How each shape of a response is received: as a whole, or as a stream.

use coze_types::{Bare, Confidential, Data, Decode, Empty, LogId, Object, Raw, Reply, Wrapped, Wrapper};
use http::{HeaderMap, StatusCode};
use serde::de::DeserializeOwned;

use super::Running;
use super::origin::Origin;
use super::pipeline::{Invocation, Shape};
use crate::error::Error;

/// A value together with the status, the headers and the log id of its response.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Response<T> {
    /// Value.
    pub value: T,
    /// HTTP status.
    pub status: StatusCode,
    /// Headers.
    pub headers: HeaderMap,
    /// Id of the request in the logs of the server.
    pub log_id: Option<LogId>,
    pub(crate) origin: Origin,
}

impl<T> Response<T> {
    pub(crate) fn new(value: T, parts: http::response::Parts, origin: Origin) -> Self {
        let log_id = origin.log_id().cloned();
        Self { value, status: parts.status, headers: parts.headers, log_id, origin }
    }

    /// The same response with another value.
    pub(crate) fn map<U>(self, next: impl FnOnce(T) -> U) -> Response<U> {
        let Self { value, status, headers, log_id, origin } = self;
        Response { value: next(value), status, headers, log_id, origin }
    }
}

/// A shape of a response that the client can receive; all shapes of `coze-types` are.
pub trait Receive: Reply + Receivable + 'static {
    /// What a call returns.
    type Output: Send + 'static;

    #[doc(hidden)]
    #[allow(private_interfaces)]
    fn receive(invocation: Result<Box<Invocation>, Error>) -> Running<Self::Output>;
}

mod sealed {
    /// Only this crate says what can be received.
    pub trait Receivable {}
}

pub(crate) use sealed::Receivable;

async fn whole<R: Decode>(invocation: Result<Box<Invocation>, Error>) -> Result<Response<R::Output>, Error>
where
    R::Output: Send,
{
    let invocation = invocation?;
    // An upload may take any time while it makes progress.
    let inherited = if invocation.file.is_some() { None } else { invocation.client.limits.timeout };
    let limit = invocation.options.timeout.or(inherited);
    let label = invocation.request.template;
    let (mut value, mut around) = (None, None);
    let mut decode = |response: &_| {
        value = Some(R::decode(response)?);
        Ok(())
    };
    let mut shape = Shape::Whole { decode: &mut decode, around: &mut around };
    Box::pin(invocation.invoke(limit, &mut shape)).await?;
    match (value, around) {
        (Some(value), Some((parts, origin))) => Ok(Response::new(value, parts, origin)),
        _ => Err(Error::incomplete("the answer was not decoded").at(label)),
    }
}

macro_rules! whole {
    ($($shape:ident $(<$param:ident: $bound:path>)?),+ $(,)?) => {$(
        impl $(<$param: $bound + Send + 'static>)? Receivable for $shape $(<$param>)? {}

        #[allow(private_interfaces)]
        impl $(<$param: $bound + Send + 'static>)? Receive for $shape $(<$param>)?
        where
            Self: Decode<Output: Send + 'static>,
        {
            type Output = <Self as Decode>::Output;

            fn receive(invocation: Result<Box<Invocation>, Error>) -> Running<Self::Output> {
                Box::pin(whole::<Self>(invocation))
            }
        }
    )+};
}

whole!(
    Data<T: DeserializeOwned>,
    Wrapped<W: Wrapper>,
    Object<T: DeserializeOwned>,
    Bare<T: DeserializeOwned>,
    Confidential<T: DeserializeOwned>,
    Empty,
    Raw,
);
