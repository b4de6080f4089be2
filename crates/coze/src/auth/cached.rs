//! One token for many requests.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;

use super::{Token, TokenProvider, TokenRequest, async_trait};
use crate::error::Error;

/// Keeps the token of another provider until shortly before it expires, and asks for one at a time.
///
/// [`Builder::auth`](crate::Builder::auth) does this by itself. Make one yourself to share a token among several clients: clones share.
///
/// However many requests wait, the provider is asked once. It is asked in a task of its own, so that a request that is
/// dropped takes nothing from the others, and a refresh token that is already used is followed by its successor. A
/// failure is the failure of all that wait; the next request tries again. While the old token is still good, a failure
/// only puts the next try off, by 10 seconds.
#[derive(Clone)]
pub struct Cached(Arc<Inner>);

struct Inner {
    provider: Box<dyn TokenProvider>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    current: Option<Token>,
    flight: Option<Flight>,
    quiet_until: Option<Instant>,
}

/// What a refresh under way comes to; nothing yet, if it is under way.
type Flight = watch::Receiver<Option<Result<Token, Arc<Error>>>>;

/// How long a good token waits for its successor.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long a good token is used on after its renewal failed.
const QUIET: Duration = Duration::from_secs(10);

impl Cached {
    /// Keeps the tokens of a provider.
    pub fn new(provider: impl TokenProvider) -> Self {
        Self(Arc::new(Inner { provider: Box::new(provider), state: Mutex::default() }))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The refresh under way, else a new one.
    fn flight(&self, state: &mut State, request: TokenRequest) -> Flight {
        if let Some(flight) = &state.flight {
            return flight.clone();
        }
        let (sender, receiver) = watch::channel(None);
        state.flight = Some(receiver.clone());
        // Made before the task: a runtime that is going down drops it unrun.
        let mut landing = Landing { cached: self.clone(), landed: false };
        tokio::spawn(async move {
            let outcome = landing.cached.0.provider.token(request).await.map_err(Arc::new);
            landing.landed = true;
            {
                let mut state = landing.cached.state();
                state.flight = None;
                match &outcome {
                    Ok(token) => state.current = Some(token.clone()),
                    Err(_) => state.quiet_until = Some(Instant::now() + QUIET),
                }
            }
            sender.send_replace(Some(outcome));
        });
        receiver
    }
}

/// Lets the next request try again when a provider panics or its runtime ends.
struct Landing {
    cached: Cached,
    landed: bool,
}

impl Drop for Landing {
    fn drop(&mut self) {
        if !self.landed {
            self.cached.state().flight = None;
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
        let now = request.server.now();
        let (flight, good) = {
            let mut state = self.state();
            let usable = state.current.clone().filter(|token| request.refused.as_ref() != Some(token));
            let good = usable.filter(|token| token.is_valid(now));
            if let Some(token) = &good
                && (token.is_fresh(now) || state.quiet_until.is_some_and(|until| Instant::now() < until))
            {
                return Ok(token.clone());
            }
            (self.flight(&mut state, request), good)
        };
        match good {
            None => landed(flight).await,
            Some(token) => match tokio::time::timeout(PATIENCE, landed(flight)).await {
                Ok(Ok(renewed)) => Ok(renewed),
                // It is good for a while yet.
                Ok(Err(_)) | Err(_) => Ok(token),
            },
        }
    }

    fn base_url(&self) -> Option<&str> {
        self.0.provider.base_url()
    }
}

impl fmt::Debug for Cached {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cached").field("current", &self.state().current).finish_non_exhaustive()
    }
}
