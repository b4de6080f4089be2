//! Secrets that a server repeats.

use super::{ApiError, DecodeError};
use crate::model::id::LogId;

const HIDDEN: &str = "[redacted]";
/// So much of a secret at the end of a text that was cut is not shown.
const BEGINNING: usize = 4;

impl ApiError {
    /// Takes a secret out of all that the server said.
    pub fn hide(&mut self, secret: &str) {
        hide(&mut self.msg, secret);
        self.debug_url.iter_mut().for_each(|url| hide(url, secret));
        hide_id(&mut self.log_id, secret);
        let mut code = self.code.to_string();
        hide(&mut code, secret);
        if code.contains(HIDDEN) {
            self.code = code.as_str().into();
        }
    }
}

impl DecodeError {
    /// Takes a secret out of what is shown of the text that could not be read.
    pub fn hide(&mut self, secret: &str) {
        hide(&mut self.0.excerpt, secret);
        hide_id(&mut self.0.log_id, secret);
        if self.0.source.as_ref().is_some_and(|source| source.to_string().contains(secret)) {
            self.0.source = None;
        }
    }
}

fn hide_id(id: &mut Option<LogId>, secret: &str) {
    if id.as_ref().is_some_and(|id| id.as_str().contains(secret)) {
        *id = Some(HIDDEN.into());
    }
}

fn hide(text: &mut String, secret: &str) {
    if secret.is_empty() {
        return;
    }
    if text.contains(secret) {
        *text = text.replace(secret, HIDDEN);
    }
    let Some(cut) = text.strip_suffix('…') else { return };
    let begun = (BEGINNING..secret.len())
        .rev()
        .filter_map(|length| secret.get(..length))
        .find_map(|beginning| cut.strip_suffix(beginning));
    if let Some(rest) = begun {
        *text = format!("{rest}{HIDDEN}…");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_hidden_wherever_it_stands() {
        let mut error = ApiError::new("bad_secret_word", "no such secret_word, secret_word");
        error.log_id = Some("of-secret_word".into());
        error.debug_url = Some("https://x/?a=secret_word".to_owned());
        error.hide("secret_word");
        assert!(!format!("{error} {error:?}").contains("secret_word"), "{error:?}");
        assert_eq!(error.msg, "no such [redacted], [redacted]");
        assert_eq!(error.code.to_string(), "bad_[redacted]");

        let mut error = ApiError::new(4000, "secret_wo…");
        error.hide("secret_word");
        assert_eq!((error.msg.as_str(), error.code == 4000), ("[redacted]…", true));
        error.hide("");
        assert_eq!(error.msg, "[redacted]…");
    }
}
