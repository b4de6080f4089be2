//! `coze files upload`: uploads files.

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;

use crate::failure::{Exit, Failure};
use crate::place::Connection;
use crate::screen::Screen;
use crate::upload::{self, Item, JOBS, Uploads};

/// Options of `coze files upload`.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Upload {
    /// File to upload; `-` reads standard input, and needs --name
    #[arg(value_name = "PATH", required = true)]
    paths: Vec<PathBuf>,

    /// Name under which the file arrives, in place of its own; the format is known by its extension
    #[arg(long, value_name = "NAME")]
    name: Option<String>,

    /// How many files to upload at a time
    #[arg(long, short, value_name = "N", default_value_t = JOBS, value_parser = clap::value_parser!(u8).range(1..=64))]
    jobs: u8,

    /// Sends files that break a documented limit too, for servers with limits of their own
    #[arg(long)]
    no_limits: bool,

    /// Prints a line of JSON for each file: `{"path": …, "file": …}` or `{"path": …, "error": …}`
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    connection: Connection,
}

const EXAMPLES: &str = "\
A line is printed for each file that was uploaded, as soon as it is: the id, a tab, the path. A file that fails does \
not stop the others; the exit code is that of the first that failed.

Examples:
  coze files upload report.pdf
  coze files upload --jobs 8 photos/*.jpg | cut -f1
  tar cz notes | coze files upload - --name notes.tar.gz";

impl Upload {
    pub(crate) async fn run(self, general: Connection, screen: &mut Screen) -> Result<(), Failure> {
        let items = items(&self.paths, self.name)?;
        let names: Vec<_> = items.iter().map(|item| item.name.clone()).collect();
        let place = self.connection.over(general).place().await?;
        let client = place.client()?;
        let uploads = Uploads {
            client: &client,
            place: &place,
            jobs: usize::from(self.jobs),
            no_limits: self.no_limits,
        };
        let mut failures = Vec::new();
        let json = self.json;
        uploads
            .run(items, screen, |index, result, screen| {
                let name = &names[index];
                match result {
                    Ok(file) if json => screen.line(&json!({"path": name, "file": file}).to_string()),
                    Ok(file) => screen.line(&format!("{}\t{name}", file.id)),
                    Err(failure) => {
                        if let Failure::Told(told) = &failure
                            && json
                        {
                            screen.line(&json!({"path": name, "error": told.message}).to_string())?;
                        }
                        if names.len() > 1 {
                            screen.tell(&failure);
                        }
                        failures.push((index, failure));
                        Ok(())
                    }
                }
            })
            .await?;
        let failed = failures.len();
        match failures.into_iter().min_by_key(|(index, _)| *index) {
            None => Ok(()),
            Some((_, failure)) if names.len() == 1 => Err(failure),
            Some((_, failure)) => Err(Failure::new(
                failure.exit().unwrap_or(Exit::Other),
                format_args!("{failed} of {} files were not uploaded", names.len()),
            )),
        }
    }
}

fn items(paths: &[PathBuf], name: Option<String>) -> Result<Vec<Item>, Failure> {
    if name.is_some() && paths.len() > 1 {
        return Err(Failure::usage("--name is for one file, and there are several")
            .hint("upload each by a command of its own, or leave --name away"));
    }
    if paths.len() > 1 && paths.iter().any(|path| path == Path::new("-")) {
        return Err(Failure::usage("standard input is read beside no other file")
            .hint("upload it by a command of its own: coze files upload - --name NAME"));
    }
    paths.iter().map(|path| upload::item(path, name.as_deref())).collect()
}
