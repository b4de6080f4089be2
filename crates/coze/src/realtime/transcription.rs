//! Transcription: audio in, text out.

use coze_types::ValidationError;
use coze_types::realtime::{
    AsrConfig, Detail, InputAudio, TranscriptionCommand, TranscriptionConfig, TranscriptionEvent,
};

use super::connect::{Connect, config_setters};
use super::event::{AudioInput, LiveEvent, Memory, Sealed, reported};
use super::outbox::Outbox;
use super::session::{Sender, Session};
use crate::error::Error;

impl Sealed for TranscriptionEvent {}

impl LiveEvent for TranscriptionEvent {
    type Config = TranscriptionConfig;

    const PATH: &'static str = "/v1/audio/transcriptions";
    const CREATED: Self = Self::Created;
    const STAGES: [&'static str; 3] =
        ["transcriptions.created", "transcriptions.update", "transcriptions.updated"];

    fn into_config(self) -> Result<Box<TranscriptionConfig>, Self> {
        if let Self::Updated(config) = self { Ok(config) } else { Err(self) }
    }

    fn is_last(&self) -> bool {
        matches!(self, Self::Completed(_) | Self::InputCleared)
    }

    #[allow(private_interfaces)]
    fn pass(mut self, memory: &mut Memory, _: &mut Outbox) -> Option<Self> {
        match &mut self {
            Self::Update(text) => memory.text.clone_from(text),
            // The server leaves the result empty, or repeats it.
            Self::Completed(text) if text.is_empty() => *text = std::mem::take(&mut memory.text),
            Self::Completed(_) | Self::InputCleared => memory.text.clear(),
            _ => {}
        }
        Some(self)
    }

    fn into_result(self, detail: &Detail) -> Result<Self, Error> {
        if let Self::Error(error) = self { Err(reported(error, detail)) } else { Ok(self) }
    }

    fn validate(config: &TranscriptionConfig) -> Vec<ValidationError> {
        config.validate()
    }
}

impl AudioInput for TranscriptionEvent {}

config_setters!(TranscriptionEvent { input_audio: InputAudio, asr_config: AsrConfig });

impl Connect<TranscriptionEvent> {
    /// Names the agent or workflow on whose behalf the session transcribes: `bot` or `workflow`, and its id.
    pub fn entity(self, entity_type: impl Into<String>, entity_id: impl Into<String>) -> Self {
        self.param("entity_type", entity_type).param("entity_id", entity_id)
    }
}

impl Sender<TranscriptionEvent> {
    /// Drops the audio that was appended since the last completion.
    pub async fn clear(&self) -> Result<(), Error> {
        self.command(&TranscriptionCommand::Clear).await
    }
}

impl Session<TranscriptionEvent> {
    /// Completes the audio, and returns its text. An error event ends the wait.
    pub async fn finish(&mut self) -> Result<String, Error> {
        self.sender.complete().await?;
        loop {
            if let TranscriptionEvent::Completed(text) =
                self.events.expect("transcriptions.message.completed").await?
            {
                return Ok(text);
            }
        }
    }
}
