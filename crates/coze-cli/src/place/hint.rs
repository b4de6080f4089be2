//! What to do about an error, beyond what the error itself says.

use coze::types::ValidationError;
use coze::{Error, ErrorKind, Region};

use super::{Base, Credential, Place};

/// Whether the tokens of a login cannot be renewed any more.
pub(super) fn is_login_over(error: &Error, place: &Place) -> bool {
    let of_oauth = error.endpoint().is_some_and(|path| path.starts_with("/api/permission/oauth2/"));
    place.profile().is_some() && of_oauth && error.api().is_some()
}

/// The fix that is most likely, if there is one.
pub(super) fn for_error(error: &Error, place: &Place) -> Option<String> {
    let base = place.base_url();
    if let Some(profile) = place.profile()
        && (is_login_over(error, place) || error.kind() == ErrorKind::Authentication)
    {
        return Some(format!("log in again: {}", profile.login_command()));
    }
    let hint = match error.kind() {
        ErrorKind::Config => match (&place.credential, &place.base_url) {
            (Credential::Token(_, origin), _) if error.to_string().starts_with("the token ") => {
                format!("the token comes from {origin}")
            }
            (_, Base::Variable(url)) if error.to_string().contains(&format!("{url:?}")) => {
                "the address comes from the environment variable COZE_API_BASE".to_owned()
            }
            _ => return None,
        },
        ErrorKind::InvalidRequest
            if !error.validation_errors().is_empty()
                && !error.validation_errors().iter().any(ValidationError::is_fatal) =>
        {
            "--no-limits sends it all the same, for servers with limits of their own".to_owned()
        }
        // The one code that means two things.
        ErrorKind::Authentication if error.api().is_some_and(|error| error.code == 4001) => {
            "check --conversation, and that it was made with this token".to_owned()
        }
        ErrorKind::Authentication => other_region(base)?,
        ErrorKind::Permission => {
            "give the token this permission and access to the workspace of the agent, in the \
             settings of your Coze account"
                .to_owned()
        }
        // It has this meaning for the outputs of tools alone.
        ErrorKind::Server
            if error.api().is_some_and(|api| api.code == 5000)
                && error.endpoint().is_some_and(|path| path == "/v3/chat/submit_tool_outputs") =>
        {
            "a chat takes the outputs of tools only while its history is saved".to_owned()
        }
        ErrorKind::NotFound | ErrorKind::Unpublished if place.is_simulated() => format!(
            "the built-in simulator knows only the agent {}; set COZE_API_TOKEN to ask your own",
            coze_sim::DEMO_BOT
        ),
        ErrorKind::Unpublished if error.api().is_some_and(|api| api.code == 4200) => {
            "check the id of the workflow: it is in the address of its page; and publish the workflow"
                .to_owned()
        }
        ErrorKind::Unpublished => {
            "check --bot: it is the number after /bot/ in the URL of the agent's page; \
             and publish the agent to the channel `API`"
                .to_owned()
        }
        ErrorKind::NotFound => {
            "check the ids, and that they belong to this server and to the account of the token".to_owned()
        }
        ErrorKind::Busy => {
            "wait for the answer that is still running there, or omit --conversation to start a new one"
                .to_owned()
        }
        ErrorKind::RateLimited => "wait a while, then try again".to_owned(),
        ErrorKind::Unsupported => {
            format!("check that {base} is the address of the API, and not of a web page")
        }
        ErrorKind::Connect => connect(error, base),
        ErrorKind::Timeout(_) => "allow more time by --timeout, for example --timeout 5m".to_owned(),
        ErrorKind::Transport | ErrorKind::Truncated if error.is_retryable() => {
            "the answer is not complete; ask again".to_owned()
        }
        _ => return None,
    };
    Some(hint)
}

/// A token works in one region only, and the error of the server never says so.
fn other_region(base: &str) -> Option<String> {
    let host = base.split_once("://")?.1.split(['/', ':']).next()?;
    let (own, other) = match host {
        "api.coze.com" => (Region::Com, ("cn", "www.coze.cn")),
        "api.coze.cn" => (Region::Cn, ("com", "www.coze.com")),
        _ => return Some(format!("use a token that was made on {base}, and check that it has not expired")),
    };
    let (name, site) = other;
    Some(format!(
        "a token of {site} does not work on {}; if yours is from there, add --region {name}",
        own.base_url()
    ))
}

fn connect(error: &Error, base: &str) -> String {
    match error.transport() {
        Some(error) if error.is_proxy() => {
            "check the proxy in HTTPS_PROXY, HTTP_PROXY or ALL_PROXY, or put the host into NO_PROXY"
                .to_owned()
        }
        Some(error) if error.is_tls() => {
            format!("check that {base} speaks https and that this system trusts its certificate")
        }
        Some(error) if error.is_dns() => format!("check the name of the host in {base}, and the network"),
        _ => {
            format!(
                "check that a server listens at {base}, and the network; if a firewall requires a proxy, set HTTPS_PROXY"
            )
        }
    }
}
