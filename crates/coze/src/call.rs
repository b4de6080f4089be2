//! Calls, which are sent when they are awaited.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use coze_types::{Decode, Endpoint, Paged};

use crate::error::Error;
use crate::options::{CallOptions, options};
use crate::paging::{Items, Pages};
use crate::runtime::client::Client;
use crate::runtime::response::{Receive, Response};
use crate::runtime::{Request, Running};

/// A call that has been prepared, and what it becomes once it is polled.
pub(crate) trait Prepare: Send + Sync + 'static {
    type Output: Send + 'static;

    fn options_mut(&mut self) -> &mut CallOptions;

    /// Asks for what stands around the answer as well.
    fn with_response(&mut self) {}

    /// Begins; the future owns all that it needs.
    fn begin(self) -> Running<Self::Output>;
}

/// A call: prepared until it is first polled, and running from then on.
pub(crate) enum Deferred<P, T> {
    Prepared(P),
    /// Nobody looks at it from two threads; the lock only makes it `Sync`.
    Running(Mutex<Running<T>>),
    /// It was polled before it was made part of another call.
    Lost,
}

impl<P, T> Deferred<P, T> {
    pub(crate) fn prepared_mut(&mut self) -> Option<&mut P> {
        match self {
            Self::Prepared(prepared) => Some(prepared),
            _ => None,
        }
    }

    /// Makes a part of another call of it.
    pub(crate) fn map<Q, U>(self, next: impl FnOnce(P) -> Q) -> Deferred<Q, U> {
        match self {
            Self::Prepared(prepared) => Deferred::Prepared(next(prepared)),
            _ => Deferred::Lost,
        }
    }
}

impl<P: Prepare> Deferred<P, P::Output> {
    pub(crate) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Result<Response<P::Output>, Error>> {
        if let Self::Prepared(_) = self
            && let Self::Prepared(prepared) = std::mem::replace(self, Self::Lost)
        {
            *self = Self::Running(Mutex::new(prepared.begin()));
        }
        match self {
            Self::Running(running) => {
                running.get_mut().unwrap_or_else(PoisonError::into_inner).as_mut().poll(cx)
            }
            _ => Poll::Ready(Err(lost())),
        }
    }
}

/// A call was polled, and then made part of another.
pub(crate) fn lost() -> Error {
    Error::config("the call was polled before it was changed; change it first")
}

impl<P: fmt::Debug, T> fmt::Debug for Deferred<P, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Prepared(prepared) => prepared.fmt(f),
            _ => f.write_str("Running"),
        }
    }
}

mod sealed {
    use std::task::{Context, Poll};

    use crate::error::Error;
    use crate::options::CallOptions;
    use crate::runtime::response::Response;

    /// What can be awaited, with or without what stands around its answer.
    pub trait Await {
        type Output;

        #[allow(private_interfaces)]
        fn options_mut(&mut self) -> Option<&mut CallOptions>;

        fn begin_with_response(&mut self);

        fn poll_response(&mut self, cx: &mut Context<'_>) -> Poll<Result<Response<Self::Output>, Error>>;
    }
}

pub(crate) use sealed::Await;

/// Makes a type around a [`Deferred`] a future, and gives it its options.
macro_rules! awaitable {
    ([$($generics:tt)*] $type:ty => $output:ty) => {
        impl<$($generics)*> $type {
            crate::options::options!();

            /// Returns the status, the headers and the log id together with the value; of the last response if there are several.
            pub fn with_response(mut self) -> crate::WithResponse<Self> {
                crate::call::Await::begin_with_response(&mut self);
                crate::WithResponse::new(self)
            }

            fn options_mut(&mut self) -> Option<&mut crate::options::CallOptions> {
                crate::call::Await::options_mut(self)
            }
        }

        #[allow(private_interfaces)]
        impl<$($generics)*> crate::call::Await for $type {
            type Output = $output;

            fn options_mut(&mut self) -> Option<&mut crate::options::CallOptions> {
                self.0.prepared_mut().map(crate::call::Prepare::options_mut)
            }

            fn begin_with_response(&mut self) {
                if let Some(prepared) = self.0.prepared_mut() {
                    crate::call::Prepare::with_response(prepared);
                }
            }

            fn poll_response(
                &mut self,
                cx: &mut std::task::Context<'_>,
            ) -> std::task::Poll<Result<crate::Response<$output>, crate::Error>> {
                self.0.poll(cx)
            }
        }

        impl<$($generics)*> std::future::Future for $type {
            type Output = Result<$output, crate::Error>;

            fn poll(
                mut self: std::pin::Pin<&mut Self>,
                cx: &mut std::task::Context<'_>,
            ) -> std::task::Poll<Self::Output> {
                self.0.poll(cx).map(|response| response.map(|response| response.value))
            }
        }

        impl<$($generics)*> Unpin for $type {}
    };
}

pub(crate) use awaitable;

/// A call that returns the status, the headers and the log id as well; created by the method `with_response` of each call.
#[derive(Debug)]
#[must_use = "a call is sent only when it is awaited"]
pub struct WithResponse<C>(C);

impl<C: Await> WithResponse<C> {
    options!();

