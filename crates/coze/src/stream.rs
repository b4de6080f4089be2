//! Streams of events, pulled by the caller.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use coze_sse::Parser;
use coze_transport::Incoming;
use coze_types::chat::ChatEvent;
use coze_types::{DecodeError, Event, EventDecoder, Events, LogId, Phase};
use futures_core::Stream;

use crate::error::{Error, ErrorKind};
use crate::runtime::Origin;
use crate::runtime::Running;
use crate::runtime::pipeline::{Answer as Head, Invocation};
use crate::runtime::response::{Receivable, Receive, Response};
use crate::runtime::timeout::{Idle, poll_chunk, within_runtime};

mod cancel;
mod chat;
mod guarded;
mod outputs;
mod run;
mod start;
mod workflow;

pub(crate) use cancel::{Begin, CancelOnDrop};
pub(crate) use chat::redacted;
pub use chat::{Answer, TextStream};
pub use guarded::ChatStream;
pub use outputs::StreamOutputs;
pub use run::StreamRun;
pub use start::StreamChat;
pub use workflow::WorkflowStream;

/// A stream of typed events.
///
/// It uses no task: each event is read when it is polled, and a reader that stops polling applies back-pressure to the
/// server. Dropping the stream closes the connection.
///
/// An `error` event of the server is yielded as `Err` with its code and message, and so is an event that cannot be
/// decoded or is too large; the stream continues after both. A stream that ends before it is complete
/// ends with an error of the kind [`Truncated`](crate::ErrorKind::Truncated), never silently. If the chat or run
/// has ended and the server neither says so nor closes the connection, the stream ends after a second without an event. A response
/// without a content type, or with an unspecific one, is a stream if it starts like one.
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
pub struct EventStream<T: Event> {
    feed: Box<dyn Feeding>,
    decoder: T::Decoder,
}

impl<T: Event> EventStream<T> {
    fn open(head: Head) -> (http::response::Parts, Self) {
        let (parts, feed) = Feed::open(head);
        (parts, Self { feed, decoder: T::Decoder::default() })
    }

    /// Returns the id of the request in the logs of the server.
    pub fn log_id(&self) -> Option<&LogId> {
        self.feed.get().origin.log_id()
    }

    /// Creates an error of this stream from an error in one of its events, with the endpoint and log id of the stream and without
    /// the token, if the server repeated it. For event types that contain errors.
    pub fn error(&self, error: impl Into<Error>) -> Error {
        self.origin().error(error)
    }

    fn origin(&self) -> &Origin {
        &self.feed.get().origin
    }

    /// Number of the next event.
    fn number(&self) -> Option<u64> {
        self.feed.get().number
    }

    /// Waits for the next event; `None` once the stream is complete.
    ///
    /// The future may be dropped and `next` called again without losing an event.
    pub async fn next(&mut self) -> Option<Result<T, Error>> {
        std::future::poll_fn(|cx| self.poll_event(cx)).await
    }

    /// Polls for the next event.
    pub fn poll_event(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<T, Error>>> {
        let feed = self.feed.get_mut();
        if let Some(held) = feed.held.take() {
            return Poll::Ready(Some(match held {
                Held::Event { name, data } => {
                    let parsed = self.decoder.decode(name.as_bytes(), data.as_bytes());
                    feed.take(parsed)
                }
                Held::Error(error) => Err(error),
            }));
        }
        loop {
            if feed.body.is_none() {
                return Poll::Ready(None);
            }
            match feed.parser.next_event() {
                Some(Ok(event)) => {
                    if !std::mem::replace(&mut feed.seen, true) {
                        feed.head = Vec::new();
                    }
                    if T::NUMBERED
                        && let Ok(number) = event.id().parse()
                        && let Some(gap) = gap(&mut feed.number, number)
                    {
                        feed.held = Some(Held::event(&event));
                        return Poll::Ready(Some(Err(feed.dress(gap))));
                    }
                    let parsed = self.decoder.decode(event.name_bytes(), event.data_bytes());
                    return Poll::Ready(Some(feed.take(parsed)));
                }
                Some(Err(error)) => return Poll::Ready(Some(Err(feed.dress(oversized(error))))),
                None => {}
            }
            match ready!(feed.poll_more(cx)) {
                Ok(true) => {}
                Ok(false) => return Poll::Ready(None),
                Err(error) => return Poll::Ready(Some(Err(error))),
            }
        }
    }
}

impl EventStream<ChatEvent> {
    /// Reads the first event, and fails if it says that the conversation is busy.
    async fn admit(&mut self) -> Result<(), Error> {
        let feed = self.feed.get_mut();
        let first = std::future::poll_fn(|cx| feed.poll_first(cx)).await;
        let refusal = match &first {
            Some(Held::Event { name, data }) => {
                let event = ChatEvent::parse(name, data).map_err(Error::from);
                event.and_then(|event| Ok(event.into_result()?)).err()
            }
            _ => None,
        };
        match (first, refusal) {
            (Some(Held::Error(error)), _) | (_, Some(error)) if error.kind() == ErrorKind::Busy => {
                return Err(feed.dress(error));
            }
            (first, _) => feed.held = first,
        }
        Ok(())
    }
}

/// The source of a stream, as a trait object, so that the code that drops it exists once.
trait Feeding: Send + Sync {
    fn get(&self) -> &Feed;
    fn get_mut(&mut self) -> &mut Feed;
}

impl Feeding for Feed {
    fn get(&self) -> &Feed {
        self
    }

