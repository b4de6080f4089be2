//! Messages of conversations, and the feedback on them.

use coze_types::conversation::{
    CreateMessage, CreateMessageFeedback, DeleteMessage, DeleteMessageFeedback, ListMessages,
    RetrieveMessage, UpdateMessage,
};
use coze_types::message::EnterMessage;
use coze_types::{ConversationId, MessageId};

use crate::call::Call;
use crate::client::Coze;

/// Messages of conversations; made by [`Conversations::messages`](super::Conversations::messages).
#[derive(Clone, Copy, Debug)]
pub struct Messages<'c> {
    client: &'c Coze,
}

impl<'c> Messages<'c> {
    pub(super) fn new(client: &'c Coze) -> Self {
        Self { client }
    }

    /// Feedback on messages.
    pub fn feedback(self) -> Feedback<'c> {
        Feedback { client: self.client }
    }

    /// Puts a message into a conversation: see [`CreateMessage`].
    pub fn create(
        self,
        conversation_id: impl Into<ConversationId>,
        message: impl Into<EnterMessage>,
    ) -> Call<'c, CreateMessage> {
        self.client.send(CreateMessage::new(conversation_id, message))
    }

    /// Lists the messages of a conversation: see [`ListMessages`].
    pub fn list(self, request: ListMessages) -> Call<'c, ListMessages> {
        self.client.send(request)
    }

    /// Reads a message: see [`RetrieveMessage`].
    pub fn retrieve(
        self,
        conversation_id: impl Into<ConversationId>,
        message_id: impl Into<MessageId>,
    ) -> Call<'c, RetrieveMessage> {
        self.client.send(RetrieveMessage::new(conversation_id, message_id))
    }

    /// Changes a message: see [`UpdateMessage`].
    pub fn update(self, request: UpdateMessage) -> Call<'c, UpdateMessage> {
        self.client.send(request)
    }

    /// Deletes a message: see [`DeleteMessage`].
    pub fn delete(
        self,
        conversation_id: impl Into<ConversationId>,
        message_id: impl Into<MessageId>,
    ) -> Call<'c, DeleteMessage> {
        self.client.send(DeleteMessage::new(conversation_id, message_id))
    }
}

/// Feedback on messages; made by [`Messages::feedback`].
#[derive(Clone, Copy, Debug)]
pub struct Feedback<'c> {
    client: &'c Coze,
}

impl<'c> Feedback<'c> {
    /// Gives feedback on an answer: see [`CreateMessageFeedback`].
    pub fn create(self, request: CreateMessageFeedback) -> Call<'c, CreateMessageFeedback> {
        self.client.send(request)
    }

    /// Takes the feedback on an answer back: see [`DeleteMessageFeedback`].
    pub fn delete(
        self,
        conversation_id: impl Into<ConversationId>,
        message_id: impl Into<MessageId>,
    ) -> Call<'c, DeleteMessageFeedback> {
        self.client.send(DeleteMessageFeedback::new(conversation_id, message_id))
    }
}
