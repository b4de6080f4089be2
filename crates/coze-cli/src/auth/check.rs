//! `coze auth check`: says whose the token is.

use clap::Args;
use coze::ErrorKind;

use crate::failure::Failure;
use crate::place::Connection;
use crate::screen::Screen;

/// Options of `coze auth check`.
#[derive(Args)]
pub(crate) struct Check {
    #[command(flatten)]
    connection: Connection,
}

impl Check {
    pub(crate) async fn run(self, general: Connection, screen: &mut Screen) -> Result<(), Failure> {
        let place = self.connection.over(general).place().await?;
        let client = place.client()?;
        let answer = client.users().me().with_response().await.map_err(|error| {
            let failure = place.explain(&error);
            match error.kind() {
                ErrorKind::Unsupported => failure.hint(format!(
                    "{} does not tell whose a token is, as self-hosted servers do not; try `coze chat`",
                    place.base_url()
                )),
                _ => failure,
            }
        })?;
        let user = answer.value;
        let name =
            user.nick_name.or(user.user_name).unwrap_or_else(|| "an account without a name".to_owned());
        screen.line(&format!(
            "{} takes the token; it belongs to {name}, user id {}",
            place.base_url(),
            user.user_id
        ))?;
        if let Some(log_id) = answer.log_id
            && screen.is_verbose()
        {
            screen.note(&format!("log id {log_id}"));
        }
        Ok(())
    }
}
