//! Conversations, their messages and the feedback on these.

use coze_types::conversation::{
    ClearConversation, CreateConversation, CreateMessage, CreateMessageFeedback, DeleteConversation,
    DeleteMessage, DeleteMessageFeedback, ListConversations, ListMessages, RetrieveConversation,
    RetrieveMessage, UpdateConversation, UpdateMessage,
};
use coze_types::message::EnterMessage;
use coze_types::{ConversationId, MessageId};

use crate::call::Call;
use crate::client::Coze;

handle! {
    /// Conversations, their messages and the feedback on these.
    Conversations, by Coze::conversations
}

impl Conversations {
    /// Makes a conversation: see [`CreateConversation`].
    pub fn create(&self, request: CreateConversation) -> Call<CreateConversation> {
        self.client.send(request)
    }

    /// Reads a conversation: see [`RetrieveConversation`].
    pub fn retrieve(&self, conversation_id: impl Into<ConversationId>) -> Call<RetrieveConversation> {
        self.client.send(RetrieveConversation::new(conversation_id))
    }

    /// Lists the conversations of an agent: see [`ListConversations`].
    pub fn list(&self, request: ListConversations) -> Call<ListConversations> {
        self.client.send(request)
    }

    /// Renames a conversation: see [`UpdateConversation`].
    pub fn update(
        &self,
        conversation_id: impl Into<ConversationId>,
        name: impl Into<String>,
    ) -> Call<UpdateConversation> {
        self.client.send(UpdateConversation::new(conversation_id, name))
    }

    /// Clears the context of a conversation: see [`ClearConversation`].
    pub fn clear(&self, conversation_id: impl Into<ConversationId>) -> Call<ClearConversation> {
        self.client.send(ClearConversation::new(conversation_id))
    }

    /// Deletes a conversation: see [`DeleteConversation`].
    pub fn delete(&self, conversation_id: impl Into<ConversationId>) -> Call<DeleteConversation> {
        self.client.send(DeleteConversation::new(conversation_id))
    }
}

handle! {
    /// Messages of conversations.
    Messages, by Conversations::messages
}

impl Messages {
    /// Puts a message into a conversation: see [`CreateMessage`].
    pub fn create(
        &self,
        conversation_id: impl Into<ConversationId>,
        message: impl Into<EnterMessage>,
    ) -> Call<CreateMessage> {
        self.client.send(CreateMessage::new(conversation_id, message))
    }

    /// Lists the messages of a conversation: see [`ListMessages`].
    pub fn list(&self, request: ListMessages) -> Call<ListMessages> {
        self.client.send(request)
    }

    /// Reads a message: see [`RetrieveMessage`].
    pub fn retrieve(
        &self,
        conversation_id: impl Into<ConversationId>,
        message_id: impl Into<MessageId>,
    ) -> Call<RetrieveMessage> {
        self.client.send(RetrieveMessage::new(conversation_id, message_id))
    }

    /// Changes a message: see [`UpdateMessage`].
    pub fn update(&self, request: UpdateMessage) -> Call<UpdateMessage> {
        self.client.send(request)
    }

    /// Deletes a message: see [`DeleteMessage`].
    pub fn delete(
        &self,
        conversation_id: impl Into<ConversationId>,
        message_id: impl Into<MessageId>,
    ) -> Call<DeleteMessage> {
        self.client.send(DeleteMessage::new(conversation_id, message_id))
    }
}

handle! {
    /// Feedback on messages.
    Feedback, by Messages::feedback
}

impl Feedback {
    /// Gives feedback on an answer: see [`CreateMessageFeedback`].
    pub fn create(&self, request: CreateMessageFeedback) -> Call<CreateMessageFeedback> {
        self.client.send(request)
    }

    /// Takes the feedback on an answer back: see [`DeleteMessageFeedback`].
    pub fn delete(
        &self,
        conversation_id: impl Into<ConversationId>,
        message_id: impl Into<MessageId>,
    ) -> Call<DeleteMessageFeedback> {
        self.client.send(DeleteMessageFeedback::new(conversation_id, message_id))
    }
}
