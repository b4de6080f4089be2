//! `coze completions` and `coze man`: what shells and readers want to know of the command.

use clap::{Args, Command};
use clap_complete::Shell;
use clap_mangen::Man;

use crate::failure::Failure;
use crate::lang::say;
use crate::screen::Screen;

/// Options of `coze completions`.
#[derive(Args)]
#[command(after_help = "\
Examples:
  coze completions bash > ~/.local/share/bash-completion/completions/coze
  coze completions zsh > ~/.zfunc/_coze
  coze completions fish > ~/.config/fish/completions/coze.fish
  coze completions powershell >> $PROFILE")]
pub(crate) struct Completions {
    /// Shell that runs the script
    shell: Shell,
}

impl Completions {
    pub(crate) fn run(&self, mut command: Command, screen: &mut Screen) -> Result<(), Failure> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut command, "coze", &mut script);
        screen.bytes(&script)
    }
}

/// Options of `coze man`.
#[derive(Args)]
#[command(after_help = "\
Examples:
  coze man > ~/.local/share/man/man1/coze.1
  coze man workflow run | man -l -")]
pub(crate) struct Manual {
    /// Command whose page is printed, such as `workflow run`; by default `coze` itself
    #[arg(value_name = "COMMAND")]
    command: Vec<String>,
}

impl Manual {
    pub(crate) fn run(&self, mut command: Command, screen: &mut Screen) -> Result<(), Failure> {
        // Sets the full name of each command.
        command.build();
        let mut page = &command;
        for word in &self.command {
            page = page.find_subcommand(word).ok_or_else(|| {
                let command = self.command.join(" ");
                Failure::usage(say!("there is no command `coze {command}`", "没有命令 `coze {command}`"))
                    .hint(say!("`coze --help` lists the commands", "`coze --help` 列出全部命令"))
            })?;
        }
        let mut text = Vec::new();
        Man::new(page.clone()).render(&mut text).map_err(|error| Failure::output(&error))?;
        screen.bytes(&text)
    }
}
