//! A streamed chat that survives a cut, or ends with its reader.

use std::collections::VecDeque;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use coze_types::chat::{Chat, ChatEvent, ChatStatus, Done, ListChatMessages, RetrieveChat};
use coze_types::message::Message;
use coze_types::{LogId, MessageId};
use futures_core::Stream;

use super::chat::{brought_forth, redacted};
use super::{Answer, EventStream, TextStream, cancel};
use crate::error::Error;
use crate::options::CallOptions;
use crate::runtime::client::Client;
use crate::runtime::pace::Pace;
use crate::runtime::{Origin, Request};

/// The events of a chat, [recovered](crate::StreamChat::recover) after a cut or
/// [canceled](crate::StreamChat::cancel_on_drop) with their reader; made by awaiting a [`StreamChat`](crate::StreamChat).
pub struct ChatStream {
    client: Arc<Client>,
    /// Options of the requests that follow the first.
    options: CallOptions,
    source: Source,
    recover: Option<Duration>,
    cancel: bool,
    seen: Seen,
    origin: Origin,
}

enum Source {
    Live(EventStream<ChatEvent>),
    /// The connection is cut; what is missing is being asked for.
    Asking(Asking),
    /// What was missing.
    Missing(VecDeque<ChatEvent>),
}

type Asking = Pin<Box<dyn Future<Output = Result<VecDeque<ChatEvent>, Error>> + Send>>;

/// What the reader has already got.
#[derive(Clone, Debug, Default)]
struct Seen {
    chat: Option<Chat>,
    settled: bool,
    /// Whether the chat is in a terminal state; an error event is terminal, and more events may follow.
    ended: bool,
    messages: Vec<Delivered>,
}

#[derive(Clone, Debug)]
struct Delivered {
    id: MessageId,
    answer: bool,
    content: String,
    reasoning: String,
    completed: bool,
}

impl ChatStream {
    pub(crate) fn new(
        client: Arc<Client>,
        options: CallOptions,
        events: EventStream<ChatEvent>,
        recover: Option<Duration>,
        cancel: bool,
    ) -> Self {
        let origin = events.origin().clone();
        Self { client, options, source: Source::Live(events), recover, cancel, seen: Seen::default(), origin }
    }

    /// Names the chat before the server does.
    pub(crate) fn of(mut self, chat: Chat) -> Self {
        self.seen.chat = Some(chat);
        self
    }

    /// Waits for the next event; `None` once the stream is complete.
    pub async fn next(&mut self) -> Option<Result<ChatEvent, Error>> {
        std::future::poll_fn(|cx| self.poll_event(cx)).await
    }

    /// Chat as last reported by the server.
    pub fn chat(&self) -> Option<&Chat> {
        self.seen.chat.as_ref()
    }

    /// Id of the request in the logs of the server.
    pub fn log_id(&self) -> Option<&LogId> {
        self.origin.log_id()
    }

    /// The text of the answers alone: see [`EventStream::text`].
    pub fn text(self) -> TextStream<Self> {
        let origin = self.origin.clone();
        TextStream::new(self, origin)
    }

    /// Reads to the end and puts chat and messages together: see [`EventStream::collect`].
    pub async fn collect(self) -> Result<Answer, Error> {
        let origin = self.origin.clone();
        Answer::collect(self).await.map_err(|error| origin.error(error))
    }

