//! WebSockets on tokio-tungstenite.

use std::pin::Pin;
use std::task::{Context, Poll};

use coze::http::Request;
use coze::transport::bytes::Bytes;
use coze::transport::websocket::{CloseFrame, Message, MessageSocket, Opened, Socket};
use coze::transport::{Incoming, TransportError};
use futures_util::{Sink, Stream};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::protocol;
use tokio_tungstenite::tungstenite::{self, Error, Utf8Bytes};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

/// Opens a WebSocket; an answer of another status than 101 is kept whole.
pub(crate) async fn open(request: Request<()>) -> Result<Opened, TransportError> {
    let (parts, ()) = request.into_parts();
    let url = parts.uri.to_string().replacen("http", "ws", 1);
    let mut handshake = url.into_client_request().map_err(TransportError::request)?;
    handshake.headers_mut().extend(parts.headers);
    match connect_async(handshake).await {
        Ok((stream, response)) => {
            Ok(Opened::Socket(response.map(|_| Socket::new(Tungstenite { stream, closed: false }))))
        }
        Err(Error::Http(response)) => {
            Ok(Opened::Refused(response.map(|body| Incoming::from(body.unwrap_or_default()))))
        }
        Err(Error::Io(error)) => Err(TransportError::connect(error)),
        Err(error) => Err(TransportError::other(error)),
    }
}

struct Tungstenite {
    stream: WebSocketStream<MaybeTlsStream<TcpStream>>,
    closed: bool,
}

impl MessageSocket for Tungstenite {
    fn poll_receive(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Message, TransportError>>> {
        Pin::new(&mut self.stream).poll_next(cx).map(|next| match next {
            Some(Ok(message)) => Some(Ok(self.incoming(message))),
            Some(Err(error)) => Some(Err(failure(error))),
            None if self.closed => None,
            None => Some(Err(TransportError::closed_early("the connection ended"))),
        })
    }

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), TransportError>> {
        Pin::new(&mut self.stream).poll_ready(cx).map_err(failure)
    }

    fn start_send(&mut self, message: Message) -> Result<(), TransportError> {
        let message =
            match message {
                Message::Text(text) => {
                    let text = Utf8Bytes::try_from(text).map_err(TransportError::request)?;
                    tungstenite::Message::Text(text)
                }
                Message::Binary(bytes) => tungstenite::Message::Binary(bytes),
                Message::Ping(bytes) => tungstenite::Message::Ping(bytes),
                Message::Pong(bytes) => tungstenite::Message::Pong(bytes),
                Message::Close(close) => tungstenite::Message::Close(close.map(|close| {
                    protocol::CloseFrame { code: close.code.into(), reason: close.reason.into() }
                })),
            };
        Pin::new(&mut self.stream).start_send(message).map_err(failure)
    }

    fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), TransportError>> {
        Pin::new(&mut self.stream).poll_flush(cx).map_err(failure)
    }
}

impl Tungstenite {
    fn incoming(&mut self, message: tungstenite::Message) -> Message {
        match message {
            tungstenite::Message::Text(text) => Message::Text(Bytes::from(text)),
            tungstenite::Message::Binary(bytes) => Message::Binary(bytes),
            tungstenite::Message::Ping(bytes) => Message::Ping(bytes),
            tungstenite::Message::Pong(bytes) => Message::Pong(bytes),
            tungstenite::Message::Close(close) => {
                self.closed = true;
                Message::Close(close.map(|close| CloseFrame::new(close.code.into(), close.reason.as_str())))
            }
            // Only sockets that are read frame by frame give one out.
            tungstenite::Message::Frame(frame) => Message::Binary(frame.into_payload()),
        }
    }
}

fn failure(error: Error) -> TransportError {
    match error {
        Error::Protocol(_) | Error::Io(_) | Error::ConnectionClosed | Error::AlreadyClosed => {
            TransportError::closed_early(error)
        }
        error => TransportError::other(error),
    }
}

#[cfg(test)]
mod tests {
    use coze::transport::Transport;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;
    use tokio_tungstenite::accept_async;

    use super::*;
    use crate::transport::Reqwest;

    #[tokio::test]
    async fn a_socket_of_another_library_moves_messages() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/v1/chat", listener.local_addr().unwrap());
        tokio::spawn(async move {
            let (stream, _) = listener.accept().await.unwrap();
            let mut peer = accept_async(stream).await.unwrap();
            // Whatever comes goes back, a close frame too.
            while let Some(Ok(message)) = futures_util::StreamExt::next(&mut peer).await {
                if !message.is_close() {
                    futures_util::SinkExt::send(&mut peer, message).await.unwrap();
                }
            }
        });
        let request = Request::get(url).header("authorization", "Bearer pat_x").body(()).unwrap();
        let Opened::Socket(response) = Reqwest::new().unwrap().open(request).await.unwrap() else {
            panic!("refused")
        };
        let mut socket = response.into_body();
        for message in [Message::Text("你好".into()), Message::Binary(vec![0, 255].into())] {
            socket.send(message.clone()).await.unwrap();
            assert_eq!(socket.receive().await.unwrap().unwrap(), message);
        }
        let close = Message::Close(Some(CloseFrame::new(1000, "bye")));
        socket.send(close.clone()).await.unwrap();
        assert_eq!(socket.receive().await.unwrap().unwrap(), close);
        assert!(socket.receive().await.is_none());
    }

    #[tokio::test]
    async fn a_session_runs_over_it() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move {
            let (stream, _) = listener.accept().await.unwrap();
            let mut peer = accept_async(stream).await.unwrap();
            for event in ["transcriptions.created", "transcriptions.message.completed"] {
                let event = format!(r#"{{"event_type":"{event}","data":{{"content":"你好"}}}}"#);
                futures_util::SinkExt::send(&mut peer, event.into()).await.unwrap();
                futures_util::StreamExt::next(&mut peer).await;
            }
            while let Some(Ok(_)) = futures_util::StreamExt::next(&mut peer).await {}
        });
        let transport = Reqwest::new().unwrap();
        let client = coze::Coze::builder().token("pat_x").base_url(url).transport(transport).build().unwrap();
        let mut session = client.audio().transcriptions().live().connect().await.unwrap();
        session.sender().append([0; 960]).await.unwrap();
        assert_eq!(session.finish().await.unwrap(), "你好");
        session.close().await.unwrap();
    }

    #[tokio::test]
    async fn a_refusal_keeps_status_and_body() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/v1/chat", listener.local_addr().unwrap());
        tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut head = [0; 4096];
            let _ = stream.read(&mut head).await.unwrap();
            stream.write_all(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno").await.unwrap();
            let _ = stream.read(&mut head).await;
        });
        let request = Request::get(url).body(()).unwrap();
        let Opened::Refused(response) = Reqwest::new().unwrap().open(request).await.unwrap() else {
            panic!("not refused")
        };
        assert_eq!(response.status(), 403);
        assert_eq!(response.into_body().bytes(100).await.unwrap(), "no");
    }
}
