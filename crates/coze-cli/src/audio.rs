//! `coze audio`: speaks, listens, and lists voices.

use clap::{Args, Subcommand};

use crate::failure::Failure;
use crate::interrupt;
use crate::place::Connection;
use crate::screen::Screen;

mod live;
mod speech;
mod transcribe;
mod voices;

/// Commands about audio.
#[derive(Args)]
pub(crate) struct Audio {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Converts text to speech, and writes it to a file
    Speech(speech::Speech),
    /// Transcribes the speech in a file
    Transcribe(transcribe::Transcribe),
    /// Lists the available voices
    Voices(voices::Voices),
}

impl Audio {
    pub(crate) async fn run(self, general: Connection, screen: &mut Screen) -> Result<(), Failure> {
        match self.command {
            Command::Speech(command) => command.run(general, screen).await,
            Command::Transcribe(command) => interrupt::or_stop(command.run(general, screen)).await,
            Command::Voices(command) => interrupt::or_stop(command.run(general, screen)).await,
        }
    }
}
