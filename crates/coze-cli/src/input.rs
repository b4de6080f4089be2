//! Values that options and standard input bring.

use std::io::{IsTerminal, Read};
use std::path::Path;
use std::time::Duration;

use coze::FileSource;
use serde_json::Value;

use crate::failure::Failure;
use crate::json;
use crate::lang::say;

/// Reads a duration: a number followed by `ms`, `s`, `m` or `h`, in seconds without a unit.
pub(crate) fn duration(text: &str) -> Result<Duration, String> {
    let split = text.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(text.len());
    let (number, unit) = text.split_at(split);
    let factor = match unit {
        "ms" => 0.001,
        "" | "s" => 1.0,
        "m" => 60.0,
        "h" => 3600.0,
        _ => {
            return Err(say!(
                "the unit {unit:?} is none of ms, s, m, h",
                "单位 {unit:?} 不是 ms、s、m、h 之一"
            ));
        }
    };
    let number: f64 = number
        .trim()
        .parse()
        .map_err(|_| say!("expected a number, such as 30 or 1.5s", "应为数字，例如 30 或 1.5s"))?;
    Duration::try_from_secs_f64(number * factor)
        .ok()
        .filter(|duration| !duration.is_zero())
        .ok_or_else(|| say!("expected a positive, finite time", "应为正的、有限的时间"))
}

/// Splits `NAME=VALUE`.
pub(crate) fn pair(text: &str) -> Result<(String, String), String> {
    split(text, '=')
}

/// Reads `NAME=TEXT` or `NAME:=JSON`.
pub(crate) fn parameter(text: &str) -> Result<(String, Value), String> {
    let (name, value) = pair(text)?;
    match name.strip_suffix(':') {
        Some("") => Err(say!("expected NAME:=JSON", "应为 NAME:=JSON")),
        Some(name) => match json::exact(&value) {
            Ok(json) => Ok((name.to_owned(), json)),
            Err(error) => Err(say!(
                "the value of {name:?} is not JSON that can be sent: {error}; use {name}= for text",
                "{name:?} 的值不是可以发送的 JSON：{error}；文本请用 {name}="
            )),
        },
        None => Ok((name, Value::from(value))),
    }
}

/// Splits `NAME: VALUE`.
pub(crate) fn header(text: &str) -> Result<(String, String), String> {
    let (name, value) = split(text, ':')?;
    Ok((name, value.trim_start().to_owned()))
}

fn split(text: &str, separator: char) -> Result<(String, String), String> {
    match text.split_once(separator) {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err(say!("expected NAME{separator}VALUE", "应为 NAME{separator}VALUE")),
    }
}

/// Reads standard input to its end.
pub(crate) fn stdin() -> Result<String, Failure> {
    let mut bytes = Vec::new();
    std::io::stdin().read_to_end(&mut bytes).map_err(|error| {
        Failure::usage(say!("cannot read standard input: {error}", "无法读取标准输入：{error}"))
    })?;
    utf8(&say!("standard input", "标准输入"), bytes)
}

/// Text of arguments, or of standard input for `-` and where there are none; `what` names it.
///
/// With nothing on standard input but a terminal, there is none.
pub(crate) fn text(words: &[String], what: &str) -> Result<String, Failure> {
    let text = match words {
        [word] if word == "-" => stdin()?,
        [] if std::io::stdin().is_terminal() => {
            return Err(Failure::usage(say!("there is no {what}", "没有提供{what}")).hint(say!(
                "give it as an argument, or use - to type it and end with Ctrl-D",
                "写成参数，或者写 - 之后输入，以 Ctrl-D 结束"
            )));
        }
        [] => stdin()?,
        words => words.join(" "),
    };
    let text = text.trim();
    if text.is_empty() {
        return Err(Failure::usage(say!("the {what} is empty", "{what}是空的"))
            .hint(say!("give it as an argument, or pipe it in", "写成参数，或者用管道传入")));
    }
    Ok(text.to_owned())
}

/// Scheme in lower case and the rest of what is an address, such as `https://…`, and not a path.
///
/// A letter and a colon begin a path on Windows.
pub(crate) fn address(path: &Path) -> Option<(String, &str)> {
    let (scheme, rest) = path.to_str()?.split_once(':')?;
    let scheme = scheme.to_ascii_lowercase();
    let is_scheme = scheme.len() > 1
        && scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'));
    let is_known = rest.starts_with("//") || matches!(scheme.as_str(), "data" | "file");
    (is_scheme && is_known && !path.exists()).then_some((scheme, rest))
}

/// Whether a server can read addresses of this scheme.
pub(crate) fn is_web(scheme: &str) -> bool {
    matches!(scheme, "http" | "https")
}

