//! `coze files upload`: uploads files.

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;

use crate::failure::{Exit, Failure};
use crate::lang::say;
use crate::place::Connection;
use crate::screen::Screen;
use crate::upload::{self, Item, JOBS, Uploads};

/// Options of `coze files upload`.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Upload {
    /// File to upload; `-` reads standard input, and requires --name
    #[arg(value_name = "PATH", required = true)]
    paths: Vec<PathBuf>,

    /// Name of the uploaded file, instead of its own; the extension determines the format
    #[arg(long, value_name = "NAME")]
    name: Option<String>,

    /// Number of files to upload at the same time
    #[arg(long, short, value_name = "N", default_value_t = JOBS, value_parser = clap::value_parser!(u8).range(1..=64))]
    jobs: u8,

    /// Sends files that exceed a documented limit, for servers with other limits
    #[arg(long)]
    no_limits: bool,

    /// Prints a line of JSON for each file: `{"path": …, "file": …}` or `{"path": …, "error": …}`
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    connection: Connection,
}

const EXAMPLES: &str = "\
Prints a line for each file when it is uploaded: the id, a tab, the path. A failed file does not stop the others; the \
exit code is that of the first failure.

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
                say!(
                    "{} of {} files were not uploaded",
                    "{1} 个文件中有 {0} 个没有上传",
                    failed,
                    names.len()
                ),
            )),
        }
    }
}

fn items(paths: &[PathBuf], name: Option<String>) -> Result<Vec<Item>, Failure> {
    if name.is_some() && paths.len() > 1 {
        return Err(Failure::usage(say!(
            "--name is for one file, and there are several",
            "--name 只能用于一个文件，这里有多个"
        ))
        .hint(say!(
            "upload each with its own command, or omit --name",
            "每个文件用一条命令上传，或者去掉 --name"
        )));
    }
    if paths.len() > 1 && paths.iter().any(|path| path == Path::new("-")) {
        return Err(Failure::usage(say!(
            "standard input cannot be uploaded together with other files",
            "标准输入不能与其他文件一起上传"
        ))
        .hint(say!(
            "upload it with its own command: coze files upload - --name NAME",
            "单独上传：coze files upload - --name NAME"
        )));
    }
    paths.iter().map(|path| upload::item(path, name.as_deref())).collect()
}
