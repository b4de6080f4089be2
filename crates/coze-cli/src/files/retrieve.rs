//! `coze files retrieve`: what is known of an uploaded file.

use clap::Args;
use coze::FileId;

use crate::failure::Failure;
use crate::json;
use crate::place::Connection;
use crate::screen::Screen;
use crate::word;

/// Options of `coze files retrieve`.
#[derive(Args)]
pub(crate) struct Retrieve {
    /// File, by the id that its upload printed
    #[arg(value_name = "ID", value_parser = word::id::<FileId>())]
    file_id: FileId,

    #[command(flatten)]
    connection: Connection,
}

impl Retrieve {
    pub(crate) async fn run(self, general: Connection, screen: &mut Screen) -> Result<(), Failure> {
        let place = self.connection.over(general).place().await?;
        let client = place.client()?;
        let file = client.files().retrieve(self.file_id).await.map_err(|error| place.explain(&error))?;
        json::print(&file, screen)
    }
}
