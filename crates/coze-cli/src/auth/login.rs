//! `coze auth login`: gets tokens by an OAuth app.

use std::io::IsTerminal;
use std::path::{Path, PathBuf};

use clap::Args;
use coze::WorkspaceId;
use coze::auth::{
    App, AppConfig, ClientId, ClientType, DeviceApp, DeviceProgress, Grant, JwtApp, Loopback, Server, WebApp,
    load_config,
};
use coze::types::{BotId, Secret, UserId};

use super::{browser, time_left};
use crate::failure::{Exit, Failure};
use crate::lang::say;
use crate::place::{Connection, Place};
use crate::profile::{self, Flow, Profile};
use crate::screen::Screen;
use crate::word;
use crate::{input, interrupt};

/// Options of `coze auth login`.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Login {
    /// OAuth app for devices or, with --web, for PKCE
    #[arg(long, env = "COZE_CLIENT_ID", value_name = "ID", value_parser = word::id::<ClientId>())]
    client_id: Option<ClientId>,

    /// OAuth app, as the JSON file of the console: of the type device, pkce or web
    #[arg(long, value_name = "FILE", conflicts_with = "jwt")]
    app: Option<PathBuf>,

    /// Logs in with the browser of this machine, instead of a code that is entered in any browser
    #[arg(long)]
    web: bool,

    /// Address to which the browser returns with --web: one of this machine that is registered with the app
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:8080/callback")]
    redirect_uri: String,

    /// Logs in as a service app, without a user: the JSON file of the console, of the type jwt
    #[arg(long, value_name = "FILE", conflicts_with_all = ["web", "workspace", "open"])]
    jwt: Option<PathBuf>,

    /// Stores a personal access token, which is read from standard input, without an OAuth app
    #[arg(long, conflicts_with_all = ["app", "web", "jwt", "workspace", "open"])]
    with_token: bool,

    /// Default agent of `coze chat` with this profile
    #[arg(long, value_name = "ID", value_parser = word::id::<BotId>())]
    bot: Option<BotId>,

    /// Default user of `coze chat` with this profile
    #[arg(long, value_name = "NAME", value_parser = word::name::<UserId>())]
    user: Option<UserId>,

    /// Requests access to one workspace instead of all
    #[arg(long, value_name = "ID", value_parser = word::id::<WorkspaceId>())]
    workspace: Option<WorkspaceId>,

    /// Opens the page in a browser of this machine, instead of only printing its address
    #[arg(long)]
    open: bool,

    #[command(flatten)]
    connection: Connection,
}

const EXAMPLES: &str = "\
The tokens are stored as the profile of --profile or COZE_PROFILE, by default `default`, in the folder `coze/profiles` \
of the configuration folder (~/.config, %APPDATA%), readable only by you. They are renewed automatically; for that, the \
files of --jwt, and of --app for an app with a secret, are read again and must not be moved.

Examples:
  coze auth login --with-token --region cn --bot 7379462189365198898 < token.txt
  coze auth login --region cn --client-id 57294420732781205987760324720643.app.coze
  coze auth login --web --app coze_oauth_config.json --open
  coze auth login --jwt coze_oauth_config.json --profile service";

