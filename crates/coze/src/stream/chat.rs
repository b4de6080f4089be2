//! Views of a streamed chat: its text alone, or its result.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use coze_types::ApiError;
use coze_types::chat::{AnswerText, Chat, ChatEvent, ToolCall, Usage};
use coze_types::message::{Message, MessageType};
use futures_core::Stream;

use super::EventStream;
use crate::error::Error;
use crate::runtime::{Origin, Response};

impl EventStream<ChatEvent> {
    /// The text of the answers alone, piece by piece.
    ///
    /// Ends when the stream is complete. A failed or canceled chat is an error, and so is an agent that waits for tool
    /// outputs, which a view of text cannot give.
    pub fn text(self) -> TextStream {
        let origin = self.origin().clone();
        TextStream::new(self, origin)
    }

    /// Reads to the end and puts chat and messages together.
    ///
    /// An agent that waits for tool outputs is not an error here: see [`Answer::tool_calls`].
    pub async fn collect(self) -> Result<Answer, Error> {
        let origin = self.origin().clone();
        Answer::collect(self).await.map_err(|error| origin.error(error))
    }
}

/// The text of a streamed chat, created by [`EventStream::text`].
#[derive(Debug)]
pub struct TextStream<S = EventStream<ChatEvent>> {
    events: S,
    failed: bool,
    text: AnswerText,
    /// Whether the chat is in a terminal state, so that no more text is expected.
    settled: bool,
    origin: Origin,
}

impl<S> TextStream<S> {
    pub(crate) fn new(events: S, origin: Origin) -> Self {
        Self { events, failed: false, text: AnswerText::new(), settled: false, origin }
    }

    /// The events that are still to come.
    pub fn into_events(self) -> S {
        self.events
    }
}

impl<S> TextStream<S>
where
    S: Stream<Item = Result<ChatEvent, Error>> + Unpin,
{
    /// Waits for the next piece of text; `None` once the stream is complete.
    pub async fn next(&mut self) -> Option<Result<String, Error>> {
        std::future::poll_fn(|cx| self.poll_text(cx)).await
    }

    fn poll_text(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<String, Error>>> {
        if self.failed {
            return Poll::Ready(None);
        }
        let error = loop {
            let next = ready!(Pin::new(&mut self.events).poll_next(cx));
            if let Some(Ok(event)) = &next
                && self.text.news(event).is_none()
                && matches!(event, ChatEvent::MessageDelta(_) | ChatEvent::MessageCompleted(_))
            {
                continue;
            }
            match next {
                None => return Poll::Ready(None),
                Some(Ok(ChatEvent::MessageDelta(message) | ChatEvent::MessageCompleted(message))) => {
                    return Poll::Ready(Some(Ok(message.content)));
                }
                Some(Ok(ChatEvent::Canceled(chat))) => break Error::canceled(chat.id),
                Some(Ok(ChatEvent::RequiresAction(chat))) => {
                    break Error::requires_action(names(chat.tool_calls()));
                }
                Some(Ok(ChatEvent::Completed(_))) => self.settled = true,
                Some(Ok(_)) => {}
                // What is truncated after the end of the chat is not text.
                Some(Err(error)) if self.settled && error.is_cut() => return Poll::Ready(None),
                Some(Err(error)) => break error,
            }
        };
        self.failed = true;
        Poll::Ready(Some(Err(self.origin.error(error))))
    }
}

fn names(calls: &[ToolCall]) -> String {
    let names: Vec<_> =
        calls.iter().filter_map(|call| Some(format!("`{}`", call.function.as_ref()?.name))).collect();
    if names.is_empty() { "a tool".to_owned() } else { names.join(", ") }
}

impl<S> Stream for TextStream<S>
where
    S: Stream<Item = Result<ChatEvent, Error>> + Unpin,
{
    type Item = Result<String, Error>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().poll_text(cx)
    }
}

/// A chat in a terminal state, with its messages.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Answer {
    /// Chat with its status.
    pub chat: Chat,
    /// Messages without the question: answers, function calls, tool responses, follow-ups.
    pub messages: Vec<Message>,
}

impl Answer {
    /// Creates an answer from a chat and all of its messages; the question is removed.
    pub fn new(chat: Chat, messages: Vec<Message>) -> Self {
        Self { chat, messages: brought_forth(messages) }
    }

