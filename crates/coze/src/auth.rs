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
pub(crate) use server::Provided;
pub use server::Server;
pub use session::{App, Session, load_config};
pub use store::{FileStore, Grant, MemoryStore, StoreLock, TokenStore};
#[cfg(feature = "oauth")]
pub use web::{Authorization, Loopback, WebApp};

pub use crate::runtime::token::Token;

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
