//! Servers for OAuth requests, and the token of a client.

use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use async_trait::async_trait;
use coze_types::{Endpoint, Secret, Timestamp};

use super::{Token, TokenProvider, TokenRequest};
use crate::error::Error;
use crate::options::CallOptions;
use crate::runtime::authorize::{Clock, Credentials, Provide, Tokens, unix};
use crate::runtime::client::Client;
use crate::runtime::prepare::invocation;
use crate::runtime::response::Receive;
use crate::runtime::retry::RetryPolicy;

/// A server that issues tokens: address and transport without a token.
///
/// A client has one, which its provider gets with each [request](super::TokenRequest). To log a user in before there is a
/// client, create one with [`Builder::build_server`](crate::Builder::build_server).
#[derive(Clone)]
pub struct Server(Arc<Client>);

impl Server {
    pub(crate) fn new(client: Arc<Client>) -> Self {
        Self(client)
    }

    /// Returns the address of the API.
    pub fn base_url(&self) -> &str {
        self.0.base_url.as_str()
    }

    /// Returns the address of the pages for the browser: `www` instead of `api` for the hosted services, otherwise that of the API.
    pub fn www_url(&self) -> String {
        let base = self.base_url();
        match base.strip_prefix("https://api.coze.") {
            Some(rest @ ("cn" | "com")) => format!("https://www.coze.{rest}"),
            _ => base.to_owned(),
        }
    }

    /// Returns the time by the clock of the server, estimated from its responses.
    pub fn now(&self) -> SystemTime {
        self.clock().map_or_else(SystemTime::now, Clock::now)
    }

    pub(crate) fn unix_now(&self) -> i64 {
        unix(self.now())
    }

    /// Returns how far the clock of the server is ahead of ours, in seconds, estimated from its responses.
    #[cfg(feature = "jwt")]
    pub(crate) fn ahead(&self) -> i64 {
        self.clock().map_or(0, Clock::ahead)
    }

    fn clock(&self) -> Option<&Clock> {
        match &self.0.credentials {
            Credentials::Server(clock) => Some(clock),
            _ => None,
        }
    }

    #[cfg(feature = "oauth")]
    pub(crate) fn allows_plain_http(&self) -> bool {
        self.0.limits.plain_http
    }

    /// Fails unless the app belongs to this server.
    pub(crate) fn check(&self, base_url: Option<&str>) -> Result<(), Error> {
        match base_url {
            Some(own) if own.trim_end_matches('/') != self.base_url() => Err(Error::config(format!(
                "the tokens belong to {own} and would be sent to {}; leave the base URL and the region away, or give the same",
                self.base_url()
            ))),
            _ => Ok(()),
        }
    }

    /// Sends a request that holds `secrets`, and `bearer` as its token; errors repeat none of them.
    pub(crate) async fn send<E: Endpoint<Reply: Receive>>(
        &self,
        endpoint: &E,
        bearer: Option<&Secret>,
        secrets: &[&Secret],
        retry: Option<RetryPolicy>,
    ) -> Result<<E::Reply as Receive>::Output, Error> {
        let bearer = match bearer {
            None => None,
            Some(secret) => Some(Token::new(secret.expose()).map_err(|_| {
                Error::config("the client secret is empty or has a character that a header cannot hold")
            })?),
        };
        let secrets = secrets.iter().map(|secret| (*secret).clone()).collect();
        let options = CallOptions { retry: retry.map(Box::new), ..CallOptions::default() };
        let mut invocation = invocation(&self.0, endpoint, options)?;
        invocation.tokens = Tokens::own(bearer.map(|token| token.header().clone()), secrets);
        E::Reply::receive(Ok(invocation)).await.map(|response| response.value)
    }

    /// When a token ends that has just been issued.
    ///
    /// The service writes a point in time under the name `expires_in`, others the seconds that are left, which is what
    /// the name says: what lies before 2001 is such a number.
    pub(crate) fn end(&self, expires_in: Timestamp) -> Timestamp {
        let seconds = expires_in.as_unix();
        let is_duration = (0..1_000_000_000).contains(&seconds);
        if let Some(clock) = self.clock() {
            clock.doubt((!is_duration).then_some(seconds));
        }
        if is_duration {
            return Timestamp::from_unix(self.unix_now().saturating_add(seconds));
        }
        expires_in
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server").field("base_url", &self.base_url()).finish_non_exhaustive()
    }
}

/// A provider of tokens, and the server that it may ask for them.
pub(crate) struct Provided(pub(crate) Arc<dyn TokenProvider>, pub(crate) Server);

#[async_trait]
impl Provide for Provided {
    async fn provide(&self, refused: Option<Token>) -> Result<Token, Error> {
        let mut request = TokenRequest::new(self.1.clone());
        request.refused = refused;
        self.0.token(request).await
    }
}