    /// Reads events to their end.
    pub(crate) async fn collect(
        mut events: impl Stream<Item = Result<ChatEvent, Error>> + Unpin,
    ) -> Result<Self, Error> {
        let mut chat: Option<Chat> = None;
        let mut settled = false;
        let mut parts = Parts::default();
        while let Some(event) = std::future::poll_fn(|cx| Pin::new(&mut events).poll_next(cx)).await {
            let event = match event {
                // What is truncated after the end of the chat is not part of its messages.
                Err(error) if settled && error.is_cut() => break,
                event => event?,
            };
            match event {
                ChatEvent::MessageCompleted(message) => parts.complete(message),
                ChatEvent::MessageDelta(piece) => parts.add(piece),
                event => {
                    settled |= matches!(event, ChatEvent::Completed(_));
                    if let Some(latest) = event.chat() {
                        chat = Some(latest.clone());
                    }
                }
            }
        }
        match chat {
            Some(chat) => Ok(Self { chat, messages: parts.into_messages() }),
            None => Err(Error::truncated("the stream names no chat")),
        }
    }

    /// Returns the text of all answers, concatenated, as [`EventStream::text`] yields it.
    pub fn text(&self) -> String {
        let answers = self.messages.iter().filter(|message| message.is_answer() && message.is_text());
        answers.map(|message| message.content.as_str()).collect()
    }

    /// Returns the questions that the agent suggests next.
    pub fn follow_ups(&self) -> Vec<&str> {
        let asked = self.messages.iter().filter(|message| message.kind == Some(MessageType::FollowUp));
        asked.map(|message| message.content.as_str()).collect()
    }

    /// Returns the pending tool calls; not empty if the status is `requires_action`.
    pub fn tool_calls(&self) -> &[ToolCall] {
        self.chat.tool_calls()
    }

    /// Returns the reason of a failed chat.
    pub fn error(&self) -> Option<ApiError> {
        self.chat.error()
    }

    /// Returns the token usage.
    pub fn usage(&self) -> Option<&Usage> {
        self.chat.usage.as_ref()
    }
}

/// Messages in the order in which they began.
#[derive(Default)]
struct Parts(Vec<Part>);

struct Part {
    message: Message,
    /// Whether it came whole, and not in pieces alone.
    whole: bool,
}

impl Parts {
    fn add(&mut self, piece: Message) {
        match self.0.iter_mut().rfind(|part| part.message.id == piece.id) {
            Some(Part { whole: true, message }) if message.kind == piece.kind => {}
            Some(Part { whole: false, message }) => {
                message.content.push_str(&piece.content);
                if let Some(reasoning) = &piece.reasoning_content {
                    message.reasoning_content.get_or_insert_default().push_str(reasoning);
                }
            }
            _ => self.0.push(Part { message: piece, whole: false }),
        }
    }

    fn complete(&mut self, message: Message) {
        let begun = self.0.iter().position(|part| {
            // Coze Studio sends some messages twice, the second time with more.
            part.message.id == message.id && (!part.whole || part.message.kind == message.kind)
        });
        // Pieces may have arrived under another id.
        let begun = begun.or_else(|| {
            let last = self.0.iter().rposition(|part| !part.whole && part.message.is_answer())?;
            let text = &self.0[last].message.content;
            let same = message.is_answer() && !text.is_empty() && message.content.starts_with(text.as_str());
            same.then_some(last)
        });
        match begun.and_then(|index| self.0.get_mut(index)) {
            Some(part) => *part = Part { message, whole: true },
            None => self.0.push(Part { message, whole: true }),
        }
    }

    /// What came in pieces alone counts where it is text of the answer.
    fn into_messages(self) -> Vec<Message> {
        let kept = self.0.into_iter().filter(|part| part.whole || part.message.answer_piece().is_some());
        kept.map(|part| part.message).collect()
    }
}

/// Leaves the messages of the request out, which Coze Studio lists before those of the chat: the context, and last the
/// question.
pub(crate) fn brought_forth(mut messages: Vec<Message>) -> Vec<Message> {
    let question = messages.iter().rposition(|message| message.kind == Some(MessageType::Question));
    messages.drain(..question.map_or(0, |question| question + 1));
    messages
}

/// The chat of an answer, whose reason of a failure contains no secret, since it becomes an error.
pub(crate) fn redacted(response: Response<Chat>) -> Chat {
    let Response { value: mut chat, origin, .. } = response;
    if let Some(error) = &mut chat.last_error {
        origin.redact(&mut error.msg);
    }
    chat
}
