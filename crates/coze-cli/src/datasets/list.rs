//! `coze datasets list`: the datasets of a workspace.

use clap::{Args, ValueEnum};
use coze::WorkspaceId;
use coze::dataset::{Dataset, FormatType, ListDatasets};

use crate::failure::Failure;
use crate::place::Connection;
use crate::screen::Screen;
use crate::table::{Columns, Listing, date};
use crate::word;

/// Options of `coze datasets list`.
#[derive(Args)]
#[command(after_help = "\
Prints for each dataset its id, its name, its format, its number of documents, and when it was changed.")]
pub(crate) struct List {
    /// Workspace: the number after /space/ or /w/ in the URL of its page
    #[arg(long, short, env = "COZE_WORKSPACE_ID", value_name = "ID", value_parser = word::id::<WorkspaceId>())]
    workspace: WorkspaceId,

    /// Part of the name
    #[arg(long, value_name = "TEXT")]
    name: Option<String>,

    /// Format of the datasets; by default all
    #[arg(long, value_name = "FORMAT")]
    format: Option<Format>,

    #[command(flatten)]
    listing: Listing,

    #[command(flatten)]
    connection: Connection,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    Text,
    Table,
    Image,
}

impl List {
    pub(crate) async fn run(self, general: Connection, screen: &mut Screen) -> Result<(), Failure> {
        let place = self.connection.over(general).place().await?;
        let mut request = ListDatasets::new(self.workspace).page_size(self.listing.page(300));
        request.name = self.name;
        request.format_type = self.format.map(|format| match format {
            Format::Text => FormatType::Text,
            Format::Table => FormatType::Table,
            Format::Image => FormatType::Image,
        });
        let items = place.client()?.datasets().list(request).items();
        let columns = Columns {
            head: ["ID", "NAME", "FORMAT", "DOCUMENTS", "CHANGED"],
            gives_way: 1,
            row: |dataset: &Dataset| {
                [
                    dataset.dataset_id.to_string(),
                    dataset.name.clone().unwrap_or_default(),
                    dataset.format_type.map(format).unwrap_or_default(),
                    dataset.doc_count.map(|count| count.to_string()).unwrap_or_default(),
                    date(dataset.update_time),
                ]
            },
        };
        self.listing.print(items, columns, &place, screen).await
    }
}

fn format(format: FormatType) -> String {
    let word = match format {
        FormatType::Text => "text",
        FormatType::Table => "table",
        FormatType::Image => "image",
        FormatType::Database => "database",
        FormatType::VolcanoStructured | FormatType::VolcanoUnstructured => "volcano",
        other => return i64::from(other).to_string(),
    };
    word.to_owned()
}
