//! The byte stream below HTTP: TCP, with or without TLS, perhaps through a proxy.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::task::{Context, Poll};

use hyper_util::client::legacy::connect::{Connected, Connection};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// TCP, or TLS over another wire: an https proxy needs TLS within TLS.
///
/// TLS is boxed, since its state takes more than a kilobyte that a plain stream should not carry.
pub(crate) enum Wire {
    Tcp(TcpStream),
    #[cfg(feature = "tls")]
    Tls(Box<tokio_rustls::client::TlsStream<Wire>>),
}

macro_rules! delegate {
    ($self:expr, $wire:ident => $call:expr) => {
        match $self {
            Wire::Tcp($wire) => $call,
            #[cfg(feature = "tls")]
            Wire::Tls($wire) => $call,
        }
    };
}

impl AsyncRead for Wire {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        delegate!(self.get_mut(), wire => Pin::new(wire).poll_read(cx, buf))
    }
}

impl AsyncWrite for Wire {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        delegate!(self.get_mut(), wire => Pin::new(wire).poll_write(cx, buf))
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        delegate!(self.get_mut(), wire => Pin::new(wire).poll_flush(cx))
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        delegate!(self.get_mut(), wire => Pin::new(wire).poll_shutdown(cx))
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        delegate!(self.get_mut(), wire => Pin::new(wire).poll_write_vectored(cx, bufs))
    }

    fn is_write_vectored(&self) -> bool {
        delegate!(self, wire => wire.is_write_vectored())
    }
}

/// A connection as the pool keeps it.
pub(crate) struct Stream {
    wire: Wire,
    http2: bool,
    forward_proxy: bool,
    turns: Arc<Turns>,
}

impl Stream {
    pub(crate) fn new(wire: Wire, http2: bool, forward_proxy: bool) -> Self {
        Self { wire, http2, forward_proxy, turns: Arc::default() }
    }
}

impl Connection for Stream {
    fn connected(&self) -> Connected {
        let connected = Connected::new().proxy(self.forward_proxy);
        if self.http2 { connected.negotiated_h2() } else { connected.extra(self.turns.clone()) }
    }
}

impl AsyncRead for Stream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let polled = Pin::new(&mut self.wire).poll_read(cx, buf);
        if buf.filled().len() > before {
            self.turns.read();
        }
        polled
    }
}

impl AsyncWrite for Stream {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        self.turns.wrote();
        Pin::new(&mut self.wire).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.wire).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.wire).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.turns.wrote();
        Pin::new(&mut self.wire).poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.wire.is_write_vectored()
    }
}

/// Counts how often an HTTP/1.1 connection changed between writing and reading.
///
/// Even while the last act was a read, odd while it was a write. It tells, when a connection dies, whether a byte of the answer had
/// come, which hyper does not say.
#[derive(Debug, Default)]
pub(crate) struct Turns {
    now: AtomicU32,
    at_last_answer: AtomicU32,
}

impl Turns {
    // Only the connection's own task reads and writes, so a load and a store are enough; the channels of hyper order them for others.
    fn read(&self) {
        let now = self.now.load(Ordering::Relaxed);
        if now % 2 == 1 {
            self.now.store(now.wrapping_add(1), Ordering::Relaxed);
        }
    }

    fn wrote(&self) {
        let now = self.now.load(Ordering::Relaxed);
        if now.is_multiple_of(2) {
            self.now.store(now.wrapping_add(1), Ordering::Relaxed);
        }
    }

    /// Notes that the head of a response was delivered; a next request may have begun to write meanwhile.
    pub(crate) fn answered(&self) {
        self.at_last_answer.store(self.now.load(Ordering::Relaxed) & !1, Ordering::Relaxed);
    }

    /// Says whether the connection had served before, and then took a request and gave no byte back.
    pub(crate) fn is_stale(&self) -> bool {
        let answered = self.at_last_answer.load(Ordering::Relaxed);
        answered != 0 && self.now.load(Ordering::Relaxed) == answered.wrapping_add(1)
    }
}
