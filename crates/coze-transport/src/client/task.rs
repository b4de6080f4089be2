//! What runs beside requests.

use std::pin::Pin;
use std::task::{Context, Poll};

use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;

use super::outgoing::Outgoing;
use super::stream::Stream;

/// One type for all of it, so that tokio's part is compiled once.
#[expect(clippy::large_enum_variant, reason = "connections are many, and all else is few")]
pub(crate) enum Task {
    /// Reads and writes a connection.
    Http1(http1::Connection<TokioIo<Stream>, Outgoing>),
    /// Whatever there are few of.
    Rare(Pin<Box<dyn Future<Output = ()> + Send>>),
}

impl Task {
    pub(crate) fn rare(work: impl Future<Output = ()> + Send + 'static) -> Self {
        Self::Rare(Box::pin(work))
    }
}

impl Future for Task {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        match self.get_mut() {
            // What goes wrong is told to the request.
            Self::Http1(connection) => Pin::new(connection).poll(cx).map(drop),
            Self::Rare(work) => work.as_mut().poll(cx),
        }
    }
}
