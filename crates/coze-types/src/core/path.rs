//! Paths, with every parameter percent-encoded.

use std::fmt::{self, Write as _};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::core::error::EncodeError;
use crate::model::plain;

/// All but the unreserved characters of RFC 3986.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The unreserved characters.
const PLAIN: [bool; 256] = plain::table(b"-._~");

/// Writes a text percent-encoded.
///
/// Names and ids go as they are, which saves about 2,000 of 52,000 instructions of a request with one parameter.
pub(crate) fn percent_encode(text: &str, target: &mut String) {
    if plain::all(text, &PLAIN) {
        target.push_str(text);
    } else {
        target.extend(utf8_percent_encode(text, RESERVED));
    }
}

/// The path of a request while it is written.
#[derive(Clone, Debug, Default)]
pub struct Path(String);

impl Path {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Fills a template such as `/v1/bots/{bot_id}`; names and `params` come in the same order.
    ///
    /// A value becomes exactly one segment: `/`, `?`, `#`, `%` and everything else outside the unreserved characters
    /// are percent-encoded. An empty value, `.` and `..` are refused, since they would name another path.
    pub fn fill(&mut self, template: &str, params: &[(&str, &dyn fmt::Display)]) -> Result<(), EncodeError> {
        // With capacity for a few ids here and in the query, so that it is allocated once.
        self.0.reserve(template.len() + 96);
        let mut rest = template;
        for (name, value) in params {
            let placeholder = rest.find('{').zip(rest.find('}'));
            let Some((open, close)) = placeholder.filter(|&(open, close)| {
                rest[open + 1..].starts_with(name) && close == open + 1 + name.len()
            }) else {
                return Err(EncodeError::template(template, name));
            };
            self.0.push_str(&rest[..open]);
            self.segment(name, *value)?;
            rest = &rest[close + 1..];
        }
        if rest.contains('{') {
            return Err(EncodeError::template(template, rest));
        }
        self.0.push_str(rest);
        Ok(())
    }

    /// Whether a template has these parameters, in this order, and no others.
    #[doc(hidden)]
    pub const fn fits(template: &str, names: &[&str]) -> bool {
        let template = template.as_bytes();
        let (mut at, mut next) = (0, 0);
        while at < template.len() {
            if template[at] == b'}' {
                return false;
            }
            at += 1;
            if template[at - 1] != b'{' {
                continue;
            }
            if next == names.len() {
                return false;
            }
            let (name, mut byte) = (names[next].as_bytes(), 0);
            while byte < name.len() {
                if at + byte >= template.len() || template[at + byte] != name[byte] {
                    return false;
                }
                byte += 1;
            }
            at += name.len();
            if at >= template.len() || template[at] != b'}' {
                return false;
            }
            (at, next) = (at + 1, next + 1);
        }
        next == names.len()
    }

    fn segment(&mut self, name: &str, value: &dyn fmt::Display) -> Result<(), EncodeError> {
        let start = self.0.len();
        write!(self.0, "{value}").map_err(|_| EncodeError::segment(name, ""))?;
        match &self.0[start..] {
            value @ ("" | "." | "..") => return Err(EncodeError::segment(name, value)),
            value if plain::all(value, &PLAIN) => {}
            _ => {
                let value = self.0.split_off(start);
                percent_encode(&value, &mut self.0);
            }
        }
        Ok(())
    }

    pub(crate) fn into_string(self) -> String {
        self.0
    }
}

/// Whether a path is one of a template.
pub(crate) fn matches(template: &str, path: &str) -> bool {
    let (mut names, mut values) = (template.split('/'), path.split('/'));
    loop {
        match (names.next(), values.next()) {
            (None, None) => return true,
            (Some(name), Some(value)) if name == value || (name.starts_with('{') && !value.is_empty()) => {}
            _ => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fill(template: &str, params: &[(&str, &dyn fmt::Display)]) -> Result<String, EncodeError> {
        let mut path = Path::new();
        path.fill(template, params)?;
        Ok(path.into_string())
    }

    #[test]
    fn a_value_stays_one_segment() {
        let path = fill("/v1/a/{x}/b/{y}", &[("x", &"../../v3/chat?a=b#c"), ("y", &"中 %")]).unwrap();
        assert_eq!(path, "/v1/a/..%2F..%2Fv3%2Fchat%3Fa%3Db%23c/b/%E4%B8%AD%20%25");
    }

    #[test]
    fn what_would_name_another_path_is_refused() {
        for value in ["", ".", ".."] {
            let error = fill("/v1/bots/{bot_id}", &[("bot_id", &value)]).unwrap_err();
            assert!(error.to_string().contains("bot_id"), "{error}");
        }
    }

    #[test]
    fn templates_fit_their_parameters_alone() {
        for (template, names) in [("/v1", &[][..]), ("/v1/{a}", &["a"]), ("/v1/{a}/x/{b_2}", &["a", "b_2"])] {
            assert!(Path::fits(template, names), "{template}");
        }
        for (template, names) in [
            ("/v1/{a}", &[][..]),
            ("/v1", &["a"]),
            ("/v1/{a}", &["b"]),
            ("/v1/{a}", &["a", "b"]),
            ("/v1/{a}/{b}", &["a"]),
            ("/v1/{a}/{b}", &["b", "a"]),
            ("/v1/{a}/{a}", &["a"]),
            ("/v1/{ab}", &["a"]),
            ("/v1/{a", &["a"]),
            ("/v1/a}", &[]),
            ("/v1/{", &["a"]),
        ] {
            assert!(!Path::fits(template, names), "{template}");
        }
    }

    #[test]
    fn a_template_that_does_not_match_is_an_error() {
        assert!(fill("/v1/{a}", &[]).is_err());
        assert!(fill("/v1/{a}", &[("b", &1)]).is_err());
        assert!(fill("/v1", &[("b", &1)]).is_err());
    }
}
