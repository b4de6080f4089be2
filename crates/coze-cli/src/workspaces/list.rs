//! `coze workspaces list`: the workspaces of the user.

use clap::Args;
use coze::types::EnterpriseId;
use coze::workspace::{ListWorkspaces, Workspace};

use crate::failure::Failure;
use crate::place::Connection;
use crate::screen::Screen;
use crate::table::{Columns, Listing, word_of};
use crate::word;

/// Options of `coze workspaces list`.
#[derive(Args)]
#[command(after_help = "Prints for each workspace its id, its name, its type and your role.")]
pub(crate) struct List {
    /// Enterprise whose workspaces are listed; by default all of yours
    #[arg(long, value_name = "ID", value_parser = word::id::<EnterpriseId>())]
    enterprise: Option<EnterpriseId>,

    #[command(flatten)]
    listing: Listing,

    #[command(flatten)]
    connection: Connection,
}

impl List {
    pub(crate) async fn run(self, general: Connection, screen: &mut Screen) -> Result<(), Failure> {
        let place = self.connection.over(general).place().await?;
        let mut request = ListWorkspaces::new().page_size(self.listing.page(50));
        request.enterprise_id = self.enterprise;
        let items = place.client()?.workspaces().list(request).items();
        let columns = Columns {
            head: ["ID", "NAME", "TYPE", "ROLE"],
            gives_way: 1,
            row: |workspace: &Workspace| {
                [
                    workspace.id.to_string(),
                    workspace.name.clone().unwrap_or_default(),
                    word_of(workspace.workspace_type.as_ref()),
                    word_of(workspace.role_type.as_ref()),
                ]
            },
        };
        self.listing.print(items, columns, &place, screen).await
    }
}
