//! The byte stream below HTTP: TCP, with or without TLS, perhaps through a proxy.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Instant;

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

/// A connection as hyper takes it.
pub(crate) struct Stream {
    pub(crate) wire: Wire,
    #[cfg(feature = "http2")]
    pub(crate) http2: bool,
    pub(crate) turns: Arc<Turns>,
}

impl Stream {
    pub(crate) fn new(wire: Wire) -> Self {
        Self {
            wire,
            #[cfg(feature = "http2")]
            http2: false,
            turns: Arc::default(),
        }
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
        let polled = Pin::new(&mut self.wire).poll_flush(cx);
        if polled.is_ready() {
            self.turns.flushed.store(true, Ordering::Relaxed);
        }
        polled
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
#[derive(Debug)]
pub(crate) struct Turns {
    now: AtomicU32,
    at_last_answer: AtomicU32,
    opened: Instant,
    /// When the last request began to be written, in milliseconds since the connection was opened.
    wrote_at: AtomicU64,
    /// Whether all that was written is out; hyper flushes when it has no more.
    flushed: AtomicBool,
}

impl Default for Turns {
    fn default() -> Self {
        Self {
            now: AtomicU32::new(0),
            at_last_answer: AtomicU32::new(0),
            opened: Instant::now(),
            wrote_at: AtomicU64::new(0),
            flushed: AtomicBool::new(false),
        }
    }
}

/// A server that closes a kept connection does so when it sees the request at the latest. One that takes longer may
/// have worked on it.
const AT_ONCE: u64 = 5_000;

impl Turns {
    // Only who polls the connection reads and writes, under its lock, so a load and a store are enough; the channels of hyper order them
    // for others.
    fn read(&self) {
        let now = self.now.load(Ordering::Relaxed);
        if now % 2 == 1 {
            self.now.store(now.wrapping_add(1), Ordering::Relaxed);
        }
    }

    fn wrote(&self) {
        self.flushed.store(false, Ordering::Relaxed);
        let now = self.now.load(Ordering::Relaxed);
        if now.is_multiple_of(2) {
            self.wrote_at.store(self.elapsed(), Ordering::Relaxed);
            self.now.store(now.wrapping_add(1), Ordering::Relaxed);
        }
    }

    /// Notes that the head of a response was delivered; a next request may have begun to write meanwhile.
    pub(crate) fn answered(&self) {
        self.at_last_answer.store(self.now.load(Ordering::Relaxed) & !1, Ordering::Relaxed);
    }

    /// Says whether all that was written so far is out.
    pub(crate) fn is_flushed(&self) -> bool {
        self.flushed.load(Ordering::Relaxed)
    }

    fn elapsed(&self) -> u64 {
        u64::try_from(self.opened.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    /// Says whether the connection had served before, then took a request, gave no byte back, and closed at once.
    pub(crate) fn is_stale(&self) -> bool {
        let answered = self.at_last_answer.load(Ordering::Relaxed);
        let unanswered = answered != 0 && self.now.load(Ordering::Relaxed) == answered.wrapping_add(1);
        unanswered && self.elapsed().saturating_sub(self.wrote_at.load(Ordering::Relaxed)) < AT_ONCE
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn only_a_connection_that_closes_at_once_is_stale() {
        let turns = |waited: u64| {
            let opened = Instant::now().checked_sub(Duration::from_secs(60)).unwrap();
            let turns = Turns { opened, ..Turns::default() };
            assert!(!turns.is_stale(), "nothing was sent");
            turns.wrote();
            assert!(!turns.is_stale(), "it has not served before");
            turns.read();
            turns.answered();
            turns.wrote();
            turns.wrote_at.store(turns.elapsed() - waited, Ordering::Relaxed);
            turns
        };
        assert!(turns(0).is_stale());
        assert!(!turns(AT_ONCE).is_stale(), "the server may have worked on it");
        let answered = turns(0);
        answered.read();
        assert!(!answered.is_stale(), "a byte of the answer came");
    }
}
