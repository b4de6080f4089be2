//! `coze audio voices`: the voices to speak with.

use clap::Args;
use coze::audio::{ListVoices, Voice};

use crate::failure::Failure;
use crate::place::Connection;
use crate::screen::Screen;
use crate::table::{Columns, Listing};

/// Options of `coze audio voices`.
#[derive(Args)]
#[command(after_help = "Prints for each voice its id, its name and its language.")]
pub(crate) struct Voices {
    /// Omits the voices of Coze
    #[arg(long)]
    own: bool,

    #[command(flatten)]
    listing: Listing,

    #[command(flatten)]
    connection: Connection,
}

impl Voices {
    pub(crate) async fn run(self, general: Connection, screen: &mut Screen) -> Result<(), Failure> {
        let place = self.connection.over(general).place().await?;
        let mut request = ListVoices::new();
        request.filter_system_voice = self.own.then_some(true);
        let items = place.client()?.audio().voices().list(request).items();
        let columns = Columns {
            head: ["ID", "NAME", "LANGUAGE"],
            gives_way: 1,
            row: |voice: &Voice| {
                let name = voice.name.clone().unwrap_or_default();
                [voice.voice_id.to_string(), name, language(voice)]
            },
        };
        self.listing.print(items, columns, &place, screen).await
    }
}

fn language(voice: &Voice) -> String {
    match (&voice.language_name, &voice.language_code) {
        (Some(name), _) => name.clone(),
        (None, Some(code)) => code.to_string(),
        (None, None) => String::new(),
    }
}
