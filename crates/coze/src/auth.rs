//! Authentication: OAuth apps, token providers and stores.
//!
//! [`Builder::token`](crate::Builder::token) takes a fixed token; [`Builder::auth`](crate::Builder::auth) takes a [`TokenProvider`]:
//! an app of this module, or your own.
//!
//! | flow | for | type |
//! | --- | --- | --- |
//! | JWT | services | [`JwtApp`], which is a provider |
//! | authorization code | web applications with a server | [`WebApp::new`], then a [`Session`] |
//! | PKCE | programs with a browser | [`WebApp::public`] and [`Loopback`], then a [`Session`] |
//! | device code | programs without one | [`DeviceApp`], then a [`Session`] |
//!
//! A token is cached until shortly before it expires, by the clock of the server, and requested once for all waiting
//! requests. If the server still rejects it, it is renewed once and the request is retried.
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

/// The input of a [`TokenProvider`].
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct TokenRequest {
    /// Token that the server has just rejected, regardless of its age: the provider must return a different one.
    pub refused: Option<Token>,
    /// Server for OAuth requests: the address and the transport of the client.
    pub server: Server,
}

impl TokenRequest {
    /// A request on behalf of no refused token.
    pub fn new(server: Server) -> Self {
        Self { refused: None, server }
    }
}

/// Provides access tokens.
///
/// The client calls it before each request. It caches a token with an [expiry time](Token::expires_at) until then, and never makes
/// two calls at a time. The future runs to completion even if the request that needs the token is dropped.
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
    /// Returns a token.
    async fn token(&self, request: TokenRequest) -> Result<Token, Error>;

    /// Returns the address of the API to which the tokens belong, if the provider knows it. The client then uses this address and
    /// rejects a different one.
    fn base_url(&self) -> Option<&str> {
        None
    }

    /// Returns a number that changes when earlier tokens must not be used any more, for example after a logout.
    ///
    /// A client requests a new token if its own is of a different generation.
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

/// Creates a provider from an async function.
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
