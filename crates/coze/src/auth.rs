//! Where tokens come from.
//!
//! [`Builder::token`](crate::Builder::token) takes a token that stays; [`Builder::auth`](crate::Builder::auth) takes a [`TokenProvider`],
//! which is asked for one: an app of this module, or anything of yours.
//!
//! | flow | for | type |
//! | --- | --- | --- |
//! | JWT | services | [`JwtApp`], a provider by itself |
//! | authorization code | web applications with a server | [`WebApp::new`], then a [`Session`] |
//! | PKCE | programs with a browser at hand | [`WebApp::public`] and [`Loopback`], then a [`Session`] |
//! | device code | programs without one | [`DeviceApp`], then a [`Session`] |
//!
//! A token is kept until shortly before it expires, by the clock of the server, and fetched once however many requests
//! wait for it. When the server refuses one all the same, it is renewed once and the request sent once more.
//!
//! ```
//! use coze::Coze;
//! use coze::auth::{self, Token};
//!
//! # fn main() -> Result<(), coze::Error> {
//! // Any async function is a provider.
//! let provider = auth::from_fn(async |_| Token::new("pat_from_a_vault"));
//! let client = Coze::builder().auth(provider).build()?;
//! # Ok(()) }
//! ```
#![cfg_attr(not(feature = "jwt"), doc = "", doc = "[`JwtApp`]: crate::auth")]
#![cfg_attr(
    not(feature = "oauth"),
    doc = "",
    doc = "[`WebApp::new`]: crate::auth",
    doc = "[`WebApp::public`]: crate::auth"
)]
#![cfg_attr(not(feature = "oauth"), doc = "[`Loopback`]: crate::auth")]

use std::fmt;
use std::future::Future;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::HeaderValue;
use zeroize::Zeroizing;

use crate::error::Error;

mod cached;
mod device;
mod server;
mod session;
mod store;

#[cfg(feature = "oauth")]
mod random;
#[cfg(feature = "oauth")]
mod web;

#[cfg(feature = "jwt")]
mod jwt;

