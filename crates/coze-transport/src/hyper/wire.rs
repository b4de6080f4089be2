//! The byte stream below HTTP: TCP, with or without TLS, perhaps through a proxy.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use hyper_util::client::legacy::connect::{Connected, Connection};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::Semaphore;

use super::slots::{Held, Settings};

/// TCP, or TLS over another wire: an https proxy needs TLS within TLS.
pub(crate) type Wire = Box<dyn ReadWrite>;

pub(crate) trait ReadWrite: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> ReadWrite for T {}

/// Writes to the field `wire`.
macro_rules! write_to_wire {
    ($stream:ty) => {
        impl AsyncWrite for $stream {
            fn poll_write(
                mut self: Pin<&mut Self>,
                cx: &mut Context<'_>,
                buf: &[u8],
            ) -> Poll<io::Result<usize>> {
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
                bufs: &[io::IoSlice<'_>],
            ) -> Poll<io::Result<usize>> {
                Pin::new(&mut self.wire).poll_write_vectored(cx, bufs)
            }

            fn is_write_vectored(&self) -> bool {
                self.wire.is_write_vectored()
            }
        }
    };
}
pub(crate) use write_to_wire;

/// A connection as hyper takes it.
pub(crate) struct Stream {
    pub(crate) wire: Wire,
    /// Whether the other end is a proxy that takes whole requests.
    pub(crate) forwarded: bool,
    /// Whether HTTP/2 was chosen in the TLS handshake.
    pub(crate) offered_http2: bool,
    /// Reads the settings of an HTTP/2 server, until they have come.
    pub(crate) settings: Option<Box<Settings>>,
    pub(crate) _held: Option<Box<Held>>,
    pub(crate) alive: Alive,
}

/// Ends with the connection: a semaphore without permits, which is closed then. A fifth of the size of a watch channel.
#[derive(Clone)]
pub(crate) struct Alive(Arc<Semaphore>);

impl Alive {
    pub(crate) fn new() -> Self {
        Self(Arc::new(Semaphore::new(0)))
    }

    /// Waits for the end of the connection.
    pub(crate) async fn ended(&self) {
        // There is never a permit: it returns once the semaphore is closed.
        drop(self.0.acquire().await);
    }

    pub(crate) fn has_ended(&self) -> bool {
        self.0.is_closed()
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        self.alive.0.close();
    }
}

impl Connection for Stream {
    fn connected(&self) -> Connected {
        let connected = Connected::new().proxy(self.forwarded).extra(self.alive.clone());
        if self.offered_http2 { connected.negotiated_h2() } else { connected }
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
        if let Some(settings) = &mut self.settings
            && settings.read(&buf.filled()[before..])
        {
            self.settings = None;
        }
        polled
    }
}

write_to_wire!(Stream);
