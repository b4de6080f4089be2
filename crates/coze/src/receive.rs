//! How each shape of an answer is received: read whole, or handed on as a stream.

use std::future::Future;

use coze_types::{Bare, Data, Decode, Empty, Encoded, Event, Events, Object, Raw, Reply, Wrapped, Wrapper};
use serde::de::DeserializeOwned;

use crate::call::log_id_of;
use crate::client::Client;
use crate::dispatch::{Options, within};
use crate::error::Error;
use crate::response::Response;
use crate::stream::EventStream;

/// A shape of an answer that the client can receive; all shapes of `coze-types` are.
pub trait Receive: Reply + sealed::Sealed {
    /// What a call answers with.
    type Output;

    #[doc(hidden)]
    #[allow(private_interfaces)]
    fn receive(
        client: &Client,
        request: Encoded,
        options: Options,
    ) -> impl Future<Output = Result<Response<Self::Output>, Error>> + Send;
}

mod sealed {
    pub trait Sealed {}
}

async fn whole<R: Decode>(
    client: &Client,
    request: Encoded,
    options: Options,
) -> Result<Response<R::Output>, Error> {
    let limit = options.timeout.unwrap_or(client.limits.timeout);
    let (response, log_id) = within(limit, "the answer", async {
        let received = client.dispatch(request, options).await?;
        let log_id = received.log_id.clone();
        Ok((received.collect().await?, log_id))
    })
    .await?;
    let value = R::decode(&response).map_err(|error| Error::from(error).logged(log_id.as_ref()))?;
    let log_id = log_id_of(log_id, response.body());
    Ok(Response::new(value, response.into_parts().0, log_id))
}

macro_rules! whole {
    ($($shape:ident $(<$param:ident: $bound:path>)?),+) => {$(
        impl $(<$param: $bound>)? sealed::Sealed for $shape $(<$param>)? {}

        #[allow(private_interfaces)]
        impl $(<$param: $bound>)? Receive for $shape $(<$param>)? {
            type Output = <Self as Decode>::Output;

            async fn receive(
                client: &Client,
                request: Encoded,
                options: Options,
            ) -> Result<Response<Self::Output>, Error> {
                whole::<Self>(client, request, options).await
            }
        }
    )+};
}

whole!(Data<T: DeserializeOwned>, Wrapped<W: Wrapper>, Object<T: DeserializeOwned>, Bare<T: DeserializeOwned>, Empty, Raw);

impl<T: Event> sealed::Sealed for Events<T> {}

#[allow(private_interfaces)]
impl<T: Event> Receive for Events<T> {
    type Output = EventStream<T>;

    async fn receive(
        client: &Client,
        request: Encoded,
        options: Options,
    ) -> Result<Response<EventStream<T>>, Error> {
        let idle = options.idle_timeout.unwrap_or(client.limits.idle_timeout);
        let limit = options.timeout.unwrap_or(idle);
        let received = within(limit, "the head of the response", client.dispatch(request, options)).await?;
        if !received.response.status().is_success() || !coze_types::is_event_stream(&received.response) {
            let log_id = received.log_id.clone();
            let response = within(limit, "the body of the response", received.collect()).await?;
            return Err(Error::from(Events::<T>::refusal(&response)).logged(log_id.as_ref()));
        }
        let log_id = received.log_id.clone();
        let (parts, stream) = EventStream::open(received);
        Ok(Response::new(stream, parts, log_id))
    }
}