    fn poll_event(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<ChatEvent, Error>>> {
        loop {
            match &mut self.source {
                Source::Live(events) => match ready!(events.poll_event(cx)) {
                    // After the end of the chat, only the end of the stream is expected.
                    Some(Err(error)) if error.is_cut() && self.recover.is_some() && self.seen.ended => {
                        self.source = Source::Missing(VecDeque::from([ChatEvent::Done(Done::default())]));
                    }
                    Some(Err(error)) if error.is_cut() => match self.ask(&error) {
                        Some(asking) => self.source = Source::Asking(asking),
                        None => return Poll::Ready(Some(Err(error))),
                    },
                    event => {
                        match &event {
                            Some(Ok(event)) => self.seen.note(event),
                            // The chat failed: there is nothing to cancel.
                            Some(Err(error)) => self.seen.settled |= error.api().is_some(),
                            None => {}
                        }
                        return Poll::Ready(event);
                    }
                },
                Source::Asking(asking) => match ready!(asking.as_mut().poll(cx)) {
                    Ok(missing) => self.source = Source::Missing(missing),
                    Err(error) => {
                        self.source = Source::Missing(VecDeque::new());
                        return Poll::Ready(Some(Err(error)));
                    }
                },
                Source::Missing(events) => {
                    let Some(event) = events.pop_front() else { return Poll::Ready(None) };
                    self.seen.note(&event);
                    return Poll::Ready(Some(
                        coze_types::Event::into_result(event).map_err(|error| self.origin.error(error)),
                    ));
                }
            }
        }
    }

    /// Starts to ask for what is missing, where that can be done.
    fn ask(&self, cut: &Error) -> Option<Asking> {
        let limit = self.recover?;
        let chat = self.seen.chat.clone()?;
        let (client, options) = (Arc::clone(&self.client), self.options.clone());
        let (seen, cut) = (self.seen.clone(), cut.to_string());
        Some(Box::pin(async move { missing(&client, &options, chat, seen, limit, &cut).await }))
    }
}

/// Polls a chat until it is in a terminal state and yields the events that the reader has not received.
async fn missing(
    client: &Arc<Client>,
    options: &CallOptions,
    chat: Chat,
    seen: Seen,
    limit: Duration,
    cut: &str,
) -> Result<VecDeque<ChatEvent>, Error> {
    let Some(conversation_id) = chat.conversation_id.clone() else {
        return Err(Error::incomplete("the server named no conversation, so the chat cannot be recovered"));
    };
    let about = |error: Error| error.about(&conversation_id, &chat.id);
    let mut pace = Pace::new(Some(limit));
    let mut latest = chat.clone();
    while !latest.status.as_ref().is_some_and(ChatStatus::is_terminal) {
        if !pace.wait().await.map_err(about)? {
            return Err(about(Error::unfinished(
                format!("the chat to reach a terminal state after a broken connection ({cut})"),
                limit,
            )));
        }
        let retrieve = Request::new(client, RetrieveChat::new(&conversation_id, &chat.id));
        let retrieve = retrieve.options(options.clone()).within(pace.left());
        latest = redacted(retrieve.send().await.map_err(about)?);
    }
    let about = |error: Error| error.about_terminal(&conversation_id, latest.clone());
    let list = Request::new(client, ListChatMessages::new(&conversation_id, &chat.id));
    let messages = list.options(options.clone()).send().await.map_err(about)?.value;
    let messages = brought_forth(messages);
    if latest.status == Some(ChatStatus::Completed) {
        seen.check_saved(&messages).map_err(about)?;
    }
    seen.check_ids(&messages).map_err(about)?;
    let mut events = VecDeque::new();
    for message in messages {
        seen.missing_of(message, &mut events).map_err(about)?;
    }
    if !seen.settled {
        events.push_back(ending(latest));
    }
    events.push_back(ChatEvent::Done(Done::default()));
    Ok(events)
}

/// The event that a chat in a terminal state would have sent last.
fn ending(chat: Chat) -> ChatEvent {
    match chat.status {
        Some(ChatStatus::Failed) => {
            let error = chat.error().unwrap_or_else(|| coze_types::ApiError::new(0, "the chat failed"));
            ChatEvent::Failed { chat: Some(chat), error }
        }
        Some(ChatStatus::RequiresAction) => ChatEvent::RequiresAction(chat),
        Some(ChatStatus::Canceled) => ChatEvent::Canceled(chat),
        _ => ChatEvent::Completed(chat),
    }
}

impl Seen {
    fn note(&mut self, event: &ChatEvent) {
        if let Some(chat) = event.chat() {
            self.chat = Some(chat.clone());
        }
        match event {
            ChatEvent::MessageDelta(message) => {
                let delivered = self.delivered(&message.id);
                delivered.answer |= message.is_answer();
                delivered.content.push_str(&message.content);
                delivered.reasoning.push_str(message.reasoning_content.as_deref().unwrap_or_default());
            }
            ChatEvent::MessageCompleted(message) => {
                let delivered = self.delivered(&message.id);
                delivered.answer |= message.is_answer();
                delivered.completed = true;
            }
            ChatEvent::Completed(_)
            | ChatEvent::Failed { .. }
            | ChatEvent::RequiresAction(_)
            | ChatEvent::Canceled(_)
            | ChatEvent::Done(_) => (self.settled, self.ended) = (true, true),
            _ => {}
        }
    }

