//! Which handler serves which method and path.

use std::future::Future;
use std::pin::Pin;

use http::Method;
use percent_encoding::percent_decode_str;

use crate::answer::Answer;
use crate::audio::{room, speech, transcription, voice, voiceprint};
use crate::call::Call;
use crate::dataset::{document, image};
use crate::dialect::Dialect;
use crate::id::Id;
use crate::refusal::Refusal;
use crate::{bot, chat, conversation, dataset, file, message, user, workflow};

pub(crate) type Handled = Pin<Box<dyn Future<Output = Result<Answer, Refusal>> + Send>>;

/// Wraps the result of a handler that waits for nothing.
pub(crate) fn at_once(result: Result<Answer, Refusal>) -> Handled {
    Box::pin(std::future::ready(result))
}

/// One endpoint.
#[derive(Debug)]
pub(crate) struct Route {
    method: Method,
    /// Path with `{name}` for parameters.
    path: &'static str,
    pub(crate) handler: fn(Call) -> Handled,
    /// How Coze Studio reports errors of this endpoint; `None`: it has no such endpoint.
    pub(crate) studio: Option<StudioErrors>,
    /// Whether the hosted service has it.
    pub(crate) official: bool,
}

/// The ways in which Coze Studio reports errors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StudioErrors {
    /// The envelope.
    Plain,
    /// Status 400 with the code inside of the message.
    InMessage,
    /// Status 500 and plain text.
    Text,
    /// An empty body.
    Crash,
    /// The answer of a workflow's run, with a mapped code.
    Run,
}

impl Route {
    pub(crate) const fn new(method: Method, path: &'static str, handler: fn(Call) -> Handled) -> Self {
        Self { method, path, handler, studio: None, official: true }
    }

    pub(crate) const fn studio(mut self, errors: StudioErrors) -> Self {
        self.studio = Some(errors);
        self
    }

    /// Marks an endpoint that only Coze Studio has.
    pub(crate) const fn only_studio(mut self) -> Self {
        self.official = false;
        self
    }

    /// Matches a path and returns its decoded parameters.
    fn matches(&self, path: &str) -> Option<Vec<(&'static str, String)>> {
        let mut given = path.split('/');
        let mut params = Vec::new();
        for wanted in self.path.split('/') {
            let segment = given.next()?;
            if let Some(name) = wanted.strip_prefix('{').and_then(|wanted| wanted.strip_suffix('}')) {
                params.push((name, percent_decode_str(segment).decode_utf8_lossy().into_owned()));
            } else if wanted != segment {
                return None;
            }
        }
        given.next().is_none().then_some(params)
    }
}

/// A route with the parameters of one request.
pub(crate) type Found = (&'static Route, Vec<(&'static str, String)>);

/// Finds the route of a request.
pub(crate) fn find(dialect: Dialect, method: &Method, path: &str) -> Result<Found, Refusal> {
    let all = [
        chat::ROUTES,
        conversation::ROUTES,
        message::ROUTES,
        file::ROUTES,
        user::ROUTES,
        bot::ROUTES,
        workflow::ROUTES,
        speech::ROUTES,
        transcription::ROUTES,
        voice::ROUTES,
        voiceprint::ROUTES,
        room::ROUTES,
        dataset::ROUTES,
        document::ROUTES,
        image::ROUTES,
    ];
    let mut known = false;
    for route in all.into_iter().flatten().filter(|route| dialect.has(route)) {
        let Some(params) = route.matches(path) else { continue };
        if dialect.knows_only_numbers() && params.iter().any(|(_, value)| Id::parse(value).is_none()) {
            continue;
        }
        if route.method == *method {
            return Ok((route, params));
        }
        known = true;
    }
    let asked = format!("{method} {path}");
    Err(if known { Refusal::WrongMethod(asked) } else { Refusal::NoEndpoint(asked) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answer::Payload;

    #[test]
    fn paths_match_whole_and_give_decoded_parameters() {
        let route =
            Route::new(Method::GET, "/v1/bots/{bot_id}", |_| Box::pin(async { Ok(Payload::Nothing.into()) }));
        assert_eq!(route.matches("/v1/bots/a%2Fb"), Some(vec![("bot_id", "a/b".to_owned())]));
        for path in ["/v1/bots", "/v1/bots/1/x", "/v1/bot/1", "//v1/bots/1"] {
            assert_eq!(route.matches(path), None, "{path}");
        }
    }

    #[test]
    fn each_dialect_has_its_own_endpoints() {
        let found = |dialect, method, path| find(dialect, &method, path).map(drop);
        assert!(found(Dialect::Official, Method::POST, "/v3/chat/retrieve").is_ok());
        assert!(matches!(
            found(Dialect::Studio, Method::POST, "/v3/chat/retrieve"),
            Err(Refusal::WrongMethod(_))
        ));
        assert!(matches!(found(Dialect::Studio, Method::GET, "/v1/users/me"), Err(Refusal::NoEndpoint(_))));
        assert!(matches!(found(Dialect::Studio, Method::GET, "/v1/bots/abc"), Err(Refusal::NoEndpoint(_))));
        assert!(matches!(found(Dialect::Official, Method::GET, "/v3/chat"), Err(Refusal::WrongMethod(_))));
        assert!(matches!(found(Dialect::Official, Method::GET, "/nope"), Err(Refusal::NoEndpoint(_))));
    }
}
