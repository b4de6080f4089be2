//! Speech: text in, audio out.

use bytes::{Bytes, BytesMut};
use coze_types::ValidationError;
use coze_types::realtime::{Detail, OutputAudio, SpeechConfig, SpeechEvent};

use super::connect::{Connect, config_setters};
use super::event::{LiveEvent, Memory, Sealed, reported};
use super::outbox::Outbox;
use super::session::{Sender, Session};
use crate::error::Error;

impl Sealed for SpeechEvent {}

impl LiveEvent for SpeechEvent {
    type Config = SpeechConfig;

    const PATH: &'static str = "/v1/audio/speech";
    const CREATED: Self = Self::Created;
    const STAGES: [&'static str; 3] = ["speech.created", "speech.update", "speech.updated"];

    fn into_config(self) -> Result<Box<SpeechConfig>, Self> {
        if let Self::Updated(config) = self { Ok(config) } else { Err(self) }
    }

    fn is_last(&self) -> bool {
        *self == Self::Completed
    }

    #[allow(private_interfaces)]
    fn pass(self, _: &mut Memory, outbox: &mut Outbox) -> Option<Self> {
        match &self {
            Self::Completed if outbox.rounds.spoken() => {
                // The next round of a long text; it cannot fail, since text is always JSON.
                let _ = outbox.speak();
                return None;
            }
            Self::Error(_) => outbox.rounds.fail(),
            _ => {}
        }
        Some(self)
    }

    fn into_result(self, detail: &Detail) -> Result<Self, Error> {
        if let Self::Error(error) = self { Err(reported(error, detail)) } else { Ok(self) }
    }

    fn validate(config: &SpeechConfig) -> Vec<ValidationError> {
        config.validate()
    }
}

config_setters!(SpeechEvent { output_audio: OutputAudio });

impl Connect<SpeechEvent> {
    /// Names the agent or workflow on whose behalf the session speaks: `bot` or `workflow`, and its id.
    pub fn entity(self, entity_type: impl Into<String>, entity_id: impl Into<String>) -> Self {
        self.param("entity_type", entity_type).param("entity_id", entity_id)
    }
}

impl Sender<SpeechEvent> {
    /// Appends text, a piece or all of it.
    ///
    /// It is spoken sentence by sentence; text after the last end of a sentence waits for more text, or for [`complete`](Self::complete). The
    /// server takes 1024 bytes in one round, so a longer text is sent in rounds that end with a sentence, each after the audio of
    /// the one before, while events are read. It is one speech all the same: one [`SpeechEvent::Completed`] ends it. An error event
    /// drops the text that waits.
    pub async fn append(&self, text: impl AsRef<str>) -> Result<(), Error> {
        self.shared().owe(true);
        self.send(|outbox| {
            outbox.rounds.append(text.as_ref());
            outbox.speak()
        })
        .await
    }

    /// Says that the text is complete.
    pub async fn complete(&self) -> Result<(), Error> {
        self.shared().owe(true);
        self.send(|outbox| {
            outbox.rounds.complete();
            outbox.speak()
        })
        .await
    }
}

impl Session<SpeechEvent> {
    /// Completes the text, and returns the audio that is still to come. An error event ends the wait.
    pub async fn finish(&mut self) -> Result<Bytes, Error> {
        self.sender.complete().await?;
        let mut audio = BytesMut::new();
        loop {
            match self.events.expect("speech.audio.completed").await? {
                SpeechEvent::Audio(piece) => audio.extend_from_slice(&piece),
                SpeechEvent::Completed => return Ok(audio.freeze()),
                _ => {}
            }
        }
    }
}
