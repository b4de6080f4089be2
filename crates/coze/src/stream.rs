//! Streams of events, pulled by the caller.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use coze_sse::Parser;
use coze_transport::Incoming;
use coze_types::{Event, LogId, Phase, Previous};
use futures_core::Stream;

use crate::dispatch::Received;
use crate::error::{Error, ErrorKind};
use crate::idle::{Idle, poll_chunk};

mod chat;
mod guarded;
mod workflow;

pub use chat::{Answer, TextStream};
pub use guarded::ChatStream;
pub(crate) use workflow::Flow;
pub use workflow::WorkflowStream;

/// A stream of typed events.
///
/// Nothing runs behind it: each event is read when it is asked for, and a reader that stops asking holds the
/// server back. Dropping the stream closes the connection.
///
/// An `error` event of the server comes as `Err` with its code and message, and so does an event that cannot be
/// read or is too large; the stream goes on behind both. A stream that ends before the server said that it
/// was complete ends with an error of the kind [`Truncated`](crate::ErrorKind::Truncated), never silently.
///
/// ```no_run
/// use coze::{ChatEvent, CreateChat, Message};
///
/// # async fn run(client: coze::Coze) -> Result<(), coze::Error> {
/// let request = CreateChat::new("7379462189365198898", "user").message(Message::user("你好"));
/// let mut events = client.chat().stream(request).await?;
/// while let Some(event) = events.next().await {
///     match event? {
///         ChatEvent::MessageDelta(message) => print!("{}", message.content),
///         ChatEvent::Completed(chat) => println!("\n{:?}", chat.usage),
///         _ => {}
///     }
/// }
/// # Ok(()) }
/// ```
pub struct EventStream<T> {
    body: Option<Incoming>,
    parser: Parser,
    previous: Previous,
    idle: Option<Idle>,
    /// Furthest phase so far; a fault counts as settled, since nothing more is owed behind it.
    phase: Phase,
    seen: bool,
    /// Beginning of the body while no event has come: a server may call an error an event stream.
    head: Vec<u8>,
    /// Number that the next event has, in a stream that numbers its events.
    number: Option<u64>,
    /// Event that was read and is told next: behind a gap, or looked at before its reader.
    held: Option<Box<Result<T, Error>>>,
    log_id: Option<LogId>,
    label: &'static str,
    /// Token of the request, which no error repeats.
    authorization: Option<http::HeaderValue>,
}

impl<T: Event> EventStream<T> {
    pub(crate) fn open(received: Received) -> (http::response::Parts, Self) {
        let (parts, body) = received.response.into_parts();
        let stream = Self {
            body: Some(body),
            parser: Parser::with_limit(received.limits.event),
            previous: Previous::default(),
            idle: received.limits.idle_timeout.map(Idle::new),
            phase: Phase::Running,
            seen: false,
            head: Vec::new(),
            number: None,
            held: None,
            log_id: received.log_id,
            label: received.label,
            authorization: received.authorization,
        };
        (parts, stream)
    }

    /// Id of the request in the logs of the server.
    pub fn log_id(&self) -> Option<&LogId> {
        self.log_id.as_ref()
    }

    /// Waits for the next event; `None` once the stream is complete.
    ///
    /// May be dropped and called again without losing an event.
    pub async fn next(&mut self) -> Option<Result<T, Error>> {
        std::future::poll_fn(|cx| self.poll_event(cx)).await
    }

    /// Looks at the first event, and fails if it says that the conversation is busy.
    pub(crate) async fn admitted(mut self) -> Result<Self, Error> {
        match self.next().await {
            Some(Err(error)) if error.kind() == ErrorKind::Busy => Err(error),
            event => {
                self.held = event.map(Box::new);
                Ok(self)
            }
        }
    }

