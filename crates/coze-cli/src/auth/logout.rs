//! `coze auth logout`: forgets a login.

use clap::Args;

use crate::failure::{Exit, Failure};
use crate::place::Connection;
use crate::profile::Profile;
use crate::screen::Screen;

/// Options of `coze auth logout`.
#[derive(Args)]
pub(crate) struct Logout {
    #[command(flatten)]
    connection: Connection,
}

impl Logout {
    pub(crate) async fn run(self, general: Connection, screen: &mut Screen) -> Result<(), Failure> {
        let name = self.connection.over(general).profile_name()?;
        if !Profile::remove(&name).await? {
            return Err(Failure::new(Exit::Access, format_args!("there is no profile {name:?}"))
                .hint("`coze auth status` lists all"));
        }
        screen.line(&format!("forgot the tokens of the profile {name}"))?;
        // There is no endpoint for it.
        screen.note("who has a copy can use it until it expires; to take the access back, use the settings of your Coze account");
        Ok(())
    }
}
