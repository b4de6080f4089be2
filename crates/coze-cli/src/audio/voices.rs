//! `coze audio voices`: the voices to speak with.

use clap::Args;
use coze::audio::{ListVoices, Voice};

use crate::failure::Failure;
use crate::json;
use crate::place::Connection;
use crate::screen::Screen;

/// Options of `coze audio voices`.
#[derive(Args)]
#[command(after_help = "Prints a line for each voice: id, name and language, separated by tabs.")]
pub(crate) struct Voices {
    /// Omits the voices of Coze
    #[arg(long)]
    own: bool,

    /// Prints all fields of each entry as a line of JSON
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    connection: Connection,
}

impl Voices {
    pub(crate) async fn run(self, general: Connection, screen: &mut Screen) -> Result<(), Failure> {
        let place = self.connection.over(general).place().await?;
        let client = place.client()?;
        let mut request = ListVoices::new();
        request.filter_system_voice = self.own.then_some(true);
        let mut voices = client.audio().voices().list(request).items();
        while let Some(voice) = voices.next().await {
            let voice = voice.map_err(|error| place.explain(&error))?;
            if self.json {
                screen.line(&json::line(&voice)?)?;
            } else {
                screen.line(&described(&voice))?;
            }
        }
        Ok(())
    }
}

fn described(voice: &Voice) -> String {
    let language = match (&voice.language_name, &voice.language_code) {
        (Some(name), _) => name.clone(),
        (None, Some(code)) => code.to_string(),
        (None, None) => String::new(),
    };
    format!("{}\t{}\t{language}", voice.voice_id, voice.name.as_deref().unwrap_or_default())
}
