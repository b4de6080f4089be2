//! `coze audio transcribe`: writes down what is said.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use super::live;
use crate::bars::Bars;
use crate::failure::Failure;
use crate::place::Connection;
use crate::screen::Screen;
use crate::sound::Source;
use crate::{json, upload};

/// Options of `coze audio transcribe`.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Transcribe {
    /// Audio, at most 10 MB and 30 minutes: ogg, mp3, wav, m4a, mp4 and others; `-` reads standard input, and requires
    /// --name
    #[arg(value_name = "FILE")]
    file: PathBuf,

    /// Sends the audio in real time, over a WebSocket, and shows the text so far on a terminal: a WAV file, or what a recorder
    /// writes to standard input
    #[arg(long, conflicts_with_all = ["name", "no_limits"])]
    live: bool,

    /// Sample rate in Hz of input that is PCM of 16 bits without a header
    #[arg(long, value_name = "HZ", requires = "live", value_parser = clap::value_parser!(u32).range(1..))]
    pcm: Option<u32>,

    /// Name of the uploaded file, instead of its own; the extension determines the format
    #[arg(long, value_name = "NAME")]
    name: Option<String>,

    /// Sends files that exceed a documented limit, for servers with other limits
    #[arg(long)]
    no_limits: bool,

    /// Prints the response as JSON, instead of only the text
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    connection: Connection,
}

const EXAMPLES: &str = "\
Examples:
  coze audio transcribe meeting.m4a
  arecord -q -f S16_LE -r 16000 -t wav | coze audio transcribe --live -
  arecord -d 5 -f cd | coze audio transcribe - --name question.wav | coze chat -";

impl Transcribe {
    pub(crate) async fn run(self, general: Connection, screen: &mut Screen) -> Result<(), Failure> {
        if self.live {
            return self.listen(general, screen).await;
        }
        let item = upload::item(&self.file, self.name.as_deref())?;
        let place = self.connection.over(general).place().await?;
        let client = place.client()?;
        let bars = Bars::new(screen);
        let bar = bars.add(&item.name);
        let mut call = client.audio().transcriptions().create(item.source);
        if self.no_limits {
            call = call.strict(false);
        }
        let result = call.progress(move |at| bar.at(at.sent, at.total)).with_response().await;
        drop(bars);
        let answer = result.map_err(|error| place.explain(&error).about(&item.name))?;
        if let Some(log_id) = &answer.log_id
            && screen.is_verbose()
        {
            screen.note(&format!("log id {log_id}"));
        }
        if self.json {
            return json::print(&answer.value, screen);
        }
        screen.line(&answer.value.text)
    }

    async fn listen(self, general: Connection, screen: &mut Screen) -> Result<(), Failure> {
        let source = Source::open(&self.file, self.pcm).await?;
        let place = self.connection.over(general).place().await?;
        let connect = place.client()?.audio().transcriptions().live();
        let text = live::transcribe(connect, source, &place, screen).await?;
        if self.json {
            return json::print(&json!({ "text": text }), screen);
        }
        screen.line(&text)
    }
}