/// Fails where a file cannot be sent: before anything else is.
pub(crate) fn check_file(path: &Path) -> Result<(), Failure> {
    let meta = std::fs::metadata(path).map_err(|error| {
        Failure::usage(say!("cannot read {}: {error}", "无法读取 {}：{error}", path.display()))
    })?;
    if meta.is_dir() {
        return Err(Failure::usage(say!(
            "{} is a folder and not a file",
            "{} 是目录，不是文件",
            path.display()
        )));
    }
    if meta.is_file() && meta.len() == 0 {
        return Err(Failure::usage(say!("{} is empty", "{} 是空文件", path.display())));
    }
    Ok(())
}

/// The error for an address instead of a file; `takes` names what is accepted.
pub(crate) fn no_file(scheme: &str, takes: &str) -> Failure {
    // The rest may be a whole image.
    let failure = Failure::usage(say!(
        "expected {takes}, and not an address that begins with `{scheme}:`",
        "应为{takes}，而不是以 `{scheme}:` 开头的地址"
    ));
    failure.hint(match scheme {
        "file" => say!("give only the path", "只写路径"),
        "data" => say!("write the data to a file and give its path", "把数据写入文件，再写文件的路径"),
        _ => say!("download it, and give the path of the file", "先下载，再写文件的路径"),
    })
}

/// Standard input as a file to upload, read as it is sent.
pub(crate) fn stdin_source(name: &str) -> FileSource {
    let source = FileSource::reader(name, tokio::io::stdin());
    match rest_of_stdin() {
        Some(bytes) => source.len(bytes),
        None => source,
    }
}

/// How many bytes are left on standard input, where it is a file.
#[cfg(unix)]
fn rest_of_stdin() -> Option<u64> {
    use std::io::Seek;
    use std::os::fd::AsFd;
    let mut file = std::fs::File::from(std::io::stdin().as_fd().try_clone_to_owned().ok()?);
    let meta = file.metadata().ok()?;
    meta.is_file().then_some(meta.len())?.checked_sub(file.stream_position().ok()?)
}

#[cfg(not(unix))]
fn rest_of_stdin() -> Option<u64> {
    None
}

/// Reads a text file.
pub(crate) fn file(path: &Path) -> Result<String, Failure> {
    let cannot =
        |error| Failure::usage(say!("cannot read {}: {error}", "无法读取 {}：{error}", path.display()));
    let bytes = std::fs::read(path).map_err(cannot)?;
    utf8(&path.display().to_string(), bytes)
}

fn utf8(name: &str, bytes: Vec<u8>) -> Result<String, Failure> {
    let text = String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        Failure::usage(say!(
            "{name} is not UTF-8 text: byte {at} is invalid",
            "{name} 不是 UTF-8 文本：第 {at} 个字节无效"
        ))
    })?;
    // Editors on Windows put a byte order mark before the text.
    Ok(text.strip_prefix('\u{feff}').map_or_else(|| text.clone(), str::to_owned))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_with_and_without_units() {
        for (text, millis) in
            [("30", 30_000), ("1.5s", 1500), ("250ms", 250), ("2m", 120_000), ("1 h", 3_600_000)]
        {
            assert_eq!(duration(text), Ok(Duration::from_millis(millis)), "{text}");
        }
        for text in ["", "s", "0", "-1", "1d", "1e400", "nan", "5 minutes"] {
            assert!(duration(text).is_err(), "{text}");
        }
    }

    #[test]
    fn addresses_are_told_from_paths() {
        for (text, expected) in [
            ("https://x/y.png", Some(("https", "//x/y.png"))),
            ("HTTP://x", Some(("http", "//x"))),
            ("DATA:image/png;base64,AA==", Some(("data", "image/png;base64,AA=="))),
            ("file:/tmp/x", Some(("file", "/tmp/x"))),
            ("s3+x://b/k", Some(("s3+x", "//b/k"))),
            ("photo.png", None),
            ("C:\\photo.png", None),
            ("c://photo.png", None),
            ("at 12:30.png", None),
            ("./data:x", None),
            ("a b://x", None),
        ] {
            let found = address(Path::new(text));
            assert_eq!(found.as_ref().map(|(scheme, rest)| (scheme.as_str(), *rest)), expected, "{text}");
        }
    }

    #[test]
    fn pairs_are_split_once() {
        assert_eq!(pair("a=b=c"), Ok(("a".to_owned(), "b=c".to_owned())));
        assert_eq!(pair("a="), Ok(("a".to_owned(), String::new())));
        assert_eq!(header("X-A:  b: c"), Ok(("X-A".to_owned(), "b: c".to_owned())));
        assert!(pair("=b").is_err() && pair("a").is_err());
    }
}
