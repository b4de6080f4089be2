//! `coze auth status`: which tokens there are.

use clap::Args;
use serde_json::json;

use super::time_left;
use crate::failure::Failure;
use crate::lang::say;
use crate::place::{Connection, Source};
use crate::profile::{Flow, Profile};
use crate::screen::Screen;

/// Options of `coze auth status`.
#[derive(Args)]
pub(crate) struct Status {
    /// Prints one JSON object: `{"uses": …, "profile": …, "profiles": […]}`
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    connection: Connection,
}

impl Status {
    pub(crate) async fn run(self, general: Connection, screen: &mut Screen) -> Result<(), Failure> {
        let source = self.connection.over(general).source()?;
        let (mut profiles, mut broken) = (Vec::new(), None);
        for name in Profile::names()? {
            match Known::read(&name).await {
                Ok(known) => profiles.push(known),
                // The others are still shown; the last failure ends the command.
                Err(failure) => broken.replace(failure).iter().for_each(|failure| screen.tell(failure)),
            }
        }
        let used = match &source {
            Source::Profile(profile) => Some(profile.name()),
            _ => None,
        };
        if self.json {
            let list: Vec<_> = profiles.iter().map(Known::json).collect();
            let status = json!({"uses": source.word(), "profile": used, "profiles": list});
            screen.line(&status.to_string())?;
            return broken.map_or(Ok(()), Err);
        }
        for known in &profiles {
            let mark = if used == Some(known.profile.name()) { '*' } else { ' ' };
            screen.line(&format!("{mark} {}", known.described()))?;
        }
        screen.line(&source.described())?;
        broken.map_or(Ok(()), Err)
    }
}

/// A profile and what is known of its tokens, which is not the tokens.
struct Known {
    profile: Profile,
    expires_at: Option<coze::Timestamp>,
    has_token: bool,
    renews: bool,
}

impl Known {
    async fn read(name: &str) -> Result<Self, Failure> {
        let profile = Profile::open(name)?;
        let grant = profile.grant().await?;
        let has_refresh_token = grant.as_ref().is_some_and(|grant| grant.refresh_token.is_some());
        Ok(Self {
            expires_at: grant.as_ref().and_then(|grant| grant.expires_at),
            has_token: grant.is_some(),
            renews: has_refresh_token || profile.login().flow == Flow::Jwt,
            profile,
        })
    }

    fn described(&self) -> String {
        let login = self.profile.login();
        let token = match self.expires_at.map(time_left) {
            _ if !self.has_token => say!("no token", "没有令牌"),
            Some(None) => say!("expired token", "令牌已过期"),
            Some(Some(left)) => say!("token valid for {left}", "令牌有效期 {left}"),
            None => say!("token without expiry", "令牌没有期限"),
        };
        let renewed =
            if self.renews { say!(", renewed automatically", "，自动续期") } else { String::new() };
        let (name, flow) = (self.profile.name(), login.flow.name());
        let by = match login.flow {
            Flow::Token => say!("with a personal access token", "个人访问令牌"),
            _ => say!("with the {flow} app {}", "{flow} 应用 {}", login.client_id),
        };
        let bot = login.bot.as_ref().map_or_else(String::new, |bot| say!(", agent {bot}", "，智能体 {bot}"));
        let user =
            login.user.as_ref().map_or_else(String::new, |user| say!(", user {user}", "，用户 {user}"));
        say!(
            "{name}: {} {by}, {token}{renewed}{bot}{user}",
            "{name}：{}，{by}，{token}{renewed}{bot}{user}",
            login.base_url
        )
    }

    fn json(&self) -> serde_json::Value {
        let login = self.profile.login();
        json!({
            "name": self.profile.name(),
            "flow": login.flow,
            "server": login.base_url,
            "client_id": Some(&login.client_id).filter(|id| !id.is_empty()),
            "bot": login.bot,
            "user": login.user,
            "has_token": self.has_token,
            "expires_at": self.expires_at,
            "renews": self.renews,
        })
    }
}
