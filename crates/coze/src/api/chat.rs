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
    /// Starts a chat and returns immediately: see [`CreateChat`].
    ///
    /// For the result, use [`stream`](Self::stream) or [`create_and_poll`](Self::create_and_poll).
    ///
    /// Awaiting the call returns [`Chat`](crate::chat::Chat).
    pub fn create(&self, request: CreateChat) -> Call<CreateChat> {
        self.client.send(request)
    }

    /// Starts a chat and streams its events: see [`CreateChat`].
    ///
    /// Awaiting the call returns [`EventStream<ChatEvent>`](crate::EventStream).
    pub fn stream(&self, request: CreateChat) -> Call<Streamed<CreateChat>> {
        self.client.send(Streamed(request))
    }

    /// Opens a voice chat with an agent: see [`realtime`](crate::realtime) for an example.
    ///
    /// The agent must be published as an API.
    #[cfg(feature = "realtime")]
    pub fn realtime(
        &self,
        bot_id: impl Into<coze_types::BotId>,
    ) -> crate::realtime::Connect<crate::realtime::RealtimeEvent> {
        crate::realtime::Connect::of_bot(self.client.shared(), bot_id.into())
    }

    /// Opens a voice chat with a chatflow.
    #[cfg(feature = "realtime")]
    pub fn realtime_workflow(
        &self,
        workflow_id: impl Into<coze_types::WorkflowId>,
    ) -> crate::realtime::Connect<crate::realtime::RealtimeEvent> {
        crate::realtime::Connect::new(self.client.shared()).workflow_id(workflow_id)
    }

    /// Starts a chat, polls it until it is in a terminal state, and lists its messages.
    ///
    /// Awaiting it returns an [`Answer`](crate::Answer).
    pub fn create_and_poll(&self, request: CreateChat) -> PollChat {
        PollChat::new(self.client.shared(), BeginChat::Create(Box::new(request)))
    }

    /// Polls a chat that was started earlier until it is in a terminal state, and lists its messages.
    ///
    /// Awaiting it returns an [`Answer`](crate::Answer).
    pub fn poll(&self, conversation_id: impl Into<ConversationId>, chat_id: impl Into<ChatId>) -> PollChat {
        PollChat::new(self.client.shared(), BeginChat::Nothing(conversation_id.into(), chat_id.into()))
    }

    /// Retrieves the state of a chat: see [`RetrieveChat`].
    ///
    /// Awaiting the call returns [`Chat`](crate::chat::Chat).
    pub fn retrieve(
        &self,
        conversation_id: impl Into<ConversationId>,
        chat_id: impl Into<ChatId>,
    ) -> Call<RetrieveChat> {
        self.client.send(RetrieveChat::new(conversation_id, chat_id))
    }

    /// Cancels a chat: see [`CancelChat`].
    ///
    /// Awaiting the call returns [`Option<Chat>`](crate::chat::Chat): some servers return no object.
    pub fn cancel(
        &self,
        conversation_id: impl Into<ConversationId>,
        chat_id: impl Into<ChatId>,
    ) -> Call<CancelChat> {
        self.client.send(CancelChat::new(conversation_id, chat_id))
    }

    /// Lists the messages of a chat: see [`ListChatMessages`].
    ///
    /// Awaiting the call returns [`Vec<Message>`](crate::message::Message).
    pub fn messages(
        &self,
        conversation_id: impl Into<ConversationId>,
        chat_id: impl Into<ChatId>,
    ) -> Call<ListChatMessages> {
        self.client.send(ListChatMessages::new(conversation_id, chat_id))
    }

    /// Submits the outputs of tools and returns immediately: see [`SubmitToolOutputs`].
    ///
    /// Awaiting the call returns [`Chat`](crate::chat::Chat).
    pub fn submit_tool_outputs(&self, request: SubmitToolOutputs) -> Call<SubmitToolOutputs> {
        self.client.send(request)
    }

    /// Submits the outputs of tools, polls the chat until it is in a terminal state, and lists its messages.
    ///
    /// Awaiting it returns an [`Answer`](crate::Answer).
    pub fn submit_and_poll(&self, request: SubmitToolOutputs) -> PollChat {
        PollChat::new(self.client.shared(), BeginChat::Submit(request))
    }

    /// Submits the outputs of tools and streams the following events: see [`SubmitToolOutputs`].
    ///
    /// Awaiting the call returns [`EventStream<ChatEvent>`](crate::EventStream).
    pub fn stream_tool_outputs(&self, request: SubmitToolOutputs) -> Call<Streamed<SubmitToolOutputs>> {
        self.client.send(Streamed(request))
    }
}
