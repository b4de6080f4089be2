//! JSON that servers write and `serde_json` does not take.
//!
//! Half a surrogate pair, a number beyond all bounds or a nest of a thousand arrays is JSON by the grammar, `NaN` is what some
//! languages write, and a byte order mark what some put before the text; in a field that nobody reads, none of it may cost the answer. The usual reader looks first,
//! so that only what it refuses is read twice.

use serde::de::DeserializeOwned;

/// Arrays and objects within each other that are read; `serde_json` gives up at 128.
const DEEPEST: usize = 100;

/// Reads a value, and once more with what `serde_json` does not take replaced.
pub(crate) fn read<T: DeserializeOwned>(text: &str) -> Result<T, serde_json::Error> {
    read_with(text, |text| serde_json::from_str(text))
}

/// The same for a reader of one's own.
pub(crate) fn read_with<T>(
    text: &str,
    read: impl Fn(&str) -> Result<T, serde_json::Error>,
) -> Result<T, serde_json::Error> {
    match read(text) {
        Err(error) => mended(text).and_then(|text| read(&text).ok()).ok_or(error),
        read => read,
    }
}

/// The same JSON with each value replaced that `serde_json` does not take; `None` where there is none.
///
/// Half a surrogate pair becomes U+FFFD, and a control character its escape; a number that is too large and a value that lies too
/// deep become their text, and `NaN` and `Infinity` null; a byte order mark is removed.
#[cold]
pub(crate) fn mended(text: &str) -> Option<String> {
    let mut mender = Mender { text, at: 0, out: String::with_capacity(text.len()), changed: false };
    mender.run();
    mender.changed.then_some(mender.out)
}

struct Mender<'a> {
    text: &'a str,
    at: usize,
    out: String,
    changed: bool,
}

impl Mender<'_> {
    fn run(&mut self) {
        const MARK: char = '\u{feff}';
        if self.text.starts_with(MARK) {
            self.replace(MARK.len_utf8(), "");
        }
        let mut depth = 0_usize;
        while let Some(byte) = self.byte() {
            match byte {
                b'"' => self.string(),
                b'{' | b'[' if depth == DEEPEST => self.nest(),
                b'{' | b'[' => {
                    depth += 1;
                    self.copy(1);
                }
                b'}' | b']' => {
                    depth = depth.saturating_sub(1);
                    self.copy(1);
                }
                b'-' | b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' => self.token(),
                _ => self.copy(self.text[self.at..].chars().next().map_or(1, char::len_utf8)),
            }
        }
    }

    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn copy(&mut self, len: usize) {
        self.out.push_str(&self.text[self.at..self.at + len]);
        self.at += len;
    }

    fn replace(&mut self, len: usize, with: &str) {
        self.out.push_str(with);
        self.at += len;
        self.changed = true;
    }

    /// A number or a word.
    fn token(&mut self) {
        let rest = &self.text[self.at..];
        let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.');
        let token = &rest[..rest.find(|c| !is_part(c)).unwrap_or(rest.len())];
        match token.trim_start_matches(['-', '+']) {
            "NaN" | "nan" | "Infinity" | "inf" | "Inf" => self.replace(token.len(), "null"),
            _ if token.parse::<f64>().is_ok_and(f64::is_infinite) => {
                self.replace(token.len(), &format!("\"{token}\""));
            }
            _ => self.copy(token.len()),
        }
    }

    fn string(&mut self) {
        self.copy(1);
        while let Some(byte) = self.byte() {
            match byte {
                b'"' => return self.copy(1),
                b'\\' => self.escape(),
                0..0x20 => self.replace(1, &format!("\\u{byte:04x}")),
                _ => {
                    let rest = &self.text[self.at..];
                    let end = rest.find(|c: char| c == '"' || c == '\\' || c < ' ').unwrap_or(rest.len());
                    self.copy(end);
                }
            }
        }
    }

    fn escape(&mut self) {
        let escape = |at: usize| {
            let digits = self.text.get(at..)?.strip_prefix("\\u")?.get(..4)?;
            u16::from_str_radix(digits, 16).ok()
        };
        match escape(self.at) {
            Some(0xD800..0xDC00) if matches!(escape(self.at + 6), Some(0xDC00..0xE000)) => self.copy(12),
            Some(0xD800..0xE000) => self.replace(6, "\u{fffd}"),
            Some(_) => self.copy(6),
            None => {
                self.copy(1);
                self.copy(self.text[self.at..].chars().next().map_or(0, char::len_utf8));
            }
        }
    }

    /// An array or object that lies too deep, as its text.
    fn nest(&mut self) {
        let start = self.at;
        let (mut depth, mut quoted, mut escaped) = (0_usize, false, false);
        let len = self.text[start..].bytes().position(|byte| {
            match byte {
                _ if escaped => escaped = false,
                b'\\' if quoted => escaped = true,
                b'"' => quoted = !quoted,
                b'{' | b'[' if !quoted => depth += 1,
                b'}' | b']' if !quoted => depth -= 1,
                _ => {}
            }
            depth == 0
        });
        // The bracket that ends it is one byte.
        let nest = &self.text[start..len.map_or(self.text.len(), |last| start + last + 1)];
        let quoted = serde_json::Value::from(nest).to_string();
        self.replace(nest.len(), &quoted);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn what_serde_json_does_not_take_is_replaced() {
        let deep = format!("{}1{}", "[".repeat(DEEPEST + 30), "]".repeat(DEEPEST + 30));
        let rest = format!("{}1{}", "[".repeat(30), "]".repeat(30));
        for (text, value) in [
            (r#""\ud83d""#, json!("\u{fffd}")),
            (r#""a\ud83d\"\ude00b""#, json!("a\u{fffd}\"\u{fffd}b")),
            (r#""\ud83d\ud83d\ude00 \\ud83d""#, json!("\u{fffd}😀 \\ud83d")),
            (r#"{"\udc00":[1e999,-1e999,1e5]}"#, json!({"\u{fffd}": ["1e999", "-1e999", 1e5]})),
            ("[NaN, -Infinity, true]", json!([null, null, true])),
            ("\u{feff}[1]", json!([1])),
            ("\"a\tb\nc\"", json!("a\tb\nc")),
            ("\"日\t本\\ud800\"", json!("日\t本\u{fffd}")),
        ] {
            assert!(serde_json::from_str::<Value>(text).is_err(), "{text}");
            assert_eq!(read::<Value>(text).unwrap(), value, "{text}");
        }
        let mut value = read::<Value>(&deep).unwrap();
        for _ in 0..DEEPEST {
            value = value[0].take();
        }
        assert_eq!(value, json!(rest));
    }

    #[test]
    fn what_is_no_json_stays_an_error() {
        for text in
            ["", "{", "\"\\", "\"\\ud8", "\"\\u12", "[1,]", "NaN NaN", "nul", "{\"a\":tru\u{e9}}", "\"\\q\""]
        {
            assert!(read::<Value>(text).is_err(), "{text}");
        }
        // A nest that never ends.
        assert!(read::<Value>(&"[".repeat(5000)).is_err());
    }

    #[test]
    fn what_reads_is_left_alone() {
        for text in [r#"{"a":"\ud83d\ude00\\n","b":[1.5e10,-3,null,true,"\u0000"]}"#, " 12 ", "\"日本\""] {
            assert_eq!(mended(text), None);
        }
    }
}
