//! `coze auth check`: says whose the token is.

use clap::Args;
use coze::ErrorKind;

use crate::failure::Failure;
use crate::lang::say;
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
                ErrorKind::Unsupported => failure.hint(say!(
                    "{} does not report the owner of a token, like all self-hosted servers; try `coze chat`",
                    "{} 不提供令牌所属用户的查询，自己部署的服务器都是如此；可以试试 `coze chat`",
                    place.base_url()
                )),
                _ => failure,
            }
        })?;
        let user = answer.value;
        let name = user
            .nick_name
            .or(user.user_name)
            .map_or_else(|| say!("an account without a name", "未命名账号"), |name| name.replace('\n', " "));
        screen.line(&say!(
            "{} accepts the token; it belongs to {name}, user id {}",
            "{} 接受该令牌；它属于 {name}，用户 ID {}",
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
