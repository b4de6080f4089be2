//! The commands, and the options that all of them share.

use clap::builder::styling::{AnsiColor, Styles};
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, CommandFactory, Parser, Subcommand};

use crate::api::Api;
use crate::audio::Audio;
use crate::auth::Auth;
use crate::bots::Bots;
use crate::chat::ChatCommand;
use crate::files::Files;
use crate::place::Connection;
use crate::shell::{Completions, Manual};
use crate::sim::SimCommand;
use crate::workflow::Workflow;

/// Talks to agents of Coze (扣子) and to its API.
#[derive(Parser)]
#[command(name = "coze", version = env!("COZE_VERSION"), styles = STYLES, after_help = AFTER_HELP, subcommand_required = true, arg_required_else_help = true)]
pub(crate) struct Cli {
    /// Says more on standard error: reasoning, tool calls, follow-up questions, ids and tokens used
    #[arg(long, short, global = true, display_order = 900)]
    pub(crate) verbose: bool,

    #[command(flatten)]
    pub(crate) connection: Connection,

    #[command(subcommand)]
    pub(crate) command: Command,
}

impl Cli {
    /// Reads the command line, or ends the program and says what is wrong with it.
    pub(crate) fn read() -> Self {
        Self::try_parse().unwrap_or_else(|error| suggested(error, std::env::args().skip(1)).exit())
    }
}

/// Names the option that was meant, where clap knows none: it takes `--bto` for nothing near `--bot`.
fn suggested(mut error: clap::Error, args: impl Iterator<Item = String>) -> clap::Error {
    let Some(ContextValue::String(given)) = error.get(ContextKind::InvalidArg) else { return error };
    if error.kind() != ErrorKind::UnknownArgument || error.get(ContextKind::SuggestedArg).is_some() {
        return error;
    }
    let Some(given) = given.strip_prefix("--").map(str::to_owned) else { return error };
    let mut root = Cli::command();
    root.build();
    let mut command = &root;
    for word in args {
        command = command.find_subcommand(word).unwrap_or(command);
    }
    let near = |name: &&str| strsim::damerau_levenshtein(name, &given) == 1;
    if let Some(name) = command.get_arguments().filter_map(Arg::get_long).find(near) {
        error.remove(ContextKind::Suggested);
        error.insert(ContextKind::SuggestedArg, ContextValue::String(format!("--{name}")));
    }
    error
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Asks an agent, and shows the answer as it arrives
    Chat(ChatCommand),
    /// Lists agents, shows their configuration, and publishes them
    #[command(alias = "bot")]
    Bots(Bots),
    /// Runs workflows, shows their results, and lists them
    #[command(alias = "workflows")]
    Workflow(Workflow),
    /// Uploads files, and shows their metadata
    Files(Files),
    /// Speaks a text, writes down what is said, and lists voices
    Audio(Audio),
    /// Sends any request to the API, and prints the answer
    Api(Api),
    /// Logs in and out, and looks after tokens
    Auth(Auth),
    /// Serves the simulator: a local stand-in of the API, without any model
    Sim(SimCommand),
    /// Prints the completions of a shell
    Completions(Completions),
    /// Prints the manual page of a command
    Man(Manual),
}

const STYLES: Styles = Styles::styled()
    .header(AnsiColor::Green.on_default().bold())
    .usage(AnsiColor::Green.on_default().bold())
    .literal(AnsiColor::Cyan.on_default().bold())
    .placeholder(AnsiColor::Cyan.on_default());

const AFTER_HELP: &str = "\
Environment:
  COZE_API_TOKEN  token; without one, a login and a server, the built-in simulator answers `coze chat`
  COZE_PROFILE    login to use, by the name that `coze auth login` was given
  COZE_API_BASE   address of the server; --base-url and --region come first
  COZE_REGION     hosted service, `cn` or `com`; --base-url and --region come first
  COZE_BOT_ID     id of the agent for `coze chat`
  COZE_WORKSPACE_ID
                  id of the workspace for lists
  COZE_ALLOW_PLAIN_HTTP=1
                  allows http:// to other machines, which sends the token in the clear
  COZE_CLIENT_ID  OAuth app for `coze auth login`
  HTTPS_PROXY, HTTP_PROXY, ALL_PROXY, NO_PROXY, NO_COLOR as usual

Tokens, the first that is there counts: --token, --profile, COZE_API_TOKEN, COZE_PROFILE, the profile `default`. A \
profile belongs to one server: that of its login.

Exit codes:
  0    success
  1    anything else, such as a full disk
  2    wrong usage: options, addresses, files
  3    authentication or permission
  4    error of the API
  5    network failure or timeout
  6    answer that is cut off or cannot be read
  7    agent that waits for the output of a tool, with nobody to give it
  129  hung up
  130  interrupted
  143  terminated";