    fn delivered(&mut self, id: &MessageId) -> &mut Delivered {
        let index = self.messages.iter().position(|known| known.id == *id).unwrap_or_else(|| {
            self.messages.push(Delivered {
                id: id.clone(),
                answer: false,
                content: String::new(),
                reasoning: String::new(),
                completed: false,
            });
            self.messages.len() - 1
        });
        &mut self.messages[index]
    }

    /// Fails where a completed chat lacks what had begun to arrive, or any answer at all: its text would be incomplete.
    fn check_saved(&self, messages: &[Message]) -> Result<(), Error> {
        let is_saved = |id: &MessageId| messages.iter().any(|message| message.id == *id);
        let lost = self
            .messages
            .iter()
            .any(|known| !known.completed && !known.content.is_empty() && !is_saved(&known.id));
        let answered = self.messages.iter().any(|known| known.completed);
        if lost || !(answered || messages.iter().any(Message::is_answer)) {
            return Err(Error::truncated("the saved chat lacks the answer, so it cannot be continued"));
        }
        Ok(())
    }

    /// Fails where an answer that came is not saved and one that did not come is: they may be the same, and its text must
    /// not be yielded twice.
    fn check_ids(&self, messages: &[Message]) -> Result<(), Error> {
        let is_saved = |known: &Delivered| messages.iter().any(|message| message.id == known.id);
        let came = |message: &Message| self.messages.iter().any(|known| known.id == message.id);
        let lost = self.messages.iter().any(|known| known.answer && !is_saved(known));
        if lost && messages.iter().any(|message| message.is_answer() && !came(message)) {
            return Err(Error::truncated("the answer is saved under another id, so it cannot be continued"));
        }
        Ok(())
    }

    /// Events that bring a reader from what it has to the whole message.
    fn missing_of(&self, message: Message, events: &mut VecDeque<ChatEvent>) -> Result<(), Error> {
        let delivered = self.messages.iter().find(|known| known.id == message.id);
        if delivered.is_some_and(|delivered| delivered.completed) {
            return Ok(());
        }
        if message.is_answer() || delivered.is_some() {
            let (content, reasoning) =
                delivered.map_or(("", ""), |known| (known.content.as_str(), known.reasoning.as_str()));
            let whole_reasoning = message.reasoning_content.as_deref().unwrap_or_default();
            let Some(content) = message.content.strip_prefix(content) else {
                return Err(Error::truncated(
                    "the saved answer differs from what had arrived, so it cannot be continued",
                ));
            };
            // Not every server stores the reasoning.
            let reasoning = whole_reasoning.strip_prefix(reasoning).unwrap_or_default();
            if !content.is_empty() || !reasoning.is_empty() {
                let mut piece = message.clone();
                content.clone_into(&mut piece.content);
                piece.reasoning_content = (!reasoning.is_empty()).then(|| reasoning.to_owned());
                events.push_back(ChatEvent::MessageDelta(piece));
            }
        }
        events.push_back(ChatEvent::MessageCompleted(message));
        Ok(())
    }
}

impl Stream for ChatStream {
    type Item = Result<ChatEvent, Error>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().poll_event(cx)
    }
}

/// Cancels the chat on the server, if that is wanted and it is not in a terminal state.
impl Drop for ChatStream {
    fn drop(&mut self) {
        if !self.cancel || self.seen.settled {
            return;
        }
        let (client, options) = (Arc::clone(&self.client), self.options.clone());
        let ids = self.seen.chat.take().and_then(|chat| Some((chat.conversation_id?, chat.id)));
        match (ids, std::mem::replace(&mut self.source, Source::Missing(VecDeque::new()))) {
            (Some(ids), _) => cancel::in_background(client, options, std::future::ready(Some(ids))),
            // Only the server knows the chat.
            (None, Source::Live(events)) => {
                cancel::in_background(client, options, cancel::named_by(events));
            }
            (None, _) => {}
        }
    }
}

impl fmt::Debug for ChatStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChatStream")
            .field("chat", &self.seen.chat.as_ref().map(|chat| &chat.id))
            .field("terminal", &self.seen.settled)
            .field("log_id", &self.origin.log_id())
            .finish_non_exhaustive()
    }
}
