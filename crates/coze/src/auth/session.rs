//! Grants that are renewed automatically.

use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use coze_types::ClientId;
use coze_types::oauth::AppConfig;
use tokio::sync::Mutex;
use zeroize::Zeroizing;

use super::{Grant, Server, Token, TokenProvider, TokenRequest, TokenStore, async_trait, without_mark};
use crate::error::Error;

/// An OAuth app, which can renew a grant.
#[async_trait]
pub trait App: Send + Sync + 'static {
    /// Id of the app.
    fn client_id(&self) -> &ClientId;

    /// Address of the API to which the app belongs, if it is known.
    fn base_url(&self) -> Option<&str>;

    /// Gets a grant from the server, by the refresh token of the one before or by a key.
    async fn renew(&self, server: &Server, previous: Option<&Grant>) -> Result<Grant, Error>;
}

/// A provider that reads its grant from a store, renews it with its app, and stores the new one before it is used.
///
/// ```no_run
/// use coze::auth::{DeviceApp, FileStore, Session};
/// use coze::{Coze, Region};
///
/// # async fn run() -> Result<(), coze::Error> {
/// let app = DeviceApp::new("57294420732781205987760324720643.app.coze");
/// let session = Session::new(app.clone(), FileStore::new("tokens.json"));
/// if session.grant().await?.is_none() {
///     let server = Coze::builder().region(Region::Cn).build_server()?;
///     let login = app.start(&server).await?;
///     println!("open {}", login.code().verification_url());
///     session.save(login.wait().await?).await?;
/// }
/// let client = Coze::builder().region(Region::Cn).auth(session).build()?;
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct Session(Arc<Inner>);

struct Inner {
    app: Box<dyn App>,
    store: Box<dyn TokenStore>,
    /// A grant that could not be stored: the refresh token before it is used up, so that it must not be lost.
    unsaved: Mutex<Option<Unsaved>>,
    /// Counts logins and logouts.
    generation: AtomicU64,
}

struct Unsaved {
    grant: Grant,
    /// What the store held when it was renewed.
    previous: Option<Grant>,
}

impl Session {
    /// The grants of an app, kept in a store.
    pub fn new(app: impl App, store: impl TokenStore) -> Self {
        Self(Arc::new(Inner {
            app: Box::new(app),
            store: Box::new(store),
            unsaved: Mutex::default(),
            generation: AtomicU64::default(),
        }))
    }

    /// Returns the stored grant; `None` before the first login.
    pub async fn grant(&self) -> Result<Option<Grant>, Error> {
        self.0.store.load().await
    }

    /// Stores the grant of a login and replaces any other; clients with this session use it from their next request on.
    pub async fn save(&self, grant: Grant) -> Result<(), Error> {
        let _lock = self.0.store.lock().await?;
        *self.0.unsaved.lock().await = None;
        let saved = self.0.store.save(&grant).await;
        self.0.generation.fetch_add(1, Ordering::AcqRel);
        saved
    }

    /// Deletes the grant; clients with this session no longer use its token. The service has no endpoint to revoke one: the
    /// user does that in the settings of the account.
    pub async fn clear(&self) -> Result<(), Error> {
        let _lock = self.0.store.lock().await?;
        *self.0.unsaved.lock().await = None;
        let cleared = self.0.store.clear().await;
        self.0.generation.fetch_add(1, Ordering::AcqRel);
        cleared
    }

    /// The grant, if its token may be used.
    fn usable(&self, request: &TokenRequest, grant: Option<&Grant>) -> Result<Option<Token>, Error> {
        let Some(grant) = grant else { return Ok(None) };
        grant.check(&request.server, self.0.app.client_id())?;
        // A token that cannot be sent counts as none: the next one may be valid.
        let Ok(token) = grant.token() else { return Ok(None) };
        // Without an expiry it is valid until it is rejected.
        let fresh = grant.expires_at.is_none() || grant.is_fresh(&request.server);
        Ok((fresh && request.refused.as_ref() != Some(&token)).then_some(token))
    }
}

