//! WebSockets as the layers above see them: whole messages, independent of the framing.

use std::fmt;
use std::future::poll_fn;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http::Response;

use crate::{Incoming, TransportError};

/// Answer to a request for a WebSocket.
#[derive(Debug)]
pub enum Opened {
    /// The server switched protocols; the head of its answer holds the log id.
    Socket(Response<Socket>),
    /// The server answered as HTTP: with a status, headers and a body that say why.
    Refused(Response<Incoming>),
}

/// One message. Fragments are joined and text is valid UTF-8 before a message is yielded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Message {
    /// Text in UTF-8.
    Text(Bytes),
    /// Bytes.
    Binary(Bytes),
    /// A ping. The socket answers it; it is yielded as a sign of life.
    Ping(Bytes),
    /// The answer to a ping.
    Pong(Bytes),
    /// The last message of its sender. The socket answers it.
    Close(Option<CloseFrame>),
}

/// Why a WebSocket was closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CloseFrame {
    /// The code of RFC 6455, 7.4: 1000 is the normal end.
    pub code: u16,
    /// Text for people, at most 123 bytes.
    pub reason: String,
}

impl CloseFrame {
    /// Returns a close frame with code and reason.
    pub fn new(code: u16, reason: impl Into<String>) -> Self {
        Self { code, reason: reason.into() }
    }
}

/// What a WebSocket of any library must do to be a [`Socket`].
///
/// One task polls it at a time. A call that returns `Pending` keeps its progress: the next call continues it, and no message is
/// lost or torn when a future on top is dropped.
pub trait MessageSocket: Send + 'static {
    /// Polls for the next message.
    ///
    /// A message of type [`Message::Close`] is the last one; then comes `None`. A connection that ends without it is an error with
    /// [`TransportError::is_closed_early`]. Pings are answered here, so that a socket that nobody polls answers none.
    fn poll_receive(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Message, TransportError>>>;

    /// Polls until there is room for one more message.
    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), TransportError>>;

    /// Takes a message to send, once [`poll_ready`](Self::poll_ready) has found room; it need not be written yet.
    ///
    /// After [`Message::Close`] nothing more can be sent.
    fn start_send(&mut self, message: Message) -> Result<(), TransportError>;

    /// Polls until everything that was taken is written.
    fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), TransportError>>;
}

/// An open WebSocket. Dropping it drops the connection without a close frame.
///
/// ```no_run
/// use coze_transport::http::Request;
/// use coze_transport::websocket::{Message, Opened};
/// use coze_transport::{Transport, TransportError};
///
/// # async fn run(transport: impl Transport) -> Result<(), TransportError> {
/// let request = Request::get("https://ws.coze.cn/v1/audio/speech").body(()).map_err(TransportError::request)?;
/// match transport.open(request).await? {
///     Opened::Socket(response) => {
///         let mut socket = response.into_body();
///         socket.send(Message::Text(r#"{"event_type":"input_text_buffer.complete"}"#.into())).await?;
///         while let Some(message) = socket.receive().await {
///             println!("{:?}", message?);
///         }
///     }
///     Opened::Refused(response) => println!("refused with {}", response.status()),
/// }
/// # Ok(()) }
/// ```
pub struct Socket(Box<dyn MessageSocket>);

impl Socket {
    /// Takes any implementation of a WebSocket.
    pub fn new(socket: impl MessageSocket) -> Self {
        Self(Box::new(socket))
    }

    /// Waits for the next message; `None` follows the close frame. Dropping the future loses nothing.
    pub async fn receive(&mut self) -> Option<Result<Message, TransportError>> {
        poll_fn(|cx| self.0.poll_receive(cx)).await
    }

    /// Waits for room, sends one message and waits until it is written.
    ///
    /// A future that is dropped has taken the whole message or nothing of it; what is taken is written by the next call of any method.
    pub async fn send(&mut self, message: Message) -> Result<(), TransportError> {
        let mut message = Some(message);
        poll_fn(|cx| {
            if message.is_some() {
                ready!(self.0.poll_ready(cx))?;
                message.take().map_or(Ok(()), |message| self.0.start_send(message))?;
            }
            self.0.poll_flush(cx)
        })
        .await
    }
}

/// For those who build on polls; see [`MessageSocket`].
impl MessageSocket for Socket {
    fn poll_receive(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Message, TransportError>>> {
        self.0.poll_receive(cx)
    }

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), TransportError>> {
        self.0.poll_ready(cx)
    }

    fn start_send(&mut self, message: Message) -> Result<(), TransportError> {
        self.0.start_send(message)
    }

    fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), TransportError>> {
        self.0.poll_flush(cx)
    }
}

impl fmt::Debug for Socket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Socket").finish_non_exhaustive()
    }
}
