//! The language of help and messages: English, or Chinese by `--lang zh` or the locale.
//!
//! Help is written in English at the commands and options, and translated by the table in `help`. A message has both
//! texts in one place: [`say!`].

use std::ffi::OsString;
use std::io::Write;
use std::sync::OnceLock;

use clap::builder::StyledStr;
use clap::error::ErrorKind;
use clap::{Arg, Command, ValueEnum};
use console::Term;

mod fold;
mod help;
mod usage;

/// A language of the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Language {
    En,
    Zh,
}

static LANGUAGE: OnceLock<Language> = OnceLock::new();

impl Language {
    /// Chooses the language for this process: that of `--lang`, otherwise that of the locale.
    pub(crate) fn choose() -> Self {
        let of_locale = || Self::of_locale(|name| std::env::var(name).ok());
        *LANGUAGE.get_or_init(|| Self::of_option(std::env::args_os().skip(1)).unwrap_or_else(of_locale))
    }

    /// The value of `--lang`. Its place is not known before the command line is parsed, and errors of that need the
    /// language.
    fn of_option(args: impl Iterator<Item = OsString>) -> Option<Self> {
        let mut args = args.map(|arg| arg.to_string_lossy().into_owned()).take_while(|arg| arg != "--");
        while let Some(arg) = args.next() {
            let value = match arg.strip_prefix("--lang") {
                Some("") => args.next()?,
                Some(rest) => match rest.strip_prefix('=') {
                    Some(value) => value.to_owned(),
                    None => continue,
                },
                None => continue,
            };
            return Self::from_str(&value, false).ok();
        }
        None
    }

    /// The language of messages in the locale, as POSIX defines it.
    fn of_locale(variable: impl Fn(&str) -> Option<String>) -> Self {
        let names = ["LC_ALL", "LC_MESSAGES", "LANG"];
        let locale = names.into_iter().filter_map(variable).find(|locale| !locale.is_empty());
        let is_chinese = locale.is_some_and(|locale| locale.to_ascii_lowercase().starts_with("zh"));
        if is_chinese { Self::Zh } else { Self::En }
    }
}

/// Whether help and messages are in Chinese.
pub(crate) fn is_chinese() -> bool {
    LANGUAGE.get() == Some(&Language::Zh)
}

/// A message in the language of the program: `say!("{n} files", "{n} 个文件")`.
macro_rules! say {
    ($english:literal, $chinese:literal $(, $value:expr)* $(,)?) => {
        if $crate::lang::is_chinese() {
            format!($chinese $(, $value)*)
        } else {
            format!($english $(, $value)*)
        }
    };
}
pub(crate) use say;

/// The commands and options with Chinese texts.
pub(crate) fn in_chinese(mut command: Command) -> Command {
    // Adds `help`, `--help` and `--version`, which have texts too.
    command.build();
    translated(command)
}

fn translated(mut command: Command) -> Command {
    let chinese = |text: Option<&StyledStr>| help::chinese(&text?.to_string());
    if let Some(text) = chinese(command.get_about()) {
        command = command.about(text);
    }
    if let Some(text) = chinese(command.get_long_about()) {
        command = command.long_about(text);
    }
    if let Some(text) = command.get_after_help() {
        let text = text.to_string();
        let lines: Vec<_> = text.lines().map(translated_line).collect();
        command = command.after_help(lines.join("\n"));
    }
    let has_commands = command.has_subcommands();
    // Lines are folded later: clap wraps at spaces, which are rare in Chinese text.
    command = command.term_width(0).next_line_help(!has_commands);
    command.mut_args(translated_arg).mut_subcommands(translated)
}

/// A line below the options; commands in examples are the same in both languages.
fn translated_line(line: &str) -> String {
    let text = line.trim_start();
    let indent = &line[..line.len() - text.len()];
    format!("{indent}{}", help::chinese(text).unwrap_or(text))
}

