//! The messages of a WebSocket, framed by tokio-websockets.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures_core::Stream;
use futures_sink::Sink;
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use tokio_websockets::{ClientBuilder, CloseCode, Error, Limits, WebSocketStream, proto::ProtocolError};

use super::origin::Origin;
use crate::TransportError;
use crate::error::Stage;
use crate::websocket::{CloseFrame, Message, MessageSocket};

/// Pongs that may wait to be written, in bytes; a peer that pings on and never reads would fill the memory.
const OWED: usize = 64 * 1024;

/// Longest reason of a close frame: a control frame holds 125 bytes, and two are the code.
const REASON: usize = 123;

pub(crate) struct Frames {
    stream: WebSocketStream<TokioIo<Upgraded>>,
    origin: Origin,
    /// Bytes of pongs since everything was written.
    owed: usize,
    end: End,
}

/// How far the end of the connection has come.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Open,
    /// The close frame of the peer was yielded, and the reply to it may not be written.
    Closed,
    /// An error or the end was yielded.
    Over,
}

impl Frames {
    pub(crate) fn new(upgraded: Upgraded, origin: Origin, max_message_bytes: usize) -> Self {
        let limits = Limits::default().max_payload_len(Some(max_message_bytes));
        let stream = ClientBuilder::new().limits(limits).take_over(TokioIo::new(upgraded));
        Self { stream, origin, owed: 0, end: End::Open }
    }

    /// Ends the socket with an error of the connection or of what came.
    fn fail(&mut self, error: Error) -> TransportError {
        self.end = End::Over;
        let origin = &self.origin;
        match error {
            Error::PayloadTooLong { len, max_len } => TransportError::too_large(
                Stage::Body,
                format_args!(
                    "a message of the WebSocket from {origin} is over the limit: {len} bytes, {max_len} are allowed (max_message_bytes)"
                ),
            ),
            Error::Protocol(ProtocolError::InvalidUtf8) => malformed(origin, "text that is not UTF-8"),
            Error::Protocol(error) => malformed(origin, error),
            Error::AlreadyClosed => TransportError::request(format_args!(
                "the WebSocket to {origin} is closed: nothing more can be sent"
            )),
            // A connection that ends in the middle of a frame has its own kind.
            Error::Io(error) if error.kind() == std::io::ErrorKind::Other => cut(origin),
            error => {
                TransportError::caused(Stage::Body, format_args!("the WebSocket to {origin} broke"), error)
            }
        }
    }

    fn message(&mut self, message: tokio_websockets::Message) -> Message {
        let close = message.as_close().map(|(code, reason)| (u16::from(code), reason.to_owned()));
        let [text, binary, ping] = [message.is_text(), message.is_binary(), message.is_ping()];
        let payload = Bytes::from(message.into_payload());
        match close {
            _ if text => Message::Text(payload),
            _ if binary => Message::Binary(payload),
            _ if ping => {
                self.owed = self.owed.saturating_add(payload.len() + 6);
                Message::Ping(payload)
            }
            Some((code, reason)) => {
                self.end = End::Closed;
                // 1005 stands for a frame without a code.
                Message::Close((code != 1005).then_some(CloseFrame { code, reason }))
            }
            None => Message::Pong(payload),
        }
    }
}

fn malformed(origin: &Origin, why: impl std::fmt::Display) -> TransportError {
    let message = format_args!("the WebSocket from {origin} breaks the rules of RFC 6455: {why}");
    TransportError::new(Stage::Body, message).with(|inner| inner.malformed = true)
}

fn cut(origin: &Origin) -> TransportError {
    TransportError::closed_early(format_args!("the WebSocket to {origin} ended without a close frame"))
}

impl MessageSocket for Frames {
    fn poll_receive(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Message, TransportError>>> {
        match self.end {
            End::Over => return Poll::Ready(None),
            End::Closed => {
                // The answer to the close frame goes out; that it cannot is no news.
                let _ = ready!(Pin::new(&mut self.stream).poll_next(cx));
                self.end = End::Over;
                return Poll::Ready(None);
            }
            End::Open => {}
        }
        let next = ready!(Pin::new(&mut self.stream).poll_next(cx));
        let message = match next {
            Some(Ok(message)) => self.message(message),
            Some(Err(error)) => {
                let error = self.fail(error);
                // Reports the reason to the peer, if possible.
                let _ = Pin::new(&mut self.stream).poll_flush(cx);
                return Poll::Ready(Some(Err(error)));
            }
            None => {
                self.end = End::Over;
                return Poll::Ready(Some(Err(cut(&self.origin))));
            }
        };
        if matches!(message, Message::Ping(_) | Message::Close(_)) {
            match Pin::new(&mut self.stream).poll_flush(cx) {
                Poll::Ready(Ok(())) => self.owed = 0,
                Poll::Pending if self.owed > OWED => {
                    self.end = End::Over;
                    return Poll::Ready(Some(Err(malformed(
                        &self.origin,
                        "it pings and does not read the pongs",
                    ))));
                }
                // The next read reports a broken connection.
                Poll::Pending | Poll::Ready(Err(_)) => {}
            }
        }
        Poll::Ready(Some(Ok(message)))
    }

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), TransportError>> {
        let ready = ready!(Pin::new(&mut self.stream).poll_ready(cx));
        Poll::Ready(ready.map_err(|error| self.fail(error)))
    }

    fn start_send(&mut self, message: Message) -> Result<(), TransportError> {
        let long = |what: &str, len: usize, most: usize| {
            Err(TransportError::request(format_args!(
                "{what} of {len} bytes is too long for a WebSocket: at most {most}"
            )))
        };
        let message = match message {
            Message::Text(text) => {
                if let Err(error) = std::str::from_utf8(&text) {
                    return Err(TransportError::request(format_args!(
                        "the text message is not UTF-8: {error}"
                    )));
                }
                tokio_websockets::Message::text(text)
            }
            Message::Binary(bytes) => tokio_websockets::Message::binary(bytes),
            Message::Ping(bytes) | Message::Pong(bytes) if bytes.len() > 125 => {
                return long("a ping or pong", bytes.len(), 125);
            }
            Message::Ping(bytes) => tokio_websockets::Message::ping(bytes),
            Message::Pong(bytes) => tokio_websockets::Message::pong(bytes),
            Message::Close(None) => tokio_websockets::Message::close(None, ""),
            Message::Close(Some(CloseFrame { reason, .. })) if reason.len() > REASON => {
                return long("the reason of a close frame", reason.len(), REASON);
            }
            Message::Close(Some(CloseFrame { code, reason })) => match CloseCode::try_from(code) {
                Ok(allowed) if !allowed.is_reserved() => {
                    tokio_websockets::Message::close(Some(allowed), &reason)
                }
                _ => {
                    return Err(TransportError::request(format_args!(
                        "the close code {code} must not be sent: use 1000 to 1003, 1007 to 1014, or 3000 to 4999"
                    )));
                }
            },
        };
        // A closed socket is no news about the side that reads.
        let sent = Pin::new(&mut self.stream).start_send(message);
        sent.map_err(|_| {
            TransportError::request(format_args!(
                "the WebSocket to {} is closed: nothing more can be sent",
                self.origin
            ))
        })
    }

    fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), TransportError>> {
        let flushed = ready!(Pin::new(&mut self.stream).poll_flush(cx));
        self.owed = 0;
        Poll::Ready(flushed.map_err(|error| self.fail(error)))
    }
}
