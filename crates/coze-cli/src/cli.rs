//! The commands, and the options that all of them share.

use std::ffi::OsString;

use clap::builder::styling::{AnsiColor, Styles};
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, CommandFactory, FromArgMatches, Parser, Subcommand};

use crate::api::Api;
use crate::audio::Audio;
use crate::auth::Auth;
use crate::bots::Bots;
use crate::chat::ChatCommand;
use crate::conversations::Conversations;
use crate::datasets::Datasets;
use crate::files::Files;
use crate::lang::{self, Language};
use crate::place::Connection;
use crate::shell::{Completions, Manual};
use crate::sim::SimCommand;
use crate::variables::Variables;
use crate::voice::Voice;
use crate::workflow::Workflow;
use crate::workspaces::Workspaces;

/// Talks to agents of Coze (扣子) and to its API.
#[derive(Parser)]
#[command(name = "coze", version = env!("COZE_VERSION"), styles = STYLES, after_help = AFTER_HELP, subcommand_required = true, arg_required_else_help = true)]
pub(crate) struct Cli {
    /// Prints details on standard error: reasoning, tool calls, follow-up questions, ids and token usage
    #[arg(long, short, global = true, display_order = 900)]
    pub(crate) verbose: bool,

    /// Language of help and messages; by default that of the locale
    #[arg(long, value_name = "LANGUAGE", global = true, display_order = 901)]
    pub(crate) lang: Option<Language>,

    #[command(flatten)]
    pub(crate) connection: Connection,

    #[command(subcommand)]
    pub(crate) command: Command,
}

impl Cli {
    /// Reads the command line, or ends the program and says what is wrong with it.
    pub(crate) fn read() -> Self {
        let mut commands = match Language::choose() {
            Language::En => Self::command(),
            Language::Zh => lang::in_chinese(Self::command()),
        };
        let matches = commands.try_get_matches_from_mut(std::env::args_os());
        let parsed = matches.and_then(|matches| Self::from_arg_matches(&matches));
        parsed.unwrap_or_else(|error| lang::exit(&suggested(error, std::env::args_os().skip(1))))
    }

    /// The commands for `coze completions` and `coze man`, in English unless `--lang` says otherwise: their output is
    /// installed for all users.
    pub(crate) fn to_install(language: Option<Language>) -> clap::Command {
        match language {
            Some(Language::Zh) => lang::in_chinese(Self::command()),
            _ => Self::command(),
        }
    }
}

/// Names the option that was meant, where clap knows none: it takes `--bto` for nothing near `--bot`.
fn suggested(mut error: clap::Error, args: impl Iterator<Item = OsString>) -> clap::Error {
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
    /// Asks an agent, and prints the answer as it arrives
    Chat(ChatCommand),
    /// Lists, shows and publishes agents
    #[command(alias = "bot")]
    Bots(Bots),
    /// Lists workspaces
    #[command(alias = "workspace")]
    Workspaces(Workspaces),
    /// Lists conversations and their messages
    #[command(alias = "conversation")]
    Conversations(Conversations),
    /// Reads and sets the variables of a user
    #[command(alias = "variable")]
    Variables(Variables),
    /// Lists datasets, adds documents to them, and waits until they are processed
    #[command(alias = "dataset")]
    Datasets(Datasets),
    /// Runs workflows, shows their results, and lists them
    #[command(alias = "workflows")]
    Workflow(Workflow),
    /// Uploads files, and shows their metadata
    Files(Files),
    /// Converts text to speech and speech to text, and lists voices
    Audio(Audio),
    /// Talks with an agent by voice, over pipes or files
    Voice(Box<Voice>),
    /// Sends any request to the API, and prints the response
    Api(Api),
    /// Logs in and out, and manages tokens
    Auth(Auth),
    /// Runs the simulator: a local replacement of the API, without a model
    Sim(SimCommand),
    /// Prints the completion script of a shell
    Completions(Completions),
    /// Prints the manual page of a command
    Man(Manual),
}

pub(crate) const STYLES: Styles = Styles::styled()
    .header(AnsiColor::Green.on_default().bold())
    .usage(AnsiColor::Green.on_default().bold())
    .literal(AnsiColor::Cyan.on_default().bold())
    .placeholder(AnsiColor::Cyan.on_default());

const AFTER_HELP: &str = "\
Environment:
  COZE_API_TOKEN  token; without a token, a login and a server, `coze chat` uses the built-in simulator
  COZE_PROFILE    login to use, by the name that it has in `coze auth login`
  COZE_API_BASE   address of the server; --base-url and --region have precedence
  COZE_REGION     hosted service, `cn` or `com`; --base-url and --region have precedence
  COZE_BOT_ID     id of the agent
  COZE_WORKSPACE_ID
                  id of the workspace for lists
  COZE_ALLOW_PLAIN_HTTP=1
                  allows http:// to other machines, which sends the token unencrypted
  COZE_CLIENT_ID  OAuth app for `coze auth login`
  LC_ALL, LC_MESSAGES, LANG
                  language, if --lang is not given: zh_CN and the like are Chinese
  HTTPS_PROXY, HTTP_PROXY, ALL_PROXY, NO_PROXY, NO_COLOR as usual

The first token found is used: --token, --profile, COZE_API_TOKEN, COZE_PROFILE, the profile `default`. A profile \
belongs to the server of its login.

Exit codes:
  0    success
  1    any other failure, such as a full disk
  2    wrong usage: options, addresses, files
  3    authentication or permission
  4    error of the API
  5    network failure or timeout
  6    response that is truncated or cannot be decoded
  7    agent that waits for the output of a tool, which was not provided
  129  hung up
  130  interrupted
  143  terminated";
