//! Text in, audio out.

use serde_json::json;

use super::audio::{Append, OutputAudio, Sentences, Voice, output, text};
use super::session::{Endpoint, Event, Flow, Session, Settings};
use crate::http::{Call, fields};
use crate::state::Refusal;

fields! {
    struct Config {
        output_audio: OutputAudio; optional,
    }
}

/// Bytes that a text may have.
const LIMIT: usize = 1024;

pub(super) struct Speech {
    settings: Settings<Config>,
    voice: Voice,
    text: String,
}

impl Speech {
    pub(super) fn new(call: &Call) -> Result<Self, Refusal> {
        let settings: Settings<Config> = Settings::new(json!({"output_audio": output()}));
        let voice = Voice::new(call, &settings.read.output_audio)?;
        Ok(Self { settings, voice, text: String::new() })
    }
}

impl Endpoint for Speech {
    const NAME: &'static str = "speech";

    async fn event(&mut self, session: &mut Session, mut event: Event) -> Flow {
        match event.kind.as_str() {
            "speech.update" => {
                let settings = self.settings.updated(session, &mut event)?;
                self.voice = Voice::new(&session.call, &settings.read.output_audio)?;
                self.settings = settings;
                session.pace = self.voice.pace.unwrap_or(session.call.sim.pace);
                session.tell("speech.updated", self.settings.show(), event.id).await
            }
            "input_text_buffer.append" => {
                let Append { delta } = event.data(session)?;
                let length = self.text.len() + delta.len();
                if length > LIMIT {
                    let msg =
                        format!("a text has at most {LIMIT} bytes, got {length}; send it in several rounds");
                    return Err(Refusal::coded(3010, msg).into());
                }
                self.text.push_str(&delta);
                Ok(())
            }
            "input_text_buffer.complete" => {
                let spoken = std::mem::take(&mut self.text);
                session.tell("input_text_buffer.completed", None, event.id).await?;
                let mut sentences = Sentences::default();
                sentences.push(&spoken);
                while let Some(sentence) = sentences.next(true) {
                    let audio = self.voice.speak(&sentence);
                    session.queue.push_back((
                        "conversation.audio.sentence_start",
                        Some(text("text", sentence.trim())),
                    ));
                    let audio =
                        audio.into_iter().map(|piece| ("speech.audio.update", Some(text("delta", piece))));
                    session.queue.extend(audio);
                }
                session.queue.push_back(("speech.audio.completed", None));
                Ok(())
            }
            _ => event.unknown(),
        }
    }
}
