//! Chats.

use coze_types::Streamed;
use coze_types::chat::{CancelChat, CreateChat, ListChatMessages, RetrieveChat, SubmitToolOutputs};
use coze_types::{ChatId, ConversationId};

use crate::call::Call;
use crate::client::Coze;

mod attach;
mod busy;
mod outputs;
mod poll;
mod stream;

pub use busy::{Busy, StartChat};
pub use outputs::StreamOutputs;
pub use poll::PollChat;
use poll::Start;
pub use stream::StreamChat;

impl Coze {
    /// Chats: runs of an agent within a conversation.
    pub fn chat(&self) -> Chats<'_> {
        Chats { client: self }
    }
}

/// Chats: runs of an agent within a conversation.
#[derive(Clone, Copy, Debug)]
pub struct Chats<'c> {
    client: &'c Coze,
}

impl<'c> Chats<'c> {
    /// Starts a chat and answers at once: see [`CreateChat`].
    ///
    /// To have the result, use [`stream`](Self::stream) or [`create_and_poll`](Self::create_and_poll).
    pub fn create(self, request: CreateChat) -> Call<'c, CreateChat> {
        self.client.send(request)
    }

    /// Starts a chat and answers with its events: see [`CreateChat`].
    pub fn stream(self, request: CreateChat) -> Call<'c, Streamed<CreateChat>> {
        self.client.send(Streamed(request))
    }

    /// Starts a chat, waits until it has come to rest, and answers with its messages.
    pub fn create_and_poll(self, request: CreateChat) -> PollChat<'c> {
        PollChat::new(self, Start::Create(Box::new(request)))
    }

    /// Waits until a chat that was started earlier has come to rest, and answers with its messages.
    pub fn poll(
        self,
        conversation_id: impl Into<ConversationId>,
        chat_id: impl Into<ChatId>,
    ) -> PollChat<'c> {
        PollChat::new(self, Start::Nothing(conversation_id.into(), chat_id.into()))
    }

    /// Reads the state of a chat: see [`RetrieveChat`].
    pub fn retrieve(
        self,
        conversation_id: impl Into<ConversationId>,
        chat_id: impl Into<ChatId>,
    ) -> Call<'c, RetrieveChat> {
        self.client.send(RetrieveChat::new(conversation_id, chat_id))
    }

    /// Cancels a chat: see [`CancelChat`].
    pub fn cancel(
        self,
        conversation_id: impl Into<ConversationId>,
        chat_id: impl Into<ChatId>,
    ) -> Call<'c, CancelChat> {
        self.client.send(CancelChat::new(conversation_id, chat_id))
    }

    /// Lists the messages of a chat: see [`ListChatMessages`].
    pub fn messages(
        self,
        conversation_id: impl Into<ConversationId>,
        chat_id: impl Into<ChatId>,
    ) -> Call<'c, ListChatMessages> {
        self.client.send(ListChatMessages::new(conversation_id, chat_id))
    }

    /// Submits the outputs of tools and answers at once: see [`SubmitToolOutputs`].
    pub fn submit_tool_outputs(self, request: SubmitToolOutputs) -> Call<'c, SubmitToolOutputs> {
        self.client.send(request)
    }

    /// Submits the outputs of tools, waits until the chat has come to rest, and answers with its messages.
    pub fn submit_and_poll(self, request: SubmitToolOutputs) -> PollChat<'c> {
        PollChat::new(self, Start::Submit(request))
    }

    /// Submits the outputs of tools and answers with the events that follow: see [`SubmitToolOutputs`].
    pub fn stream_tool_outputs(self, request: SubmitToolOutputs) -> Call<'c, Streamed<SubmitToolOutputs>> {
        self.client.send(Streamed(request))
    }
}
