//! How each shape of an answer is received: read whole, or handed on as a stream.

use std::future::Future;

use coze_transport::Incoming;
use coze_types::{
    Bare, Binary, Confidential, Data, Decode, Empty, Event, Events, Object, Raw, Reply, ReplyError, Wrapped,
    Wrapper, log_id_in,
};
use serde::de::DeserializeOwned;

use crate::call::CallFuture;
use crate::dispatch::{Answer, Received};
use crate::download::Download;
use crate::error::Error;
use crate::response::Response;
use crate::retry::{Tries, retry_after};
use crate::stream::EventStream;

/// A shape of an answer that the client can receive; all shapes of `coze-types` are.
pub trait Receive: Reply + sealed::Sealed {
    /// What a call answers with.
    type Output;

    #[doc(hidden)]
    #[allow(private_interfaces)]
    fn receive(tries: &mut Tries) -> impl Future<Output = Result<Response<Self::Output>, Error>> + Send;
}

mod sealed {
    pub trait Sealed {}
}

/// The answer and what stands around it, as the future of a call.
///
/// The shape alone makes it another function, so that endpoints that share one share it.
pub(crate) fn response<'c, R: Receive>(
    mut tries: Result<Tries, Error>,
) -> CallFuture<'c, Response<R::Output>> {
    Box::pin(async move {
        match tries {
            Ok(ref mut tries) => R::receive(tries).await,
            Err(error) => Err(error),
        }
    })
}

/// The answer alone.
pub(crate) fn value<'c, R: Receive>(mut tries: Result<Tries, Error>) -> CallFuture<'c, R::Output> {
    if let Ok(tries) = &mut tries {
        tries.options.value_only = true;
    }
    Box::pin(async move {
        match tries {
            Ok(ref mut tries) => match R::receive(tries).await {
                Ok(response) => Ok(response.value),
                Err(error) => Err(error),
            },
            Err(error) => Err(error),
        }
    })
}

async fn whole<R: Decode>(tries: &mut Tries) -> Result<Response<R::Output>, Error> {
    tries.begin_whole();
    let mut refusal = None;
    loop {
        let answer = tries.answer(refusal).await?;
        match R::decode(&answer.response) {
            Ok(value) => {
                let Answer { response, origin } = tries.accept(answer)?;
                return Ok(Response::new(value, response.into_parts().0, origin));
            }
            Err(error) => refusal = Some(answer.refused(error)),
        }
    }
}

// What follows is compiled once, and not for each shape. It is in a piece of the heap of its own: beyond 1,032 bytes the
// allocator of glibc takes 700 instructions more than below.
impl Tries {
    fn begin_whole(&mut self) {
        let inherited =
            if self.options.attachment.is_some() { None } else { self.client.client().limits.timeout };
        self.begin(self.options.timeout.or(inherited));
    }

    fn begin_stream(&mut self) {
        let idle = self.options.idle_timeout.or(self.client.client().limits.idle_timeout);
        self.begin(self.options.timeout.or(idle));
    }

    /// Makes tries until an answer has come. Where the one before was refused, it waits until it is time for another.
    pub(crate) fn answer(&mut self, refusal: Option<Error>) -> CallFuture<'_, Answer> {
        Box::pin(async move {
            let mut failure = refusal;
            loop {
                if let Some(error) = failure {
                    self.fail(error).await?;
                }
                match self.exchange().await {
                    Ok(answer) => return Ok(answer),
                    Err(error) => failure = Some(error),
                }
            }
        })
    }

    /// Notes that an answer was read.
    fn accept(&self, mut answer: Answer) -> Result<Answer, Error> {
        if let Some(attachment) = &self.options.attachment {
            attachment.completed().map_err(|error| error.at(self.request.template))?;
        }
        self.succeed();
        // The id in the body costs a pass over all of it.
        if answer.origin.log_id().is_none() && !self.options.value_only {
            answer.origin.note(log_id_in(answer.response.body()));
        }
        Ok(answer)
    }

    /// Makes tries until the head of what is wanted has come; where it says something else, it is read whole.
    pub(crate) fn opened(
        &mut self,
        wanted: fn(&http::Response<Incoming>) -> bool,
        refusal: fn(&http::Response<bytes::Bytes>) -> ReplyError,
    ) -> CallFuture<'_, Received> {
        Box::pin(async move {
            loop {
                let error = match self.head().await {
                    Ok(received) if wanted(&received.response) => {
                        self.succeed();
                        return Ok(received);
                    }
                    Ok(received) => Box::pin(self.refusal_of(received, refusal)).await,
                    Err(error) => error,
                };
                self.fail(error).await?;
            }
        })
    }

    /// Reads the error that came in place of what was wanted.
    async fn refusal_of(
        &self,
        mut received: Received,
        refusal: fn(&http::Response<bytes::Bytes>) -> ReplyError,
    ) -> Error {
        match received.collect(self).await {
            Ok(body) => {
                let answer = Answer { response: received.response.map(|_| body), origin: received.origin };
                answer.refused(refusal(&answer.response))
            }
            Err(error) => error,
        }
    }
}

impl Answer {
    /// The error that it holds.
    fn refused(&self, error: ReplyError) -> Error {
        let asked = retry_after(self.response.headers());
        self.origin.error(error).asked_to_wait(asked)
    }
}

fn is_stream(response: &http::Response<Incoming>) -> bool {
    response.status().is_success() && coze_types::is_event_stream(response)
}

macro_rules! whole {
    ($($shape:ident $(<$param:ident: $bound:path>)?),+) => {$(
        impl $(<$param: $bound>)? sealed::Sealed for $shape $(<$param>)? {}

        #[allow(private_interfaces)]
        impl $(<$param: $bound>)? Receive for $shape $(<$param>)? {
            type Output = <Self as Decode>::Output;

            fn receive(
                tries: &mut Tries,
            ) -> impl Future<Output = Result<Response<Self::Output>, Error>> + Send {
                whole::<Self>(tries)
            }
        }
    )+};
}

whole!(Data<T: DeserializeOwned>, Wrapped<W: Wrapper>, Object<T: DeserializeOwned>, Bare<T: DeserializeOwned>, Confidential<T: DeserializeOwned>, Empty, Raw);

impl sealed::Sealed for Binary {}

#[allow(private_interfaces)]
impl Receive for Binary {
    type Output = Download;

    #[inline]
    async fn receive(tries: &mut Tries) -> Result<Response<Download>, Error> {
        tries.begin(tries.options.timeout.or(tries.client.client().limits.timeout));
        let received = tries.opened(Binary::is_content, Binary::refusal).await?;
        let origin = received.origin.clone();
        let (parts, download) = Download::open(received).await?;
        Ok(Response::new(download, parts, origin))
    }
}

impl<T: Event> sealed::Sealed for Events<T> {}

#[allow(private_interfaces)]
impl<T: Event> Receive for Events<T> {
    type Output = EventStream<T>;

    async fn receive(tries: &mut Tries) -> Result<Response<EventStream<T>>, Error> {
        tries.begin_stream();
        let received = tries.opened(is_stream, Events::<T>::refusal).await?;
        let origin = received.origin.clone();
        let (parts, stream) = EventStream::open(received);
        Ok(Response::new(stream, parts, origin))
    }
}
