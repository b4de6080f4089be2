//! Views of a streamed chat: its text alone, or its result.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use coze_types::chat::{Chat, ChatEvent, ToolCall, Usage};
use coze_types::message::{ContentType, Message, MessageType};
use coze_types::{ApiError, MessageId};
use futures_core::Stream;

use super::EventStream;
use crate::error::Error;
use crate::origin::Origin;

impl EventStream<ChatEvent> {
    /// The text of the answers alone, piece by piece.
    ///
    /// Ends when the stream is complete. A failed or canceled chat is an error, and so is an agent that waits for tool
    /// outputs, which a view of text cannot give.
    #[inline]
    pub fn text(self) -> TextStream {
        let origin = self.origin().clone();
        TextStream::new(self, origin)
    }

    /// Reads to the end and puts chat and messages together.
    ///
    /// An agent that waits for tool outputs is no error here: see [`Answer::tool_calls`].
    pub async fn collect(self) -> Result<Answer, Error> {
        let origin = self.origin().clone();
        Answer::collect(self).await.map_err(|error| origin.error(error))
    }
}

/// The text of a streamed chat; made by [`EventStream::text`].
#[derive(Debug)]
pub struct TextStream<S = EventStream<ChatEvent>> {
    events: S,
    failed: bool,
    /// Answers of which a piece has come.
    begun: Vec<MessageId>,
    /// Text so far of the answer that is not completed.
    open: String,
    /// Whether the chat is at rest, so that no text is owed any more.
    settled: bool,
    origin: Origin,
}

impl<S> TextStream<S> {
    pub(crate) fn new(events: S, origin: Origin) -> Self {
        Self { events, failed: false, begun: Vec::new(), open: String::new(), settled: false, origin }
    }

    fn begin(&mut self, id: &MessageId) {
        if self.begun.last() != Some(id) {
            self.begun.push(id.clone());
        }
    }

    /// Whether a completed message is text that did not come in pieces before.
    fn is_new(&mut self, message: &Message) -> bool {
        let text = matches!(message.content_type, None | Some(ContentType::Text));
        if !message.is_answer() || !text {
            return false;
        }
        // Pieces may have come under another id; told twice they must not be.
        let open = std::mem::take(&mut self.open);
        let told =
            self.begun.contains(&message.id) || (!open.is_empty() && message.content.starts_with(&open));
        self.begin(&message.id);
        !told && !message.content.is_empty()
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
            match ready!(Pin::new(&mut self.events).poll_next(cx)) {
                None => return Poll::Ready(None),
                Some(Ok(ChatEvent::MessageDelta(message))) if message.answer_piece().is_some() => {
                    if self.begun.last() != Some(&message.id) {
                        self.open.clear();
                    }
                    self.begin(&message.id);
                    self.open.push_str(&message.content);
                    return Poll::Ready(Some(Ok(message.content)));
                }
                Some(Ok(ChatEvent::MessageCompleted(message))) if self.is_new(&message) => {
                    return Poll::Ready(Some(Ok(message.content)));
                }
                Some(Ok(ChatEvent::Canceled(chat))) => break Error::canceled(chat.id),
                Some(Ok(ChatEvent::RequiresAction(chat))) => {
                    break Error::requires_action(names(chat.tool_calls()));
                }
                Some(Ok(ChatEvent::Completed(_))) => self.settled = true,
                Some(Ok(_)) => {}
                // What is cut off behind the end of the chat is no text.
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

/// A chat that has come to rest, with its messages.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Answer {
    /// Chat; look at its status.
    pub chat: Chat,
    /// Messages but for the question: answers, function calls, tool responses, follow-ups.
    pub messages: Vec<Message>,
}

impl Answer {
    pub(crate) fn new(chat: Chat, messages: Vec<Message>) -> Self {
        Self { chat, messages: brought_forth(messages) }
    }

    /// Reads events to their end.
    pub(crate) async fn collect(
        mut events: impl Stream<Item = Result<ChatEvent, Error>> + Unpin,
    ) -> Result<Self, Error> {
        let mut chat: Option<Chat> = None;
        let mut settled = false;
        let mut messages: Vec<Message> = Vec::new();
        // Answers of which pieces have come, and no whole.
        let mut open: Vec<Message> = Vec::new();
        while let Some(event) = std::future::poll_fn(|cx| Pin::new(&mut events).poll_next(cx)).await {
            let event = match event {
                // What is cut off behind the end of the chat is none of its messages.
                Err(error) if settled && error.is_cut() => break,
                event => event?,
            };
            match event {
                ChatEvent::MessageCompleted(message) => {
                    open.retain(|begun| begun.id != message.id);
                    // Coze Studio sends some messages twice, the second time with more.
                    match messages
                        .iter_mut()
                        .find(|known| known.id == message.id && known.kind == message.kind)
                    {
                        Some(known) => *known = message,
                        None => messages.push(message),
                    }
                }
                ChatEvent::MessageDelta(piece) => match open.iter_mut().find(|begun| begun.id == piece.id) {
                    Some(begun) => begun.content.push_str(&piece.content),
                    None => open.push(piece),
                },
                event => {
                    settled |= matches!(event, ChatEvent::Completed(_));
                    if let Some(latest) = event.chat() {
                        chat = Some(latest.clone());
                    }
                }
            }
        }
        if messages.iter().all(|message| message.kind.as_ref() != Some(&MessageType::Answer)) {
            messages.append(&mut open);
        }
        match chat {
            Some(chat) => Ok(Self { chat, messages }),
            None => Err(Error::truncated("the stream names no chat")),
        }
    }

    /// Text of all answers, one after the other.
    pub fn text(&self) -> String {
        self.of_kind(&MessageType::Answer).map(|message| message.content.as_str()).collect()
    }

    /// Questions that the agent suggests next.
    pub fn follow_ups(&self) -> Vec<&str> {
        self.of_kind(&MessageType::FollowUp).map(|message| message.content.as_str()).collect()
    }

    /// Calls that the agent waits for; not empty when the status is `requires_action`.
    pub fn tool_calls(&self) -> &[ToolCall] {
        self.chat.tool_calls()
    }

    /// Why the chat failed, if it did.
    pub fn error(&self) -> Option<ApiError> {
        self.chat.error()
    }

    /// Tokens used.
    pub fn usage(&self) -> Option<&Usage> {
        self.chat.usage.as_ref()
    }

    fn of_kind(&self, kind: &MessageType) -> impl Iterator<Item = &Message> {
        self.messages.iter().filter(move |message| message.kind.as_ref() == Some(kind))
    }
}

/// Leaves the messages of the request out, which Coze Studio lists before those of the chat: the context, and last the
/// question.
pub(super) fn brought_forth(mut messages: Vec<Message>) -> Vec<Message> {
    let question = messages.iter().rposition(|message| message.kind == Some(MessageType::Question));
    messages.drain(..question.map_or(0, |question| question + 1));
    messages
}
