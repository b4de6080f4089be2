//! Conversations, their messages, and feedback on messages.

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
    /// Conversations, their messages, and feedback on messages.
    Conversations, by Coze::conversations
}

impl Conversations {
    /// Creates a conversation: see [`CreateConversation`].
    ///
    /// Awaiting the call returns [`Conversation`](crate::conversation::Conversation).
    pub fn create(&self, request: CreateConversation) -> Call<CreateConversation> {
        self.client.send(request)
    }

    /// Retrieves a conversation: see [`RetrieveConversation`].
    ///
    /// Awaiting the call returns [`Conversation`](crate::conversation::Conversation).
    pub fn retrieve(&self, conversation_id: impl Into<ConversationId>) -> Call<RetrieveConversation> {
        self.client.send(RetrieveConversation::new(conversation_id))
    }

    /// Lists the conversations of an agent: see [`ListConversations`].
    ///
    /// Awaiting the call returns one page, [`ConversationPage`](crate::conversation::ConversationPage);
    /// [`pages`](Call::pages) and [`items`](Call::items) read the whole list.
    pub fn list(&self, request: ListConversations) -> Call<ListConversations> {
        self.client.send(request)
    }

    /// Renames a conversation: see [`UpdateConversation`].
    ///
    /// Awaiting the call returns [`Option<Conversation>`](crate::conversation::Conversation): some servers return no
    /// object.
    pub fn update(
        &self,
        conversation_id: impl Into<ConversationId>,
        name: impl Into<String>,
    ) -> Call<UpdateConversation> {
        self.client.send(UpdateConversation::new(conversation_id, name))
    }

    /// Clears the context of a conversation: see [`ClearConversation`].
    ///
    /// Awaiting the call returns [`Option<Section>`](crate::conversation::Section): some servers return no object.
    pub fn clear(&self, conversation_id: impl Into<ConversationId>) -> Call<ClearConversation> {
        self.client.send(ClearConversation::new(conversation_id))
    }

    /// Deletes a conversation: see [`DeleteConversation`].
    ///
    /// Awaiting the call returns nothing.
    pub fn delete(&self, conversation_id: impl Into<ConversationId>) -> Call<DeleteConversation> {
        self.client.send(DeleteConversation::new(conversation_id))
    }
}

handle! {
    /// Messages of conversations.
    Messages, by Conversations::messages
}

impl Messages {
    /// Adds a message to a conversation: see [`CreateMessage`].
    ///
    /// Awaiting the call returns [`Message`](crate::message::Message).
    pub fn create(
        &self,
        conversation_id: impl Into<ConversationId>,
        message: impl Into<EnterMessage>,
    ) -> Call<CreateMessage> {
        self.client.send(CreateMessage::new(conversation_id, message))
    }

    /// Lists the messages of a conversation: see [`ListMessages`].
    ///
    /// Awaiting the call returns one page, [`MessagePage`](crate::conversation::MessagePage); [`pages`](Call::pages)
    /// and [`items`](Call::items) read the whole list.
    pub fn list(&self, request: ListMessages) -> Call<ListMessages> {
        self.client.send(request)
    }

    /// Retrieves a message: see [`RetrieveMessage`].
    ///
    /// Awaiting the call returns [`Message`](crate::message::Message).
    pub fn retrieve(
        &self,
        conversation_id: impl Into<ConversationId>,
        message_id: impl Into<MessageId>,
    ) -> Call<RetrieveMessage> {
        self.client.send(RetrieveMessage::new(conversation_id, message_id))
    }

    /// Changes a message: see [`UpdateMessage`].
    ///
    /// Awaiting the call returns [`Option<Message>`](crate::message::Message): some servers return no object.
    pub fn update(&self, request: UpdateMessage) -> Call<UpdateMessage> {
        self.client.send(request)
    }

    /// Deletes a message: see [`DeleteMessage`].
    ///
    /// Awaiting the call returns [`Option<Message>`](crate::message::Message): some servers return no object.
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
    /// Creates feedback on an answer: see [`CreateMessageFeedback`].
    ///
    /// Awaiting the call returns nothing.
    pub fn create(&self, request: CreateMessageFeedback) -> Call<CreateMessageFeedback> {
        self.client.send(request)
    }

    /// Deletes the feedback on an answer: see [`DeleteMessageFeedback`].
    ///
    /// Awaiting the call returns nothing.
    pub fn delete(
        &self,
        conversation_id: impl Into<ConversationId>,
        message_id: impl Into<MessageId>,
    ) -> Call<DeleteMessageFeedback> {
        self.client.send(DeleteMessageFeedback::new(conversation_id, message_id))
    }
}