    fn get_mut(&mut self) -> &mut Feed {
        self
    }
}

/// The next item: after a gap, or read ahead of the reader.
enum Held {
    Event { name: String, data: String },
    Error(Error),
}

impl Held {
    fn event(event: &coze_sse::Event<'_>) -> Self {
        Self::Event { name: event.name().into_owned(), data: event.data().into_owned() }
    }
}

/// The source of a stream of any event type.
struct Feed {
    body: Option<Incoming>,
    parser: Parser,
    held: Option<Held>,
    idle: Option<Idle>,
    /// Once nothing more is owed: how long until the next event.
    quiet: Option<Idle>,
    /// Whether something came since the wait for the next event was looked at.
    more: bool,
    /// Whether a fault of the server was yielded.
    failed: bool,
    /// Furthest phase so far; a fault is terminal, since nothing is required after it.
    phase: Phase,
    seen: bool,
    /// Beginning of the body while no event has come: a server may call an error an event stream.
    head: Vec<u8>,
    /// Number that the next event has, in a stream that numbers its events.
    number: Option<u64>,
    origin: Origin,
}

impl Feed {
    fn open(head: Head) -> (http::response::Parts, Box<dyn Feeding>) {
        let (parts, body) = head.response.into_parts();
        let feed = Self {
            body: Some(body),
            parser: Parser::with_limit(head.limits.event),
            held: None,
            idle: head.limits.idle_timeout.map(Idle::new),
            quiet: None,
            more: false,
            failed: false,
            phase: Phase::Running,
            seen: false,
            head: Vec::new(),
            number: None,
            origin: head.origin,
        };
        (parts, Box::new(feed))
    }

    fn take<T: Event>(&mut self, parsed: Result<T, DecodeError>) -> Result<T, Error> {
        let event = parsed.map_err(|error| self.dress(error.into()))?;
        self.phase = self.phase.max(event.phase());
        match self.phase {
            Phase::Running | Phase::MayEnd => {}
            Phase::Terminal => match &mut self.quiet {
                Some(quiet) => quiet.begin(),
                // Without a runtime there are no timers.
                None => self.quiet = within_runtime().ok().map(|()| Idle::new(MOMENT)),
            },
            // What follows the last event is not part of the stream.
            Phase::Done => self.body = None,
        }
        event.into_result().map_err(|error| {
            self.failed = true;
            self.dress(error.into())
        })
    }

    /// Polls for more to parse, and says whether there was any.
    fn poll_more(&mut self, cx: &mut Context<'_>) -> Poll<Result<bool, Error>> {
        let Some(body) = &mut self.body else { return Poll::Ready(Ok(false)) };
        let chunk = match poll_chunk(body, &mut self.idle, cx) {
            Poll::Ready(chunk) => chunk,
            Poll::Pending => {
                let Some(quiet) = &mut self.quiet else { return Poll::Pending };
                // A heartbeat is not an event; a part of an event counts as one.
                if std::mem::take(&mut self.more) && self.parser.has_partial() {
                    quiet.begin();
                }
                // Neither an event nor the end, though the stream is complete: that is the end.
                ready!(quiet.poll(cx));
                Ok(None)
            }
        };
        match chunk {
            Ok(Some(chunk)) => {
                if !self.seen {
                    let room = HEAD.saturating_sub(self.head.len()).min(chunk.len());
                    self.head.extend_from_slice(&chunk[..room]);
                }
                self.parser.push(chunk);
                self.more = true;
                Poll::Ready(Ok(true))
            }
            Ok(None) => Poll::Ready(self.finish().map(|()| false)),
            Err(error) => {
                self.body = None;
                // The failure was reported, and nothing has to follow it.
                if self.failed && error.is_cut() {
                    return Poll::Ready(Ok(false));
                }
                Poll::Ready(Err(self.dress(error)))
            }
        }
    }

