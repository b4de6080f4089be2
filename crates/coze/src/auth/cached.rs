//! One token for many requests.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;

use super::{Token, TokenProvider, TokenRequest, async_trait};
use crate::error::Error;
use crate::runtime::timeout::within_runtime;

/// Caches the token of another provider until shortly before it expires.
///
/// [`Builder::auth`](crate::Builder::auth) adds this cache automatically. Create one to share a token between several clients: clones share it.
///
/// The provider is called once for all waiting requests, in a separate task, so that a dropped request does not affect
/// the others, and the successor of a used refresh token is never lost. A
/// failure is returned to all waiting requests; the next request makes another attempt. While the old token is still valid, a failure
/// only delays the next attempt by 10 seconds. Clients with different addresses get separate tokens.
#[derive(Clone)]
pub struct Cached(Arc<Inner>);

struct Inner {
    provider: Box<dyn TokenProvider>,
    /// By the address of the server: a token is sent only to the server that it was requested for.
    states: Mutex<HashMap<String, State>>,
}

#[derive(Default)]
struct State {
    current: Option<Token>,
    /// Generation of the provider at the request for the token.
    generation: u64,
    flight: Option<Flight>,
    quiet_until: Option<Instant>,
}

/// Result of a refresh; nothing while it runs.
type Flight = watch::Receiver<Option<Result<Token, Arc<Error>>>>;

/// How long a request with a valid token waits for its successor.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long a valid token stays in use after its renewal failed.
const QUIET: Duration = Duration::from_secs(10);

impl Cached {
    /// Wraps a provider.
    pub fn new(provider: impl TokenProvider) -> Self {
        Self(Arc::new(Inner { provider: Box::new(provider), states: Mutex::default() }))
    }

    fn states(&self) -> MutexGuard<'_, HashMap<String, State>> {
        self.0.states.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The refresh under way, else a new one, and whether it is new.
    fn flight(&self, state: &mut State, request: &TokenRequest) -> (Flight, bool) {
        if let Some(flight) = &state.flight {
            return (flight.clone(), false);
        }
        let request = request.clone();
        let (sender, receiver) = watch::channel(None);
        state.flight = Some(receiver.clone());
        // Created before the task: a runtime that shuts down may drop it before it runs.
        let server = request.server.base_url().to_owned();
        let mut landing = Landing { cached: self.clone(), server, landed: false };
        let generation = self.0.provider.generation();
        let refresh = async move {
            let outcome = landing.cached.0.provider.token(request).await.map_err(Arc::new);
            landing.landed = true;
            {
                let mut states = landing.cached.states();
                let state = states.entry(std::mem::take(&mut landing.server)).or_default();
                state.flight = None;
                match &outcome {
                    Ok(token) => {
                        state.current = Some(token.clone());
                        state.generation = generation;
                    }
                    Err(_) => state.quiet_until = Some(Instant::now() + QUIET),
                }
            }
            sender.send_replace(Some(outcome));
        };
        tokio::spawn(refresh);
        (receiver, true)
    }
}

/// Allows another attempt when a provider panics or its runtime ends.
struct Landing {
    cached: Cached,
    server: String,
    landed: bool,
}

impl Drop for Landing {
    fn drop(&mut self) {
        if !self.landed
            && let Some(state) = self.cached.states().get_mut(&self.server)
        {
            state.flight = None;
        }
    }
}

async fn landed(mut flight: Flight) -> Result<Token, Error> {
    let outcome = match flight.wait_for(Option::is_some).await {
        Ok(outcome) => outcome.clone(),
        Err(_) => None,
    };
    match outcome {
        Some(Ok(token)) => Ok(token),
        Some(Err(error)) => Err(error.share()),
        None => Err(Error::config("the token provider panicked, or the runtime that it ran on has ended")),
    }
}

#[async_trait]
impl TokenProvider for Cached {
    async fn token(&self, request: TokenRequest) -> Result<Token, Error> {
        within_runtime()?;
        let now = request.server.now();
        loop {
            let ((flight, is_new), good) = {
                let mut states = self.states();
                let state = states.entry(request.server.base_url().to_owned()).or_default();
                if state.generation != self.0.provider.generation() {
                    state.current = None;
                }
                let usable = state.current.clone().filter(|token| request.refused.as_ref() != Some(token));
                let good = usable.filter(|token| token.is_valid(now));
                if let Some(token) = &good
                    && (token.is_fresh(now) || state.quiet_until.is_some_and(|until| Instant::now() < until))
                {
                    return Ok(token.clone());
                }
                (self.flight(state, &request), good)
            };
            let Some(good) = good else {
                let token = landed(flight).await?;
                // A refresh that started before the rejection may return the rejected token.
                if is_new || request.refused.as_ref() != Some(&token) {
                    return Ok(token);
                }
                continue;
            };
            return match tokio::time::timeout(PATIENCE, landed(flight)).await {
                Ok(Ok(renewed)) => Ok(renewed),
                // It is still valid for a while.
                Ok(Err(_)) | Err(_) => Ok(good),
            };
        }
    }

    fn base_url(&self) -> Option<&str> {
        self.0.provider.base_url()
    }

    fn generation(&self) -> u64 {
        self.0.provider.generation()
    }
}

impl fmt::Debug for Cached {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let states = self.states();
        let current: HashMap<_, _> = states.iter().map(|(server, state)| (server, &state.current)).collect();
        f.debug_struct("Cached").field("current", &current).finish_non_exhaustive()
    }
}
