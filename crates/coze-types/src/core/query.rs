//! Query strings, with every value percent-encoded and nothing empty.

use crate::core::error::EncodeError;
use crate::core::path::percent_encode;
use crate::model::query_value::QueryValue;

/// The query of a request while it is written.
#[derive(Clone, Debug)]
pub struct Query {
    target: String,
    separator: char,
}

impl Query {
    pub(crate) fn new(path: String) -> Self {
        Self { target: path, separator: '?' }
    }

    /// Starts with a path that was written elsewhere; it begins with one `/` and holds neither query nor fragment.
    pub fn of_path(path: impl Into<String>) -> Result<Self, EncodeError> {
        let path = path.into();
        let fits = path.starts_with('/') && !path.starts_with("//");
        // The characters of RFC 3986; parsers differ in how they handle others.
        let plain =
            path.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/%-._~!$&'()*+,;=:@".contains(&byte));
        // Servers and proxies resolve `%2e%2e` like `..`.
        let decoded = percent_encoding::percent_decode_str(&path).decode_utf8_lossy();
        let climbs = decoded.split(['/', '\\']).any(|segment| matches!(segment, "." | ".."));
        let escaped = path
            .split('%')
            .skip(1)
            .all(|rest| rest.len() >= 2 && rest.bytes().take(2).all(|digit| digit.is_ascii_hexdigit()));
        if fits && plain && escaped && !climbs {
            return Ok(Self::new(path));
        }
        Err(EncodeError::message(format!(
            "the path {path:?} does not fit; it begins with one `/`, is percent-encoded, and has neither `..` nor a query"
        )))
    }

    /// Address of the path and what was pushed.
    pub fn into_target(self) -> String {
        self.target
    }

    /// Adds one parameter, or nothing when the value is unset.
    ///
    /// A required value that is empty is an error: servers read `name=` as a malformed number or as another
    /// object, never as "unset".
    pub fn push<T: QueryValue + ?Sized>(&mut self, name: &str, value: &T) -> Result<(), EncodeError> {
        let Some(value) = value.to_query() else { return Ok(()) };
        if value.is_empty() {
            return Err(EncodeError::empty(name));
        }
        self.target.reserve(name.len() + value.len() + 2);
        self.target.push(self.separator);
        percent_encode(name, &mut self.target);
        self.target.push('=');
        percent_encode(&value, &mut self.target);
        self.separator = '&';
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_encoded_and_unset_ones_left_out() {
        let mut query = Query::new("/v1/x".to_owned());
        query.push("a", "1&b=2#?/ 中").unwrap();
        query.push("none", &None::<String>).unwrap();
        query.push("empty", &Some(String::new())).unwrap();
        query.push("flag", &Some(true)).unwrap();
        query.push("ids", &vec!["x".to_owned(), "y,z".to_owned()]).unwrap();
        query.push("no_ids", &Vec::<String>::new()).unwrap();
        query.push("empty_ids", &vec![String::new(), String::new()]).unwrap();
        query.push("some_ids", &vec![String::new(), "z".to_owned(), String::new()]).unwrap();
        query.push("n", &50_u32).unwrap();
        assert_eq!(
            query.into_target(),
            "/v1/x?a=1%26b%3D2%23%3F%2F%20%E4%B8%AD&flag=true&ids=x%2Cy%2Cz&some_ids=z&n=50"
        );
    }

    #[test]
    fn a_path_that_parsers_would_change_is_refused() {
        for path in ["/v1/files/a%20b", "/v1/-._~!$&'()*+,;=:@/x"] {
            assert_eq!(Query::of_path(path).unwrap().into_target(), path);
        }
        for character in " \"<>[]\\^`{|}?#é\r\n\0".chars() {
            let path = format!("/v1/{character}");
            let error = Query::of_path(&path).unwrap_err().to_string();
            assert!(error.contains("percent-encoded"), "{error}");
        }
    }

    #[test]
    fn an_empty_required_value_is_an_error_that_names_the_parameter() {
        let error = Query::new(String::new()).push("conversation_id", "").unwrap_err();
        assert!(error.to_string().contains("conversation_id"), "{error}");
    }
}
