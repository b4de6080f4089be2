//! Owned events from any stream of bytes.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures_core::stream::{FusedStream, Stream};
use pin_project_lite::pin_project;

use crate::{Error, EventBuf, Parser};

pin_project! {
    /// A stream of owned events over a stream of `Bytes`, such as the body of an HTTP response.
    ///
    /// It has no task, channel or timer of its own: polling it polls the body. An event over the memory limit is
    /// an error, and the stream continues after it; an error of the body, and an end in the middle of an event, are
    /// the last item.
    ///
    /// ```
    /// use bytes::Bytes;
    /// use coze_sse::SseStream;
    /// use futures_util::StreamExt;
    /// use http_body_util::{BodyDataStream, Full};
    ///
    /// # futures_util::future::FutureExt::now_or_never(async {
    /// let body = Full::new(Bytes::from_static(b"event: delta\ndata: Hello\n\ndata: bye\n\n"));
    /// let mut events = SseStream::new(BodyDataStream::new(body));
    /// while let Some(event) = events.next().await {
    ///     let event = event?;
    ///     println!("{}: {}", event.name(), event.data());
    /// }
    /// # Ok::<(), coze_sse::StreamError<std::convert::Infallible>>(())
    /// # }).unwrap().unwrap();
    /// ```
    #[derive(Debug)]
    pub struct SseStream<S> {
        #[pin]
        body: S,
        parser: Parser,
        ignore_truncation: bool,
        done: bool,
    }
}

impl<S> SseStream<S> {
    /// Reads events from `body` with the default memory limit.
    pub fn new(body: S) -> Self {
        Self::with_parser(body, Parser::new())
    }

    /// Reads events from `body` with an existing parser, for another limit or to continue after a reconnect.
    pub fn with_parser(body: S, parser: Parser) -> Self {
        Self { body, parser, ignore_truncation: false, done: false }
    }

    /// Ends the stream quietly, as browsers do, if the body ends in the middle of an event.
    ///
    /// Without this, such an end is [`StreamError::Truncated`].
    pub fn ignore_truncation(mut self, ignore: bool) -> Self {
        self.ignore_truncation = ignore;
        self
    }

    /// Returns the parser of the stream, which has the last event id and the reconnection time.
    pub fn parser(&self) -> &Parser {
        &self.parser
    }

    /// Body that is read from.
    pub fn get_ref(&self) -> &S {
        &self.body
    }

    /// Takes the stream apart.
    ///
    /// What the parser has read and not yet given out stays in the parser.
    pub fn into_parts(self) -> (S, Parser) {
        (self.body, self.parser)
    }
}

impl<S, E> Stream for SseStream<S>
where
    S: Stream<Item = Result<Bytes, E>>,
{
    type Item = Result<EventBuf, StreamError<E>>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let mut this = self.project();
        loop {
            if let Some(event) = this.parser.next_owned() {
                return Poll::Ready(Some(event.map_err(StreamError::Event)));
            }
            if *this.done {
                return Poll::Ready(None);
            }
            match ready!(this.body.as_mut().poll_next(cx)) {
                Some(Ok(chunk)) => this.parser.push(chunk),
                Some(Err(error)) => {
                    *this.done = true;
                    return Poll::Ready(Some(Err(StreamError::Body(error))));
                }
                None => {
                    *this.done = true;
                    if this.parser.has_partial() && !*this.ignore_truncation {
                        return Poll::Ready(Some(Err(StreamError::Truncated)));
                    }
                }
            }
        }
    }
}

impl<S, E> FusedStream for SseStream<S>
where
    S: Stream<Item = Result<Bytes, E>>,
{
    fn is_terminated(&self) -> bool {
        self.done
    }
}

/// A reason why an [`SseStream`] could not give an event.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum StreamError<E> {
    /// The parser skipped one event; the stream continues.
    Event(Error),
    /// The body failed; this is the last item.
    Body(E),
    /// The body ended in the middle of an event; this is the last item.
    Truncated,
}

impl<E> fmt::Display for StreamError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Event(error) => error.fmt(f),
            Self::Body(_) => f.write_str("reading the event stream failed"),
            Self::Truncated => f.write_str("the event stream ended in the middle of an event"),
        }
    }
}

impl<E: std::error::Error + 'static> std::error::Error for StreamError<E> {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Body(error) => Some(error),
            Self::Event(_) | Self::Truncated => None,
        }
    }
}
