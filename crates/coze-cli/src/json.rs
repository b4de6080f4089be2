//! JSON text, kept as it came.

use serde::Serialize;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::failure::{Exit, Failure};
use crate::screen::Screen;

/// Prints a value as JSON: spread over lines on a terminal, else on one.
pub(crate) fn print(value: &impl Serialize, screen: &mut Screen) -> Result<(), Failure> {
    let line = line(value)?;
    let pretty = if screen.shows_output() { pretty(&line) } else { None };
    screen.line(pretty.as_deref().unwrap_or(&line))
}

/// A value as JSON on one line.
pub(crate) fn line(value: &impl Serialize) -> Result<String, Failure> {
    serde_json::to_string(value)
        .map_err(|error| Failure::new(Exit::Other, format_args!("cannot print the answer: {error}")))
}

/// One line for one event: `{"event": name, "data": …}`.
///
/// Data that is JSON stands as it came, other data as a string.
pub(crate) fn event_line(name: &str, data: &str) -> String {
    let data = match serde_json::from_str::<&RawValue>(data) {
        // Line ends may stand between tokens, and nowhere else.
        Ok(json) => json.get().replace(['\r', '\n'], " "),
        Err(_) => Value::from(data).to_string(),
    };
    format!("{{\"event\":{},\"data\":{data}}}", Value::from(name))
}

/// Spreads JSON over lines; `None` when it is not JSON.
///
/// Order, numbers and escapes stay as they came.
pub(crate) fn pretty(text: &str) -> Option<String> {
    let json = serde_json::from_str::<&RawValue>(text).ok()?.get();
    let mut out = String::with_capacity(json.len() * 2);
    let mut depth = 0;
    let mut in_string = false;
    let mut escaped = false;
    let mut chars = json.chars().peekable();
    while let Some(c) = chars.next() {
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
    Some(out)
}

fn break_line(out: &mut String, depth: usize) {
    out.push('\n');
    out.extend(std::iter::repeat_n("  ", depth));
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
        let pretty = pretty(text).unwrap();
        assert_eq!(
            pretty,
            "{\n  \"z\": [\n    1.50,\n    {},\n    [],\n    \"a, {b}: \\\"c\\\" \\\\\"\n  ],\n  \"a\": {\n    \"n\": 7400000000000000001\n  }\n}"
        );
        let (before, after): (Value, Value) =
            (serde_json::from_str(text).unwrap(), serde_json::from_str(&pretty).unwrap());
        assert_eq!(before, after);
        assert!(super::pretty("{").is_none() && super::pretty("plain").is_none());
    }
}
