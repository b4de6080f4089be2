//! Responses, and their common body type.

use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use axum::body::{Body, HttpBody};
use axum::http::StatusCode;
use axum::http::header::{CONTENT_TYPE, HeaderValue};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http_body::Frame;
use serde_json::{Map, Value};
use tokio::sync::mpsc;

use crate::http::journal::OpenStream;
use crate::script::event::Event;
use crate::script::fault::Refuse;
use crate::state::refusal::Refusal;
use crate::state::run::{Interrupt, Piece as Part, Record, RunAnswer};
use crate::state::{Chat, Conversation, Id, Message, StoredFile, Usage};

/// Return type of all handlers.
pub(crate) type Reply = Result<Answer, Refusal>;

/// Result of a handler.
#[derive(Debug)]
pub(crate) enum Answer {
    Payload(Payload),
    /// A complete response.
    Raw(Response),
    /// A response of a script.
    Scripted(Box<Refuse>),
}

impl From<Payload> for Answer {
    fn from(payload: Payload) -> Self {
        Self::Payload(payload)
    }
}

/// The result of a handler on its way to the border, which encodes it.
#[derive(Clone, Debug)]
pub(super) struct Outcome(Arc<Mutex<Result<Answer, Refusal>>>);

impl Outcome {
    fn response(outcome: Result<Answer, Refusal>) -> Response {
        let mut response = Response::default();
        response.extensions_mut().insert(Self(Arc::new(Mutex::new(outcome))));
        response
    }

    /// Takes the result, which has one owner.
    pub(super) fn into_inner(self) -> Option<Result<Answer, Refusal>> {
        Arc::into_inner(self.0)?.into_inner().ok()
    }
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        Outcome::response(Ok(self))
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        Outcome::response(Err(self))
    }
}

/// Payload of a response; the dialect encodes it.
#[derive(Debug)]
pub(crate) enum Payload {
    /// Only the envelope.
    Nothing,
    /// One object under `data`.
    Data(Value),
    /// Fields next to the code.
    Beside(Map<String, Value>),
    Message(Box<Message>),
    /// A changed message.
    ModifiedMessage(Box<Message>),
    /// A page of messages.
    Messages {
        items: Vec<Message>,
        has_more: bool,
    },
    Chat(Box<Chat>, ChatView),
    /// A canceled chat.
    CanceledChat(Box<Chat>),
    /// The messages of one chat, including those of its request.
    ChatMessages(Vec<Message>),
    /// A created or changed conversation.
    Conversation(Box<Conversation>),
    /// A retrieved conversation.
    AskedConversation(Box<Conversation>),
    /// A page of conversations.
    Conversations {
        items: Vec<Conversation>,
        has_more: bool,
    },
    File(Box<StoredFile>),
    Bot(Value),
    /// A bot, in the form of the older of the two endpoints.
    OnlineBot(Value),
    /// Result of a workflow run.
    Run(Box<RunAnswer>),
    /// History of a run, and its interrupt.
    History(Id, Box<Record>, Option<Interrupt>),
    /// An app, or null for one that is not published.
    App(Value),
}

/// An item of a stream; the dialect encodes it.
#[derive(Clone, Debug)]
pub(crate) enum StreamItem {
    /// An event that is the same in both services.
    Plain(Event),
    /// State of a chat; for a chatflow, with its run.
    Chat {
        name: String,
        chat: Box<Chat>,
        run: Option<Id>,
    },
    Message {
        name: &'static str,
        message: Box<Message>,
        view: View,
        of: StreamOf,
    },
    /// A piece of a text, and the usage of its run.
    Part(Box<Part>, Usage),
    Interrupt {
        interrupt: Box<Interrupt>,
        debug_url: String,
    },
}

impl From<Event> for StreamItem {
    fn from(event: Event) -> Self {
        Self::Plain(event)
    }
}

/// Source of a stream; each kind has its own framing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StreamOf {
    Chat,
    Workflow,
    Chatflow,
}

/// Where a message appears; the services include different fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum View {
    /// In a delta event.
    Delta,
    /// In a completed event.
    Completed,
    /// In the list of one chat.
    OfChat,
    /// In the list of a conversation, or retrieved.
    Listed,
}

