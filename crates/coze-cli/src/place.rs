//! Where requests go and in whose name: options, environment, or the built-in simulator.

use std::env::VarError;
use std::time::Duration;

use clap::{Args, ValueEnum};
use coze::transport::{HyperTransport, Transport};
use coze::{Coze, Error, Region};
use coze_sim::Sim;

use crate::failure::{Exit, Failure};
use crate::screen::Screen;

mod hint;

/// Options that say where requests go; before the command or behind it.
#[derive(Args)]
#[command(next_help_heading = "Connection")]
pub(crate) struct Connection {
    /// Token, such as `pat_…`; better in `COZE_API_TOKEN`, out of the list of processes
    #[arg(long, value_name = "TOKEN")]
    token: Option<String>,

    /// Hosted service: `cn` is api.coze.cn, `com` is api.coze.com, the default
    #[arg(long, value_name = "REGION")]
    region: Option<Area>,

    /// Address of another server, such as a self-hosted one; `COZE_API_BASE` is the same
    #[arg(long, value_name = "URL", conflicts_with = "region")]
    base_url: Option<String>,

    /// How long to wait for an answer, or for the next piece of a stream: `30`, `1.5s`, `2m`; 10 minutes by default
    #[arg(long, value_name = "TIME", value_parser = crate::input::duration)]
    timeout: Option<Duration>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Area {
    Cn,
    Com,
}

/// A server and a token for it.
pub(crate) struct Place {
    base_url: Base,
    token: String,
    timeout: Option<Duration>,
    /// Held, since the simulator ends with it.
    simulator: Option<Sim>,
}

/// Address of a server, and who named it.
enum Base {
    Default,
    Region(Region),
    Option(String),
    Variable(String),
}

impl Base {
    fn as_str(&self) -> &str {
        match self {
            Self::Default => Region::default().base_url(),
            Self::Region(region) => region.base_url(),
            Self::Option(url) | Self::Variable(url) => url,
        }
    }
}

impl Connection {
    /// These options, completed by those that stood before the command.
    pub(crate) fn over(mut self, general: Self) -> Self {
        if self.region.is_none() && self.base_url.is_none() {
            self.region = general.region;
            self.base_url = general.base_url;
        }
        self.token = self.token.or(general.token);
        self.timeout = self.timeout.or(general.timeout);
        self
    }

    /// Where requests go; without a token and an address, to a simulator that is started for them.
    pub(crate) async fn place_or_simulator(self, screen: &mut Screen) -> Result<Place, Failure> {
        if self.token()?.is_some() || !matches!(self.address()?, Base::Default) {
            return self.place();
        }
        let simulator = Sim::start().await.map_err(|error| {
            Failure::new(Exit::Other, format_args!("cannot start the built-in simulator: {error}"))
        })?;
        screen.note(
            "note: no token is set, so the built-in simulator answers, without any model; to ask your own agent, \
             set COZE_API_TOKEN and --bot, and --region cn for www.coze.cn",
        );
        Ok(Place {
            base_url: Base::Option(simulator.url()),
            token: simulator.token().to_owned(),
            timeout: self.timeout,
            simulator: Some(simulator),
        })
    }

    /// Where requests go; it takes a token.
    pub(crate) fn place(self) -> Result<Place, Failure> {
        let base_url = self.address()?;
        // A variable that is set to nothing is the mistake of a script, and must not pass for a choice.
        let token = self.token()?.filter(|token| !token.is_empty()).ok_or_else(|| {
            // An address with a password in it is refused further on; until then it is not repeated.
            let server = Some(base_url.as_str()).filter(|url| !url.contains('@')).unwrap_or("the server");
            Failure::new(Exit::Access, format_args!("there is no token for {server}")).hint(
                "create a personal access token in the settings of your Coze account, and put it into COZE_API_TOKEN",
            )
        })?;
        Ok(Place { base_url, token, timeout: self.timeout, simulator: None })
    }

    fn token(&self) -> Result<Option<String>, Failure> {
        match &self.token {
            Some(token) => Ok(Some(token.clone())),
            None => variable("COZE_API_TOKEN"),
        }
    }

    fn address(&self) -> Result<Base, Failure> {
        Ok(match (&self.base_url, self.region) {
            (Some(url), _) => Base::Option(url.clone()),
            (None, Some(Area::Cn)) => Base::Region(Region::Cn),
            (None, Some(Area::Com)) => Base::Region(Region::Com),
            (None, None) => variable("COZE_API_BASE")?.map_or(Base::Default, Base::Variable),
        })
    }
}

fn variable(name: &str) -> Result<Option<String>, Failure> {
    match std::env::var(name) {
        Ok(value) => Ok(Some(value)),
        Err(VarError::NotPresent) => Ok(None),
        Err(VarError::NotUnicode(_)) => {
            Err(Failure::usage(format_args!("the environment variable {name} is not valid UTF-8")))
        }
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
        let mut builder = Coze::builder()
            .token(&self.token)
            .user_agent(concat!("coze-cli/", env!("CARGO_PKG_VERSION")))
            .timeout(self.patience())
            .stream_idle_timeout(self.patience())
            .transport(transport);
        builder = match &self.base_url {
            Base::Default => builder,
            Base::Region(region) => builder.region(*region),
            Base::Option(url) | Base::Variable(url) => builder.base_url(url),
        };
        if variable("COZE_ALLOW_PLAIN_HTTP")?.as_deref() == Some("1") {
            builder = builder.allow_plain_http();
        }
        builder.build().map_err(|error| self.explain(&error))
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

    /// Whether the built-in simulator answers.
    pub(crate) fn is_simulated(&self) -> bool {
        self.simulator.is_some()
    }

    /// Turns an error into what is told, with the fix where one is known.
    pub(crate) fn explain(&self, error: &Error) -> Failure {
        let failure = Failure::of(error);
        match hint::for_error(error, self) {
            Some(hint) => failure.hint(hint),
            None => failure,
        }
    }
}
