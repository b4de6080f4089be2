//! Which token requests are sent with.

use super::{Base, Connection, variable};
use crate::failure::Failure;
use crate::lang::say;
use crate::profile::{self, Profile};

/// Who gave the token, in the order in which they count.
pub(crate) enum Source {
    /// `--token`.
    Option(String),
    /// `--profile`, `COZE_PROFILE` or the profile `default`.
    Profile(Box<Profile>),
    /// `COZE_API_TOKEN`, after `--profile` and before `COZE_PROFILE`.
    Variable(String),
    /// `--sim`: the built-in simulator has its own.
    Simulator,
    /// Nobody.
    Nobody,
}

impl Source {
    /// Word for it in JSON.
    pub(crate) fn word(&self) -> &'static str {
        match self {
            Self::Option(_) => "option",
            Self::Profile(_) => "profile",
            Self::Variable(_) => "environment",
            Self::Simulator => "simulator",
            Self::Nobody => "nothing",
        }
    }

    /// Sentence about it.
    pub(crate) fn described(&self) -> String {
        match self {
            Self::Option(_) => {
                say!("requests are sent with the token of --token", "请求使用 --token 的令牌")
            }
            Self::Profile(profile) => say!(
                "requests are sent as the profile {}, to {}",
                "请求使用登录配置 {}，发往 {}",
                profile.name(),
                profile.login().base_url
            ),
            Self::Variable(_) => {
                say!("requests are sent with the token of COZE_API_TOKEN", "请求使用 COZE_API_TOKEN 的令牌")
            }
            Self::Simulator => say!("the built-in simulator answers", "由内置模拟器回答"),
            Self::Nobody => say!(
                "there is no token; if no server is named either, `coze chat` uses the built-in simulator",
                "没有令牌；如果也没有指定服务器，`coze chat` 由内置模拟器回答"
            ),
        }
    }
}

impl Connection {
    /// Who gives the token.
    pub(crate) fn source(&self) -> Result<Source, Failure> {
        if self.sim {
            let other = [
                ("--token", self.token.is_some()),
                ("--profile", self.profile.is_some()),
                ("--region", self.region.is_some()),
                ("--base-url", self.base_url.is_some()),
            ];
            return match other.iter().find(|(_, given)| *given) {
                Some((option, _)) => Err(Failure::usage(say!(
                    "--sim and {option} name two different servers",
                    "--sim 和 {option} 指向两个不同的服务器"
                ))
                .hint(say!("remove one of the two", "去掉其中一个"))),
                None => Ok(Source::Simulator),
            };
        }
        if let Some(token) = &self.token {
            return Ok(Source::Option(token.clone()));
        }
        if let Some(name) = &self.profile {
            return self.named(name);
        }
        if let Some(token) = variable("COZE_API_TOKEN")? {
            return Ok(Source::Variable(token));
        }
        if let Some(name) = profile_variable()? {
            return self.named(&name);
        }
        let address = self.address()?;
        let has_address = !matches!(address, Base::Default);
        if let Some(profile) = Profile::find_default()?
            && (!has_address || address.is(&profile.login().base_url))
        {
            return Ok(Source::Profile(Box::new(profile)));
        }
        Ok(Source::Nobody)
    }

    /// Name of the profile that is meant, whether or not there is one.
    pub(crate) fn profile_name(&self) -> Result<String, Failure> {
        match &self.profile {
            Some(name) => Ok(name.clone()),
            None => Ok(profile_variable()?.unwrap_or_else(|| profile::DEFAULT.to_owned())),
        }
    }

    /// A profile given by its name.
    fn named(&self, name: &str) -> Result<Source, Failure> {
        let profile = Profile::open(name)?;
        let (address, own) = (self.address()?, &profile.login().base_url);
        if matches!(address, Base::Default) || address.is(own) {
            return Ok(Source::Profile(Box::new(profile)));
        }
        let other = match address {
            Base::Variable(_) => "COZE_API_BASE",
            _ => "--base-url / --region",
        };
        Err(Failure::usage(say!(
            "the profile {name} belongs to {own}, and {other} names another server",
            "登录配置 {name} 属于 {own}，而 {other} 指向另一个服务器"
        ))
        .hint(say!("name the server or the profile, and not both", "服务器和登录配置只写一个")))
    }
}

fn profile_variable() -> Result<Option<String>, Failure> {
    let Some(name) = variable("COZE_PROFILE")?.filter(|name| !name.is_empty()) else { return Ok(None) };
    let name = profile::check(&name);
    let wrong = |why| {
        Failure::usage(say!(
            "the environment variable COZE_PROFILE is not a name: {why}",
            "环境变量 COZE_PROFILE 不是有效的名字：{why}"
        ))
    };
    name.map(Some).map_err(wrong)
}