impl Login {
    pub(crate) async fn run(self, general: Connection, screen: &mut Screen) -> Result<(), Failure> {
        let file = self.jwt.as_deref().or(self.app.as_deref());
        let config = file.map(|path| load_config(path).map_err(|error| Failure::of(&error))).transpose()?;
        let connection = self.connection.over(general);
        let name = connection.profile_name()?;
        let place =
            connection.place_to_log_in(config.as_ref().and_then(|app| app.coze_api_base.as_deref()))?;
        let server = place.server()?;
        let patience = connection.timeout();
        let (flow, client_id, grant) = {
            let mut ask = Ask { server: &server, place: &place, patience, screen: &mut *screen };
            let login = async {
                if self.with_token {
                    return Ok((Flow::Token, ClientId::default(), personal_token(&place).await?));
                }
                if self.jwt.is_some() {
                    let app = service_app(config.as_ref(), file)?;
                    let grant = app.renew(&server, None).await.map_err(|error| place.explain(&error))?;
                    return Ok((Flow::Jwt, app.client_id().clone(), grant));
                }
                let id = self.client_id.filter(|_| config.is_none());
                let workspace = self.workspace.as_ref();
                if self.web || config.as_ref().is_some_and(is_web) {
                    let app = web_app(id, config.as_ref(), file)?;
                    let grant = ask.in_browser(&app, &self.redirect_uri, workspace, self.open).await?;
                    Ok((Flow::Web, app.client_id().clone(), grant))
                } else {
                    let app = device_app(id, config.as_ref(), file)?;
                    let grant = ask.on_device(&app, workspace, self.open).await?;
                    Ok((Flow::Device, app.client_id().clone(), grant))
                }
            };
            interrupt::or_stop(login).await?
        };
        let needs_file = config.as_ref().is_some_and(|app| app.client_secret.is_some() || flow == Flow::Jwt);
        let app_file = file.filter(|_| needs_file).map(absolute).transpose()?;
        let base_url = place.base_url().trim_end_matches('/').to_owned();
        let profile = Profile::new(
            &name,
            profile::Login { flow, client_id, base_url, app_file, bot: self.bot, user: self.user },
        )?;
        let left = grant.expires_at.and_then(time_left);
        let renewed = grant.refresh_token.is_some() || flow == Flow::Jwt;
        profile.save(grant).await?;
        let until = match left {
            Some(left) if renewed => say!(
                "; the token is valid for {left} and renewed automatically",
                "；令牌有效期 {left}，会自动续期"
            ),
            Some(left) => say!("; the token is valid for {left}", "；令牌有效期 {left}"),
            None => String::new(),
        };
        screen.line(&say!(
            "logged in at {} as the profile {name}{until}",
            "已登录 {}，登录配置为 {name}{until}",
            profile.login().base_url
        ))
    }
}

/// Reads a personal access token, and asks the server whether it takes it.
async fn personal_token(place: &Place) -> Result<Grant, Failure> {
    if std::io::stdin().is_terminal() {
        return Err(Failure::usage(say!("there is no token on standard input", "标准输入上没有令牌")).hint(
            say!(
                "pipe it in, for example from a file: coze auth login --with-token < token.txt",
                "用管道或文件传入，例如：coze auth login --with-token < token.txt"
            ),
        ));
    }
    let token = Secret::new(input::stdin()?.trim());
    let client = place.client_with(&token)?;
    client.users().me().await.map_err(|error| place.explain(&error))?;
    Ok(Grant::new(token))
}

/// A login that a user takes part in.
struct Ask<'a> {
    server: &'a Server,
    place: &'a Place,
    patience: Option<std::time::Duration>,
    screen: &'a mut Screen,
}