fn translated_arg(mut arg: Arg) -> Arg {
    let chinese = |text: Option<&StyledStr>| help::chinese(&text?.to_string());
    if let Some(heading) = arg.get_help_heading().and_then(help::chinese) {
        arg = arg.help_heading(heading);
    }
    if let Some(text) = chinese(arg.get_long_help()) {
        arg = arg.long_help(text);
    }
    let Some(text) = chinese(arg.get_help()) else { return arg };
    // The texts of values belong to a type, and cannot be changed here.
    let values: Vec<_> = arg.get_possible_values().iter().filter_map(described).collect();
    if values.is_empty() {
        return arg.help(text);
    }
    arg.help(format!("{text}：{}", values.join("、"))).hide_possible_values(true)
}

/// A value and what it means, in Chinese.
fn described(value: &clap::builder::PossibleValue) -> Option<String> {
    let text = help::chinese(&value.get_help()?.to_string())?;
    Some(format!("{}（{text}）", value.get_name()))
}

/// Texts that clap itself writes into help.
const OF_CLAP: [(&str, &str); 11] = [
    ("Usage:", "用法："),
    ("Commands:", "命令："),
    ("Arguments:", "参数："),
    ("Options:", "选项："),
    ("连接:", "连接："),
    ("[default: ", "[默认值："),
    ("[env: ", "[环境变量："),
    ("[possible values: ", "[可选值："),
    ("[OPTIONS]", "[选项]"),
    ("<COMMAND>", "<命令>"),
    ("[COMMAND]", "[命令]"),
];

fn with_words_of_clap(text: &str) -> String {
    let text =
        OF_CLAP.iter().fold(text.to_owned(), |text, (english, chinese)| text.replace(english, chinese));
    without_gap(&text, "用法：")
}

/// Removes the space that follows a full-width colon, and perhaps the end of a color.
fn without_gap(text: &str, label: &str) -> String {
    let colored = format!("{label}\u{1b}[0m");
    text.replacen(&format!("{colored} "), &colored, 1).replacen(&format!("{label} "), label, 1)
}

