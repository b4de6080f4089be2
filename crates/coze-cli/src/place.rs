//! Destination and credentials of requests: options, environment, or the built-in simulator.

use std::env::VarError;
use std::time::Duration;

use clap::{Args, ValueEnum};
use coze::auth::Server;
use coze::transport::{HyperTransport, Transport};
use coze::types::Secret;
use coze::{Builder, Coze, Error, Region};
use coze_sim::Sim;

use crate::failure::{Exit, Failure};
use crate::lang::say;
use crate::profile::{self, Profile};
use crate::screen::Screen;

mod hint;
mod source;
mod who;

pub(crate) use source::Source;
pub(crate) use who::is_said;

/// Options for the destination of requests; before or after the command.
#[derive(Args)]
#[command(next_help_heading = "Connection")]
pub(crate) struct Connection {
    /// Token, such as `pat_…`; better set `COZE_API_TOKEN`, since other users can see the list of processes
    #[arg(long, value_name = "TOKEN", conflicts_with = "profile")]
    token: Option<String>,

    /// Login of `coze auth login` to use; has precedence over `COZE_API_TOKEN`, which has precedence over `COZE_PROFILE`
    #[arg(long, value_name = "NAME", value_parser = profile::check)]
    profile: Option<String>,

    /// Hosted service: `cn` is api.coze.cn, `com` is api.coze.com, the default; `COZE_REGION` is the same
    #[arg(long, value_name = "REGION")]
    region: Option<Area>,

    /// Address of another server, such as a self-hosted one; `COZE_API_BASE` is the same
    #[arg(long, value_name = "URL", conflicts_with = "region")]
    base_url: Option<String>,

    /// Allows http addresses of other machines: anyone who can see the traffic gets the token;
    /// `COZE_ALLOW_PLAIN_HTTP=1` is the same
    #[arg(long)]
    allow_plain_http: bool,

    /// Uses the built-in simulator instead of a server: no token, no network, no model
    #[arg(long, conflicts_with_all = ["token", "profile", "region", "base_url"])]
    sim: bool,

    /// Timeout for a response, or for the next piece of a stream: `30`, `1.5s`, `2m`; 10 minutes by default
    #[arg(long, value_name = "TIME", value_parser = crate::input::duration)]
    timeout: Option<Duration>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Area {
    Cn,
    Com,
}

impl Area {
    fn region(self) -> Region {
        match self {
            Self::Cn => Region::Cn,
            Self::Com => Region::Com,
        }
    }
}

/// A server and a token for it.
pub(crate) struct Place {
    base_url: Base,
    credential: Credential,
    plain_http: bool,
    timeout: Option<Duration>,
    /// Held, since the simulator ends with it.
    simulator: Option<Sim>,
}

/// What requests are sent with.
enum Credential {
    /// Nothing, while somebody logs in.
    None,
    /// With the name of where it came from.
    Token(String, &'static str),
    Profile(Box<Profile>),
    /// The token of a profile that holds nothing but that.
    Kept(Box<Profile>, Secret),
}

/// Address of a server, and who named it.
enum Base {
    Default,
    Region(Region),
    Option(String),
    Variable(String),
    /// Login, by its profile or its app.
    Login(String),
}

impl Base {
    fn as_str(&self) -> &str {
        match self {
            Self::Default => Region::default().base_url(),
            Self::Region(region) => region.base_url(),
            Self::Option(url) | Self::Variable(url) | Self::Login(url) => url,
        }
    }

    fn is(&self, url: &str) -> bool {
        self.as_str().trim_end_matches('/') == url.trim_end_matches('/')
    }
}

impl Connection {
    /// These options, completed by those that stood before the command.
    pub(crate) fn over(mut self, general: Self) -> Self {
        if self.region.is_none() && self.base_url.is_none() {
            self.region = general.region;
            self.base_url = general.base_url;
        }
        if self.token.is_none() && self.profile.is_none() {
            self.token = general.token;
            self.profile = general.profile;
        }
        self.allow_plain_http |= general.allow_plain_http;
        self.sim |= general.sim;
        self.timeout = self.timeout.or(general.timeout);
        self
    }

    /// Where requests go; without a token, a login and an address, to a simulator that is started for them.
    pub(crate) async fn place_or_simulator(self, screen: &mut Screen) -> Result<Place, Failure> {
        if !matches!(self.source()?, Source::Nobody) || !matches!(self.address()?, Base::Default) {
            return self.place().await;
        }
        screen.note(&say!(
            "note: no token is set, so the built-in simulator answers, without any model; to ask your own agent, \
             set COZE_API_TOKEN and --bot, and --region cn for www.coze.cn",
            "提示：没有设置令牌，由内置模拟器回答，背后没有模型；要向自己的智能体提问，请设置 COZE_API_TOKEN 和 --bot，\
             扣子国内站（www.coze.cn）还要加上 --region cn"
        ));
        simulated(self.timeout).await
    }

