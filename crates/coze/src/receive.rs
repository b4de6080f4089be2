//! How each shape of an answer is received: read whole, or handed on as a stream.

use std::future::Future;
use std::time::Duration;

use coze_transport::Incoming;
use coze_types::{
    Bare, Binary, Confidential, Data, Decode, Empty, Encoded, Event, Events, LogId, Object, Raw, Reply,
    ReplyError, Wrapped, Wrapper, log_id_in,
};
use serde::de::DeserializeOwned;

use crate::client::Client;
use crate::dispatch::{Options, Received};
use crate::download::Download;
use crate::error::Error;
use crate::response::Response;
use crate::retry::{Tries, retry_after};
use crate::stream::EventStream;
use crate::upload::Attachment;

/// A shape of an answer that the client can receive; all shapes of `coze-types` are.
pub trait Receive: Reply + sealed::Sealed {
    /// What a call answers with.
    type Output;

    #[doc(hidden)]
    #[allow(private_interfaces)]
    fn receive(
        client: &Client,
        request: &Encoded,
        options: &Options,
    ) -> impl Future<Output = Result<Response<Self::Output>, Error>> + Send;
}

mod sealed {
    pub trait Sealed {}
}

async fn whole<R: Decode>(
    client: &Client,
    request: &Encoded,
    options: &Options,
) -> Result<Response<R::Output>, Error> {
    let inherited = if options.attachment.is_some() { None } else { client.limits.timeout };
    let limit = options.timeout.or(inherited);
    let mut tries = client.tries(request, options, limit);
    loop {
        let error = match client.exchange(&tries, request, options).await {
            Ok((response, log_id)) => match R::decode(&response) {
                Ok(value) => {
                    options.attachment.as_deref().map_or(Ok(()), Attachment::completed)?;
                    tries.succeed();
                    // The id in the body costs a pass over all of it.
                    let of_body = || if options.value_only { None } else { log_id_in(response.body()) };
                    let log_id = log_id.or_else(of_body);
                    return Ok(Response::new(value, response.into_parts().0, log_id));
                }
                Err(error) => refused(error, &response, log_id.as_ref()),
            },
            Err(error) => error,
        };
        Box::pin(tries.fail(error)).await?;
    }
}

fn is_stream(response: &http::Response<Incoming>) -> bool {
    response.status().is_success() && coze_types::is_event_stream(response)
}

/// The error that an answer holds.
fn refused(error: ReplyError, response: &http::Response<bytes::Bytes>, log_id: Option<&LogId>) -> Error {
    Error::from(error).logged(log_id).asked_to_wait(retry_after(response.headers()))
}

macro_rules! whole {
    ($($shape:ident $(<$param:ident: $bound:path>)?),+) => {$(
        impl $(<$param: $bound>)? sealed::Sealed for $shape $(<$param>)? {}

        #[allow(private_interfaces)]
        impl $(<$param: $bound>)? Receive for $shape $(<$param>)? {
            type Output = <Self as Decode>::Output;

            async fn receive(
                client: &Client,
                request: &Encoded,
                options: &Options,
            ) -> Result<Response<Self::Output>, Error> {
                whole::<Self>(client, request, options).await
            }
        }
    )+};
}

whole!(Data<T: DeserializeOwned>, Wrapped<W: Wrapper>, Object<T: DeserializeOwned>, Bare<T: DeserializeOwned>, Confidential<T: DeserializeOwned>, Empty, Raw);

/// Waits for the head of a body that is then handed on, and reads it whole where it says something else.
async fn opened(
    client: &Client,
    request: &Encoded,
    options: &Options,
    limit: Option<Duration>,
    wanted: fn(&http::Response<Incoming>) -> bool,
    refusal: fn(&http::Response<bytes::Bytes>) -> ReplyError,
) -> Result<Received, Error> {
    let mut tries = client.tries(request, options, limit);
    loop {
        let judge = |received: Received| {
            let is_wanted = wanted(&received.response);
            if is_wanted { Ok(received) } else { Err(Box::pin(refusal_of(received, &tries, refusal))) }
        };
        let error = match client.head(&tries, request, options).await.map(judge) {
            Ok(Ok(received)) => {
                tries.succeed();
                return Ok(received);
            }
            Ok(Err(refusal)) => refusal.await,
            Err(error) => error,
        };
        Box::pin(tries.fail(error)).await?;
    }
}

/// Reads the error that came in place of what was wanted.
async fn refusal_of(
    mut received: Received,
    tries: &Tries<'_>,
    refusal: fn(&http::Response<bytes::Bytes>) -> ReplyError,
) -> Error {
    match received.collect(tries).await {
        Ok(body) => {
            let response = received.response.map(|_| body);
            refused(refusal(&response), &response, received.log_id.as_ref())
        }
        Err(error) => error,
    }
}

impl sealed::Sealed for Binary {}

#[allow(private_interfaces)]
impl Receive for Binary {
    type Output = Download;

    async fn receive(
        client: &Client,
        request: &Encoded,
        options: &Options,
    ) -> Result<Response<Download>, Error> {
        let limit = options.timeout.or(client.limits.timeout);
        let received = opened(client, request, options, limit, Binary::is_content, Binary::refusal).await?;
        let log_id = received.log_id.clone();
        let (parts, download) = Download::open(received).await?;
        Ok(Response::new(download, parts, log_id))
    }
}

impl<T: Event> sealed::Sealed for Events<T> {}

#[allow(private_interfaces)]
impl<T: Event> Receive for Events<T> {
    type Output = EventStream<T>;

    async fn receive(
        client: &Client,
        request: &Encoded,
        options: &Options,
    ) -> Result<Response<EventStream<T>>, Error> {
        let idle = options.idle_timeout.or(client.limits.idle_timeout);
        let limit = options.timeout.or(idle);
        let received = opened(client, request, options, limit, is_stream, Events::<T>::refusal).await?;
        let log_id = received.log_id.clone();
        let (parts, stream) = EventStream::open(received);
        Ok(Response::new(stream, parts, log_id))
    }
}