/// Ends the program with what clap has to say: help, the version, or what is wrong with the command line.
pub(crate) fn exit(error: &clap::Error) -> ! {
    if !is_chinese() {
        error.exit();
    }
    let text = match error.kind() {
        ErrorKind::DisplayVersion => error.render().to_string(),
        ErrorKind::DisplayHelp | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            let columns = Term::stdout().size_checked().map_or(100, |(_, columns)| columns.min(100));
            fold::fold(&with_words_of_clap(&error.render().ansi().to_string()), columns.into())
        }
        _ => usage::in_chinese(error),
    };
    // As in clap: there is nowhere to report a failure.
    let _ = if error.use_stderr() {
        anstream::stderr().write_all(text.as_bytes())
    } else {
        anstream::stdout().write_all(text.as_bytes())
    };
    std::process::exit(error.exit_code())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use clap::CommandFactory;

    use super::*;
    use crate::cli::Cli;

    const BELOW: &str = "after_help";

    /// Whether a line below the options is neither an example nor the name of a variable.
    fn is_prose(line: &str) -> bool {
        let is_command = ["coze ", "tar ", "git ", "arecord ", "rec ", "tail "]
            .iter()
            .any(|command| line.starts_with(command));
        !is_command && line.contains(|c: char| c.is_ascii_lowercase())
    }

    /// Every English text of a command, with the place that it belongs to.
    fn texts(command: &Command, path: &str, found: &mut Vec<(String, String)>) {
        let mut add = |place: String, text: Option<&StyledStr>| {
            found.extend(text.map(|text| (place, text.to_string())));
        };
        for text in [command.get_about(), command.get_long_about()] {
            add(path.to_owned(), text);
        }
        let after =
            [command.get_before_help(), command.get_before_long_help(), command.get_after_long_help()];
        assert!(after.iter().all(Option::is_none), "{path}: only `after_help` is translated");
        let below = command.get_after_help().map(StyledStr::to_string).unwrap_or_default();
        for line in below.lines().map(str::trim).filter(|line| !line.is_empty()) {
            add(format!("{path}, {BELOW}"), Some(&line.to_owned().into()));
        }
        for arg in command.get_arguments() {
            let place = format!("{path} {arg}");
            add(place.clone(), arg.get_help());
            add(place.clone(), arg.get_long_help());
            add(place.clone(), arg.get_help_heading().map(|heading| heading.to_owned().into()).as_ref());
            for value in arg.get_possible_values() {
                add(format!("{place} {}", value.get_name()), value.get_help());
            }
        }
        for command in command.get_subcommands() {
            texts(command, &format!("{path} {}", command.get_name()), found);
        }
    }

    #[test]
    fn all_help_has_a_chinese_text() {
        let mut command = Cli::command();
        command.build();
        let mut found = Vec::new();
        texts(&command, "coze", &mut found);
        let mut known = BTreeSet::new();
        let missing: Vec<_> = found
            .iter()
            .filter(|(place, text)| !place.ends_with(BELOW) || is_prose(text))
            .filter(|(_, text)| known.insert(text) && help::chinese(text).is_none())
            .map(|(place, text)| format!("{place}: add the line\n    ({text:?}, \"中文\"),"))
            .collect();
        let unused: Vec<_> = help::all()
            .filter(|(english, _)| !found.iter().any(|(_, text)| text == english))
            .map(|(english, _)| {
                format!("no command has this text any more: remove or change the line\n    ({english:?}, …),")
            })
            .collect();
        assert!(
            missing.is_empty() && unused.is_empty(),
            "crates/coze-cli/src/lang/help.rs has one line for each English text of help:\n{}",
            [missing, unused].concat().join("\n")
        );
    }

    #[test]
    fn chinese_help_is_chinese() {
        for (english, chinese) in help::all() {
            assert!(chinese.chars().any(|c| c as u32 > 0x2e80), "{chinese:?}");
            // What is typed is the same in both.
            for word in
                english.split_whitespace().filter(|word| word.starts_with("COZE_") || word.starts_with("--"))
            {
                let word = word.trim_end_matches(|c: char| !c.is_alphanumeric());
                assert!(chinese.contains(word), "{word} is missing in {chinese:?}");
            }
        }
        let mut command = in_chinese(Cli::command());
        let text = with_words_of_clap(&command.render_long_help().to_string());
        for word in ["用法：coze", "命令：", "选项：", "连接：", "显示帮助"] {
            assert!(text.contains(word), "{word}: {text}");
        }
        for word in ["Usage", "Commands", "Options", "Print", "[OPTIONS]"] {
            assert!(!text.contains(word), "{word}: {text}");
        }
    }

    #[test]
    fn the_option_has_precedence_over_the_locale() {
        let of_option = |args: &str| Language::of_option(args.split(' ').map(OsString::from));
        assert_eq!(of_option("chat --lang zh hi"), Some(Language::Zh));
        assert_eq!(of_option("--lang=en chat"), Some(Language::En));
        for other in ["chat hi", "chat -- --lang zh", "--lang", "--language zh", "--lang fr"] {
            assert_eq!(of_option(other), None, "{other}");
        }
        let of_locale = |variables: &[(&str, &str)]| {
            Language::of_locale(|name| {
                variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
            })
        };
        assert_eq!(of_locale(&[("LANG", "zh_CN.UTF-8")]), Language::Zh);
        assert_eq!(of_locale(&[("LANG", "zh_CN.UTF-8"), ("LC_ALL", "C")]), Language::En);
        assert_eq!(of_locale(&[("LANG", "zh_CN.UTF-8"), ("LC_ALL", "")]), Language::Zh);
        assert_eq!(of_locale(&[("LC_MESSAGES", "zh_TW"), ("LANG", "en_US.UTF-8")]), Language::Zh);
        assert_eq!(of_locale(&[]), Language::En);
    }
}
