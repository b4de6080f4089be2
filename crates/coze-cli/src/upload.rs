//! Uploads of several files side by side.

use std::path::Path;

use coze::file::File;
use coze::{Coze, FileSource};
use tokio::task::JoinSet;

use crate::bars::{Bar, Bars};
use crate::failure::{Exit, Failure};
use crate::input;
use crate::lang::say;
use crate::place::Place;
use crate::screen::Screen;

/// How files are uploaded.
pub(crate) struct Uploads<'a> {
    pub(crate) client: &'a Coze,
    pub(crate) place: &'a Place,
    /// How many at a time.
    pub(crate) jobs: usize,
    /// Whether documented limits are lifted.
    pub(crate) no_limits: bool,
}

/// Files that are uploaded at a time by default.
pub(crate) const JOBS: u8 = 4;

/// A file, and the name that messages give it.
pub(crate) struct Item {
    pub(crate) name: String,
    pub(crate) source: FileSource,
}

/// The file at a path, or standard input.
pub(crate) fn item(path: &Path, name: Option<&str>) -> Result<Item, Failure> {
    if let Some((scheme, _)) = input::address(path) {
        return Err(input::no_file(&scheme, &say!("a path", "路径")));
    }
    let source = match (path.to_str(), name) {
        (Some("-"), Some(name)) => input::stdin_source(name),
        (Some("-"), None) => {
            return Err(Failure::usage(say!("standard input has no file name", "标准输入没有文件名")).hint(
                say!(
                    "set one, with the extension of its format: --name photo.png",
                    "用 --name 指定，并带上格式对应的扩展名，例如 --name photo.png"
                ),
            ));
        }
        (_, Some(name)) => FileSource::path(path).file_name(name),
        (_, None) => FileSource::path(path),
    };
    Ok(Item { name: path.display().to_string(), source })
}

impl Uploads<'_> {
    /// Uploads all, and passes on each result as soon as it is known, with its position.
    ///
    /// A failure of `done` stops the others, and so does Ctrl-C.
    pub(crate) async fn run(
        &self,
        items: Vec<Item>,
        screen: &mut Screen,
        mut done: impl FnMut(usize, Result<File, Failure>, &mut Screen) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        if items.is_empty() {
            // Without uploads, Ctrl-C keeps its default effect.
            return Ok(());
        }
        let bars = Bars::new(screen);
        let names: Vec<_> = items.iter().map(|item| item.name.clone()).collect();
        let mut waiting = items.into_iter().enumerate();
        let mut running = JoinSet::new();
        let mut uploaded = 0;
        let mut interrupt = std::pin::pin!(tokio::signal::ctrl_c());
        loop {
            while running.len() < self.jobs
                && let Some((index, item)) = waiting.next()
            {
                let bar = bars.add(&item.name);
                let upload = upload(self.client.clone(), item.source, self.no_limits, bar);
                running.spawn(async move { (index, upload.await) });
            }
            let ended = tokio::select! {
                ended = running.join_next() => ended,
                Ok(()) = &mut interrupt => {
                    return Err(Failure::interrupted(say!(
                        "interrupted; {} of {} files were uploaded",
                        "已中断；{1} 个文件中有 {0} 个已上传",
                        uploaded,
                        names.len()
                    )));
                }
            };
            let Some(ended) = ended else { return Ok(()) };
            let (index, result) = ended.map_err(|error| {
                Failure::new(
                    Exit::Other,
                    say!("an upload ended unexpectedly: {error}", "上传意外结束：{error}"),
                )
            })?;
            uploaded += usize::from(result.is_ok());
            let result = result.map_err(|error| self.place.explain(&error).about(&names[index]));
            bars.apart(|| done(index, result, screen))?;
        }
    }
}

async fn upload(client: Coze, source: FileSource, no_limits: bool, bar: Bar) -> Result<File, coze::Error> {
    let mut upload = client.files().upload(source);
    if no_limits {
        upload = upload.strict(false);
    }
    let shown = bar.clone();
    let result = upload.progress(move |at| shown.at(at.sent, at.total)).await;
    bar.end();
    result
}
