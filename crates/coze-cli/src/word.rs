//! Words that options and variables bring: ids and names.

use std::ffi::OsStr;
use std::marker::PhantomData;

use clap::builder::{StringValueParser, TypedValueParser};
use clap::error::ErrorKind;
use clap::parser::ValueSource;
use clap::{Arg, Command};

/// How a value is mended.
const FIX: &str = "write it without quotes, blanks and line ends: `docker --env-file`, for one, takes them for a part of the value";

/// What does not belong into an id, if there is such a thing in it.
fn flaw(value: &str) -> Option<&'static str> {
    let has = |wanted: fn(char) -> bool| value.contains(wanted);
    if has(|c| c == '\r') {
        Some("a carriage return")
    } else if has(|c| c == '\n') {
        Some("a line break")
    } else if has(|c| matches!(c, '"' | '\'' | '`' | '\u{201c}' | '\u{201d}' | '\u{2018}' | '\u{2019}')) {
        Some("a quotation mark")
    } else if has(char::is_whitespace) {
        Some("a blank")
    } else if has(|c| c.is_control() || is_invisible(c)) {
        Some("a character that cannot be seen")
    } else {
        None
    }
}

/// What does not belong into a name, which may hold blanks and quotation marks, but not all around.
fn flaw_of_name(value: &str) -> Option<&'static str> {
    if value != value.trim() {
        return Some("a blank or a line end around it");
    }
    match flaw(value) {
        Some("a blank") => None,
        Some("a quotation mark") if !value.starts_with(['"', '\'']) || !value.ends_with(['"', '\'']) => None,
        flaw => flaw,
    }
}

fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}')
}

/// Reads ids: whoever copies one from a page or a file may have copied more.
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
    flaw: fn(&str) -> Option<&'static str>,
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
            (None, None) => "the argument".to_owned(),
        };
        let message = format!("{named} holds {flaw}: {text:?}\nhint: {FIX}\n");
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
