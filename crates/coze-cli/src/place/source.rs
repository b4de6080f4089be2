//! Which token requests are sent with.

use super::{Base, Connection, variable};
use crate::failure::Failure;
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
            Self::Option(_) => "requests are sent with the token of --token".to_owned(),
            Self::Profile(profile) => {
                format!(
                    "requests are sent as the profile {}, to {}",
                    profile.name(),
                    profile.login().base_url
                )
            }
            Self::Variable(_) => "requests are sent with the token of COZE_API_TOKEN".to_owned(),
            Self::Simulator => "the built-in simulator answers".to_owned(),
            Self::Nobody => {
                "there is no token; without a server too, `coze chat` asks the built-in simulator".to_owned()
            }
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
                Some((option, _)) => {
                    Err(Failure::usage(format_args!("--sim and {option} ask two different servers"))
                        .hint("leave one of the two out"))
                }
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
        let named = match address {
            Base::Variable(_) => "COZE_API_BASE names another server",
            _ => "--base-url or --region names another server",
        };
        Err(Failure::usage(format_args!("the profile {name} belongs to {own}, and {named}"))
            .hint("name the server or the profile, and not both"))
    }
}

fn profile_variable() -> Result<Option<String>, Failure> {
    let Some(name) = variable("COZE_PROFILE")?.filter(|name| !name.is_empty()) else { return Ok(None) };
    let name = profile::check(&name);
    let wrong = |why| Failure::usage(format_args!("the environment variable COZE_PROFILE is no name: {why}"));
    name.map(Some).map_err(wrong)
}
