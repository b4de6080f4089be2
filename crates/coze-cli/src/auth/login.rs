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
use crate::place::{Connection, Place};
use crate::profile::{self, Flow, Profile};
use crate::screen::Screen;
use crate::word;
use crate::{input, interrupt};

/// Options of `coze auth login`.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Login {
    /// OAuth app: for a device or, with --web, for PKCE
    #[arg(long, env = "COZE_CLIENT_ID", value_name = "ID", value_parser = word::id::<ClientId>())]
    client_id: Option<ClientId>,

    /// The same, as the JSON file of the console: of the type device, pkce or web
    #[arg(long, value_name = "FILE", conflicts_with = "jwt")]
    app: Option<PathBuf>,

    /// Logs in by the browser of this machine, in place of a code that is entered on any
    #[arg(long)]
    web: bool,

    /// Where the browser comes back to with --web: an address of this machine that the app was registered with
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:8080/callback")]
    redirect_uri: String,

    /// Logs in a service app, without a user: the JSON file of the console, of the type jwt
    #[arg(long, value_name = "FILE", conflicts_with_all = ["web", "workspace", "open"])]
    jwt: Option<PathBuf>,

    /// Keeps a personal access token, which is read from standard input, without an OAuth app
    #[arg(long, conflicts_with_all = ["app", "web", "jwt", "workspace", "open"])]
    with_token: bool,

    /// Agent that `coze chat` asks with this profile, unless another is named
    #[arg(long, value_name = "ID", value_parser = word::id::<BotId>())]
    bot: Option<BotId>,

    /// User in whose name it asks, unless another is named
    #[arg(long, value_name = "NAME", value_parser = word::name::<UserId>())]
    user: Option<UserId>,

    /// Asks for access to one workspace, in place of all
    #[arg(long, value_name = "ID", value_parser = word::id::<WorkspaceId>())]
    workspace: Option<WorkspaceId>,

    /// Opens the page in a browser of this machine, in place of showing its address alone
    #[arg(long)]
    open: bool,

    #[command(flatten)]
    connection: Connection,
}

const EXAMPLES: &str = "\
The tokens are kept as the profile that --profile or COZE_PROFILE names, else as `default`, in the folder `coze/profiles` \
below that for settings (~/.config, %APPDATA%), readable for you alone. They are renewed by themselves. The files named by \
--jwt, and by --app for an app with a secret, are read again for that, and must stay where they are.

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
            Some(left) if renewed => format!("; the token is good for {left}, and renewed by itself"),
            Some(left) => format!("; the token is good for {left}"),
            None => String::new(),
        };
        screen.line(&format!("logged in at {} as the profile {name}{until}", profile.login().base_url))
    }
}

/// Reads a personal access token, and asks the server whether it takes it.
async fn personal_token(place: &Place) -> Result<Grant, Failure> {
    if std::io::stdin().is_terminal() {
        return Err(Failure::usage("there is no token on standard input")
            .hint("pipe it in, such as from a file: coze auth login --with-token < token.txt"));
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
        self.screen.line(&format!("open      {}", code.verification_uri))?;
        self.screen.line(&format!("and enter {}", code.user_code))?;
        if open {
            browser::open(&code.verification_url(), self.screen);
        } else {
            self.screen.line(&format!("or open   {}", code.verification_url()))?;
        }
        let screen = &mut *self.screen;
        let tells = screen.is_verbose();
        let granted = login.wait_with(|progress| match progress {
            DeviceProgress::SlowedDown(interval) if tells => {
                screen.note(&format!("the server wants to be asked every {interval:?}"));
            }
            DeviceProgress::Unreachable(why) => screen.note(&format!("{why}; trying again")),
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
            explain(error).hint("choose another port or path by --redirect-uri, and register it with the app")
        })?;
        if let Some(patience) = self.patience {
            loopback = loopback.timeout(patience);
        }
        let question = match workspace {
            Some(workspace) => app.authorize_workspace(self.server, loopback.redirect_uri(), workspace),
            None => app.authorize(self.server, loopback.redirect_uri()),
        };
        let question = question.map_err(explain)?;
        self.screen.line(&format!("open {}", question.url()))?;
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
    Failure::usage("it is not said by which OAuth app to log in").hint(
        "create one in the settings of your Coze account, and name it by --client-id, --app FILE or --jwt FILE",
    )
}

fn of_file(error: &coze::Error, file: Option<&Path>) -> Failure {
    let failure = Failure::of(error).about(file.unwrap_or(Path::new("")).display());
    failure.hint("--jwt is for an app of the type jwt, --app for one of the types device, pkce and web")
}

fn absolute(path: &Path) -> Result<PathBuf, Failure> {
    std::path::absolute(path)
        .map_err(|error| Failure::new(Exit::Other, format_args!("cannot find {}: {error}", path.display())))
}