    /// Polls for the next event.
    pub fn poll_event(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<T, Error>>> {
        if let Some(event) = self.held.take() {
            return Poll::Ready(Some(*event));
        }
        loop {
            if self.body.is_none() {
                return Poll::Ready(None);
            }
            match self.parser.next_event() {
                Some(Ok(event)) => {
                    let parsed = match T::repeat(&mut self.previous, event.name_bytes(), event.data_bytes()) {
                        Some(event) => Ok(event),
                        None => T::parse_after(&mut self.previous, &event.name(), &event.data()),
                    };
                    let number = if T::NUMBERED { event.id().parse().ok() } else { None };
                    if !std::mem::replace(&mut self.seen, true) {
                        self.head = Vec::new();
                    }
                    let event = self.take(parsed);
                    if let Some(gap) = number.and_then(|number| self.gap(number)) {
                        self.held = Some(Box::new(event));
                        return Poll::Ready(Some(Err(self.dress(gap))));
                    }
                    return Poll::Ready(Some(event));
                }
                Some(Err(error)) => {
                    return Poll::Ready(Some(Err(self.dress(oversized(error)))));
                }
                None => {}
            }
            match ready!(self.poll_chunk(cx)) {
                Ok(Some(chunk)) => {
                    if !self.seen {
                        let room = HEAD.saturating_sub(self.head.len()).min(chunk.len());
                        self.head.extend_from_slice(&chunk[..room]);
                    }
                    self.parser.push(chunk);
                }
                Ok(None) => return Poll::Ready(self.finish().map(Err)),
                Err(error) => {
                    self.body = None;
                    return Poll::Ready(Some(Err(self.dress(error))));
                }
            }
        }
    }

    fn take(&mut self, parsed: Result<T, coze_types::DecodeError>) -> Result<T, Error> {
        let event = parsed.map_err(|error| self.dress(error.into()))?;
        self.phase = self.phase.max(event.phase());
        if self.phase == Phase::Done {
            // What comes behind the last event is not part of the stream.
            self.body = None;
        }
        event.into_result().map_err(|error| self.dress(error.into()))
    }

    /// Notes the number of an event, and tells the gap before it. Numbers start at 0 or 1.
    fn gap(&mut self, number: u64) -> Option<Error> {
        let expected = self.number.replace(number.saturating_add(1)).unwrap_or(number.min(1));
        (number > expected).then(|| Error::lost(expected, number))
    }

    fn poll_chunk(&mut self, cx: &mut Context<'_>) -> Poll<Result<Option<bytes::Bytes>, Error>> {
        let Some(body) = &mut self.body else { return Poll::Ready(Ok(None)) };
        poll_chunk(body, &mut self.idle, cx)
    }

    /// Judges the end of the body.
    fn finish(&mut self) -> Option<Error> {
        self.body = None;
        let cut = self.parser.has_partial();
        if self.phase >= Phase::Settled && !cut {
            return None;
        }
        if !self.seen
            && let Some(error) = reported(&self.head)
        {
            return Some(self.dress(error.into()));
        }
        let seen = match (self.seen, cut) {
            (false, false) => "no event came at all",
            (_, true) => "the last event is incomplete",
            (true, false) => "the last event is missing",
        };
        Some(self.dress(Error::truncated(seen)))
    }

    fn dress(&self, error: Error) -> Error {
        error.hiding_token(self.authorization.as_ref()).at(self.label).logged(self.log_id.as_ref())
    }
}

/// As much of a body as is kept to find an error in it.
const HEAD: usize = 4096;

/// The error in a body that is called an event stream and is an ordinary answer.
fn reported(head: &[u8]) -> Option<coze_types::ApiError> {
    let answer = http::Response::new(bytes::Bytes::copy_from_slice(head));
    match coze_types::Events::<coze_types::UnknownEvent>::refusal(&answer) {
        coze_types::ReplyError::Api(error) => Some(error),
        _ => None,
    }
}

fn oversized(error: coze_sse::Error) -> Error {
    Error::too_large(match error {
        coze_sse::Error::TooLarge { limit, .. } => {
            format!(
                "an event is larger than the limit of {limit} bytes; allow more with `Builder::max_event`"
            )
        }
        other => other.to_string(),
    })
}

impl<T: Event> Stream for EventStream<T> {
    type Item = Result<T, Error>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().poll_event(cx)
    }
}

impl<T> fmt::Debug for EventStream<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventStream")
            .field("endpoint", &self.label)
            .field("phase", &self.phase)
            .field("log_id", &self.log_id)
            .finish_non_exhaustive()
    }
}
