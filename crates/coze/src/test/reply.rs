//! The replies of a scripted transport.

use std::time::Duration;

use bytes::Bytes;
use coze_transport::{Incoming, TransportError};
use coze_types::chat::{Chat, ChatEvent, ChatStatus, Done};
use coze_types::message::{ContentType, Message, MessageType, Role};
use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode, header};
use http_body::{Body, Frame as BodyFrame};
use serde::Serialize;
use serde_json::json;

use super::Frame;

/// One response of a [`ScriptedTransport`](super::ScriptedTransport), or an error instead.
#[derive(Clone, Debug)]
pub struct Reply {
    outcome: Result<Scripted, TransportError>,
    delay: Duration,
}

#[derive(Clone, Debug)]
struct Scripted {
    status: StatusCode,
    headers: HeaderMap,
    /// The pieces of the body, last first.
    pieces: Vec<Bytes>,
    /// How the body is truncated, if it is.
    broken: Option<TransportError>,
}

impl Reply {
    /// Creates a response with the status 200 from a media type and a body.
    pub fn new(media_type: &'static str, body: impl Into<Bytes>) -> Self {
        Self::pieces(media_type, [body.into()])
    }

    fn pieces(media_type: &'static str, pieces: impl IntoIterator<Item = Bytes>) -> Self {
        let mut pieces: Vec<_> = pieces.into_iter().collect();
        pieces.reverse();
        let headers = HeaderMap::from_iter([(header::CONTENT_TYPE, HeaderValue::from_static(media_type))]);
        let scripted = Scripted { status: StatusCode::OK, headers, pieces, broken: None };
        Self { outcome: Ok(scripted), delay: Duration::ZERO }
    }

    /// Creates a response from a JSON body, envelope included.
    pub fn json(body: impl Serialize) -> Self {
        match serde_json::to_vec(&body) {
            Ok(body) => Self::new("application/json", body),
            Err(error) => Self::fail(TransportError::other(error)),
        }
    }

    /// Creates a successful response: `{"code": 0, "msg": "", "data": …}`.
    pub fn data(data: impl Serialize) -> Self {
        match serde_json::to_value(data) {
            Ok(data) => Self::json(json!({"code": 0, "msg": "", "data": data})),
            Err(error) => Self::fail(TransportError::other(error)),
        }
    }

    /// Creates an error response with the status 200: `{"code": …, "msg": …}`.
    pub fn api_error(code: i64, msg: &str) -> Self {
        Self::json(json!({"code": code, "msg": msg}))
    }

    /// Creates an event stream; each event is a chunk of its own.
    pub fn events(events: impl IntoIterator<Item: Into<Frame>>) -> Self {
        let pieces = events.into_iter().map(|event| Bytes::from(event.into().encode()));
        Self::pieces("text/event-stream", pieces)
    }

    /// Creates the event stream of a chat whose answer is `text`: created, one delta, completed, done.
    ///
    /// The ids are `1` for the conversation, `2` for the chat and `3` for the message.
    pub fn chat(text: &str) -> Self {
        let chat = |status| {
            let mut chat = Chat::new("2");
            (chat.conversation_id, chat.status) = (Some("1".into()), Some(status));
            chat
        };
        let mut message = Message::new("3");
        (message.conversation_id, message.chat_id) = (Some("1".into()), Some("2".into()));
        (message.role, message.kind) = (Some(Role::Assistant), Some(MessageType::Answer));
        message.content_type = Some(ContentType::Text);
        text.clone_into(&mut message.content);
        Self::events([
            ChatEvent::Created(chat(ChatStatus::Created)),
            ChatEvent::MessageDelta(message.clone()),
            ChatEvent::MessageCompleted(message),
            ChatEvent::Completed(chat(ChatStatus::Completed)),
            ChatEvent::Done(Done::default()),
        ])
    }

    /// Fails the request, as a transport does that gets no response.
    pub fn fail(error: TransportError) -> Self {
        Self { outcome: Err(error), delay: Duration::ZERO }
    }

    /// Sets the HTTP status.
    pub fn status(self, status: StatusCode) -> Self {
        self.with(|scripted| scripted.status = status)
    }

    /// Sets a header.
    pub fn header(self, name: HeaderName, value: HeaderValue) -> Self {
        self.with(|scripted| {
            scripted.headers.insert(name, value);
        })
    }

    /// Waits before the response arrives. With the paused clock of Tokio the wait takes no time.
    pub fn delay(self, delay: Duration) -> Self {
        Self { delay, ..self }
    }

    /// Breaks the connection after the first `pieces` pieces of the body, which are the events of an event stream.
    pub fn break_after(self, pieces: usize) -> Self {
        self.with(|scripted| {
            let dropped = scripted.pieces.len().saturating_sub(pieces);
            scripted.pieces.drain(..dropped);
            scripted.broken = Some(TransportError::body("the connection was closed"));
        })
    }

    pub(super) fn with_headers(self, headers: HeaderMap) -> Self {
        self.with(|scripted| scripted.headers = headers)
    }

    pub(super) fn broken(self, error: TransportError) -> Self {
        self.with(|scripted| scripted.broken = Some(error))
    }

    fn with(mut self, change: impl FnOnce(&mut Scripted)) -> Self {
        if let Ok(scripted) = &mut self.outcome {
            change(scripted);
        }
        self
    }

    pub(super) async fn respond(self) -> Result<Response<Incoming>, TransportError> {
        if !self.delay.is_zero() {
            tokio::time::sleep(self.delay).await;
        }
        let mut scripted = self.outcome?;
        let (status, headers) = (scripted.status, std::mem::take(&mut scripted.headers));
        let mut response = Response::new(Incoming::new(scripted));
        (*response.status_mut(), *response.headers_mut()) = (status, headers);
        Ok(response)
    }
}

impl Body for Scripted {
    type Data = Bytes;
    type Error = TransportError;

    fn poll_frame(
        mut self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<BodyFrame<Bytes>, TransportError>>> {
        let next = match self.pieces.pop() {
            Some(piece) => Some(Ok(BodyFrame::data(piece))),
            None => self.broken.take().map(Err),
        };
        std::task::Poll::Ready(next)
    }
}
