//! Stores of tokens.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use coze_types::oauth::OAuthToken;
use coze_types::{ClientId, Secret, Timestamp};
use serde::{Deserialize, Serialize};

use super::{Server, Token, async_trait};
use crate::error::Error;

mod file;

pub use file::FileStore;

/// What a user or an account granted to an app: an access token, and possibly a refresh token.
///
/// Its serialized form contains the tokens, so that a store can keep them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Grant {
    /// Access token.
    pub access_token: Secret,
    /// When the access token expires, by the clock of the server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
    /// Refresh token, valid for 30 days and for one use; service apps have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<Secret>,
    /// When the access token was issued, by the clock of the server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issued_at: Option<Timestamp>,
    /// Address of the API that issued it; the tokens are sent only there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server: Option<String>,
    /// App to which it was issued.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_id: Option<ClientId>,
}

impl Grant {
    /// Creates a grant from an access token alone.
    pub fn new(access_token: impl Into<Secret>) -> Self {
        Self {
            access_token: access_token.into(),
            expires_at: None,
            refresh_token: None,
            issued_at: None,
            server: None,
            client_id: None,
        }
    }

    /// The grant of an answer of the server.
    pub(crate) fn issued(server: &Server, client_id: &ClientId, token: OAuthToken) -> Self {
        let mut grant = Self::new(token.access_token);
        grant.expires_at = token.expires_in.filter(|time| time.as_unix() > 0).map(|time| server.end(time));
        grant.refresh_token = token.refresh_token.filter(|token| !token.is_empty());
        grant.issued_at = Some(Timestamp::from_unix(server.unix_now()));
        grant.server = Some(server.base_url().to_owned());
        grant.client_id = Some(client_id.clone());
        grant
    }

    /// Returns the access token, as a provider returns it.
    pub fn token(&self) -> Result<Token, Error> {
        let token = Token::new(self.access_token.expose())?;
        let Some(end) = self.expires_at.and_then(Timestamp::to_system_time) else { return Ok(token) };
        Ok(match self.issued_at.and_then(Timestamp::to_system_time) {
            Some(start) => token.expires_between(start, end),
            None => token.expires_at(end),
        })
    }

    /// Whether the access token is good for more than a moment.
    pub(crate) fn is_fresh(&self, server: &Server) -> bool {
        self.token().is_ok_and(|token| token.is_fresh(server.now()))
    }

    /// Fails unless the grant came from this server for this app.
    pub(crate) fn check(&self, server: &Server, client_id: &ClientId) -> Result<(), Error> {
        server.check(self.server.as_deref())?;
        match &self.client_id {
            Some(own) if own != client_id => Err(Error::config(format!(
                "the stored tokens belong to the app {own} and not to {client_id}; log in again, or use another store"
            ))),
            _ => Ok(()),
        }
    }
}

/// Stores a [`Grant`], possibly for several processes.
///
/// A refresh token is valid for one use. A process that uses one therefore acquires the lock first, reads the grant again, and
/// saves its successor before it releases the lock.
#[async_trait]
pub trait TokenStore: Send + Sync + 'static {
    /// Reads the grant; `None` if nothing was saved.
    async fn load(&self) -> Result<Option<Grant>, Error>;

    /// Replaces the grant atomically.
    async fn save(&self, grant: &Grant) -> Result<(), Error>;

    /// Deletes the grant.
    async fn clear(&self) -> Result<(), Error>;

    /// Waits until no other process or task holds the lock; dropping the guard releases it.
    async fn lock(&self) -> Result<StoreLock, Error>;
}

/// The lock of a [`TokenStore`], until it is dropped.
pub struct StoreLock {
    _guard: Box<dyn Send + Sync>,
}

impl StoreLock {
    /// Holds whatever gives the lock back when it is dropped.
    pub fn new(guard: impl Send + Sync + 'static) -> Self {
        Self { _guard: Box::new(guard) }
    }
}

impl fmt::Debug for StoreLock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoreLock").finish_non_exhaustive()
    }
}

/// Stores a grant in memory; clones share it.
#[derive(Clone, Debug, Default)]
pub struct MemoryStore {
    grant: Arc<Mutex<Option<Grant>>>,
    lock: Arc<tokio::sync::Mutex<()>>,
}

impl MemoryStore {
    /// Creates an empty store.
    pub fn new() -> Self {
        Self::default()
    }

    /// Creates a store with a grant.
    pub fn with(grant: Grant) -> Self {
        Self { grant: Arc::new(Mutex::new(Some(grant))), lock: Arc::default() }
    }

    fn replace(&self, grant: Option<Grant>) {
        *self.grant.lock().unwrap_or_else(PoisonError::into_inner) = grant;
    }
}

#[async_trait]
impl TokenStore for MemoryStore {
    async fn load(&self) -> Result<Option<Grant>, Error> {
        Ok(self.grant.lock().unwrap_or_else(PoisonError::into_inner).clone())
    }

    async fn save(&self, grant: &Grant) -> Result<(), Error> {
        self.replace(Some(grant.clone()));
        Ok(())
    }

    async fn clear(&self) -> Result<(), Error> {
        self.replace(None);
        Ok(())
    }

    async fn lock(&self) -> Result<StoreLock, Error> {
        Ok(StoreLock::new(Arc::clone(&self.lock).lock_owned().await))
    }
}