pub use async_trait::async_trait;
pub use cached::Cached;
pub use coze_types::Secret;
pub use coze_types::oauth::{
    AccountPermission, AppConfig, AttributeConstraint, BotChatAttribute, ChallengeMethod, ClientType,
    DeviceCode, DeviceInfo, OAuthToken, Scope, SessionContext, WorkflowPermission, WorkspacePermission,
};
pub use coze_types::{AccountId, ClientId, EnterpriseId};
pub use device::{DeviceApp, DeviceLogin, DeviceProgress};
#[cfg(feature = "jwt")]
pub use jwt::JwtApp;
pub use server::Server;
pub(crate) use server::{Clock, Credentials};
pub use session::{App, Session, load_config};
pub use store::{FileStore, Grant, MemoryStore, StoreLock, TokenStore};
#[cfg(feature = "oauth")]
pub use web::{Authorization, Loopback, WebApp};

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
    /// that is left, and at most a minute. A token that does not say so is asked for anew for each request.
    #[must_use]
    pub fn expires_at(self, time: SystemTime) -> Self {
        self.expires_between(SystemTime::now(), time)
    }

    fn expires_between(mut self, now: SystemTime, time: SystemTime) -> Self {
        let lifetime = time.duration_since(now).unwrap_or_default();
        self.margin = (lifetime / 10).min(Duration::from_secs(60));
        self.expires_at = Some(time);
        self
    }

    /// The token itself.
    pub fn expose(&self) -> &str {
        // What was put in is ASCII.
        std::str::from_utf8(&self.header.as_bytes()[PREFIX.len()..]).unwrap_or_default()
    }

    /// When it expires, by the clock of the server.
    pub fn expiry(&self) -> Option<SystemTime> {
        self.expires_at
    }

    pub(crate) fn header(&self) -> &HeaderValue {
        &self.header
    }

    fn is_valid(&self, now: SystemTime) -> bool {
        self.expires_at.is_some_and(|time| now < time)
    }

    fn is_fresh(&self, now: SystemTime) -> bool {
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

/// What is asked of a [`TokenProvider`].
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct TokenRequest {
    /// Token that the server has just refused, whatever its age: the answer has to be another one.
    pub refused: Option<Token>,
    /// Where OAuth requests go: through the transport of the client that asks, to its address.
    pub server: Server,
}

impl TokenRequest {
    /// A request on behalf of no refused token.
    pub fn new(server: Server) -> Self {
        Self { refused: None, server }
    }
}

/// Hands out access tokens.
///
/// The client asks before each request; it keeps a token that says when it [expires](Token::expires_at) until then, and never asks
/// twice at a time. The future runs to its end even when the request that asked for it is dropped.
///
/// ```
/// use coze::Error;
/// use coze::auth::{Token, TokenProvider, TokenRequest, async_trait};
///
/// /// Reads the token from a file that another program keeps up to date.
/// struct Mounted(std::path::PathBuf);
///
/// #[async_trait]
/// impl TokenProvider for Mounted {
///     async fn token(&self, _: TokenRequest) -> Result<Token, Error> {
///         let text = std::fs::read_to_string(&self.0).map_err(|error| Error::auth("cannot read the token", error))?;
///         Token::new(text.trim())
///     }
/// }
/// ```
#[async_trait]
pub trait TokenProvider: Send + Sync + 'static {
    /// Hands out a token.
    async fn token(&self, request: TokenRequest) -> Result<Token, Error>;

    /// Address of the API to which the tokens belong, if the provider knows it; the client then takes it for its own, and
    /// refuses another.
    fn base_url(&self) -> Option<&str> {
        None
    }

    /// Another number whenever the tokens that were handed out before are not to be used any more, as after a logout.
    ///
    /// A client asks for a new token where its own is of another generation.
    fn generation(&self) -> u64 {
        0
    }
}

#[async_trait]
impl TokenProvider for Box<dyn TokenProvider> {
    async fn token(&self, request: TokenRequest) -> Result<Token, Error> {
        (**self).token(request).await
    }

    fn base_url(&self) -> Option<&str> {
        (**self).base_url()
    }

    fn generation(&self) -> u64 {
        (**self).generation()
    }
}

/// Text of a file without the byte order mark that editors of Windows put before it.
fn without_mark(text: &[u8]) -> &[u8] {
    text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text)
}

/// Makes a provider of an async function.
pub fn from_fn<F, R>(function: F) -> FromFn<F>
where
    F: Fn(TokenRequest) -> R + Send + Sync + 'static,
    R: Future<Output = Result<Token, Error>> + Send + 'static,
{
    FromFn(function)
}

/// A provider that is a function; made by [`from_fn`].
#[derive(Clone)]
pub struct FromFn<F>(F);

#[async_trait]
impl<F, R> TokenProvider for FromFn<F>
where
    F: Fn(TokenRequest) -> R + Send + Sync + 'static,
    R: Future<Output = Result<Token, Error>> + Send + 'static,
{
    async fn token(&self, request: TokenRequest) -> Result<Token, Error> {
        (self.0)(request).await
    }
}

impl<F> fmt::Debug for FromFn<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FromFn").finish_non_exhaustive()
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
        // A minute ahead, or a tenth of a short life.
        for (life, fresh, stale) in [(900, 839, 840), (100, 89, 90)] {
            assert!(token(life).is_fresh(after(fresh)) && !token(life).is_fresh(after(stale)));
            assert!(token(life).is_valid(after(life - 1)) && !token(life).is_valid(after(life)));
        }
        assert!(!Token::new("t").unwrap().is_fresh(now));
        assert!(!Token::new("t").unwrap().expires_at(now - Duration::from_secs(1)).is_valid(now));
    }
}
