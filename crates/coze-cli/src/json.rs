//! JSON text, kept unchanged.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::failure::{Exit, Failure};
use crate::screen::Screen;

/// Prints a value as JSON: spread over lines on a terminal, else on one.
pub(crate) fn print(value: &impl Serialize, screen: &mut Screen) -> Result<(), Failure> {
    let line = line(value)?;
    if screen.shows_output() && print_pretty(&line, screen)? { Ok(()) } else { screen.line(&line) }
}

/// A value as JSON on one line.
pub(crate) fn line(value: &impl Serialize) -> Result<String, Failure> {
    serde_json::to_string(value)
        .map_err(|error| Failure::new(Exit::Other, format_args!("cannot print the answer: {error}")))
}

/// One line for one event: `{"event": name, "data": …}`.
///
/// JSON data is kept unchanged, other data becomes a string.
pub(crate) fn event_line(name: &str, data: &str) -> String {
    let data = match serde_json::from_str::<&RawValue>(data) {
        // Line ends may occur only between tokens.
        Ok(json) => json.get().replace(['\r', '\n'], " "),
        Err(_) => Value::from(data).to_string(),
    };
    format!("{{\"event\":{},\"data\":{data}}}", Value::from(name))
}

/// Prints JSON spread over lines; false, and nothing printed, when the text is not JSON.
///
/// Order, numbers and escapes are unchanged.
pub(crate) fn print_pretty(text: &str, screen: &mut Screen) -> Result<bool, Failure> {
    let Ok(json) = serde_json::from_str::<&RawValue>(text) else { return Ok(false) };
    spread(json.get(), |piece| screen.answer(piece))?;
    screen.end_answer()?;
    Ok(true)
}

/// Levels that are indented: a text may nest deeper than any line is wide, and each level would cost more than the last.
const LEVELS: usize = 40;
/// Bytes that are passed on at a time.
const PIECE: usize = 16 * 1024;

/// Spreads JSON over lines, piece by piece.
fn spread<E>(json: &str, mut write: impl FnMut(&str) -> Result<(), E>) -> Result<(), E> {
    let mut out = String::with_capacity(PIECE + 1024);
    let mut depth = 0;
    let mut in_string = false;
    let mut escaped = false;
    let mut chars = json.chars().peekable();
    while let Some(c) = chars.next() {
        if out.len() >= PIECE {
            write(&out)?;
            out.clear();
        }
        if in_string {
            out.push(c);
            in_string = escaped || c != '"';
            escaped = !escaped && c == '\\';
            continue;
        }
        match c {
            '"' => {
                in_string = true;
                out.push(c);
            }
            '{' | '[' => {
                out.push(c);
                while chars.next_if(char::is_ascii_whitespace).is_some() {}
                if let Some(close) = chars.next_if(|next| matches!(next, '}' | ']')) {
                    out.push(close);
                } else {
                    depth += 1;
                    break_line(&mut out, depth);
                }
            }
            '}' | ']' => {
                depth -= 1;
                break_line(&mut out, depth);
                out.push(c);
            }
            ',' => {
                out.push(c);
                break_line(&mut out, depth);
            }
            ':' => out.push_str(": "),
            c if c.is_ascii_whitespace() => {}
            c => out.push(c),
        }
    }
    write(&out)
}

fn break_line(out: &mut String, depth: usize) {
    out.push('\n');
    out.extend(std::iter::repeat_n("  ", depth.min(LEVELS)));
}

/// Reads JSON whose numbers can all be kept as written: no other number may be sent instead.
///
/// A whole number with an exponent, such as `1e5`, becomes an integer: a server may not take `100000.0` for one.
pub(crate) fn exact<T: DeserializeOwned>(text: &str) -> Result<T, String> {
    serde_json::from_str::<&RawValue>(text).map_err(|error| error.to_string())?;
    let mut plain = String::with_capacity(text.len());
    let mut rest = 0;
    for number in numbers(text) {
        if let Some(integer) = integer(number) {
            let start = number.as_ptr().addr() - text.as_ptr().addr();
            plain.push_str(&text[rest..start]);
            plain.push_str(&integer);
            rest = start + number.len();
        } else if !is_exact(number) {
            return Err(format!(
                "the number {number} has more digits than are sent; write it as text, in quotes"
            ));
        }
    }
    plain.push_str(&text[rest..]);
    serde_json::from_str(&plain).map_err(|error| error.to_string())
}

/// The digits of a number that is whole and not written so, where they fit into an integer.
fn integer(number: &str) -> Option<String> {
    let is_other = number.contains(['e', 'E']) || number == "-0";
    let (is_negative, digits, exponent) = decimal(number).filter(|_| is_other)?;
    let zeros = usize::try_from(exponent).ok().filter(|zeros| *zeros < 20)?;
    let digits = if digits.is_empty() { "0".to_owned() } else { format!("{digits}{}", "0".repeat(zeros)) };
    let text = if is_negative && digits != "0" { format!("-{digits}") } else { digits };
    (text.parse::<u64>().is_ok() || text.parse::<i64>().is_ok()).then_some(text)
}

/// Numbers of a JSON text, as they are written.
fn numbers(json: &str) -> impl Iterator<Item = &str> {
    let (mut in_string, mut escaped) = (false, false);
    let outside = move |c: char| {
        if in_string {
            in_string = escaped || c != '"';
            escaped = !escaped && c == '\\';
            return true;
        }
        in_string = c == '"';
        !matches!(c, '0'..='9' | '-' | '+' | '.' | 'e' | 'E')
    };
    // The letter also occurs in words such as `true`.
    json.split(outside).filter(|word| word.starts_with(|c: char| c == '-' || c.is_ascii_digit()))
}

