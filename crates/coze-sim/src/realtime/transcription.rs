//! Audio in, text out.

use serde_json::{Map, Value, json};

use super::audio::{Append, Ear, InputAudio, input, text};
use super::session::{Endpoint, Event, Flow, Session, Settings};
use crate::http::{Call, fields};
use crate::state::Refusal;

fields! {
    struct Config {
        input_audio: InputAudio; optional,
        asr_config: AsrConfig; optional,
    }

    pub(super) struct AsrConfig {
        hot_words: Vec<String>; optional,
        context: Option<String>,
        // The Python SDK has it.
        context_type: Option<String>,
        user_language: Option<String>,
        enable_ddc: Option<bool>,
        enable_itn: Option<bool>,
        enable_punc: Option<bool>,
        pub(super) stream_mode: Option<String> => OneOf(&["bidirectional_stream", "output_no_stream"]),
        enable_nostream: Option<bool>,
        enable_emotion: Option<bool>,
        enable_gender: Option<bool>,
        sensitive_words_filter: Map<String, Value>; optional,
    }
}

/// An utterance does not end by itself.
pub(super) const ENDLESS: u32 = u32::MAX;

pub(super) struct Transcription {
    settings: Settings<Config>,
    ear: Ear,
    /// The part of the utterance that was reported.
    told: String,
}

impl Transcription {
    pub(super) fn new(_: &Call) -> Result<Self, Refusal> {
        let settings: Settings<Config> = Settings::new(json!({"input_audio": input()}));
        let ear = Ear::new(&settings.read.input_audio, ENDLESS)?;
        Ok(Self { settings, ear, told: String::new() })
    }

    /// Reports the transcript if it is longer than before.
    async fn tell(&mut self, session: &mut Session, heard: String) -> Flow {
        if heard == self.told {
            return Ok(());
        }
        self.told.clone_from(&heard);
        session.tell("transcriptions.message.update", text("content", heard), None).await
    }
}

impl Endpoint for Transcription {
    const NAME: &'static str = "transcriptions";

    async fn event(&mut self, session: &mut Session, mut event: Event) -> Flow {
        match event.kind.as_str() {
            "transcriptions.update" => {
                let settings = self.settings.updated(session, &mut event)?;
                self.ear = Ear::new(&settings.read.input_audio, ENDLESS)?;
                self.settings = settings;
                session.tell("transcriptions.updated", self.settings.show(), event.id).await
            }
            "input_audio_buffer.append" => {
                let Append { delta } = event.data(session)?;
                // Recognition takes a while: the text of an event is reported with the next one.
                if !session.is_scripted() {
                    self.tell(session, self.ear.text()).await?;
                }
                self.ear.append(&delta)?;
                Ok(())
            }
            "input_audio_buffer.clear" => {
                self.ear = Ear::new(&self.settings.read.input_audio, ENDLESS)?;
                self.told.clear();
                session.tell("input_audio_buffer.cleared", None, event.id).await
            }
            "input_audio_buffer.complete" => {
                session.tell("input_audio_buffer.completed", None, event.id).await?;
                let heard = self.ear.take();
                let heard = session.heard(heard);
                self.told.clear();
                self.tell(session, heard).await?;
                self.told.clear();
                self.ear = Ear::new(&self.settings.read.input_audio, ENDLESS)?;
                session.tell("transcriptions.message.completed", None, None).await
            }
            _ => event.unknown(),
        }
    }
}
