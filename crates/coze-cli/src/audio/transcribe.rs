//! `coze audio transcribe`: writes down what is said.

use std::path::PathBuf;

use clap::Args;

use crate::bars::Bars;
use crate::failure::Failure;
use crate::place::Connection;
use crate::screen::Screen;
use crate::{json, upload};

/// Options of `coze audio transcribe`.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Transcribe {
    /// Audio, at most 10 MB and 30 minutes: ogg, mp3, wav, m4a, mp4 and others; `-` reads standard input, and requires
    /// --name
    #[arg(value_name = "FILE")]
    file: PathBuf,

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
  arecord -d 5 -f cd | coze audio transcribe - --name question.wav | coze chat -";

impl Transcribe {
    pub(crate) async fn run(self, general: Connection, screen: &mut Screen) -> Result<(), Failure> {
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
}