    /// Destination of requests; needs a token or a login, unless it is the simulator.
    pub(crate) async fn place(self) -> Result<Place, Failure> {
        let base_url = self.address()?;
        let (base_url, credential) = match self.source()? {
            // An empty variable is the mistake of a script, and must not count as a choice.
            Source::Option(token) if !token.is_empty() => (base_url, Credential::Token(token, "--token")),
            Source::Variable(token) if !token.is_empty() => {
                (base_url, Credential::Token(token, "COZE_API_TOKEN"))
            }
            Source::Profile(profile) => {
                let base_url = Base::Login(profile.login().base_url.clone());
                match profile.personal_token().await? {
                    Some(token) => (base_url, Credential::Kept(profile, token)),
                    None => (base_url, Credential::Profile(profile)),
                }
            }
            Source::Simulator => return simulated(self.timeout).await,
            _ => return Err(no_token(&base_url)),
        };
        let (plain_http, timeout) = (self.plain_http()?, self.timeout);
        Ok(Place { base_url, credential, plain_http, timeout, simulator: None })
    }

    /// Where to log in: at the server of the options, of the app, or of the environment.
    pub(crate) fn place_to_log_in(&self, app_base_url: Option<&str>) -> Result<Place, Failure> {
        if self.sim {
            return Err(Failure::usage(say!("--sim requires no login", "--sim 不需要登录"))
                .hint(say!("remove one of the two", "去掉其中一个")));
        }
        let base_url = match (self.address()?, app_base_url) {
            (Base::Default | Base::Variable(_), Some(url)) => Base::Login(url.to_owned()),
            (base_url, _) => base_url,
        };
        let (plain_http, timeout) = (self.plain_http()?, self.timeout);
        Ok(Place { base_url, credential: Credential::None, plain_http, timeout, simulator: None })
    }

    /// Options that repeat the destination, with their values; a token is only named.
    pub(crate) fn to_repeat(&self) -> Vec<(&'static str, String)> {
        let region = self.region.map(|region| match region {
            Area::Cn => "cn".to_owned(),
            Area::Com => "com".to_owned(),
        });
        let token = self.token.as_ref().map(|_| "…".to_owned());
        let plain_http = self.allow_plain_http.then(String::new);
        let all = [
            ("--token", token),
            ("--profile", self.profile.clone()),
            ("--region", region),
            ("--base-url", self.base_url.clone()),
            ("--allow-plain-http", plain_http),
        ];
        all.into_iter().filter_map(|(option, value)| Some((option, value?))).collect()
    }

    /// How long to wait, where that is said.
    pub(crate) fn timeout(&self) -> Option<Duration> {
        self.timeout
    }

    fn plain_http(&self) -> Result<bool, Failure> {
        match variable("COZE_ALLOW_PLAIN_HTTP")?.as_deref() {
            Some("1") => Ok(true),
            None | Some("" | "0") => Ok(self.allow_plain_http),
            _ => Err(Failure::usage(say!(
                "the environment variable COZE_ALLOW_PLAIN_HTTP is neither 0 nor 1",
                "环境变量 COZE_ALLOW_PLAIN_HTTP 既不是 0 也不是 1"
            ))),
        }
    }