/// Whether a number is still the same once it is read and written.
fn is_exact(number: &str) -> bool {
    serde_json::from_str::<serde_json::Number>(number)
        .is_ok_and(|read| decimal(number).is_some_and(|wanted| decimal(&read.to_string()) == Some(wanted)))
}

/// Digits of a number without zeros around them, and the power of ten that they are multiplied by.
fn decimal(number: &str) -> Option<(bool, String, i64)> {
    let (mantissa, exponent) = match number.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i64>().ok()?),
        None => (number, 0),
    };
    let (is_negative, mantissa) =
        mantissa.strip_prefix('-').map_or((false, mantissa), |mantissa| (true, mantissa));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{fraction}");
    let kept = digits.trim_end_matches('0');
    let exponent = exponent
        .checked_sub(i64::try_from(fraction.len()).ok()?)?
        .checked_add(i64::try_from(digits.len() - kept.len()).ok()?)?;
    match kept.trim_start_matches('0') {
        "" => Some((is_negative, String::new(), 0)),
        digits => Some((is_negative, digits.to_owned(), exponent)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_one_line_whatever_its_data() {
        assert_eq!(event_line("done", "[DONE]"), r#"{"event":"done","data":"[DONE]"}"#);
        assert_eq!(event_line("done", "\"[DONE]\""), r#"{"event":"done","data":"[DONE]"}"#);
        assert_eq!(event_line("", ""), r#"{"event":"","data":""}"#);
        assert_eq!(
            event_line("a\"b", "{\"x\":\n1.50,\r\n\"y\":\"\\n\"}"),
            "{\"event\":\"a\\\"b\",\"data\":{\"x\": 1.50,  \"y\":\"\\n\"}}"
        );
        assert_eq!(event_line("x", "two\nlines"), r#"{"event":"x","data":"two\nlines"}"#);
    }

    #[test]
    fn pretty_changes_nothing_but_the_space_between_tokens() {
        let text = r#" {"z":[1.50,{} , [ ],"a, {b}: \"c\" \\"],"a":{"n":7400000000000000001}} "#;
        let pretty = spread_whole(text);
        assert_eq!(
            pretty,
            "{\n  \"z\": [\n    1.50,\n    {},\n    [],\n    \"a, {b}: \\\"c\\\" \\\\\"\n  ],\n  \"a\": {\n    \"n\": 7400000000000000001\n  }\n}"
        );
        let (before, after): (Value, Value) =
            (serde_json::from_str(text).unwrap(), serde_json::from_str(&pretty).unwrap());
        assert_eq!(before, after);
    }

    fn spread_whole(json: &str) -> String {
        let mut whole = String::new();
        let written: Result<(), std::convert::Infallible> = spread(json, |piece| {
            assert!(piece.len() <= PIECE + 2 * LEVELS + 16, "{}", piece.len());
            whole.push_str(piece);
            Ok(())
        });
        written.unwrap();
        whole
    }

    #[test]
    fn depth_costs_no_more_than_a_line_is_wide() {
        let depth = 20_000;
        let whole = spread_whole(&format!("{}1{}", "[".repeat(depth), "]".repeat(depth)));
        assert!(whole.len() < 2 * depth * (2 * LEVELS + 2) + 10, "{}", whole.len());
        assert!(whole.starts_with("[\n  [\n    ["), "{}", &whole[..20]);
        assert!(whole.lines().all(|line| line.len() <= 2 * LEVELS + 1));
    }

    #[test]
    fn numbers_are_held_as_written_or_refused() {
        for text in [
            "1",
            "-0",
            "0.1",
            "1.50",
            "1e2",
            "1E+2",
            "1e-7",
            "18446744073709551615",
            "-9223372036854775808",
            "0.30000000000000004",
            "1.7976931348623157e308",
            "0.000",
            "0e5",
            "100000000000000000000",
            "[1,2.5,{\"a\":[true,false,null,-3]}]",
            r#""12345678901234567890123""#,
            r#"{"e":"\"1.00000000000000000001","0.12345678901234567891":1}"#,
        ] {
            assert!(exact::<Value>(text).is_ok(), "{text}: {:?}", exact::<Value>(text));
        }
        for (text, number) in [
            ("12345678901234567890123", "12345678901234567890123"),
            ("0.12345678901234567891", "0.12345678901234567891"),
            ("[1, -18446744073709551617]", "-18446744073709551617"),
            (r#"{"a":{"b":[0, 9007199254740993.0]}}"#, "9007199254740993.0"),
            ("1e-400", "1e-400"),
            ("123456789012345678.9", "123456789012345678.9"),
        ] {
            let error = exact::<Value>(text).unwrap_err();
            assert!(error.contains(&format!(" {number} ")), "{text}: {error}");
        }
        assert!(exact::<Value>("1e400").is_err() && exact::<Value>("{").is_err());
    }

    #[test]
    fn whole_numbers_go_out_as_integers() {
        for (text, sent) in [
            ("1e5", "100000"),
            ("1.5E+3", "1500"),
            ("-12e2", "-1200"),
            ("0e5", "0"),
            ("-0", "0"),
            ("-0e1", "0"),
            ("18446744073709551610e0", "18446744073709551610"),
            ("1e19", "10000000000000000000"),
            ("100", "100"),
            ("1.0", "1.0"),
            ("1.25e1", "12.5"),
            ("5e-1", "0.5"),
            ("1e20", "1e+20"),
            (r#"[1e2, "1e2", {"1e3": 1e3}]"#, r#"[100,"1e2",{"1e3":1000}]"#),
        ] {
            assert_eq!(exact::<Value>(text).unwrap().to_string(), sent, "{text}");
        }
    }
}
