//! Simultaneous interpretation, as the Node SDK knows it; no page does.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::audio::{Append, Ear, InputAudio, OutputAudio, Voice, input, output, text};
use super::session::{Endpoint, Event, Flow, Session, Settings};
use super::transcription::ENDLESS;
use crate::http::{Call, fields};
use crate::state::Refusal;

fields! {
    struct Config {
        input_audio: InputAudio; optional,
        output_audio: OutputAudio; optional,
        translate_config: TranslateConfig; optional,
    }

    struct TranslateConfig {
        from: String => OneOf(&["en", "zh"]),
        to: String => OneOf(&["en", "zh"]),
        hot_words: Vec<String>; optional,
        glossary: Vec<BTreeMap<String, String>> => List(1000, &Pairs(&["original", "translation"])); optional,
    }
}

pub(super) struct Interpretation {
    settings: Settings<Config>,
    ear: Ear,
    voice: Voice,
    /// The part that was reported.
    told: String,
}

impl Interpretation {
    pub(super) fn new(call: &Call) -> Result<Self, Refusal> {
        let settings: Settings<Config> =
            Settings::new(json!({"input_audio": input(), "output_audio": output()}));
        let ear = Ear::new(&settings.read.input_audio, ENDLESS)?;
        let voice = Voice::new(call, &settings.read.output_audio)?;
        Ok(Self { settings, ear, voice, told: String::new() })
    }

    /// Reports new words of the transcript. There is no translator here: only the words of the glossary are replaced.
    async fn tell(&mut self, session: &mut Session, heard: String) -> Flow {
        let new = heard.strip_prefix(self.told.as_str()).unwrap_or(&heard);
        if new.is_empty() {
            return Ok(());
        }
        let mut translation = new.to_owned();
        for pair in &self.settings.read.translate_config.glossary {
            if let (Some(original), Some(word)) = (pair.get("original"), pair.get("translation")) {
                translation = translation.replace(original, word);
            }
        }
        let kind = |name: &str| format!("simult_interpretation.{name}.delta");
        session.tell(&kind("transcription"), text("delta", new), None).await?;
        session.tell(&kind("translation"), text("delta", translation.clone()), None).await?;
        let pieces = self.voice.speak(&translation).into_iter();
        let pieces = pieces.map(|piece| ("simult_interpretation.audio.delta", Some(text("delta", piece))));
        session.queue.extend(pieces);
        self.told = heard;
        Ok(())
    }
}

impl Endpoint for Interpretation {
    const NAME: &'static str = "simult_interpretation";

    async fn event(&mut self, session: &mut Session, mut event: Event) -> Flow {
        match event.kind.as_str() {
            "simult_interpretation.update" => {
                let settings = self.settings.updated(session, &mut event)?;
                let voice = Voice::new(&session.call, &settings.read.output_audio)?;
                self.ear = Ear::new(&settings.read.input_audio, ENDLESS)?;
                (self.voice, self.settings) = (voice, settings);
                session.pace = self.voice.pace.unwrap_or(session.call.sim.pace);
                session.tell("simult_interpretation.updated", self.settings.show(), event.id).await
            }
            "input_audio_buffer.append" => {
                let Append { delta } = event.data(session)?;
                if !session.is_scripted() {
                    self.tell(session, self.ear.text()).await?;
                }
                self.ear.append(&delta)?;
                Ok(())
            }
            "input_audio_buffer.complete" => {
                session.tell("input_audio_buffer.completed", None::<Value>, event.id).await?;
                let heard = self.ear.take();
                let heard = session.heard(heard);
                self.tell(session, heard).await?;
                self.told.clear();
                self.ear = Ear::new(&self.settings.read.input_audio, ENDLESS)?;
                session.queue.push_back(("simult_interpretation.message.completed", None));
                Ok(())
            }
            _ => event.unknown(),
        }
    }
}
