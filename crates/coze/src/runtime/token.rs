//! An access token.

use std::fmt;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::HeaderValue;
use zeroize::Zeroizing;

use crate::error::Error;

const PREFIX: &str = "Bearer ";
/// No token has one; they come from files of variables.
const QUOTES: [char; 3] = ['"', '\'', '`'];

/// An access token: never printed, and wiped from memory with its last copy.
///
/// Copies that lie in buffers of the connection are out of its reach.
#[derive(Clone)]
pub struct Token {
    /// As it is sent, so that a request costs no more than a reference to it.
    header: HeaderValue,
    expires_at: Option<SystemTime>,
    margin: Duration,
}

impl Token {
    /// Takes a token; fails where it cannot be one.
    pub fn new(text: impl AsRef<str>) -> Result<Self, Error> {
        Self::named("the token", text.as_ref())
    }

    /// The same; `name` says where the token came from, for the error.
    pub(crate) fn named(name: &str, text: &str) -> Result<Self, Error> {
        if text.is_empty() {
            return Err(Error::config(format!(
                "{name} is empty; create a token in the settings of your Coze account"
            )));
        }
        if text.starts_with(QUOTES) {
            return Err(Error::config(format!(
                "{name} is in quotes; take them off, since files of variables are not read as a shell reads them"
            )));
        }
        if text.starts_with("Bearer") {
            return Err(Error::config(format!("{name} starts with `Bearer`; give the token alone")));
        }
        let unfit = |c: char| !c.is_ascii_graphic() || QUOTES.contains(&c);
        if let Some((position, c)) = text.chars().enumerate().find(|(_, c)| unfit(*c)) {
            let what = match c {
                '\r' | '\n' => "a line break",
                c if QUOTES.contains(&c) => "a quote",
                _ => "a blank, control or non-ASCII character",
            };
            return Err(Error::config(format!(
                "{name} has {what} at position {position}; check that it was copied whole"
            )));
        }
        let mut line = Zeroizing::new(Vec::with_capacity(PREFIX.len() + text.len()));
        line.extend_from_slice(PREFIX.as_bytes());
        line.extend_from_slice(text.as_bytes());
        let mut header = HeaderValue::from_maybe_shared(Bytes::from_owner(line))
            .map_err(|_| Error::config("the token has a character that a header cannot hold"))?;
        header.set_sensitive(true);
        Ok(Self { header, expires_at: None, margin: Duration::ZERO })
    }

    /// Says when it expires, by the clock of the server; it is then kept, and renewed shortly before: a tenth of the time
    /// that is left, and at most a minute. A token without an expiry time is requested for each request.
    #[must_use]
    pub fn expires_at(self, time: SystemTime) -> Self {
        self.expires_between(SystemTime::now(), time)
    }

    pub(crate) fn expires_between(mut self, now: SystemTime, time: SystemTime) -> Self {
        let lifetime = time.duration_since(now).unwrap_or_default();
        self.margin = (lifetime / 10).min(Duration::from_secs(60));
        self.expires_at = Some(time);
        self
    }

    /// The token itself.
    pub fn expose(&self) -> &str {
        // Only ASCII was inserted.
        std::str::from_utf8(&self.header.as_bytes()[PREFIX.len()..]).unwrap_or_default()
    }

    /// When it expires, by the clock of the server.
    pub fn expiry(&self) -> Option<SystemTime> {
        self.expires_at
    }

    pub(crate) fn header(&self) -> &HeaderValue {
        &self.header
    }

    pub(crate) fn is_valid(&self, now: SystemTime) -> bool {
        self.expires_at.is_some_and(|time| now < time)
    }

    pub(crate) fn is_fresh(&self, now: SystemTime) -> bool {
        self.expires_at.is_some_and(|time| now + self.margin < time)
    }
}

impl PartialEq for Token {
    fn eq(&self, other: &Self) -> bool {
        self.header == other.header
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Token").field("expires_at", &self.expires_at).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_sent_as_it_is_and_never_printed() {
        let token = Token::new("czu_0123").unwrap();
        assert_eq!(token.expose(), "czu_0123");
        assert_eq!(token.header(), "Bearer czu_0123");
        assert!(token.header().is_sensitive());
        assert!(!format!("{token:?} {:#?}", token.clone()).contains("0123"));
    }

    #[test]
    fn a_token_is_renewed_ahead_of_its_end() {
        let now = SystemTime::now();
        let after = |seconds| now + Duration::from_secs(seconds);
        let token = |seconds| Token::new("t").unwrap().expires_between(now, after(seconds));
        // A minute early, or a tenth of a short lifetime.
        for (life, fresh, stale) in [(900, 839, 840), (100, 89, 90)] {
            assert!(token(life).is_fresh(after(fresh)) && !token(life).is_fresh(after(stale)));
            assert!(token(life).is_valid(after(life - 1)) && !token(life).is_valid(after(life)));
        }
        assert!(!Token::new("t").unwrap().is_fresh(now));
        assert!(!Token::new("t").unwrap().expires_at(now - Duration::from_secs(1)).is_valid(now));
    }
}
