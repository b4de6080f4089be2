//! `coze datasets`: lists datasets, adds documents to them, and follows their processing.

use clap::{Args, Subcommand};

use crate::failure::Failure;
use crate::interrupt;
use crate::place::Connection;
use crate::screen::Screen;

mod list;
mod upload;
mod watch;

use list::List;
use upload::Upload;
use watch::Watch;

/// Options of `coze datasets`.
#[derive(Args)]
pub(crate) struct Datasets {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Lists the datasets (knowledge bases) of a workspace
    #[command(alias = "ls")]
    List(List),
    /// Adds files, images and web pages to a dataset, and prints the ids of the documents
    Upload(Upload),
    /// Waits until documents are processed, and prints their results
    Watch(Watch),
}

impl Datasets {
    pub(crate) async fn run(self, general: Connection, screen: &mut Screen) -> Result<(), Failure> {
        match self.command {
            Command::List(command) => command.run(general, screen).await,
            Command::Upload(command) => interrupt::or_stop(command.run(general, screen)).await,
            Command::Watch(command) => interrupt::or_stop(command.run(general, screen)).await,
        }
    }
}