    /// Polls for what comes first, without reading it.
    fn poll_first(&mut self, cx: &mut Context<'_>) -> Poll<Option<Held>> {
        loop {
            match self.parser.next_event() {
                Some(Ok(event)) => {
                    (self.seen, self.head) = (true, Vec::new());
                    return Poll::Ready(Some(Held::event(&event)));
                }
                Some(Err(error)) => {
                    return Poll::Ready(Some(Held::Error(self.dress(oversized(error)))));
                }
                None => {}
            }
            match ready!(self.poll_more(cx)) {
                Ok(true) => {}
                Ok(false) => return Poll::Ready(None),
                Err(error) => return Poll::Ready(Some(Held::Error(error))),
            }
        }
    }

    /// Judges the end of the body.
    fn finish(&mut self) -> Result<(), Error> {
        self.body = None;
        let cut = self.parser.has_partial();
        if self.phase >= Phase::MayEnd && !cut {
            return Ok(());
        }
        if !self.seen
            && let Some(error) = reported(&self.head)
        {
            return Err(self.dress(error.into()));
        }
        let seen = match (self.seen, cut) {
            (false, false) => "no event came at all",
            (_, true) => "the last event is incomplete",
            (true, false) => "the last event is missing",
        };
        Err(self.dress(Error::truncated(seen)))
    }

    fn dress(&self, error: Error) -> Error {
        self.origin.error(error)
    }
}

/// Records the number of an event, and reports the gap before it. Numbers start at 0 or 1.
fn gap(next: &mut Option<u64>, number: u64) -> Option<Error> {
    let expected = next.replace(number.saturating_add(1)).unwrap_or(number.min(1));
    (number > expected).then(|| Error::lost(expected, number))
}

/// As much of a body as is kept to find an error in it.
const HEAD: usize = 4096;

/// How long a complete stream may be silent; the audio after a completed chat arrives sooner.
const MOMENT: Duration = Duration::from_secs(1);

/// The error in a body that is called an event stream and is an ordinary answer.
fn reported(head: &[u8]) -> Option<coze_types::ApiError> {
    let answer = http::Response::new(bytes::Bytes::copy_from_slice(head));
    match Events::<coze_types::UnknownEvent>::refusal(&answer) {
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

impl<T: Event> fmt::Debug for EventStream<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let feed = self.feed.get();
        f.debug_struct("EventStream")
            .field("endpoint", &feed.origin.label())
            .field("phase", &feed.phase)
            .field("log_id", &feed.origin.log_id())
            .finish_non_exhaustive()
    }
}

/// Whether a response is an event stream. If its head does not say so, as with some proxies, its beginning does:
/// no error and no page begins as an event.
fn is_stream(response: &http::Response<Incoming>, beginning: Option<&[u8]>) -> Option<bool> {
    if !response.status().is_success() || coze_types::is_event_stream(response) {
        return Some(response.status().is_success());
    }
    if !says_nothing(response.headers()) {
        return Some(false);
    }
    let beginning = beginning?;
    let beginning = beginning.strip_prefix(b"\xef\xbb\xbf").unwrap_or(beginning).trim_ascii_start();
    Some([&b":"[..], b"event:", b"data:", b"id:", b"retry:"].iter().any(|field| beginning.starts_with(field)))
}

/// Whether a content type is missing, or one of those that servers write where they know of none.
fn says_nothing(headers: &http::HeaderMap) -> bool {
    headers.get(http::header::CONTENT_TYPE).is_none_or(|value| {
        let name = value.as_bytes().split(|byte| *byte == b';').next().unwrap_or_default().trim_ascii();
        [&b""[..], b"text/plain", b"application/octet-stream"]
            .iter()
            .any(|known| name.eq_ignore_ascii_case(known))
    })
}

impl<T: Event> Receivable for Events<T> {}

#[allow(private_interfaces)]
impl<T: Event + 'static> Receive for Events<T> {
    type Output = EventStream<T>;

    fn receive(invocation: Result<Box<Invocation>, Error>) -> Running<EventStream<T>> {
        Box::pin(async move {
            let invocation = invocation?;
            let idle = invocation.options.idle_timeout.or(invocation.client.limits.idle_timeout);
            let limit = invocation.options.timeout.or(idle);
            let head = invocation.open(limit, is_stream, Events::<T>::refusal).await?;
            let origin = head.origin.clone();
            let (parts, stream) = EventStream::open(head);
            Ok(Response::new(stream, parts, origin))
        })
    }
}
