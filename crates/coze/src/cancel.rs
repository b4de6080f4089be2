//! Canceling a chat that nobody waits for any more.

use std::sync::Arc;

use coze_types::{ChatId, ConversationId};

use crate::client::Coze;
use crate::dispatch::Options;

/// Cancels a chat, as a task of the runtime that this is called in; does nothing without one.
pub(crate) fn in_background(
    client: Coze,
    beside: Arc<Options>,
    conversation_id: ConversationId,
    chat_id: ChatId,
) {
    let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
    runtime.spawn(async move {
        // The chat may have ended in the meantime, and nobody is left to tell.
        let _ = client.chat().cancel(conversation_id, chat_id).beside(&beside).await;
    });
}

/// Cancels a chat when it is dropped, unless that was called off.
pub(crate) struct CancelOnDrop(Option<(Coze, Arc<Options>, ConversationId, ChatId)>);

impl CancelOnDrop {
    pub(crate) fn new(
        client: &Coze,
        beside: &Options,
        conversation_id: &ConversationId,
        chat_id: &ChatId,
    ) -> Self {
        Self(Some((client.clone(), Arc::new(beside.beside()), conversation_id.clone(), chat_id.clone())))
    }

    pub(crate) fn call_off(mut self) {
        self.0 = None;
    }
}

impl Drop for CancelOnDrop {
    fn drop(&mut self) {
        if let Some((client, beside, conversation_id, chat_id)) = self.0.take() {
            in_background(client, beside, conversation_id, chat_id);
        }
    }
}
