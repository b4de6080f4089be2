//! What to do about an error, beyond what the error itself says.

use coze::types::ValidationError;
use coze::{Error, ErrorKind, Region};

use super::{Base, Credential, Place};
use crate::lang::say;

/// Whether the tokens of a login cannot be renewed any more.
pub(super) fn is_login_over(error: &Error, place: &Place) -> bool {
    place.profile().is_some() && error.endpoint().is_some_and(is_oauth) && error.api().is_some()
}

fn is_oauth(path: &str) -> bool {
    path.starts_with("/api/permission/oauth2/")
}

/// The fix that is most likely, if there is one.
pub(super) fn for_error(error: &Error, place: &Place) -> Option<String> {
    let base = place.base_url();
    if let Some(profile) = place.profile()
        && (is_login_over(error, place) || error.kind() == ErrorKind::Authentication)
    {
        return Some(say!("log in again: {}", "请重新登录：{}", profile.login_command()));
    }
    let hint = match error.kind() {
        ErrorKind::Config => match (&place.credential, &place.base_url) {
            (Credential::Token(_, origin), _) if error.to_string().starts_with("the token ") => {
                say!("the token comes from {origin}", "令牌来自 {origin}")
            }
            (Credential::Kept(profile, _), _) if error.to_string().starts_with("the token ") => {
                say!("log in again: {}", "请重新登录：{}", profile.login_command())
            }
            (_, Base::Variable(url)) if error.to_string().contains(&format!("{url:?}")) => {
                say!(
                    "the address comes from the environment variable COZE_API_BASE",
                    "地址来自环境变量 COZE_API_BASE"
                )
            }
            _ => return None,
        },
        ErrorKind::InvalidRequest
            if !error.validation_errors().is_empty()
                && !error.validation_errors().iter().any(ValidationError::is_fatal) =>
        {
            say!(
                "--no-limits sends it anyway, for servers with other limits",
                "加上 --no-limits 会照样发送，用于限制不同的服务器"
            )
        }
        // The one code with two meanings.
        ErrorKind::Authentication if error.api().is_some_and(|error| error.code == 4001) => {
            say!(
                "check the id of the conversation, and that it was created with this token",
                "检查会话 ID，并确认该会话是用这个令牌创建的"
            )
        }
        // A code or a login that has expired; no token was sent.
        ErrorKind::Authentication if error.endpoint().is_some_and(is_oauth) => return None,
        ErrorKind::Authentication => other_region(base)?,
        ErrorKind::Permission => say!(
            "give the token this permission and access to the workspace of the agent, in the settings of your Coze \
             account",
            "在扣子账号的设置里，为令牌勾选这项权限，并授权访问智能体所在的空间"
        ),
        // It has this meaning only for the outputs of tools.
        ErrorKind::Server
            if error.api().is_some_and(|api| api.code == 5000)
                && error.endpoint().is_some_and(|path| path == "/v3/chat/submit_tool_outputs") =>
        {
            say!(
                "a chat accepts outputs of tools only if its history is saved",
                "只有保存历史记录的对话才能提交工具的输出"
            )
        }
        ErrorKind::NotFound | ErrorKind::Unpublished if place.is_simulated() => say!(
            "the built-in simulator has only the agent {}; set COZE_API_TOKEN to ask your own",
            "内置模拟器只有智能体 {}；要向自己的智能体提问，请设置 COZE_API_TOKEN",
            coze_sim::DEMO_BOT
        ),
        ErrorKind::Unpublished if error.api().is_some_and(|api| api.code == 4200) => {
            say!(
                "check the id of the workflow, which is in the URL of its page, and publish the workflow",
                "检查工作流 ID（见工作流页面的地址），并发布工作流"
            )
        }
        ErrorKind::Unpublished => {
            say!(
                "check --bot, which is the number after /bot/ in the URL of the agent's page, and publish the agent to \
                 the channel `API`",
                "检查 --bot：它是智能体页面地址中 /bot/ 后面的数字；并把智能体发布到 `API` 渠道"
            )
        }
        ErrorKind::NotFound => {
            say!(
                "check the ids, and that they belong to this server and to the account of the token",
                "检查各个 ID，并确认它们属于这个服务器和令牌所在的账号"
            )
        }
        ErrorKind::Busy => {
            say!(
                "wait for the answer that is still running there, or omit --conversation to start a new one",
                "等待会话里正在进行的回答结束，或者去掉 --conversation 开始新的会话"
            )
        }
        ErrorKind::RateLimited => say!("wait a while, then retry", "稍等一会儿再试"),
        ErrorKind::Unsupported => {
            say!(
                "check that {base} is the address of the API, and not of a web page",
                "确认 {base} 是 API 的地址，而不是网页的地址"
            )
        }
        ErrorKind::Connect => connect(error, base),
        ErrorKind::Timeout(_) => say!(
            "allow more time with --timeout, for example --timeout 5m",
            "用 --timeout 延长时限，例如 --timeout 5m"
        ),
        ErrorKind::Transport | ErrorKind::Truncated if error.is_retryable() => {
            say!("the answer is incomplete; ask again", "回答不完整，请重新提问")
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
        _ => {
            return Some(say!(
                "use a token that was created on {base}, and check that it has not expired",
                "使用在 {base} 上创建的令牌，并确认它没有过期"
            ));
        }
    };
    let (name, site) = other;
    Some(say!(
        "a token of {site} does not work on {}; if yours is from there, add --region {name}",
        "{site} 的令牌不能用于 {}；如果你的令牌来自那里，请加上 --region {name}",
        own.base_url()
    ))
}

fn connect(error: &Error, base: &str) -> String {
    match error.transport() {
        Some(error) if error.is_proxy() => {
            say!(
                "check the proxy in HTTPS_PROXY, HTTP_PROXY or ALL_PROXY, or add the host to NO_PROXY",
                "检查 HTTPS_PROXY、HTTP_PROXY 或 ALL_PROXY 里的代理，或者把主机加入 NO_PROXY"
            )
        }
        Some(error) if error.is_tls() => {
            say!(
                "check that {base} supports https and that this system trusts its certificate",
                "确认 {base} 支持 https，并且本机信任它的证书"
            )
        }
        Some(error) if error.is_dns() => {
            say!("check the host name in {base}, and the network", "检查 {base} 里的主机名，以及网络")
        }
        _ => say!(
            "check that a server listens at {base}, and the network; if a firewall requires a proxy, set HTTPS_PROXY",
            "确认服务器在 {base} 上监听，并检查网络；如果防火墙要求使用代理，请设置 HTTPS_PROXY"
        ),
    }
}