impl Ask<'_> {
    /// Shows a code, and waits until the user has entered it somewhere.
    async fn on_device(
        &mut self,
        app: &DeviceApp,
        workspace: Option<&WorkspaceId>,
        open: bool,
    ) -> Result<Grant, Failure> {
        let explain = |error: coze::Error| self.place.explain(&error);
        let login = match workspace {
            Some(workspace) => app.start_workspace(self.server, workspace).await,
            None => app.start(self.server).await,
        };
        let login = login.map_err(explain)?;
        let code = login.code();
        // A line break in the words of a server must not begin a line of ours.
        let line = |text: &str| text.replace('\n', " ");
        self.screen.line(&say!("open      {}", "打开      {}", line(&code.verification_uri)))?;
        self.screen.line(&say!("and enter {}", "输入      {}", line(&code.user_code)))?;
        if open {
            browser::open(&code.verification_url(), self.screen);
        } else {
            self.screen.line(&say!("or open   {}", "或者打开  {}", line(&code.verification_url())))?;
        }
        let screen = &mut *self.screen;
        let tells = screen.is_verbose();
        let granted = login.wait_with(|progress| match progress {
            DeviceProgress::SlowedDown(interval) if tells => {
                screen.note(&say!(
                    "the server requests an interval of {interval:?}",
                    "服务端要求查询间隔为 {interval:?}"
                ));
            }
            DeviceProgress::Unreachable(why) => screen.note(&say!("{why}; retrying", "{why}；正在重试")),
            _ => {}
        });
        granted.await.map_err(explain)
    }

    /// Sends the user to a page, and waits until the browser comes back.
    async fn in_browser(
        &mut self,
        app: &WebApp,
        redirect_uri: &str,
        workspace: Option<&WorkspaceId>,
        open: bool,
    ) -> Result<Grant, Failure> {
        let explain = |error: coze::Error| self.place.explain(&error);
        let mut loopback = Loopback::bind(redirect_uri).await.map_err(|error| {
            explain(error).hint(say!(
                "choose another port or path with --redirect-uri, and register it with the app",
                "用 --redirect-uri 换一个端口或路径，并在应用中登记"
            ))
        })?;
        if let Some(patience) = self.patience {
            loopback = loopback.timeout(patience);
        }
        let question = match workspace {
            Some(workspace) => app.authorize_workspace(self.server, loopback.redirect_uri(), workspace),
            None => app.authorize(self.server, loopback.redirect_uri()),
        };
        let question = question.map_err(explain)?;
        self.screen.line(&say!("open {}", "打开 {}", question.url()))?;
        if open {
            browser::open(question.url(), self.screen);
        }
        let code = loopback.receive(&question).await.map_err(explain)?;
        app.exchange(self.server, &question, code).await.map_err(explain)
    }
}

fn is_web(config: &AppConfig) -> bool {
    matches!(config.client_type, ClientType::Web | ClientType::Pkce)
}

fn service_app(config: Option<&AppConfig>, file: Option<&Path>) -> Result<JwtApp, Failure> {
    let config = config.ok_or_else(no_app)?;
    JwtApp::from_config(config).map_err(|error| of_file(&error, file))
}

fn web_app(id: Option<ClientId>, config: Option<&AppConfig>, file: Option<&Path>) -> Result<WebApp, Failure> {
    match (config, id) {
        (Some(config), _) => WebApp::from_config(config).map_err(|error| of_file(&error, file)),
        (None, Some(id)) => Ok(WebApp::public(id)),
        (None, None) => Err(no_app()),
    }
}

fn device_app(
    id: Option<ClientId>,
    config: Option<&AppConfig>,
    file: Option<&Path>,
) -> Result<DeviceApp, Failure> {
    match (config, id) {
        (Some(config), _) => DeviceApp::from_config(config).map_err(|error| of_file(&error, file)),
        (None, Some(id)) => Ok(DeviceApp::new(id)),
        (None, None) => Err(no_app()),
    }
}

fn no_app() -> Failure {
    Failure::usage(say!("no OAuth app is named", "没有指定 OAuth 应用")).hint(say!(
        "create one in the settings of your Coze account, and set --client-id, --app FILE or --jwt FILE; or store a \
         personal access token with --with-token",
        "在扣子账号的设置里创建应用，用 --client-id、--app FILE 或 --jwt FILE 指定；或者用 --with-token 保存个人访问令牌"
    ))
}

fn of_file(error: &coze::Error, file: Option<&Path>) -> Failure {
    let failure = Failure::of(error).about(file.unwrap_or(Path::new("")).display());
    failure.hint(say!(
        "--jwt is for an app of the type jwt, --app for one of the types device, pkce and web",
        "--jwt 用于 jwt 类型的应用，--app 用于 device、pkce 和 web 类型的应用"
    ))
}

fn absolute(path: &Path) -> Result<PathBuf, Failure> {
    std::path::absolute(path).map_err(|error| {
        Failure::new(Exit::Other, say!("cannot find {}: {error}", "找不到 {}：{error}", path.display()))
    })
}
