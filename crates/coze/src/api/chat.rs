//! Chats.

use coze_types::Streamed;
use coze_types::chat::{CancelChat, CreateChat, ListChatMessages, RetrieveChat, SubmitToolOutputs};
use coze_types::{ChatId, ConversationId};

use crate::call::Call;
use crate::client::Coze;
use crate::wait::{BeginChat, PollChat};

handle! {
    /// Chats: runs of an agent within a conversation.
    Chats, by Coze::chat
}

impl Chats {
    /// Starts a chat and answers at once: see [`CreateChat`].
    ///
    /// To have the result, use [`stream`](Self::stream) or [`create_and_poll`](Self::create_and_poll).
    pub fn create(&self, request: CreateChat) -> Call<CreateChat> {
        self.client.send(request)
    }

    /// Starts a chat and answers with its events: see [`CreateChat`].
    pub fn stream(&self, request: CreateChat) -> Call<Streamed<CreateChat>> {
        self.client.send(Streamed(request))
    }

    /// Starts a chat, waits until it has come to rest, and answers with its messages.
    pub fn create_and_poll(&self, request: CreateChat) -> PollChat {
        PollChat::new(self.client.shared(), BeginChat::Create(Box::new(request)))
    }

    /// Waits until a chat that was started earlier has come to rest, and answers with its messages.
    pub fn poll(&self, conversation_id: impl Into<ConversationId>, chat_id: impl Into<ChatId>) -> PollChat {
        PollChat::new(self.client.shared(), BeginChat::Nothing(conversation_id.into(), chat_id.into()))
    }

    /// Reads the state of a chat: see [`RetrieveChat`].
    pub fn retrieve(
        &self,
        conversation_id: impl Into<ConversationId>,
        chat_id: impl Into<ChatId>,
    ) -> Call<RetrieveChat> {
        self.client.send(RetrieveChat::new(conversation_id, chat_id))
    }

    /// Cancels a chat: see [`CancelChat`].
    pub fn cancel(
        &self,
        conversation_id: impl Into<ConversationId>,
        chat_id: impl Into<ChatId>,
    ) -> Call<CancelChat> {
        self.client.send(CancelChat::new(conversation_id, chat_id))
    }

    /// Lists the messages of a chat: see [`ListChatMessages`].
    pub fn messages(
        &self,
        conversation_id: impl Into<ConversationId>,
        chat_id: impl Into<ChatId>,
    ) -> Call<ListChatMessages> {
        self.client.send(ListChatMessages::new(conversation_id, chat_id))
    }

    /// Submits the outputs of tools and answers at once: see [`SubmitToolOutputs`].
    pub fn submit_tool_outputs(&self, request: SubmitToolOutputs) -> Call<SubmitToolOutputs> {
        self.client.send(request)
    }

    /// Submits the outputs of tools, waits until the chat has come to rest, and answers with its messages.
    pub fn submit_and_poll(&self, request: SubmitToolOutputs) -> PollChat {
        PollChat::new(self.client.shared(), BeginChat::Submit(request))
    }

    /// Submits the outputs of tools and answers with the events that follow: see [`SubmitToolOutputs`].
    pub fn stream_tool_outputs(&self, request: SubmitToolOutputs) -> Call<Streamed<SubmitToolOutputs>> {
        self.client.send(Streamed(request))
    }
}
