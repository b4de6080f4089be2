//! Voice chat with an agent or a chatflow.

use std::sync::Arc;

use coze_types::chat::{Chat, ToolOutput};
use coze_types::message::EnterMessage;
use coze_types::realtime::{
    AsrConfig, ChatConfig, Detail, InputAudio, OutputAudio, RealtimeCommand, RealtimeConfig, RealtimeEvent,
    TurnDetection, VoicePrintConfig, VoiceProcessingConfig,
};
use coze_types::{ApiError, BotId, ConversationId, UserId, ValidationError, WorkflowId};

use super::connect::{Connect, config_setters};
use super::event::{AudioInput, LiveEvent, Memory, Sealed, reported};
use super::outbox::Outbox;
use super::session::{Events, Sender, refuse};
use crate::error::Error;
use crate::runtime::client::Client;

impl Sealed for RealtimeEvent {}

impl LiveEvent for RealtimeEvent {
    type Config = RealtimeConfig;

    const PATH: &'static str = "/v1/chat";
    const CREATED: Self = Self::Created;
    const STAGES: [&'static str; 3] = ["chat.created", "chat.update", "chat.updated"];

    fn into_config(self) -> Result<Box<RealtimeConfig>, Self> {
        if let Self::Updated(config) = self { Ok(config) } else { Err(self) }
    }

    fn is_last(&self) -> bool {
        match self {
            Self::ChatCompleted(_) | Self::ChatFailed(_) | Self::ChatCanceled(_) | Self::InputCleared => true,
            // The end of a text that is spoken without the agent: no chat begins, and none completes.
            Self::AudioCompleted(message) => message.chat_id.as_ref().is_none_or(|chat| *chat == *"0"),
            _ => false,
        }
    }

    #[allow(private_interfaces)]
    fn resume(config: &mut RealtimeConfig, memory: &Memory) {
        if let Some(id) = &memory.conversation_id {
            config.chat_config.get_or_insert_default().conversation_id = Some(id.clone());
        }
        if config.need_play_prologue.is_some() {
            config.need_play_prologue = Some(false);
        }
    }

    #[allow(private_interfaces)]
    fn pass(self, memory: &mut Memory, _: &mut Outbox) -> Option<Self> {
        if let Self::ChatCreated(Chat { conversation_id: Some(id), .. }) = &self {
            memory.conversation_id = Some(id.clone());
        }
        Some(self)
    }

    fn into_result(self, detail: &Detail) -> Result<Self, Error> {
        match self {
            Self::Error(error) => Err(reported(error, detail)),
            Self::ChatFailed(chat) => {
                let reason = || ApiError::new(0, "the chat failed; the server gave no reason");
                let error = reported(chat.error().unwrap_or_else(reason), detail);
                let conversation_id = chat.conversation_id.clone().unwrap_or_default();
                Err(error.about_terminal(&conversation_id, chat))
            }
            event => Ok(event),
        }
    }

    fn validate(config: &RealtimeConfig) -> Vec<ValidationError> {
        config.validate()
    }
}

impl AudioInput for RealtimeEvent {}

config_setters!(RealtimeEvent {
    input_audio: InputAudio,
    output_audio: OutputAudio,
    turn_detection: TurnDetection,
    chat_config: ChatConfig,
    asr_config: AsrConfig,
    need_play_prologue: bool,
    prologue_content: String,
    voice_print_config: VoicePrintConfig,
    voice_processing_config: VoiceProcessingConfig,
});

impl Connect<RealtimeEvent> {
    pub(crate) fn of_bot(client: &Arc<Client>, bot_id: BotId) -> Self {
        Self::new(client).param("bot_id", bot_id.as_str())
    }

    /// Lets a chatflow answer instead of the agent.
    pub fn workflow_id(self, workflow_id: impl Into<WorkflowId>) -> Self {
        self.param("workflow_id", workflow_id.into().as_str())
    }

    /// Names the device, by which the support of Coze finds faults.
    pub fn device_id(self, device_id: i64) -> Self {
        self.param("device_id", device_id.to_string())
    }

    /// Continues a conversation with this agent; by default, the session begins a new one.
    pub fn conversation_id(mut self, conversation_id: impl Into<ConversationId>) -> Self {
        self.chat_config_mut().conversation_id = Some(conversation_id.into());
        self
    }

    /// Names the user; memory is kept apart by it.
    pub fn user_id(mut self, user_id: impl Into<UserId>) -> Self {
        self.chat_config_mut().user_id = Some(user_id.into());
        self
    }

