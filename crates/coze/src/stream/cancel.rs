//! Canceling a chat that nobody waits for any more.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use coze_types::chat::{CancelChat, Chat, ChatEvent, ChatStatus};
use coze_types::{ChatId, ConversationId, Event, Phase};

use super::EventStream;
use crate::error::Error;
use crate::options::CallOptions;
use crate::runtime::client::Client;
use crate::runtime::response::Response;
use crate::runtime::{Request, Running};

/// How long the server may take to name a chat that nobody waits for.
const NAMING: Duration = Duration::from_secs(10);
/// How long the cancellation may take; it keeps the client in memory.
const CANCELING: Duration = Duration::from_secs(60);

type Ids = (ConversationId, ChatId);

/// Cancels a chat once its ids are known, as a task of the runtime that this is called in; does nothing without one.
pub(crate) fn in_background(
    client: Arc<Client>,
    options: CallOptions,
    ids: impl Future<Output = Option<Ids>> + Send + 'static,
) {
    let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
    runtime.spawn(async move {
        if let Some((conversation_id, chat_id)) = ids.await {
            // The chat may have ended in the meantime, and nobody waits for a result.
            let cancel = Request::new(&client, CancelChat::new(conversation_id, chat_id));
            let _ = cancel.options(options).within(Some(CANCELING)).send().await;
        }
    });
}

async fn in_time<T>(work: impl Future<Output = Option<T>>) -> Option<T> {
    tokio::time::timeout(NAMING, work).await.ok().flatten()
}

/// Reads until an event names a chat that is not in a terminal state.
pub(crate) async fn named_by(mut events: EventStream<ChatEvent>) -> Option<Ids> {
    in_time(async {
        loop {
            let event = events.next().await?.ok()?;
            if event.phase() >= Phase::Terminal {
                return None;
            }
            if let Some(chat) = event.chat()
                && let Some(conversation_id) = &chat.conversation_id
            {
                return Some((conversation_id.clone(), chat.id.clone()));
            }
        }
    })
    .await
}

/// Cancels a chat when it is dropped, unless that was called off.
pub(crate) struct CancelOnDrop(Option<(Arc<Client>, CallOptions, Ids)>);

impl CancelOnDrop {
    pub(crate) fn new(
        client: &Arc<Client>,
        options: &CallOptions,
        conversation_id: &ConversationId,
        chat_id: &ChatId,
    ) -> Self {
        let ids = (conversation_id.clone(), chat_id.clone());
        Self(Some((Arc::clone(client), options.headers_only(), ids)))
    }

    pub(crate) fn call_off(mut self) {
        self.0 = None;
    }
}

impl Drop for CancelOnDrop {
    fn drop(&mut self) {
        if let Some((client, options, ids)) = self.0.take() {
            in_background(client, options, std::future::ready(Some(ids)));
        }
    }
}

/// What names the chat that was begun.
pub(crate) trait Begun: Send + 'static {
    fn name(self, conversation_id: Option<ConversationId>) -> impl Future<Output = Option<Ids>> + Send;
}

impl Begun for Chat {
    async fn name(self, conversation_id: Option<ConversationId>) -> Option<Ids> {
        let settled = self.status.as_ref().is_some_and(ChatStatus::is_terminal);
        if settled { None } else { Some((self.conversation_id.or(conversation_id)?, self.id)) }
    }
}

impl Begun for EventStream<ChatEvent> {
    async fn name(self, _: Option<ConversationId>) -> Option<Ids> {
        named_by(self).await
    }
}

/// A request that starts a chat or continues one.
///
/// If it is dropped early, it continues as a task until the server has returned the id of the chat, which is then canceled.
pub(crate) struct Begin<T: Begun> {
    request: Option<Running<T>>,
    abandoned: Arc<AtomicBool>,
    client: Arc<Client>,
    options: CallOptions,
    conversation_id: Option<ConversationId>,
    chat_id: Option<ChatId>,
}

impl<T: Begun> Begin<T> {
    /// `request` is notified when nobody waits for it: a request that is not being sent yet is then dropped.
    pub(crate) fn new(
        client: &Arc<Client>,
        options: &CallOptions,
        request: impl FnOnce(Arc<AtomicBool>) -> Running<T>,
    ) -> Self {
        let abandoned = Arc::default();
        Self {
            request: Some(request(Arc::clone(&abandoned))),
            abandoned,
            client: Arc::clone(client),
            options: options.headers_only(),
            conversation_id: None,
            chat_id: None,
        }
    }

    /// Names what the request names itself.
    pub(crate) fn of(mut self, conversation_id: Option<ConversationId>, chat_id: Option<ChatId>) -> Self {
        (self.conversation_id, self.chat_id) = (conversation_id, chat_id);
        self
    }
}

impl<T: Begun> Future for Begin<T> {
    type Output = Result<Response<T>, Error>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let Some(request) = &mut self.request else { return Poll::Pending };
        let begun = ready!(request.as_mut().poll(cx));
        self.request = None;
        Poll::Ready(begun)
    }
}

impl<T: Begun> Drop for Begin<T> {
    fn drop(&mut self) {
        let Some(request) = self.request.take() else { return };
        self.abandoned.store(true, Ordering::Relaxed);
        let (conversation_id, chat_id) = (self.conversation_id.take(), self.chat_id.take());
        in_background(Arc::clone(&self.client), self.options.clone(), async move {
            let begun = async { Some(request.await.ok()?.value) };
            match (conversation_id, chat_id) {
                (Some(conversation_id), Some(chat_id)) => {
                    // The server must receive the requests in their order.
                    in_time(begun).await;
                    Some((conversation_id, chat_id))
                }
                (conversation_id, _) => in_time(async { begun.await?.name(conversation_id).await }).await,
            }
        });
    }
}
