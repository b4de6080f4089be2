//! Conversations.

use coze_types::ConversationId;
use coze_types::conversation::{
    ClearConversation, CreateConversation, DeleteConversation, ListConversations, RetrieveConversation,
    UpdateConversation,
};

use crate::call::Call;
use crate::client::Coze;

mod message;

pub use message::{Feedback, Messages};

impl Coze {
    /// Conversations, their messages and the feedback on these.
    pub fn conversations(&self) -> Conversations<'_> {
        Conversations { client: self }
    }
}

/// Conversations.
#[derive(Clone, Copy, Debug)]
pub struct Conversations<'c> {
    client: &'c Coze,
}

impl<'c> Conversations<'c> {
    /// Messages of conversations.
    pub fn messages(self) -> Messages<'c> {
        Messages::new(self.client)
    }

    /// Makes a conversation: see [`CreateConversation`].
    pub fn create(self, request: CreateConversation) -> Call<'c, CreateConversation> {
        self.client.send(request)
    }

    /// Reads a conversation: see [`RetrieveConversation`].
    pub fn retrieve(self, conversation_id: impl Into<ConversationId>) -> Call<'c, RetrieveConversation> {
        self.client.send(RetrieveConversation::new(conversation_id))
    }

    /// Lists the conversations of an agent: see [`ListConversations`].
    pub fn list(self, request: ListConversations) -> Call<'c, ListConversations> {
        self.client.send(request)
    }

    /// Renames a conversation: see [`UpdateConversation`].
    pub fn update(
        self,
        conversation_id: impl Into<ConversationId>,
        name: impl Into<String>,
    ) -> Call<'c, UpdateConversation> {
        self.client.send(UpdateConversation::new(conversation_id, name))
    }

    /// Clears the context of a conversation: see [`ClearConversation`].
    pub fn clear(self, conversation_id: impl Into<ConversationId>) -> Call<'c, ClearConversation> {
        self.client.send(ClearConversation::new(conversation_id))
    }

    /// Deletes a conversation: see [`DeleteConversation`].
    pub fn delete(self, conversation_id: impl Into<ConversationId>) -> Call<'c, DeleteConversation> {
        self.client.send(DeleteConversation::new(conversation_id))
    }
}