#[async_trait]
impl TokenProvider for Session {
    async fn token(&self, request: TokenRequest) -> Result<Token, Error> {
        let Inner { app, store, unsaved, .. } = &*self.0;
        request.server.check(app.base_url())?;
        if let Some(token) = self.usable(&request, store.load().await?.as_ref())? {
            return Ok(token);
        }
        let _lock = store.lock().await?;
        let mut unsaved = unsaved.lock().await;
        // Another process may have renewed it while this one waited.
        let mut previous = store.load().await?;
        // A login or logout in the meantime has precedence.
        unsaved.take_if(|unsaved| unsaved.previous != previous);
        if let Some(Unsaved { grant, .. }) = &*unsaved {
            store.save(grant).await?;
            previous = unsaved.take().map(|unsaved| unsaved.grant);
        }
        if let Some(token) = self.usable(&request, previous.as_ref())? {
            return Ok(token);
        }
        let grant = app.renew(&request.server, previous.as_ref()).await?;
        if let Err(error) = store.save(&grant).await {
            *unsaved = Some(Unsaved { grant, previous });
            return Err(error);
        }
        grant.token().map_err(|error| Error::auth("the server issued a token that cannot be sent", error))
    }

    fn base_url(&self) -> Option<&str> {
        self.0.app.base_url()
    }

    fn generation(&self) -> u64 {
        self.0.generation.load(Ordering::Acquire)
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session").field("client_id", self.0.app.client_id()).finish_non_exhaustive()
    }
}

/// Reads the file that the console exports for an app, often called `coze_oauth_config.json`.
pub fn load_config(path: impl AsRef<Path>) -> Result<AppConfig, Error> {
    let path = path.as_ref();
    let json = std::fs::read(path).map(Zeroizing::new);
    let json =
        json.map_err(|error| Error::config(format!("cannot read the app file {}: {error}", path.display())))?;
    if matches!(&json[..], [0xff, 0xfe, ..] | [0xfe, 0xff, ..]) {
        return Err(Error::config(format!("the app file {} is UTF-16; save it as UTF-8", path.display())));
    }
    // The error may quote the file, which contains tokens: it is not repeated.
    serde_json::from_slice(without_mark(&json)).map_err(|error| {
        Error::config(format!(
            "the app file {} does not read as the JSON of the console: see line {}, column {}, and whether client_type and \
             client_id are there",
            path.display(),
            error.line(),
            error.column()
        ))
    })
}

/// The part of a configuration that this sort of app must have.
#[cfg(feature = "oauth")]
pub(super) fn required<T: Clone>(part: Option<&T>, name: &str, config: &AppConfig) -> Result<T, Error> {
    part.cloned()
        .ok_or_else(|| Error::config(format!("the app of the type `{}` has no {name}", config.client_type)))
}

pub(super) fn wrong_type(config: &AppConfig, wanted: &str) -> Error {
    Error::config(format!("the app is of the type `{}`, and not {wanted}", config.client_type))
}

/// Refreshes a grant by its refresh token.
pub(super) async fn refresh(
    server: &Server,
    client_id: &ClientId,
    client_secret: Option<&coze_types::Secret>,
    previous: Option<&Grant>,
) -> Result<Grant, Error> {
    let refresh_token = previous.and_then(|grant| grant.refresh_token.as_ref());
    let Some(refresh_token) = refresh_token else {
        return Err(Error::auth("there is no refresh token", "let the user log in"));
    };
    let request = coze_types::oauth::RefreshToken::new(client_id, refresh_token);
    let secrets: Vec<_> = client_secret.into_iter().chain([refresh_token]).collect();
    let answer = server.send(&request, client_secret, &secrets, None).await?;
    let mut grant = Grant::issued(server, client_id, answer);
    // Without a new refresh token in the response, the old one stays valid.
    grant.refresh_token = grant.refresh_token.or_else(|| Some(refresh_token.clone()));
    Ok(grant)
}
