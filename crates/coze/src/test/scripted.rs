//! A transport that answers from a script.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use bytes::Bytes;
use coze_transport::{Body, Incoming, Transport, TransportError};
use http::{Request, Response};

use super::request::{read, target};
use super::{Recording, Reply};
use crate::{Builder, Coze, RetryPolicy};

/// A [`Transport`] that answers from a script and keeps what was sent.
///
/// Clones share the script and the requests.
#[derive(Clone)]
pub struct ScriptedTransport(Arc<Inner>);

type Answer = dyn Fn(&Request<Bytes>) -> Reply + Send + Sync;

struct Inner {
    requests: Mutex<Vec<Request<Bytes>>>,
    answer: Box<Answer>,
}

impl ScriptedTransport {
    /// Answers the first request with the first reply, the second with the second, and so on.
    ///
    /// A request without a reply fails with an error that names it.
    pub fn new(replies: impl IntoIterator<Item = Reply>) -> Self {
        let replies = Mutex::new(replies.into_iter().collect::<VecDeque<_>>());
        Self::from_fn(move |request| {
            let next = replies.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
            next.unwrap_or_else(|| unanswered("the script has no reply left", request))
        })
    }

    /// Answers each request with what `answer` returns for it.
    pub fn from_fn(answer: impl Fn(&Request<Bytes>) -> Reply + Send + Sync + 'static) -> Self {
        Self(Arc::new(Inner { requests: Mutex::default(), answer: Box::new(answer) }))
    }

    /// Answers each request with the first unused exchange of a recording that has the same method, path and query.
    pub fn replay(recording: Recording) -> Self {
        let exchanges = Mutex::new(recording.exchanges);
        Self::from_fn(move |request| {
            let mut exchanges = exchanges.lock().unwrap_or_else(PoisonError::into_inner);
            match exchanges.iter().position(|exchange| exchange.is_for(request)) {
                Some(position) => exchanges.remove(position).into_reply(),
                None => unanswered("the recording has no exchange left", request),
            }
        })
    }

    /// Returns a builder of clients on this transport: with the token `pat_test` and without retries.
    pub fn builder(&self) -> Builder {
        Coze::builder().token("pat_test").transport(self.clone()).retry(RetryPolicy::none())
    }

    /// Returns the requests so far, oldest first, each with its whole body.
    ///
    /// With the feature `read`, `Endpoint::read` decodes one as its type; a streamed chat is `Streamed::<CreateChat>`.
    pub fn requests(&self) -> Vec<Request<Bytes>> {
        self.0.requests.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

fn unanswered(reason: &str, request: &Request<Bytes>) -> Reply {
    Reply::fail(TransportError::request(format_args!(
        "{reason} for {} {}",
        request.method(),
        target(request)
    )))
}

#[async_trait]
impl Transport for ScriptedTransport {
    async fn send(&self, request: Request<Body>) -> Result<Response<Incoming>, TransportError> {
        let (parts, body) = request.into_parts();
        let request = Request::from_parts(parts, read(body).await?);
        let reply = (self.0.answer)(&request);
        self.0.requests.lock().unwrap_or_else(PoisonError::into_inner).push(request);
        reply.respond().await
    }
}

impl fmt::Debug for ScriptedTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ScriptedTransport").field("requests", &self.requests().len()).finish_non_exhaustive()
    }
}
