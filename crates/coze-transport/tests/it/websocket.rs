//! WebSockets over real sockets, against a server that writes their bytes by hand.

mod frames;
mod handshake;
mod ways;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use coze_transport::http::Request;
use coze_transport::websocket::{Opened, Socket};
use coze_transport::{Transport, TransportError};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use crate::server::{Connection, Server, transport, within};

pub(crate) const TEXT: u8 = 1;
pub(crate) const CLOSE: u8 = 8;
pub(crate) const PING: u8 = 9;
pub(crate) const PONG: u8 = 10;
/// The bit of a last fragment.
pub(crate) const FIN: u8 = 0x80;

pub(crate) fn to(url: impl AsRef<str>) -> Request<()> {
    Request::get(url.as_ref()).body(()).unwrap()
}

/// Opens a socket that is not refused.
pub(crate) async fn open(transport: &impl Transport, request: Request<()>) -> Result<Socket, TransportError> {
    match within(transport.open(request)).await? {
        Opened::Socket(response) => Ok(response.into_body()),
        Opened::Refused(response) => panic!("refused: {response:?}"),
    }
}

/// Opens a socket to a server that goes on with `serve` after the handshake.
pub(crate) async fn connected<F, S>(serve: F) -> (Server, Socket)
where
    F: Fn(Peer) -> S + Clone + Send + Sync + 'static,
    S: Future<Output = ()> + Send + 'static,
{
    let server = Server::start(move |connection, _| {
        let serve = serve.clone();
        async move { serve(Peer::accept(connection, b"").await).await }
    })
    .await;
    let socket = open(&transport(), to(server.url("/v1/chat"))).await.unwrap();
    (server, socket)
}

/// The server's end of a WebSocket.
pub(crate) struct Peer<S = tokio::net::TcpStream> {
    pub(crate) stream: S,
    /// Head of the handshake.
    pub(crate) head: String,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Peer<S> {
    /// Switches protocols, with `first` in the same write.
    pub(crate) async fn accept(mut connection: Connection<S>, first: &[u8]) -> Self {
        let head = connection.head().await.expect("a handshake");
        let answer = format!(
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nX-Tt-Logid: 20250701\r\nSec-WebSocket-Accept: {}\r\n\r\n",
            accept(&head)
        );
        connection.send([answer.as_bytes(), first].concat()).await;
        Self { stream: connection.stream, head }
    }

    /// Sends bytes; a client that has gone is no failure.
    pub(crate) async fn send(&mut self, bytes: impl AsRef<[u8]>) {
        let _ = self.stream.write_all(bytes.as_ref()).await;
        let _ = self.stream.flush().await;
    }

    /// Reads one frame: its first byte and what it holds; `None` when the client has gone.
    pub(crate) async fn frame(&mut self) -> Option<(u8, Vec<u8>)> {
        let mut head = [0; 2];
        self.stream.read_exact(&mut head).await.ok()?;
        assert!(head[1] & 0x80 != 0, "a client masks its frames");
        let len = match head[1] & 0x7F {
            126 => self.stream.read_u16().await.ok()?.into(),
            127 => usize::try_from(self.stream.read_u64().await.ok()?).unwrap(),
            len => len.into(),
        };
        let mut mask = [0; 4];
        self.stream.read_exact(&mut mask).await.ok()?;
        let mut payload = vec![0; len];
        self.stream.read_exact(&mut payload).await.ok()?;
        payload.iter_mut().zip(mask.iter().cycle()).for_each(|(byte, mask)| *byte ^= mask);
        Some((head[0], payload))
    }

    /// Waits until the client has gone, whatever it says.
    pub(crate) async fn gone(&mut self) {
        while self.frame().await.is_some() {}
    }
}

/// What proves that the server has read the key.
pub(crate) fn accept(head: &str) -> String {
    let key = header(head, "sec-websocket-key").expect("a key");
    assert_eq!(STANDARD.decode(&key).unwrap().len(), 16);
    let text = format!("{key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11");
    STANDARD.encode(sha1_smol::Sha1::from(text).digest().bytes())
}

pub(crate) fn header(head: &str, name: &str) -> Option<String> {
    head.lines().find_map(|line| {
        let (found, value) = line.split_once(':')?;
        found.eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
    })
}

/// A frame as a server sends it: without a mask.
pub(crate) fn frame(first: u8, payload: impl AsRef<[u8]>) -> Vec<u8> {
    let payload = payload.as_ref();
    let mut frame = vec![first];
    match payload.len() {
        len @ 0..126 => frame.push(u8::try_from(len).unwrap()),
        len @ 126..65536 => {
            frame.push(126);
            frame.extend(u16::try_from(len).unwrap().to_be_bytes());
        }
        len => {
            frame.push(127);
            frame.extend((len as u64).to_be_bytes());
        }
    }
    frame.extend(payload);
    frame
}

/// A close frame of a server.
pub(crate) fn close(code: u16, reason: &str) -> Vec<u8> {
    frame(FIN | CLOSE, [&code.to_be_bytes(), reason.as_bytes()].concat())
}
