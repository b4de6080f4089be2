//! Chat events together with the text that they came as.

use coze::ChatEvent;
use coze::http::Method;
use coze::types::{
    ApiError, Body, DecodeError, EncodeError, Endpoint, Event, Events, Path, Phase, Query, Stateless,
    Streamable, UnknownEvent, ValidationError,
};

/// An event, unchanged and decoded.
///
/// Never an error of its own: what the server reports is shown first, and judged then.
pub(super) struct Heard {
    pub(super) raw: UnknownEvent,
    pub(super) event: Result<ChatEvent, DecodeError>,
}

impl Event for Heard {
    type Decoder = Stateless;

    fn parse(name: &str, data: &str) -> Result<Self, DecodeError> {
        Ok(Self { raw: UnknownEvent::new(name, data), event: ChatEvent::parse(name, data) })
    }

    fn phase(&self) -> Phase {
        self.event.as_ref().map_or(Phase::Running, Event::phase)
    }

    fn into_result(self) -> Result<Self, ApiError> {
        Ok(self)
    }
}

/// A request whose answer is streamed as [`Heard`] events.
pub(super) struct Listen<R>(pub(super) R);

impl<R: Streamable<Event = ChatEvent>> Endpoint for Listen<R> {
    const METHOD: Method = R::METHOD;
    const PATH: &'static str = R::PATH;
    type Reply = Events<Heard>;

    fn path(&self, path: &mut Path) -> Result<(), EncodeError> {
        self.0.path(path)
    }

    fn query(&self, query: &mut Query) -> Result<(), EncodeError> {
        self.0.query(query)
    }

    fn body(&self) -> Result<Body, EncodeError> {
        Body::json_with_stream(true, &self.0)
    }

    fn validate(&self) -> Vec<ValidationError> {
        self.0.validate()
    }
}