    /// Opens another connection when one breaks, at most so many times in a row; by default, a session that breaks is over.
    ///
    /// The loss is yielded as an error, and so is each attempt that fails; [`RealtimeEvent::Created`] follows when the session continues, and
    /// `None` when it does not. It continues the conversation with the same configuration and a fresh token, without
    /// the prologue. The answer under way is lost, and so are its tool calls; nothing is sent a second time. Until then, audio that is appended is
    /// dropped, and other commands fail.
    ///
    /// The delays grow with jitter, within the retry budget of the client; a connection that lasts for 30 seconds does not count as failed. There
    /// is no other connection after a close of either side with the code 1000 or 1008, a refused token or permission, or an empty account.
    pub fn reconnect(mut self, most: u32) -> Self {
        self.reconnects = most;
        self
    }

    fn chat_config_mut(&mut self) -> &mut ChatConfig {
        self.config.chat_config.get_or_insert_default()
    }
}

impl Events<RealtimeEvent> {
    /// Returns the conversation, once a chat has begun in it; [`Connect::conversation_id`] continues it in another session.
    pub fn conversation_id(&self) -> Option<&ConversationId> {
        self.memory.conversation_id.as_ref()
    }
}

impl Sender<RealtimeEvent> {
    /// Drops the audio that was appended since the last completion. Without effect where the server detects the turns.
    pub async fn clear_audio(&self) -> Result<(), Error> {
        self.command(&RealtimeCommand::ClearAudio).await
    }

    /// Stops the running answer: barge-in with push to talk. The server confirms it with [`RealtimeEvent::ChatCanceled`]; drop
    /// the audio that waits to be played then. Where the server detects the turns, it cancels by itself when the user speaks.
    pub async fn cancel(&self) -> Result<(), Error> {
        self.command(&RealtimeCommand::Cancel).await
    }

    /// Begins a new section of the conversation: earlier messages are no context any more.
    pub async fn clear_context(&self) -> Result<(), Error> {
        self.command(&RealtimeCommand::ClearContext).await
    }

    /// Sends a message of text or of uploaded files. As the user, it asks the agent, which answers at once, and cancels a running answer; as the
    /// assistant, it only adds context.
    pub async fn message(&self, message: impl Into<EnterMessage>) -> Result<(), Error> {
        let EnterMessage { role, content_type, content, .. } = message.into();
        if content.is_empty() {
            return refuse(vec![ValidationError::fatal("content", "is empty; a message has content")]);
        }
        self.ask(&RealtimeCommand::Message { role, content_type, content }).await
    }

    /// Speaks a text of fewer than 1024 bytes without the agent, and interrupts what is being spoken.
    ///
    /// No chat begins, and none completes: the end is [`RealtimeEvent::AudioCompleted`]. For longer texts there are
    /// [speech sessions](crate::Speech::live).
    #[doc(alias = "generate_audio")]
    pub async fn say(&self, text: impl Into<String>) -> Result<(), Error> {
        let text = text.into();
        if !(1..1024).contains(&text.len()) {
            let rule =
                format!("has {} bytes; 1 to 1023 are allowed: cut it, or use a speech session", text.len());
            return refuse(vec![ValidationError::fatal("text", rule)]);
        }
        self.ask(&RealtimeCommand::say(text)).await
    }

    /// Submits the outputs of the tools that a chat waits for, the one of [`RealtimeEvent::RequiresAction`].
    ///
    /// The server takes all of them at once: a call without an output, and an output without a call, is rejected without being sent. If the
    /// chat was canceled meanwhile, the server reports an error, which is harmless.
    pub async fn submit_tool_outputs(
        &self,
        chat: &Chat,
        outputs: impl IntoIterator<Item = ToolOutput>,
    ) -> Result<(), Error> {
        let tool_outputs: Vec<_> = outputs.into_iter().collect();
        refuse(check(chat, &tool_outputs))?;
        self.ask(&RealtimeCommand::SubmitToolOutputs { chat_id: chat.id.clone(), tool_outputs }).await
    }
}

/// Lists the calls without exactly one output, and the outputs without a call.
fn check(chat: &Chat, outputs: &[ToolOutput]) -> Vec<ValidationError> {
    let calls = chat.tool_calls();
    if calls.is_empty() {
        let rule = format!("cannot be submitted: the chat {} waits for none", chat.id);
        return vec![ValidationError::fatal("tool_outputs", rule)];
    }
    let of_calls = calls.iter().filter_map(|call| {
        let count = outputs.iter().filter(|output| output.tool_call_id == call.id).count();
        let rule = match count {
            0 => format!("lacks the output of the call {} of `{}`", call.id, call.name()),
            1 => return None,
            _ => format!("has {count} outputs of the call {} of `{}`", call.id, call.name()),
        };
        Some(ValidationError::fatal("tool_outputs", rule))
    });
    let of_outputs = outputs.iter().enumerate().filter_map(|(index, output)| {
        let is_known = calls.iter().any(|call| output.tool_call_id == call.id);
        let rule = || format!("is {:?}, which the chat does not wait for", output.tool_call_id.as_str());
        let field = || format!("tool_outputs[{index}].tool_call_id");
        (!is_known).then(|| ValidationError::fatal(field(), rule()))
    });
    of_calls.chain(of_outputs).collect()
}
