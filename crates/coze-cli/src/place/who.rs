//! The agent of a command, and its user.

use coze::types::{BotId, UserId};

use super::Place;
use crate::failure::Failure;
use crate::lang::say;

/// Who asks, unless it is said.
const USER: &str = "coze-cli";

impl Place {
    /// The agent that is named, that of the login, or that of the built-in simulator.
    pub(crate) fn bot(&self, named: Option<BotId>) -> Result<BotId, Failure> {
        let of_profile = || self.profile()?.login().bot.clone();
        match named.filter(|bot| !bot.is_empty()).or_else(of_profile) {
            Some(bot) => Ok(bot),
            None if self.is_simulated() => Ok(BotId::new(coze_sim::DEMO_BOT)),
            None => Err(Failure::usage(say!("no agent is named", "没有指定智能体")).hint(say!(
                "set --bot or COZE_BOT_ID, or store the agent with `coze auth login --bot`: its id is the number after /bot/ \
                 in the URL of its page",
                "用 --bot 或 COZE_BOT_ID 指定，或者用 `coze auth login --bot` 保存：智能体 ID 是其页面地址中 /bot/ 后面的数字"
            ))),
        }
    }

    /// The named user, that of the login, or the default of the command line.
    pub(crate) fn user(&self, named: Option<UserId>) -> UserId {
        let of_profile = || self.profile()?.login().user.clone();
        named.or_else(of_profile).unwrap_or_else(|| UserId::new(USER))
    }
}

/// Whether an agent was named by an option, and not by the environment.
pub(crate) fn is_said(bot: &BotId) -> bool {
    std::env::var("COZE_BOT_ID").ok().as_deref() != Some(bot.as_str())
}