/// Where a chat appears.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ChatView {
    Event,
    Retrieved,
}

/// How Coze Studio reports errors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StudioErrors {
    /// The envelope.
    Plain,
    /// Status 400 with the code in the message.
    InMessage,
    /// Status 500 and plain text.
    Text,
    /// An empty body.
    Crash,
    /// The response of a workflow run, with a mapped code.
    Run,
}

/// Returns a page of a list of keys and items, with the token of the next page: the key of its first item, or an empty
/// text.
pub(crate) fn token_page<T>(
    mut items: Vec<(String, T)>,
    token: Option<&str>,
    size: usize,
) -> Result<(Vec<T>, String), Refusal> {
    let start = match token {
        None | Some("") => 0,
        Some(token) => items.iter().position(|(key, _)| key == token).ok_or_else(|| {
            let problem = format!("expected the token of the previous page, got {token:?}");
            Refusal::invalid("page_token", problem)
        })?,
    };
    let mut page = items.split_off(start);
    let rest = page.split_off(size.min(page.len()));
    let next = rest.into_iter().next().map(|(key, _)| key).unwrap_or_default();
    Ok((page.into_iter().map(|(_, item)| item).collect(), next))
}

/// Returns a response of text.
pub(crate) fn text(status: StatusCode, content_type: &'static str, body: impl Into<Bytes>) -> Response {
    let mut response = Response::new(Body::from(body.into()));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}

/// Aborts the connection of a response: requested by a script, or because the simulator stops.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cut;

impl Cut {
    /// Returns a response that is never sent: the connection is closed instead.
    pub(super) fn response(self) -> Response {
        let mut response = Response::default();
        response.extensions_mut().insert(self);
        response
    }
}

impl std::fmt::Display for Cut {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the connection is aborted here")
    }
}

impl std::error::Error for Cut {}

/// Returns the response of a stream.
pub(crate) fn stream_response(content_type: &str, body: StreamBody) -> Response {
    let mut response = Response::new(Body::new(body));
    if let Ok(value) = HeaderValue::from_str(content_type) {
        response.headers_mut().insert(CONTENT_TYPE, value);
    }
    response
}

/// A body that is written while it is sent; it reports when the client disconnects.
#[derive(Debug)]
pub(crate) struct StreamBody {
    pieces: mpsc::Receiver<Piece>,
    watched: OpenStream,
    /// The connection is to be aborted after the pending bytes are sent.
    cut: bool,
}

/// Items from a writer to its body; if a writer is dropped without an end, the connection is aborted.
#[derive(Debug)]
pub(crate) enum Piece {
    /// Bytes that are sent as one HTTP chunk.
    Bytes(Bytes),
    /// The last bytes: a client that disconnects after them loses nothing.
    Last(Bytes),
    /// The regular end of the response.
    End,
}

impl StreamBody {
    /// Returns a body and its writer; at most one item waits, so that a slow client makes the writer
    /// wait.
    pub(crate) fn new(watched: OpenStream) -> (mpsc::Sender<Piece>, Self) {
        let (sender, pieces) = mpsc::channel(1);
        (sender, Self { pieces, watched, cut: false })
    }
}

impl HttpBody for StreamBody {
    type Data = Bytes;
    type Error = Cut;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Cut>>> {
        if self.cut {
            return Poll::Ready(Some(Err(Cut)));
        }
        let Poll::Ready(piece) = self.pieces.poll_recv(context) else { return Poll::Pending };
        match piece {
            Some(Piece::Bytes(bytes)) => {
                self.watched.sent += bytes.len() as u64;
                Poll::Ready(Some(Ok(Frame::data(bytes))))
            }
            Some(Piece::Last(bytes)) => {
                self.watched.sent += bytes.len() as u64;
                self.watched.over = true;
                Poll::Ready(Some(Ok(Frame::data(bytes))))
            }
            Some(Piece::End) => {
                self.watched.over = true;
                Poll::Ready(None)
            }
            None => {
                // The connection flushes when its body is pending, and drops its buffer on an error.
                self.watched.over = true;
                self.cut = true;
                context.waker().wake_by_ref();
                Poll::Pending
            }
        }
    }
}