    fn address(&self) -> Result<Base, Failure> {
        Ok(match (&self.base_url, self.region) {
            (Some(url), _) => Base::Option(url.clone()),
            (None, Some(area)) => Base::Region(area.region()),
            (None, None) => return address_of_environment(),
        })
    }
}

/// The simulator, started for this process alone.
async fn simulated(timeout: Option<Duration>) -> Result<Place, Failure> {
    let simulator = Sim::start().await.map_err(|error| {
        let message = say!("cannot start the built-in simulator: {error}", "无法启动内置模拟器：{error}");
        Failure::new(Exit::Other, message)
    })?;
    Ok(Place {
        base_url: Base::Option(simulator.url()),
        credential: Credential::Token(simulator.token().to_owned(), "the simulator"),
        plain_http: false,
        timeout,
        simulator: Some(simulator),
    })
}

fn no_token(base_url: &Base) -> Failure {
    // An address with a password is rejected later; until then it is not repeated.
    let server = Some(base_url.as_str()).filter(|url| !url.contains('@'));
    let server = server.map_or_else(|| say!("the server", "该服务器"), str::to_owned);
    Failure::new(Exit::Access, say!("there is no token for {server}", "没有用于 {server} 的令牌")).hint(say!(
        "create a personal access token in the settings of your Coze account and set COZE_API_TOKEN to it, or log in \
         with `coze auth login`; --sim uses the built-in simulator",
        "在扣子账号的设置里创建个人访问令牌，写入环境变量 COZE_API_TOKEN，或者用 `coze auth login` 登录；\
         --sim 使用内置模拟器"
    ))
}

/// The server that the environment names.
fn address_of_environment() -> Result<Base, Failure> {
    let region = variable("COZE_REGION")?.filter(|region| !region.is_empty());
    let region = region.map(|region| {
        Area::from_str(&region, true).map(Area::region).map_err(|_| {
            Failure::usage(say!(
                "the environment variable COZE_REGION is {region:?}, and neither cn nor com",
                "环境变量 COZE_REGION 的值是 {region:?}，应为 cn 或 com"
            ))
        })
    });
    match (variable("COZE_API_BASE")?, region.transpose()?) {
        (Some(url), Some(region)) if Base::Region(region).is(&url) => Ok(Base::Region(region)),
        (Some(_), Some(_)) => Err(Failure::usage(say!(
            "the environment variables COZE_API_BASE and COZE_REGION name two servers",
            "环境变量 COZE_API_BASE 和 COZE_REGION 指向两个不同的服务器"
        ))
        .hint(say!(
            "unset one of the two, or name the server by --base-url or --region",
            "取消其中一个，或者用 --base-url 或 --region 指明服务器"
        ))),
        (Some(url), None) => Ok(Base::Variable(url)),
        (None, Some(region)) => Ok(Base::Region(region)),
        (None, None) => Ok(Base::Default),
    }
}

fn variable(name: &str) -> Result<Option<String>, Failure> {
    match std::env::var(name) {
        Ok(value) => Ok(Some(value)),
        Err(VarError::NotPresent) => Ok(None),
        Err(VarError::NotUnicode(_)) => Err(Failure::usage(say!(
            "the environment variable {name} is not valid UTF-8",
            "环境变量 {name} 不是有效的 UTF-8"
        ))),
    }
}

/// How long to wait where no option says otherwise: self-hosted servers are silent while a model thinks.
const PATIENCE: Duration = Duration::from_secs(600);

impl Place {
    /// Client for this place.
    pub(crate) fn client(&self) -> Result<Coze, Failure> {
        self.client_over(self.transport()?)
    }

    /// Client for this place with a transport of its own.
    pub(crate) fn client_over(&self, transport: impl Transport) -> Result<Coze, Failure> {
        let builder = self.builder(transport);
        let builder = match &self.credential {
            Credential::None => builder,
            Credential::Token(token, _) => builder.token(token),
            Credential::Kept(_, token) => builder.token(token.expose()),
            Credential::Profile(profile) => builder.auth(profile.session()?),
        };
        builder.build().map_err(|error| self.explain(&error))
    }

    /// Client for this place with a token that is yet to be kept.
    pub(crate) fn client_with(&self, token: &Secret) -> Result<Coze, Failure> {
        let builder = self.builder(self.transport()?).token(token.expose());
        builder.build().map_err(|error| self.explain(&error))
    }

    /// The provider of tokens.
    pub(crate) fn server(&self) -> Result<Server, Failure> {
        self.builder(self.transport()?).build_server().map_err(|error| self.explain(&error))
    }

    fn builder(&self, transport: impl Transport) -> Builder {
        let mut builder = Coze::builder()
            .user_agent(concat!("coze-cli/", env!("CARGO_PKG_VERSION")))
            .timeout(self.patience())
            .stream_idle_timeout(self.patience())
            .transport(transport);
        if self.plain_http {
            builder = builder.allow_plain_http();
        }
        match &self.base_url {
            Base::Default => builder,
            Base::Region(region) => builder.region(*region),
            Base::Option(url) | Base::Variable(url) | Base::Login(url) => builder.base_url(url),
        }
    }

    /// Transport that suits this place.
    pub(crate) fn transport(&self) -> Result<HyperTransport, Failure> {
        let mut builder = HyperTransport::builder();
        if self.is_simulated() {
            // No proxy leads into this process.
            builder = builder.no_proxy();
        }
        if let Some(timeout) = self.timeout {
            builder = builder.connect_timeout(timeout.min(Duration::from_secs(10)));
        }
        builder.build().map_err(|error| self.explain(&error.into()))
    }

    /// How long to wait for the next piece of an answer.
    pub(crate) fn patience(&self) -> Duration {
        self.timeout.unwrap_or(PATIENCE)
    }

    /// Address of the server.
    pub(crate) fn base_url(&self) -> &str {
        self.base_url.as_str()
    }

    /// The login, if there is one.
    pub(crate) fn profile(&self) -> Option<&Profile> {
        match &self.credential {
            Credential::Profile(profile) | Credential::Kept(profile, _) => Some(profile),
            _ => None,
        }
    }

    /// Whether the built-in simulator answers.
    pub(crate) fn is_simulated(&self) -> bool {
        self.simulator.is_some()
    }

    /// Converts an error to its message, with the fix if one is known.
    pub(crate) fn explain(&self, error: &Error) -> Failure {
        let mut failure = Failure::of(error);
        if hint::is_login_over(error, self) {
            failure = failure.exits(Exit::Access);
        }
        match hint::for_error(error, self) {
            Some(hint) => failure.hint(hint),
            None => failure,
        }
    }
}