    pub(crate) fn new(call: C) -> Self {
        Self(call)
    }

    fn options_mut(&mut self) -> Option<&mut CallOptions> {
        self.0.options_mut()
    }
}

impl<C: Await + Unpin> Future for WithResponse<C> {
    type Output = Result<Response<C::Output>, Error>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.0.poll_response(cx)
    }
}

/// What the endpoint `E` returns.
type OutputOf<E> = <<E as Endpoint>::Reply as Receive>::Output;

/// A request that is sent when it is awaited.
///
/// It owns its data: store it, move it into a task, or await many concurrently. Nothing is sent before it is first polled.
///
/// ```no_run
/// use std::time::Duration;
///
/// # async fn run(client: coze::Coze) -> Result<(), coze::Error> {
/// let answer = client
///     .chat()
///     .retrieve("7379462189365198898", "7379462189365198899")
///     .timeout(Duration::from_secs(5))
///     .with_response()
///     .await?;
/// println!("{:?} {:?}", answer.value.status, answer.log_id);
/// # Ok(()) }
/// ```
#[must_use = "a call is sent only when it is awaited"]
pub struct Call<E: Endpoint<Reply: Receive>>(pub(crate) Deferred<Request<E>, OutputOf<E>>);

impl<E: Endpoint<Reply: Receive>> Call<E> {
    pub(crate) fn new(client: &Arc<Client>, endpoint: E) -> Self {
        Self(Deferred::Prepared(Request::new(client, endpoint)))
    }
}

awaitable!([E: Endpoint<Reply: Receive> + Send + Sync + 'static] Call<E> => OutputOf<E>);

impl<E: Endpoint<Reply: Receive> + Send + Sync + 'static> Prepare for Request<E> {
    type Output = OutputOf<E>;

    fn options_mut(&mut self) -> &mut CallOptions {
        &mut self.options
    }

    fn with_response(&mut self) {
        self.value_only = false;
    }

    fn begin(self) -> Running<Self::Output> {
        self.send()
    }
}

impl<E> Call<E>
where
    E: Paged<Reply: Receive<Output = <E::Reply as Decode>::Output>> + Clone + Send + Sync + 'static,
{
    /// Returns the list page by page; each page is requested when it is polled.
    pub fn pages(self) -> Pages<E> {
        match self.0 {
            Deferred::Prepared(request) => Pages::new(request),
            _ => Pages::failed(lost()),
        }
    }

    /// Returns the list item by item, across pages.
    pub fn items(self) -> Items<E> {
        Items::new(self.pages())
    }
}

impl<E: Endpoint<Reply: Receive> + fmt::Debug> fmt::Debug for Call<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Call").field(&self.0).finish()
    }
}

#[cfg(test)]
#[cfg(feature = "hyper")]
mod tests {
    use coze_types::conversation::RetrieveConversation;

    use crate::Coze;
    use crate::runtime::Request;
    use crate::runtime::pipeline::Shape;
    use crate::runtime::prepare::invocation;

    #[test]
    fn a_call_takes_little_memory() {
        let client = Coze::builder().token("t").build().unwrap();
        let request = RetrieveConversation::new("7");
        let running = Request::new(client.shared(), request.clone()).send();
        let sent = invocation(client.shared(), &request, crate::options::CallOptions::default()).unwrap();
        let (mut decode, mut around) = (|_: &_| Ok(()), None);
        let mut shape = Shape::Whole { decode: &mut decode, around: &mut around };
        let invoked = sent.invoke(None, &mut shape);
        // The allocator of glibc requires 700 more instructions for larger objects.
        for size in [size_of_val(&*running), size_of_val(&invoked)] {
            assert!(size <= 1032, "{size}");
        }
    }
}
