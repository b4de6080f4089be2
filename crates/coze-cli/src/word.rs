//! Ids and names, as values of options and variables.

use std::ffi::OsStr;
use std::marker::PhantomData;

use clap::builder::{StringValueParser, TypedValueParser};
use clap::error::ErrorKind;
use clap::parser::ValueSource;
use clap::{Arg, Command};

use crate::lang::say;

/// What does not belong in a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Flaw {
    CarriageReturn,
    LineBreak,
    Quote,
    Space,
    /// At the start or the end of a name.
    SpaceAround,
    Invisible,
}

impl Flaw {
    fn name(self) -> String {
        match self {
            Self::CarriageReturn => say!("a carriage return", "回车符"),
            Self::LineBreak => say!("a line break", "换行符"),
            Self::Quote => say!("a quotation mark", "引号"),
            Self::Space => say!("a space", "空格"),
            Self::SpaceAround => say!("a space or a line break at its start or end", "首尾的空格或换行符"),
            Self::Invisible => say!("an invisible character", "不可见的字符"),
        }
    }
}

/// What does not belong in an id, if it contains any of that.
fn flaw(value: &str) -> Option<Flaw> {
    let has = |wanted: fn(char) -> bool| value.contains(wanted);
    if has(|c| c == '\r') {
        Some(Flaw::CarriageReturn)
    } else if has(|c| c == '\n') {
        Some(Flaw::LineBreak)
    } else if has(|c| matches!(c, '"' | '\'' | '`' | '\u{201c}' | '\u{201d}' | '\u{2018}' | '\u{2019}')) {
        Some(Flaw::Quote)
    } else if has(char::is_whitespace) {
        Some(Flaw::Space)
    } else if has(|c| c.is_control() || is_invisible(c)) {
        Some(Flaw::Invisible)
    } else {
        None
    }
}

/// What does not belong in a name, which may contain spaces and quotation marks, but not around it.
fn flaw_of_name(value: &str) -> Option<Flaw> {
    if value != value.trim() {
        return Some(Flaw::SpaceAround);
    }
    match flaw(value) {
        Some(Flaw::Space) => None,
        Some(Flaw::Quote) if !value.starts_with(['"', '\'']) || !value.ends_with(['"', '\'']) => None,
        flaw => flaw,
    }
}

fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}')
}

/// Reads ids: one that is copied from a page or a file may contain more than the id.
pub(crate) fn id<T: From<String> + Clone + Send + Sync + 'static>() -> impl TypedValueParser<Value = T> {
    Word { flaw, made: PhantomData }
}

/// Reads names of people.
pub(crate) fn name<T: From<String> + Clone + Send + Sync + 'static>() -> impl TypedValueParser<Value = T> {
    Word { flaw: flaw_of_name, made: PhantomData }
}

/// Makes a `T` of a text without a flaw.
#[derive(Clone)]
struct Word<T> {
    flaw: fn(&str) -> Option<Flaw>,
    made: PhantomData<fn() -> T>,
}

impl<T: From<String> + Clone + Send + Sync + 'static> TypedValueParser for Word<T> {
    type Value = T;

    fn parse_ref(&self, command: &Command, arg: Option<&Arg>, value: &OsStr) -> Result<T, clap::Error> {
        self.parse_ref_(command, arg, value, ValueSource::CommandLine)
    }

    fn parse_ref_(
        &self,
        command: &Command,
        arg: Option<&Arg>,
        value: &OsStr,
        source: ValueSource,
    ) -> Result<T, clap::Error> {
        let text = StringValueParser::new().parse_ref(command, arg, value)?;
        let Some(flaw) = (self.flaw)(&text) else { return Ok(T::from(text)) };
        let variable = arg.and_then(Arg::get_env).filter(|_| source == ValueSource::EnvVariable);
        let named = match (variable, arg) {
            (Some(variable), _) => variable.to_string_lossy().into_owned(),
            (None, Some(arg)) => arg.to_string(),
            (None, None) => say!("the argument", "参数"),
        };
        let message = say!(
            "{named} contains {}: {text:?}\nhint: write it without quotes, spaces and line breaks; `docker --env-file`, for \
             example, passes them on as a part of the value\n",
            "{named} 含有{}：{text:?}\n提示：值里不要带引号、空格和换行；例如 `docker --env-file` 会把它们当作值的一部分\n",
            flaw.name()
        );
        Err(clap::Error::raw(ErrorKind::ValueValidation, message))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_files_with_variables_add_is_found() {
        for wrong in [
            "7\r",
            "7\n",
            "\"7\"",
            "'7'",
            "\u{201c}7\u{201d}",
            " 7",
            "7 ",
            "7\t",
            "7 8",
            "7\0",
            "\u{feff}7",
            "7\u{200b}",
        ] {
            assert!(flaw(wrong).is_some(), "{wrong:?}");
        }
        for right in ["", "7400000000000000001", "pat_a-b.c", "57294.app.coze", "75/76", "张三"] {
            assert_eq!(flaw(right), None, "{right:?}");
        }
    }

    #[test]
    fn a_name_may_hold_blanks_within() {
        for wrong in ["me\r", " me", "\"me\"", "'me'", "a\nb", "a\0b"] {
            assert!(flaw_of_name(wrong).is_some(), "{wrong:?}");
        }
        for right in ["张 三", "Conan O'Brien", "the \"one\" there", "coze-cli"] {
            assert_eq!(flaw_of_name(right), None, "{right:?}");
        }
    }
}
