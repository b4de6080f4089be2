//! `coze auth logout`: forgets a login.

use clap::Args;

use crate::failure::{Exit, Failure};
use crate::lang::say;
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
            return Err(Failure::new(
                Exit::Access,
                say!("there is no profile {name:?}", "没有登录配置 {name:?}"),
            )
            .hint(say!("`coze auth status` lists all", "`coze auth status` 列出全部")));
        }
        screen
            .line(&say!("deleted the profile {name} and its tokens", "已删除登录配置 {name} 和其中的令牌"))?;
        // There is no endpoint for it.
        screen.note(&say!(
            "the tokens stay valid until they expire; to revoke the access, use the settings of your Coze account",
            "令牌在过期之前仍然有效；要收回授权，请到扣子账号的设置里操作"
        ));
        Ok(())
    }
}
